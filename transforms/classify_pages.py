"""Is there text on the page that OCR can read?"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from documents import media
from documents.jail import LEVELS
from models.ocrable import LONG_SIDE, SIDE, OcrableNet
from transforms import opened
from transforms.elements import PageEnd, PageRun, PageTask
from transforms.endings import fail_page, page_row
from transforms.opened import Stopwatch

STAGE = "ClassifyPages"
NOT_OCRABLE = "not_ocrable"  # the reason of a page that ends here
SMALLEST = 3 * SIDE  # pixels of a longer side: a smaller picture shows the classifier too little, and is soon read


@functools.cache
def classifier() -> OcrableNet:
    """This process's classifier."""
    return OcrableNet.open()


def is_asked(task: PageTask) -> bool:
    """Whether the page may end here: a picture's may, a PDF's never: what is drawn of lines there may be text that no
    small picture shows."""
    return task.document.media_type in media.PICTURES and not task.inspection.words


def classify(task: PageTask, run: str, min_isolation: str = LEVELS[0]) -> PageTask | PageEnd:
    """The page with its score where it was asked, or its end."""
    if not is_asked(task):
        return task
    fetching, classifying = Stopwatch(), Stopwatch()
    score = None
    try:
        with fetching.running():
            document = opened.open_document(task.document, min_isolation)
        with classifying.running():
            preview = document.preview(task.inspection.page, LONG_SIDE)
            if max(preview.shape) >= SMALLEST:
                score = classifier().score(preview)
    except Exception as error:
        return fail_page(_spent(task, fetching, classifying), STAGE, run, error)
    task = dataclasses.replace(_spent(task, fetching, classifying), ocrable=score)
    return _end(task) if score is not None and score < classifier().threshold else task


def _spent(task: PageTask, fetching: Stopwatch, classifying: Stopwatch) -> PageTask:
    fetched = task.spent("fetch", fetching.milliseconds, fetching.cpu_seconds)
    return fetched.spent("classify", classifying.milliseconds, classifying.cpu_seconds)


def _end(task: PageTask) -> PageEnd:
    return PageEnd(
        key=task.document.key,
        owner=task.document.entry.owner,
        row=page_row(task, category="no_text", reason=NOT_OCRABLE),
        tokens=None,
        gained=0,
        confidence_sum=0.0,
        confidence_count=0,
        cpu_seconds=task.cpu_seconds,
    )


class _ClassifyPages(beam.DoFn):
    def __init__(self, run: str, min_isolation: str) -> None:
        self._run = run
        self._min_isolation = min_isolation

    def process(self, run: PageRun) -> Iterator[Any]:
        for task in run.pages:
            result = classify(task, self._run, self._min_isolation)
            yield result if isinstance(result, PageTask) else beam.pvalue.TaggedOutput("ended_pages", result)

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_input_types(PageRun)
@dataclasses.dataclass(eq=False)
class ClassifyPages(beam.PTransform):
    """Asks of pictures whether they hold text that OCR can read: gives `pages`, and `ended_pages` for the others."""

    run: str
    min_isolation: str = LEVELS[0]

    def expand(self, runs: beam.PCollection[PageRun]) -> beam.pvalue.DoOutputsTuple:
        return runs | "Classify" >> beam.ParDo(_ClassifyPages(self.run, self.min_isolation)).with_outputs(
            "ended_pages", main="pages"
        )
