"""From a reference to pixels, in the jail."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from documents.jail import LEVELS
from transforms import opened
from transforms.elements import Page, PageEnd, PageTask
from transforms.endings import fail_page
from transforms.opened import Stopwatch

STAGE = "RenderPages"


def render(task: PageTask, run: str, min_isolation: str = LEVELS[0]) -> Page | PageEnd:
    """The page with its pixels, or its end."""
    fetching, rendering = Stopwatch(), Stopwatch()
    try:
        with fetching.running():
            opened.open_document(task.document, min_isolation)
        with rendering.running():
            image = opened.ask(task.document, lambda asked: asked.render(task.inspection.page), min_isolation)
    except Exception as error:
        return fail_page(_spent(task, fetching, rendering), STAGE, run, error)
    height, width = image.pixels.shape[:2]
    return Page(_spent(task, fetching, rendering), image, width, height)


def _spent(task: PageTask, fetching: Stopwatch, rendering: Stopwatch) -> PageTask:
    fetched = task.spent("fetch", fetching.milliseconds, fetching.cpu_seconds)
    return fetched.spent("render", rendering.milliseconds, rendering.cpu_seconds)


class _RenderPages(beam.DoFn):
    def __init__(self, run: str, min_isolation: str) -> None:
        self._run = run
        self._min_isolation = min_isolation

    def process(self, task: PageTask) -> Iterator[Any]:
        result = render(task, self._run, self._min_isolation)
        yield result if isinstance(result, Page) else beam.pvalue.TaggedOutput("ended_pages", result)

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_input_types(PageTask)
@beam.typehints.with_output_types(Page)
@dataclasses.dataclass(eq=False)
class RenderPages(beam.PTransform):
    """Renders pages to fill a 2048 x 2048 box: gives `pages` and, for what failed, `ended_pages`."""

    run: str
    min_isolation: str = LEVELS[0]

    def expand(self, tasks: beam.PCollection[PageTask]) -> beam.pvalue.DoOutputsTuple:
        return tasks | "Render" >> beam.ParDo(_RenderPages(self.run, self.min_isolation)).with_outputs(
            "ended_pages", main="pages"
        )
