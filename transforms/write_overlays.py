"""A document's end: its pages come together, and it gets its overlay PDF."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence

import apache_beam as beam
from apache_beam.metrics import Metrics

from documents.jail import LEVELS
from schemas.errors import PagebeamError, SignedDocument
from schemas.records import DocumentRow, FailureRow
from transforms import opened, storage
from transforms.count_ends import NAMESPACE
from transforms.elements import Document, DocumentEnd, DocumentHead, PageEnd
from transforms.endings import failure
from transforms.opened import Stopwatch
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

    def end(self, head: DocumentHead, pages: Sequence[PageEnd]) -> DocumentEnd:
        """The document's row, after its overlay is written."""
        pages = sorted(pages, key=lambda page: page.row.page)
        failures = [page.failure for page in pages if page.failure is not None]
        watch = Stopwatch()
        uri, reason = None, None
        try:
            if [page.row.page for page in pages] != list(range(head.pages)):
                raise PagesMissing(f"{head.pages} pages were to end, {len(pages)} did")
            if any(page.gained for page in pages):
                if head.signed and not self.signed:
                    raise SignedDocument("it was opened as a signed one")
                with watch.running():
                    uri = self._write(head.document, pages)
        except SignedDocument as error:
            reason = error.reason
        except Exception as error:
            reason = "overlay_failed"
            failures.append(failure(error, STAGE, self.run, head.document.entry.uri, head.document.document_id))
        return DocumentEnd(self._row(head, pages, failures, uri, reason, watch.cpu_seconds), tuple(failures))

    def _write(self, document: Document, pages: Sequence[PageEnd]) -> str:
        gained = {page.row.page: read_words(page.tokens) for page in pages if page.gained and page.tokens}
        jailed = opened.open_document(document, self.min_isolation)
        data = jailed.overlay(gained, sorted(gained) if self.redo else [], self.signed)
        name = document.entry.overlay_name or f"{document.document_id[:2]}/{document.document_id}.pdf"
        uri = f"{self.output}/overlays/{name}"
        storage.write(uri, data, self.scratch)
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


class _WriteOverlays(beam.DoFn):
    def __init__(self, overlays: Overlays) -> None:
        self._overlays = overlays

    def process(self, element: tuple[tuple[str, str], Iterable[DocumentHead | PageEnd]]) -> Iterable[DocumentEnd]:
        heads, pages = [], []
        for part in element[1]:
            heads.append(part) if isinstance(part, DocumentHead) else pages.append(part)
        if not heads:  # a runner that did CapPages once more, with another outcome: that one's rows stand
            Metrics.counter(NAMESPACE, "pages_without_document").inc(len(pages))
            return
        yield self._overlays.end(heads[0], pages)

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_output_types(DocumentEnd)
@dataclasses.dataclass(eq=False)
class WriteOverlays(beam.PTransform):
    """Brings `heads` and `ended_pages` together by document, and writes an overlay where a page gained words."""

    overlays: Overlays

    def expand(
        self, parts: tuple[beam.PCollection[DocumentHead], beam.PCollection[PageEnd]]
    ) -> beam.PCollection[DocumentEnd]:
        heads, pages = parts
        keyed = (
            heads | "KeyHeads" >> beam.Map(_key_head).with_output_types(tuple[tuple[str, str], DocumentHead | PageEnd]),
            pages | "KeyPages" >> beam.Map(_key_page).with_output_types(tuple[tuple[str, str], DocumentHead | PageEnd]),
        )
        return keyed | beam.Flatten() | beam.GroupByKey() | "Write" >> beam.ParDo(_WriteOverlays(self.overlays))


def _key_head(head: DocumentHead) -> tuple[tuple[str, str], DocumentHead]:
    return tuple(head.document.key), head  # type: ignore[return-value]


def _key_page(page: PageEnd) -> tuple[tuple[str, str], PageEnd]:
    return tuple(page.key), page  # type: ignore[return-value]
