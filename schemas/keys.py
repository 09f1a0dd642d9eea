"""What things are joined by. Nothing is ever joined by the order of a list."""

from __future__ import annotations

from typing import NamedTuple


class DocumentKey(NamedTuple):
    """A document at a place: the same bytes at two places are two entries of a run."""

    document_id: str  # SHA-256 of the bytes, lower-case hex
    uri: str


class PageKey(NamedTuple):
    """A page of a document, whatever place it was read from."""

    document_id: str  # SHA-256 of the bytes, lower-case hex
    page: int  # 0-based
