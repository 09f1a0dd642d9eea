"""Sets pages upright and straight."""

from __future__ import annotations

import dataclasses

import apache_beam as beam

from transforms.elements import Page


@beam.typehints.with_input_types(Page)
@beam.typehints.with_output_types(Page)
@dataclasses.dataclass(eq=False)
class RectifyPages(beam.PTransform):
    """Leaves a page as EXIF and /Rotate say it stands: the models of orientation and corners are not there yet."""

    def expand(self, pages: beam.PCollection[Page]) -> beam.PCollection[Page]:
        return pages | "Rectify" >> beam.Map(_as_it_stands)


def _as_it_stands(page: Page) -> Page:
    return page
