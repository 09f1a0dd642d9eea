"""How many pages a document has, which of them end here, and where the others are read: here too, or spread in runs."""

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
from transforms.endings import end_page, fail_document, fail_page, skip_document
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
        """Of an opened document the ends of pages that end here, then what is to be read: one run, whose pages have the
        document's head, or the head and several runs. Or the ends of one that does not open, at each of its places."""
        fetching, inspecting = Stopwatch(), Stopwatch()
        try:
            with fetching.running():
                opened.open_document(document, self.min_isolation)
            with inspecting.running():
                inspection = opened.ask(
                    document, lambda asked: asked.inspect(self.max_pages, self.redo), self.min_isolation
                )
            spent = _spent(document, fetching, inspecting)
            tasks = [
                PageTask(spent, found)
                .spent("fetch", fetching.milliseconds / len(inspection.pages), 0.0)
                .spent("inspect", inspecting.milliseconds / len(inspection.pages), 0.0)
                for found in inspection.pages
            ]
            ended = [self._end(task) for task in tasks if task.inspection.category is not None]
            runs = list(page_runs([task for task in tasks if task.inspection.category is None]))
        except Encrypted as error:
            spent = _spent(document, fetching, inspecting)
            yield from (skip_document(place, self.run, error.reason) for place in spent.places)
            return
        except Exception as error:
            spent = _spent(document, fetching, inspecting)
            yield from (fail_document(place, STAGE, self.run, error) for place in spent.places)
            return
        yield from ended
        without_tokens = tuple(dataclasses.replace(end, tokens=None) for end in ended)
        head = DocumentHead(spent, inspection.page_count, len(inspection.pages), inspection.signed, without_tokens)
        if len(runs) == 1:
            yield PageRun(tuple(dataclasses.replace(task, head=head) for task in runs[0].pages))
            return
        yield head
        yield from runs

    def _end(self, task: PageTask) -> PageEnd:
        try:
            words = task.inspection.words if self.embedded_text else ()
            tokens = pack(task.document, task.inspection.page, words, "embedded")
        except Exception as error:
            return fail_page(task, STAGE, self.run, error)
        end = end_page(task, category=task.inspection.category, reason=task.inspection.reason, words=tokens.count)
        return dataclasses.replace(end, tokens=tokens.stream)


def _spent(document: Document, *watches: Stopwatch) -> Document:
    seconds = document.cpu_seconds + sum(watch.cpu_seconds for watch in watches)
    return dataclasses.replace(document, cpu_seconds=seconds)


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
            if not isinstance(result, PageRun):
                yield beam.pvalue.TaggedOutput(self._TAGS[type(result)], result)
            elif result.pages[0].head is not None:
                yield result
            else:
                yield beam.pvalue.TaggedOutput("runs", result)

    def start_bundle(self) -> None:
        opened.close()  # of a bundle that broke off; what was out of reach then is asked for again

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_input_types(Document)
@dataclasses.dataclass(eq=False)
class CapPages(beam.PTransform):
    """Opens documents: gives `ended` ones, `ended_pages`, and pages to read.

    A document whose pages make one run is that run `here`, to be read by the stage that has it open, and its pages have
    its head. Of other documents there are `heads`, and `runs` that are to be spread over the workers.
    """

    cap: Cap

    def expand(self, documents: beam.PCollection[Document]) -> beam.pvalue.DoOutputsTuple:
        return documents | "Cap" >> beam.ParDo(_CapPages(self.cap)).with_outputs(
            "heads", "ended", "ended_pages", "runs", main="here"
        )
