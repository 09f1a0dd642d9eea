"""What engines did in a run, as sums that add up: each alone, and two on the same pages."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

from schemas.records import ShadowRow

Sums = TypeVar("Sums", "EngineSums", "ShadowSums")


@dataclasses.dataclass(frozen=True)
class EngineSums:
    """What one engine did. Words, confidence and time are of its pages that ended well or failed."""

    documents: int = 0
    pages: int = 0  # that ended well
    failed: int = 0  # pages
    copies: int = 0  # of both: pages whose words were read at another place
    words: int = 0  # that the files did not have before
    confidence_sum: float = 0.0
    confidence_count: int = 0
    cpu_seconds: float = 0.0  # for reading alone

    def __add__(self, other: EngineSums) -> EngineSums:
        return _sum(self, other)

    @property
    def mean_confidence(self) -> float | None:
        return self.confidence_sum / self.confidence_count if self.confidence_count else None

    @property
    def cpu_seconds_per_page(self) -> float | None:
        """Over the pages that it was asked for."""
        pages = self.pages + self.failed - self.copies
        return self.cpu_seconds / pages if pages else None


@dataclasses.dataclass(frozen=True)
class ShadowSums:
    """Two engines on the same pages: the columns of `ShadowRow` over those on which neither failed."""

    pages: int = 0  # on which neither failed
    failed: int = 0  # pages on which the first one did
    shadow_failed: int = 0  # pages on which the second one did
    words: int = 0
    words_loose: int = 0
    shadow_words: int = 0
    shadow_words_loose: int = 0
    common: int = 0
    common_loose: int = 0
    confidence_sum: float = 0.0  # a page's mean counts as often as the page has words
    confidence_count: int = 0
    shadow_confidence_sum: float = 0.0
    shadow_confidence_count: int = 0
    cpu_seconds: float = 0.0
    shadow_cpu_seconds: float = 0.0

    def __add__(self, other: ShadowSums) -> ShadowSums:
        return _sum(self, other)


def _sum(one: Sums, other: Sums) -> Sums:
    names = [field.name for field in dataclasses.fields(one)]
    return type(one)(**{name: getattr(one, name) + getattr(other, name) for name in names})


def of_shadow_row(row: ShadowRow) -> ShadowSums:
    """One page's share."""
    if row.words is None or row.shadow_words is None or row.common is None:
        return ShadowSums(failed=int(row.words is None), shadow_failed=int(row.shadow_words is None))
    sure, shadow_sure = row.mean_confidence is not None, row.shadow_mean_confidence is not None
    return ShadowSums(
        pages=1,
        words=row.words,
        words_loose=row.words_loose or 0,
        shadow_words=row.shadow_words,
        shadow_words_loose=row.shadow_words_loose or 0,
        common=row.common,
        common_loose=row.common_loose or 0,
        confidence_sum=(row.mean_confidence or 0.0) * row.words,
        confidence_count=row.words if sure else 0,
        shadow_confidence_sum=(row.shadow_mean_confidence or 0.0) * row.shadow_words,
        shadow_confidence_count=row.shadow_words if shadow_sure else 0,
        cpu_seconds=row.cpu_seconds,
        shadow_cpu_seconds=row.shadow_cpu_seconds,
    )
