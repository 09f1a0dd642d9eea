"""Which engine reads a document, and which one once more: the same ones in every run and on every worker."""

from __future__ import annotations

import dataclasses
import hashlib

from models.engines import ENGINES
from schemas.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Share:
    """A part of all documents, for an engine."""

    engine: str
    percent: float  # 0..100

    @classmethod
    def parse(cls, option: str, text: str) -> Share:
        """Reads ENGINE:PERCENT, the value of an option; raises UsageError, which names both."""
        engine, _, number = text.rpartition(":")
        if engine not in ENGINES:
            raise UsageError(f"{option} {text}: ENGINE:PERCENT is wanted, where ENGINE is one of {', '.join(ENGINES)}")
        try:
            percent = float(number)
        except ValueError:
            percent = -1.0
        if not 0 <= percent <= 100:  # nor is it `nan`
            raise UsageError(f"{option} {text}: {number!r} is no percentage from 0 to 100")
        return cls(engine, percent)

    def __str__(self) -> str:
        return f"{self.engine}:{self.percent:g}"

    def holds(self, document_id: str, draw: str) -> bool:
        """Whether a document belongs to it. A larger share holds all of a smaller one's.

        Args:
            draw: what is drawn for, at most 16 ASCII letters; two draws know nothing of each other.
        """
        digest = hashlib.blake2b(document_id.encode(), digest_size=8, person=draw.encode()).digest()
        return int.from_bytes(digest, "big") * 100 < self.percent * 2**64


@dataclasses.dataclass(frozen=True)
class EngineChoice:
    """The engines of a run. A document is known by its bytes alone: a copy elsewhere gets the same ones."""

    engine: str
    experiment: Share | None = None  # read by another engine in the place of the first
    shadow: Share | None = None  # read by another engine too, only to be compared

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, each once."""
        shares = [share for share in (self.experiment, self.shadow) if share is not None]
        return tuple(dict.fromkeys([self.engine, *(share.engine for share in shares)]))

    def reader(self, document_id: str) -> str:
        """The engine whose words are the document's."""
        if self.experiment is not None and self.experiment.holds(document_id, "experiment"):
            return self.experiment.engine
        return self.engine

    def shadow_reader(self, document_id: str) -> str | None:
        """The engine that reads the document once more; None where there is none, or it is its reader already."""
        if self.shadow is None or not self.shadow.holds(document_id, "shadow"):
            return None
        return self.shadow.engine if self.shadow.engine != self.reader(document_id) else None
