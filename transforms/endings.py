"""How things end: errors become rows. Every ending of the job is made here."""

from __future__ import annotations

import dataclasses
import datetime
import os
import traceback
from typing import Any

from documents.jail import UnforeseenError
from schemas.errors import MAX_MESSAGE, PagebeamError
from schemas.records import DocumentRow, FailureRow, PageRow
from transforms.elements import Document, DocumentEnd, ManifestEntry, Page, PageEnd, PageTask

INTERNAL_ERROR = "internal_error"


def describe(error: Exception) -> tuple[str, str]:
    """The reason and the message of an error, foreseen or not.

    An unforeseen error's own words might hold a document's text, so its class and place stand for them.
    """
    if isinstance(error, (PagebeamError, UnforeseenError)):
        # A lone surrogate (in a name, or in an answer of the jail) can be written to no table.
        message = str(error).encode("utf-8", "replace").decode()
        return getattr(error, "reason", INTERNAL_ERROR), message[:MAX_MESSAGE]
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {os.path.basename(frames[-1].filename)}:{frames[-1].lineno} ({frames[-1].name})" if frames else ""
    return INTERNAL_ERROR, f"{type(error).__name__}{place}"[:MAX_MESSAGE]


def failure(
    error: Exception, stage: str, run: str, uri: str, document_id: str | None = None, page: int | None = None
) -> FailureRow:
    """The row of a failure."""
    reason, message = describe(error)
    attempts = getattr(error, "attempts", 1)
    return FailureRow(
        document_id=document_id,
        uri=uri,
        page=page,
        stage=stage,
        error=reason,
        message=message,
        attempts=attempts,
        run=run,
    )


def unopened(
    entry: ManifestEntry,
    run: str,
    status: str,
    reason: str,
    started_at: float,
    cpu_seconds: float,
    *,
    document_id: str | None = None,
    source_version: str | None = None,
    media_type: str | None = None,
    size: int | None = None,
) -> DocumentRow:
    """The row of an entry that ended before its pages were known."""
    return DocumentRow(
        document_id=document_id,
        uri=entry.uri,
        source_version=source_version or entry.source_version,
        owner=entry.owner,
        media_type=media_type,
        bytes=size,
        page_count=None,
        pages_read=0,
        capped=False,
        status=status,
        reason=reason,
        words=0,
        mean_confidence=None,
        overlay_uri=None,
        engine=None,
        engine_version=None,
        run=run,
        started_at=datetime.datetime.fromtimestamp(started_at, datetime.timezone.utc),
        cpu_seconds=cpu_seconds,
    )


def skip_document(document: Document, run: str, reason: str) -> DocumentEnd:
    """The end of a document that was opened in vain."""
    return DocumentEnd(_seen(document, run, "skipped", reason))


def fail_document(document: Document, stage: str, run: str, error: Exception) -> DocumentEnd:
    """The end of a document that could not be opened."""
    row = _seen(document, run, "failed", describe(error)[0])
    return DocumentEnd(row, (failure(error, stage, run, document.entry.uri, document.document_id),))


def _seen(document: Document, run: str, status: str, reason: str) -> DocumentRow:
    return unopened(
        document.entry,
        run,
        status,
        reason,
        document.started_at,
        document.cpu_seconds,
        document_id=document.document_id,
        source_version=document.source_version,
        media_type=document.media_type,
        size=document.size,
    )


def fail_page(task: PageTask, stage: str, run: str, error: Exception, page: Page | None = None) -> PageEnd:
    """The end of a page that could not be read; `page` is what was rendered of it."""
    reason, _ = describe(error)
    end = end_page(task, status="failed", reason=reason, **(rendered(page) if page else {}))
    uri, document_id = task.document.entry.uri, task.document.document_id
    return dataclasses.replace(end, failure=failure(error, stage, run, uri, document_id, task.inspection.page))


def end_page(task: PageTask, **known: Any) -> PageEnd:
    """The end of a page as far as its row tells it (see `page_row`)."""
    return PageEnd(task.document, page_row(task, **known), task.cpu_seconds, task.head)


def rendered(page: Page) -> dict[str, Any]:
    """What a page's row says of its render."""
    return {
        "width": page.width,
        "height": page.height,
        "quarter_turns": page.quarter_turns,
        "skew": page.skew,
        "corners": page.corners,
    }


def page_row(
    task: PageTask,
    *,
    status: str = "done",
    reason: str | None = None,
    category: str | None = None,
    words: int = 0,
    mean_confidence: float | None = None,
    width: int | None = None,
    height: int | None = None,
    quarter_turns: int | None = None,
    skew: float | None = None,
    corners: tuple[float, ...] | None = None,
) -> PageRow:
    """The row of a page, with all that is known of it so far."""
    return PageRow(
        document_id=task.document.document_id,
        uri=task.document.entry.uri,
        page=task.inspection.page,
        category=category,
        ocrable=task.ocrable,
        quarter_turns=quarter_turns,
        skew=skew,
        corners=corners,
        width=width,
        height=height,
        width_pt=task.inspection.width_pt,
        height_pt=task.inspection.height_pt,
        words=words,
        mean_confidence=mean_confidence,
        status=status,
        reason=reason,
        times=task.times,
    )
