"""How many pages a document has, which of them end here, and in what runs the others travel on."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam

from documents.jail import LEVELS
from documents.sizing import render_size
from schemas.errors import Encrypted
from schemas.pages import PageInspection
from transforms import opened
from transforms.elements import Document, DocumentEnd, DocumentHead, PageEnd, PageRun, PageTask
from transforms.endings import fail_document, fail_page, page_row, skip_document
from transforms.opened import Stopwatch
from transforms.tokens import pack

STAGE = "CapPages"
RUN_PIXELS = (
    12_000_000  # of one run: four ordinary pages. Longer runs open a document less often, shorter ones spread better
)


@dataclasses.dataclass(frozen=True)
class Cap:
    """Which pages are looked at, and what becomes of those that have text."""

    run: str
    max_pages: int
    redo: bool  # an invisible text layer counts as none
    embedded_text: bool  # tokens for pages whose text is embedded
    min_isolation: str = LEVELS[0]  # of the parsers; on a machine that stays below it nothing is opened

    def open(self, document: Document) -> Iterator[DocumentHead | DocumentEnd | PageEnd | PageRun]:
        """The head of an opened document, the ends of pages that end here, runs of the others; or its end."""
        watch = Stopwatch()
        try:
            with watch.running():
                inspection = opened.open_document(document, self.min_isolation).inspect(self.max_pages, self.redo)
            spent = dataclasses.replace(document, cpu_seconds=document.cpu_seconds + watch.cpu_seconds)
            share = watch.milliseconds / max(1, len(inspection.pages))
            tasks = [PageTask(spent, found).spent("inspect", share, 0.0) for found in inspection.pages]
            runs = list(page_runs([task for task in tasks if task.inspection.category is None]))
        except Encrypted as error:
            yield skip_document(document, self.run, error.reason, watch.cpu_seconds)
            return
        except Exception as error:
            yield fail_document(document, STAGE, self.run, error, watch.cpu_seconds)
            return
        yield DocumentHead(spent, inspection.page_count, len(inspection.pages), inspection.signed)
        yield from (self._end(task) for task in tasks if task.inspection.category is not None)
        yield from runs

    def _end(self, task: PageTask) -> PageEnd:
        try:
            words = task.inspection.words if self.embedded_text else ()
            tokens = pack(task.document, task.inspection.page, words, "embedded")
        except Exception as error:
            return fail_page(task, STAGE, self.run, error)
        return PageEnd(
            key=task.document.key,
            owner=task.document.entry.owner,
            row=page_row(task, category=task.inspection.category, reason=task.inspection.reason, words=tokens.count),
            tokens=tokens.stream,
            gained=0,
            confidence_sum=0.0,
            confidence_count=0,
            cpu_seconds=task.cpu_seconds,
        )


def cost(page: PageInspection) -> int:
    """Pixels that the page's render will have at most: a picture without a size counts as A4."""
    width, height = render_size(page.width_pt or 595.0, page.height_pt or 842.0, most=math.inf)
    return width * height


def page_runs(tasks: Sequence[PageTask]) -> Iterator[PageRun]:
    """Splits one document's pages, in order, into runs of about RUN_PIXELS."""
    run: list[PageTask] = []
    pixels = 0
    for task in tasks:
        if run and pixels + cost(task.inspection) > RUN_PIXELS:
            yield PageRun(tuple(run))
            run, pixels = [], 0
        run.append(task)
        pixels += cost(task.inspection)
    if run:
        yield PageRun(tuple(run))


class _CapPages(beam.DoFn):
    _TAGS = {DocumentHead: "heads", DocumentEnd: "ended", PageEnd: "ended_pages"}  # noqa: RUF012

    def __init__(self, cap: Cap) -> None:
        self._cap = cap

    def process(self, document: Document) -> Iterator[Any]:
        for result in self._cap.open(document):
            if isinstance(result, PageRun):
                yield result
            else:
                yield beam.pvalue.TaggedOutput(self._TAGS[type(result)], result)

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_input_types(Document)
@dataclasses.dataclass(eq=False)
class CapPages(beam.PTransform):
    """Opens documents: gives `runs` of pages to read, `heads`, `ended_pages`, and `ended` documents."""

    cap: Cap

    def expand(self, documents: beam.PCollection[Document]) -> beam.pvalue.DoOutputsTuple:
        return documents | "Cap" >> beam.ParDo(_CapPages(self.cap)).with_outputs(
            "heads", "ended", "ended_pages", main="runs"
        )
