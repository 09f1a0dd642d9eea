"""Is there text on the page that OCR can read?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import apache_beam as beam

from transforms.elements import PageRun, PageTask


@beam.typehints.with_input_types(PageRun)
@beam.typehints.with_output_types(PageTask)
@dataclasses.dataclass(eq=False)
class ClassifyPages(beam.PTransform):
    """Lets every page pass, and says so (`ocrable` stays null): the classifier is not there yet."""

    def expand(self, runs: beam.PCollection[PageRun]) -> beam.PCollection[PageTask]:
        return runs | "Classify" >> beam.FlatMap(_pages)


def _pages(run: PageRun) -> Iterable[PageTask]:
    return run.pages
