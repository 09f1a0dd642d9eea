"""A summary's counts as rows that a table can show, in an order that makes sense to a person."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from pipelines.report import explanations
from schemas.records import DOCUMENT_STATUSES
from transforms.compare_entries import KINDS
from transforms.summarise import Summary


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of a table."""

    label: str  # as the tables of the job have it
    count: int
    share: float  # 0..1 of all that the table counts
    note: str = ""  # a sentence, or nothing
    tone: str = "neutral"  # `good`, `neutral`, `quiet` or `bad`
    detail: bool = False  # a part of the row above


def files_by_ending(summary: Summary) -> list[Row]:
    """Each status with its reasons below it."""
    tones = {"done": "good", "failed": "bad"}
    rows = []
    for status in _known_first(summary.statuses, DOCUMENT_STATUSES):
        tone = tones.get(status, "quiet")
        note = explanations.ENDINGS.get(status, "")
        rows.append(_row(status, summary.statuses[status], summary.documents, note, tone))
        prefix = f"{status}: "
        reasons = {key.removeprefix(prefix): count for key, count in summary.reasons.items() if key.startswith(prefix)}
        rows.extend(_details(reasons, summary.documents, tone))
    return rows


def pages_by_category(summary: Summary) -> list[Row]:
    """Each category, with the reasons below `no_text` and `failed`."""
    tones = {"image_text": "good", "embedded_text": "neutral", "failed": "bad"}
    # A page's reason does not say whether it failed; that an error of this name was counted does.
    errors = {key.partition(": ")[2] for key in summary.failures}
    failed = {reason: count for reason, count in summary.page_reasons.items() if reason in errors}
    empty = {reason: count for reason, count in summary.page_reasons.items() if reason not in errors}
    rows = []
    for category in _known_first(summary.categories, explanations.CATEGORIES):
        tone = tones.get(category, "quiet")
        note = explanations.CATEGORIES.get(category, "")
        rows.append(_row(category, summary.categories[category], summary.pages, note, tone))
        rows.extend(_details({"failed": failed, "no_text": empty}.get(category, {}), summary.pages, tone))
    return rows


def changes(counts: Mapping[str, int]) -> str:
    """What became of files since the earlier runs, in words."""
    known = [kind for kind in KINDS if counts.get(kind)]
    return ", ".join(f"{counts[kind]:,} {kind.replace('_', ' ')}" for kind in known) or "no files"


def files_by_type(summary: Summary) -> list[Row]:
    """The most frequent first."""
    total = sum(summary.media_types.values())
    return [_row(name, count, total, "", "neutral") for name, count in _most_first(summary.media_types)]


def failures_by_cause(summary: Summary) -> list[Row]:
    """By stage and error, the most frequent first."""
    total = sum(summary.failures.values())
    return [
        _row(cause, count, total, explanations.REASONS.get(cause.partition(": ")[2], ""), "bad")
        for cause, count in _most_first(summary.failures)
    ]


def _details(reasons: Mapping[str, int], total: int, tone: str) -> list[Row]:
    return [
        dataclasses.replace(_row(reason, count, total, explanations.REASONS.get(reason, ""), tone), detail=True)
        for reason, count in _most_first(reasons)
    ]


def _row(label: str, count: int, total: int, note: str, tone: str) -> Row:
    return Row(label, count, count / total if total else 0.0, note, tone)


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _known_first(counts: Mapping[str, int], known: Iterable[str]) -> list[str]:
    order = [key for key in known if counts.get(key)]
    return [*order, *sorted(key for key in counts if counts[key] and key not in order)]
