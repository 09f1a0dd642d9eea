"""Is there text on the page that OCR can read?"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam

from documents import media
from documents.jail import LEVELS
from models.classifier import Classifier
from models.ocrable import LONG_SIDE
from transforms import models_folder, opened
from transforms.elements import PageEnd, PageRun, PageTask
from transforms.endings import end_page, fail_page
from transforms.models_folder import Models
from transforms.opened import Stopwatch

STAGE = "ClassifyPages"
NOT_OCRABLE = "not_ocrable"  # the reason of a page that ends here


def classifier() -> Classifier:
    """This process's classifier."""
    return _opened(models_folder.in_use())


@functools.cache
def _opened(models: Path) -> Classifier:
    return Classifier(models)


def is_asked(task: PageTask) -> bool:
    """Whether the page may end here: a picture's may, a PDF's never: what is drawn of lines there may be text that no
    small picture shows."""
    return task.document.media_type in media.PICTURES and not task.inspection.words


def classify(task: PageTask, run: str, min_isolation: str = LEVELS[0]) -> PageTask | PageEnd:
    """The page with its score where it was asked, or its end."""
    if not is_asked(task):
        return task
    fetching, classifying = Stopwatch(), Stopwatch()
    try:
        with fetching.running():
            opened.open_document(task.document, min_isolation)
        with classifying.running():
            page = task.inspection.page
            preview = opened.ask(task.document, lambda asked: asked.grey(page, LONG_SIDE), min_isolation)
            score = classifier().score(preview)
            readable = classifier().is_readable(preview, score)
    except Exception as error:
        return fail_page(_spent(task, fetching, classifying), STAGE, run, error)
    task = dataclasses.replace(_spent(task, fetching, classifying), ocrable=score)
    if readable:
        return task
    end = end_page(task, category="no_text", reason=NOT_OCRABLE)
    return dataclasses.replace(end, engine_version=classifier().version)


def _spent(task: PageTask, fetching: Stopwatch, classifying: Stopwatch) -> PageTask:
    fetched = task.spent("fetch", fetching.milliseconds, fetching.cpu_seconds)
    return fetched.spent("classify", classifying.milliseconds, classifying.cpu_seconds)


class _ClassifyPages(beam.DoFn):
    def __init__(self, run: str, min_isolation: str, models: Models | None = None) -> None:
        self._run = run
        self._min_isolation = min_isolation
        self._models = models

    def setup(self) -> None:
        models_folder.use(self._models)

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
    models: Models | None = None  # None: the project's own

    def expand(self, runs: beam.PCollection[PageRun]) -> beam.pvalue.DoOutputsTuple:
        return runs | "Classify" >> beam.ParDo(_ClassifyPages(self.run, self.min_isolation, self.models)).with_outputs(
            "ended_pages", main="pages"
        )
