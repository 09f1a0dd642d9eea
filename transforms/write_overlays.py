"""A document's end: its pages come together, and it gets its overlay PDF."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils import timestamp
from apache_beam.utils.windowed_value import WindowedValue

from documents.jail import LEVELS
from schemas.errors import PagebeamError, SignedDocument
from schemas.keys import DocumentKey
from schemas.records import DocumentRow, FailureRow
from transforms import opened, storage
from transforms.count_ends import NAMESPACE
from transforms.elements import Document, DocumentEnd, DocumentHead, PageEnd
from transforms.endings import failure
from transforms.fit_rows import fit_page
from transforms.opened import Stopwatch
from transforms.share_copies import copied
from transforms.tokens import read_words

STAGE = "WriteOverlays"


class PagesMissing(PagebeamError):
    """A document's pages did not all arrive: a bug of ours."""

    reason = "internal_error"


@dataclasses.dataclass(frozen=True)
class Overlays:
    """Where overlays go, and to whom."""

    run: str
    output: str
    scratch: str
    redo: bool  # an earlier layer on a page that was read again is taken out
    signed: bool  # a signed document gets one too
    min_isolation: str = LEVELS[0]  # of the parsers

    def ends(self, head: DocumentHead, read: Iterable[PageEnd]) -> Iterator[DocumentEnd]:
        """The document's row at each of its places, after its overlay is written there.

        `read` are the ends of the pages that did not end at the first look.
        """
        pages = sorted((fit_page(page, self.run) for page in (*head.ended, *read)), key=lambda page: page.row.page)
        watch, overlay, error = Stopwatch(), None, None
        try:
            if [page.row.page for page in pages] != list(range(head.pages)):
                raise PagesMissing(f"{head.pages} pages were to end, {len(pages)} did")
            if any(page.gained for page in pages):
                if head.signed and not self.signed:
                    raise SignedDocument("it was opened as a signed one")
                with watch.running():
                    overlay = self._overlay(head.document, pages)
        except Exception as raised:
            error = raised
        yield self._end(head, pages, overlay, error, watch)
        light = [dataclasses.replace(page, tokens=None) for page in pages]
        for copy in head.document.copies:
            there = dataclasses.replace(head, document=copy)
            yield self._end(there, [copied(page, copy) for page in light], overlay, error, Stopwatch())

    def _overlay(self, document: Document, pages: Sequence[PageEnd]) -> bytes:
        gained = {page.row.page: read_words(page.tokens) for page in pages if page.gained and page.tokens}
        replace = sorted(gained) if self.redo else []
        return opened.ask(document, lambda asked: asked.overlay(gained, replace, self.signed), self.min_isolation)

    def _end(
        self,
        head: DocumentHead,
        pages: Sequence[PageEnd],
        overlay: bytes | None,
        error: Exception | None,
        watch: Stopwatch,
    ) -> DocumentEnd:
        """At one place."""
        failures = [page.failure for page in pages if page.failure is not None]
        uri, reason = None, None
        if overlay is not None:
            try:
                with watch.running():
                    uri = self._write(head.document, overlay)
            except Exception as raised:
                error = raised
        if isinstance(error, SignedDocument):
            reason = error.reason
        elif error is not None:
            reason = "overlay_failed"
            failures.append(failure(error, STAGE, self.run, head.document.entry.uri, head.document.document_id))
        return DocumentEnd(self._row(head, pages, failures, uri, reason, watch.cpu_seconds), tuple(failures))

    def _write(self, document: Document, overlay: bytes) -> str:
        name = document.entry.overlay_name or f"{document.document_id[:2]}/{document.document_id}.pdf"
        uri = f"{self.output}/overlays/{name}"
        storage.write(uri, overlay, self.scratch)
        return uri

    def _row(
        self,
        head: DocumentHead,
        pages: Sequence[PageEnd],
        failures: Sequence[FailureRow],
        overlay_uri: str | None,
        reason: str | None,
        cpu_seconds: float,
    ) -> DocumentRow:
        document = head.document
        good = [page for page in pages if page.row.status == "done"]
        confidences = sum(page.confidence_count for page in pages)
        reader = next((page for page in good if page.engine is not None), None)
        if len(good) < len(pages):
            reason = "pages_failed" if good else failures[0].error
        return DocumentRow(
            document_id=document.document_id,
            uri=document.entry.uri,
            source_version=document.source_version,
            owner=document.entry.owner,
            media_type=document.media_type,
            bytes=document.size,
            page_count=head.page_count,
            pages_read=len(good),
            capped=head.page_count > head.pages,
            status="done" if good or not head.pages else "failed",
            reason=reason,
            words=sum(page.row.words for page in pages),
            mean_confidence=sum(page.confidence_sum for page in pages) / confidences if confidences else None,
            overlay_uri=overlay_uri,
            engine=reader.engine if reader else None,
            engine_version=reader.engine_version if reader else None,
            run=self.run,
            started_at=datetime.datetime.fromtimestamp(document.started_at, datetime.timezone.utc),
            cpu_seconds=document.cpu_seconds + sum(page.cpu_seconds for page in pages) + cpu_seconds,
        )


class _WriteHere(beam.DoFn):
    """Ends documents of which all pages come by in one bundle: at best in the stage that has them open."""

    def __init__(self, overlays: Overlays) -> None:
        self._overlays = overlays

    def start_bundle(self) -> None:
        self._waiting: dict[DocumentKey, list[PageEnd]] = {}

    def process(self, page: PageEnd) -> Iterator[DocumentEnd]:
        assert page.head is not None
        found = self._waiting.setdefault(page.key, [])
        found.append(page)
        if len(found) + len(page.head.ended) == page.head.pages:
            yield from self._overlays.ends(page.head, self._waiting.pop(page.key))

    def finish_bundle(self) -> Iterator[Any]:
        opened.close()
        for pages in self._waiting.values():
            for page in pages:
                value = WindowedValue(page, timestamp.MIN_TIMESTAMP, (GlobalWindow(),))
                yield beam.pvalue.TaggedOutput("others", value)


class _WriteOverlays(beam.DoFn):
    def __init__(self, overlays: Overlays) -> None:
        self._overlays = overlays

    def process(self, element: tuple[DocumentKey, Iterable[DocumentHead | PageEnd]]) -> Iterator[DocumentEnd]:
        parts = list(element[1])
        pages = [part for part in parts if isinstance(part, PageEnd)]
        heads = (part.head if isinstance(part, PageEnd) else part for part in parts)
        head = next((head for head in heads if head is not None), None)
        if head is None:  # a runner that did CapPages once more, with another outcome: that one's rows stand
            Metrics.counter(NAMESPACE, "pages_without_document").inc(len(pages))
            return
        yield from self._overlays.ends(head, pages)

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_output_types(DocumentEnd)
@dataclasses.dataclass(eq=False)
class WriteOverlays(beam.PTransform):
    """Brings the ends of a document's pages together, and writes an overlay where one gained words.

    Takes `heads`, ends of pages that were read `here`, where their document was opened, and those of `others`. The
    former have their document's head; where one of its pages is among the others, they go the others' way.
    """

    overlays: Overlays

    def expand(
        self,
        parts: tuple[beam.PCollection[DocumentHead], beam.PCollection[PageEnd], beam.PCollection[PageEnd]],
    ) -> beam.PCollection[DocumentEnd]:
        heads, here, others = parts
        written = here | "WriteHere" >> beam.ParDo(_WriteHere(self.overlays)).with_outputs("others", main="ended")
        keyed = [
            parts | f"Key{name}" >> beam.Map(_key).with_output_types(tuple[tuple[str, str], DocumentHead | PageEnd])
            for name, parts in (("Heads", heads), ("Pages", others), ("Waiting", written.others))
        ]
        gathered = keyed | beam.Flatten() | beam.GroupByKey() | "Write" >> beam.ParDo(_WriteOverlays(self.overlays))
        return (written.ended, gathered) | "Ended" >> beam.Flatten()


def _key(part: DocumentHead | PageEnd) -> tuple[tuple[str, str], DocumentHead | PageEnd]:
    document = part.document
    return (document.document_id, document.entry.uri), part
