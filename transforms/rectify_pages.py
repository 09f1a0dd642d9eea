"""Sets pages upright and straight."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam

from models.rectifier import Rectifier
from transforms import models_folder
from transforms.elements import Page, PageEnd
from transforms.endings import fail_page
from transforms.models_folder import Models
from transforms.opened import Stopwatch

STAGE = "RectifyPages"


def rectifier() -> Rectifier:
    """This process's models."""
    return _opened(models_folder.in_use())


@functools.cache
def _opened(models: Path) -> Rectifier:
    return Rectifier(models)


def rectify(page: Page, run: str) -> Page | PageEnd:
    """The page upright and straight, its image's `to_page` telling the way back; or its end."""
    watch = Stopwatch()
    try:
        with watch.running():
            found = rectifier().rectify(page.image)
    except Exception as error:
        spent = page.task.spent("rectify", watch.milliseconds, watch.cpu_seconds)
        return fail_page(spent, STAGE, run, error, page)
    return dataclasses.replace(
        page,
        task=page.task.spent("rectify", watch.milliseconds, watch.cpu_seconds),
        image=found.image,
        quarter_turns=found.quarter_turns,
        skew=found.skew,
        corners=None if found.corners is None else tuple(found.corners),
    )


class _RectifyPages(beam.DoFn):
    def __init__(self, run: str, models: Models | None = None) -> None:
        self._run = run
        self._models = models

    def setup(self) -> None:
        models_folder.use(self._models)

    def process(self, page: Page) -> Iterator[Any]:
        result = rectify(page, self._run)
        yield result if isinstance(result, Page) else beam.pvalue.TaggedOutput("ended_pages", result)


@beam.typehints.with_input_types(Page)
@dataclasses.dataclass(eq=False)
class RectifyPages(beam.PTransform):
    """Sets pages upright and straight: gives `pages` and, for what failed, `ended_pages`."""

    run: str
    models: Models | None = None  # None: the project's own

    def expand(self, pages: beam.PCollection[Page]) -> beam.pvalue.DoOutputsTuple:
        return pages | "Rectify" >> beam.ParDo(_RectifyPages(self.run, self.models)).with_outputs(
            "ended_pages", main="pages"
        )
