"""A document's overlay PDF and its row, once all its pages have ended."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence

from documents.jail import LEVELS
from schemas.errors import PagebeamError, SignedDocument
from schemas.records import DocumentRow, FailureRow
from transforms import opened, storage
from transforms.elements import Document, DocumentEnd, DocumentHead, PageEnd
from transforms.endings import failure
from transforms.fit_rows import fit_page
from transforms.opened import Stopwatch
from transforms.retries import Patience
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

    def ends(self, head: DocumentHead, read: Iterable[PageEnd], patience: Patience) -> Iterator[DocumentEnd]:
        """The document's row at each of its places, after its overlay is written there.

        Args:
            read: the ends of the pages that did not end at the first look.
            patience: with the output, shared by the documents that are written one after the other.
        """
        pages = sorted((fit_page(page, self.run) for page in (*head.ended, *read)), key=lambda page: page.row.page)
        watch, write, error = Stopwatch(), None, None
        try:
            if [page.row.page for page in pages] != list(range(head.pages)):
                raise PagesMissing(f"{head.pages} pages were to end, {len(pages)} did")
            if any(page.gained for page in pages):
                if head.signed and not self.signed:
                    raise SignedDocument("it was opened as a signed one")
                with watch.running():
                    overlay = self._overlay(head.document, pages)
                # Places without names of their own share one PDF.
                write = functools.cache(functools.partial(self._write, overlay, patience))
        except Exception as raised:
            error = raised
        yield self._end(head, pages, write, error, watch)
        light = [dataclasses.replace(page, tokens=None) for page in pages]
        for copy in head.document.copies:
            there = dataclasses.replace(head, document=copy)
            yield self._end(there, [copied(page, copy) for page in light], write, error, Stopwatch())

    def _overlay(self, document: Document, pages: Sequence[PageEnd]) -> bytes:
        gained = {page.row.page: read_words(page.tokens) for page in pages if page.gained and page.tokens}
        replace = sorted(gained) if self.redo else []
        return opened.ask(document, lambda asked: asked.overlay(gained, replace, self.signed), self.min_isolation)

    def _end(
        self,
        head: DocumentHead,
        pages: Sequence[PageEnd],
        write: Callable[[str], Exception | None] | None,
        error: Exception | None,
        watch: Stopwatch,
    ) -> DocumentEnd:
        """At one place. `write` puts the overlay, where there is one, at a URI."""
        failures = [page.failure for page in pages if page.failure is not None]
        uri, reason = None, None
        if write is not None:
            there = self._uri(head.document)
            with watch.running():
                error = write(there)
            uri = there if error is None else None
        if isinstance(error, SignedDocument):
            reason = error.reason
        elif error is not None:
            reason = "overlay_failed"
            failures.append(failure(error, STAGE, self.run, head.document.entry.uri, head.document.document_id))
        return DocumentEnd(self._row(head, pages, failures, uri, reason, watch.cpu_seconds), tuple(failures))

    def _uri(self, document: Document) -> str:
        name = document.entry.overlay_name or f"{document.document_id[:2]}/{document.document_id}.pdf"
        return f"{self.output}/overlays/{name}"

    def _write(self, overlay: bytes, patience: Patience, uri: str) -> Exception | None:
        """What kept it from being written."""
        try:
            storage.write(uri, overlay, self.scratch, patience)
        except Exception as error:
            return error
        return None

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
        judges = [page for page in good if page.engine_version is not None]
        judge = next((page for page in judges if page.engine is not None), judges[0] if judges else None)
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
            engine=judge.engine if judge else None,
            engine_version=judge.engine_version if judge else None,
            run=self.run,
            started_at=datetime.datetime.fromtimestamp(document.started_at, datetime.timezone.utc),
            cpu_seconds=document.cpu_seconds + sum(page.cpu_seconds for page in pages) + cpu_seconds,
        )
