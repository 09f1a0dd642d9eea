"""Elements between the transforms, for tests."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from schemas.geometry import Quad, pixels_to_fractions
from schemas.pages import PageImage, PageInspection, Word
from schemas.records import DocumentRow, PageRow, ShadowRow, ShadowToken
from transforms.elements import Document, DocumentEnd, ManifestEntry, Page, PageEnd, PageTask
from transforms.screen_documents import Screen

RUN = "test"


def screened(path: Path) -> Document:
    """A real file, as ScreenDocuments lets it in."""
    found = Screen(RUN, 1 << 30).look(ManifestEntry(str(path), overlay_name=f"{path.name}.pdf"))
    assert isinstance(found, Document), found
    return found


def document(uri: str = "/a.pdf", owner: str | None = None) -> Document:
    """A document of which nothing is read."""
    name = hashlib.sha256(uri.encode()).hexdigest()
    return Document(ManifestEntry(uri, owner), name, "v", "application/pdf", 10, 1.7e9, 0.5)


def task(number: int = 0, words: tuple[Word, ...] = (), **changes: Any) -> PageTask:
    """A page that is to be read."""
    size = {"width_pt": 200.0, "height_pt": 260.0, **changes}
    return PageTask(document(), PageInspection(number, **size, category=None, reason=None, words=words))


def page(pixels: np.ndarray, number: int = 0, words: tuple[Word, ...] = ()) -> Page:
    """A rendered page."""
    height, width = pixels.shape[:2]
    return Page(task(number, words), PageImage(pixels, pixels_to_fractions(width, height)), width, height)


def word(text: str = "word", line: int = 0, confidence: float | None = 0.5, decision: str = "kept") -> Word:
    """A word somewhere on the page."""
    return Word(text, Quad.of_box(0.1, 0.1, 0.3, 0.2), line, confidence, decision)


def document_row(uri: str = "/a.pdf", **changes: Any) -> DocumentRow:
    """A row of a document that went well."""
    values: dict[str, Any] = {
        "document_id": hashlib.sha256(uri.encode()).hexdigest(),
        "uri": uri,
        "source_version": "v",
        "owner": None,
        "media_type": "application/pdf",
        "bytes": 10,
        "page_count": 1,
        "pages_read": 1,
        "capped": False,
        "status": "done",
        "reason": None,
        "words": 1,
        "mean_confidence": 0.5,
        "overlay_uri": None,
        "engine": "standin",
        "engine_version": "1",
        "run": RUN,
        "started_at": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc),
        "cpu_seconds": 0.5,
    }
    return DocumentRow(**{**values, **changes})


def document_end(uri: str = "/a.pdf", **changes: Any) -> DocumentEnd:
    """The end of a document that went well."""
    return DocumentEnd(document_row(uri, **changes))


def page_end(uri: str = "/a.pdf", number: int = 0, **changes: Any) -> PageEnd:
    """The end of a page that was read."""
    found = document(uri)
    values: dict[str, Any] = {
        "category": "image_text",
        "ocrable": None,
        "quarter_turns": 0,
        "skew": 0.0,
        "corners": None,
        "width": 200,
        "height": 260,
        "width_pt": 200.0,
        "height_pt": 260.0,
        "words": 2,
        "mean_confidence": 0.5,
        "status": "done",
        "reason": None,
        "times": {"fetch": 1.0, "read": 2.0},
    }
    row = PageRow(document_id=found.document_id, uri=uri, page=number, **{**values, **changes})
    return PageEnd(found, row, 0.25, confidence_sum=1.0, confidence_count=2, engine="standin", engine_version="1")


def shadow_row(uri: str = "/a.pdf", number: int = 0, **changes: Any) -> ShadowRow:
    """A page that two engines read; they have one word in common."""
    values: dict[str, Any] = {
        "document_id": document(uri).document_id,
        "uri": uri,
        "page": number,
        "engine": "standin",
        "engine_version": "1",
        "reason": None,
        "words": 2,
        "words_loose": 2,
        "mean_confidence": 0.5,
        "cpu_seconds": 0.25,
        "shadow": "native",
        "shadow_version": "7",
        "shadow_reason": None,
        "shadow_message": None,
        "shadow_words": 2,
        "shadow_words_loose": 2,
        "shadow_mean_confidence": 0.75,
        "shadow_cpu_seconds": 0.5,
        "common": 1,
        "common_loose": 1,
        "shadow_tokens": tuple(shadow_token(text) for text in ("one", "three")),
    }
    return ShadowRow(**{**values, **changes})


def shadow_token(text: str, line: int = 0) -> ShadowToken:
    """A word somewhere on the page."""
    return ShadowToken(text=text, line=line, joins_next=False, confidence=0.75, quad=[0.25, 0.5] * 4)
