"""The summary that a run ends with on the console."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from pipelines.report import rows, wording
from pipelines.report.facts import RunFacts, cpu_seconds_per_page, name_within, pages_per_second
from pipelines.report.rows import Row
from transforms.retries import saved_share
from transforms.summarise import Summary

WIDTH = 80  # columns; only a path or a name may reach further, so that it can be copied whole
_LABEL = 24
_NUMBER = 12
_NAMED = 5  # files that failed


def render_summary(facts: RunFacts, summary: Summary, paths: Mapping[str, str]) -> str:
    """Plain text: counts, speed, `paths` (label to place) in their order, and where to look when something failed."""
    blocks = [
        _sentence(facts, summary),
        _table("Files", summary.documents, rows.files_by_ending(summary)),
        _table("Pages", summary.pages, rows.pages_by_category(summary)),
        _figures(facts, summary),
        _places(paths),
        _failed(facts, summary),
        _hint(facts, summary),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _sentence(facts: RunFacts, summary: Summary) -> list[str]:
    workers = "" if facts.workers is None else f" and {wording.count(facts.workers, 'worker')}"
    text = (
        f"Run {wording.printable(facts.run)}: {wording.count(summary.documents, 'file')} in "
        f"{wording.duration(facts.wall_seconds)}, with {facts.engine}{workers}."
    )
    if facts.waves_resumed:
        verb = "was" if facts.waves_resumed == 1 else "were"
        text += f" {facts.waves_resumed:,} of {wording.count(facts.waves, 'wave')} {verb} done before."
    if facts.changes is not None:
        text += f" Since the earlier runs: {rows.changes(facts.changes)}."
    return _wrapped(text, "")


def _table(title: str, total: int, lines: Sequence[Row]) -> list[str]:
    table = [_line(f"  {title}", wording.number(total))]
    for row in lines:
        start = _line(f"{'      ' if row.detail else '    '}{row.label}", wording.number(row.count))
        table.extend(_wrapped(row.note, f"{start}  ") if row.note else [start])
    return table


def _figures(facts: RunFacts, summary: Summary) -> list[str]:
    return [
        _line("  Words", wording.number(summary.words)),
        _line("  Mean confidence", wording.confidence(summary.mean_confidence)),
        _line("  Overlay PDFs", wording.number(summary.overlays)),
        *_capped(summary),
        *_retried(summary),
        _line("  Pages a second", wording.figure(pages_per_second(facts, summary))),
        _line("  CPU seconds a page", wording.figure(cpu_seconds_per_page(summary))),
    ]


def _capped(summary: Summary) -> list[str]:
    if not summary.capped:
        return []
    start = _line("  Longer than --max_pages", wording.number(summary.capped))
    return _wrapped("Only their first pages were looked at.", f"{start}  ")


def _retried(summary: Summary) -> list[str]:
    share = saved_share(summary.retries)
    if share is None:
        return []
    start = _line("  Storage calls retried", wording.number(sum(summary.retries.values())))
    return _wrapped(f"A second or third try saved {share:.0%} of them.", f"{start}  ")


def _places(paths: Mapping[str, str]) -> list[str]:
    width = max(map(len, paths), default=0)
    return [f"  {label[:1].upper() + label[1:]:<{width}}  {wording.printable(path)}" for label, path in paths.items()]


def _failed(facts: RunFacts, summary: Summary) -> list[str]:
    """The first files that failed, or a page of which did; the report names more."""
    named = [
        f"  {reason}: {name_within(uri, facts)}"
        for _, uri, status, reason in summary.unread
        if status == "failed" or reason in ("pages_failed", "overlay_failed")
    ]
    return [*named[:_NAMED], *(["  ..."] if len(named) > _NAMED else [])]


def _hint(facts: RunFacts, summary: Summary) -> list[str]:
    failures = sum(summary.failures.values())
    if not failures:
        return []
    text = f"{wording.count(failures, 'failure')}: the file, page and message of each are in the failures table."
    if summary.internal_errors:
        verb = "was" if summary.internal_errors == 1 else "were"
        text += f" {summary.internal_errors:,} {verb} not foreseen (internal_error): please report."
    return [*_wrapped(text, "  "), f"  {wording.printable(facts.failures)}"]


def _line(label: str, value: str) -> str:
    return f"{label:<{_LABEL}}{value:>{_NUMBER}}"


def _wrapped(text: str, start: str) -> list[str]:
    """`text` behind `start`, and its further lines below where it begins."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
