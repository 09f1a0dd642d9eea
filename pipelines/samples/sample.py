"""A file of the sample archive and what is true of it."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class TruePage:
    """What is on a page."""

    category: str  # schemas.records.CATEGORIES: what the page is, which a job may take for another
    words: tuple[str, ...] = ()  # in reading order, as printed


@dataclasses.dataclass(frozen=True)
class Sample:
    """A file, and how a job over it should end."""

    name: str  # path below the archive's folder, with /
    data: bytes
    media_type: str | None  # by content; None for what Pagebeam does not read
    pages: tuple[TruePage, ...] = ()  # every page of the file; empty where it cannot be read
    status: str = "done"  # schemas.records.DOCUMENT_STATUSES
    reason: str | None = None  # of a status other than `done`, and of a PDF that gets no overlay

    def truth(self) -> dict[str, object]:
        """A row of truth.jsonl: everything but the bytes."""
        return {
            "name": self.name,
            "media_type": self.media_type,
            "status": self.status,
            "reason": self.reason,
            "pages": [
                {"page": page, "category": true.category, "words": list(true.words)}
                for page, true in enumerate(self.pages)
            ],
        }
