"""The facts of a run beside its counts, and what summary.json holds."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from pipelines.report import engines, wording
from schemas.records import CATEGORIES, DOCUMENT_STATUSES, STAGES
from transforms.retries import saved_share
from transforms.summarise import Summary


@dataclasses.dataclass(frozen=True)
class RunFacts:
    """What is known of a run beside the ends of its documents and pages."""

    run: str
    input: str
    output: str
    engine: str
    workers: int | None  # None: the runner decides
    started_at: datetime.datetime  # with its time zone
    wall_seconds: float  # spent running, over all starts
    waves: int
    waves_resumed: int  # whole already when this start began
    isolation: str  # level of the jail
    experiment: str | None = None  # ENGINE:PERCENT, as the next
    shadow: str | None = None
    changes: dict[str, int] | None = None  # of a nightly run: entries by what became of them since earlier runs

    @property
    def tables(self) -> str:
        """The folder of the four tables."""
        return f"{self.output.rstrip('/')}/tables"

    @property
    def failures(self) -> str:
        """The folder of this run's failures table."""
        return f"{self.tables}/failures/run={self.run}"

    @property
    def overlays(self) -> str:
        """The folder of the overlay PDFs."""
        return f"{self.output.rstrip('/')}/overlays"

    @property
    def report(self) -> str:
        """The report's file."""
        return f"{self.output.rstrip('/')}/runs/{self.run}/report.html"


def name_within(uri: str, facts: RunFacts) -> str:
    """A file's name within the input, where it lies in there, to be shown."""
    return wording.printable(uri.removeprefix(f"{facts.input.rstrip('/')}/"))


def pages_per_second(facts: RunFacts, summary: Summary) -> float | None:
    """Of wall clock, all pages counted, those that ended early too; None where no time passed."""
    return summary.pages / facts.wall_seconds if facts.wall_seconds > 0 else None


def cpu_seconds_per_page(summary: Summary) -> float | None:
    """User + system over all pages; None where there are none."""
    return summary.cpu_seconds / summary.pages if summary.pages else None


def mean_milliseconds(summary: Summary, stage: str) -> float | None:
    """Wall clock of a stage over the pages that passed it; None where none did."""
    pages = summary.stage_pages.get(stage, 0)
    return summary.milliseconds[stage] / pages if pages else None


def summary_json(facts: RunFacts, summary: Summary) -> dict[str, Any]:
    """What summary.json holds: plain values under keys that are always there and never change."""
    return {
        "run": facts.run,
        "input": facts.input,
        "output": facts.output,
        "engine": facts.engine,
        "experiment": facts.experiment,  # ENGINE:PERCENT, as the next; null without
        "shadow": facts.shadow,
        "workers": facts.workers,  # null: the runner decided
        "isolation": facts.isolation,
        "started_at": facts.started_at.astimezone(datetime.timezone.utc).isoformat(timespec="seconds"),
        "wall_seconds": round(facts.wall_seconds, 3),  # over all starts of the run
        "waves": facts.waves,
        "waves_resumed": facts.waves_resumed,  # whole already when the last start began
        "changes": facts.changes,  # null but of a nightly run: files by what became of them since the earlier runs
        "files": summary.documents,
        "files_by_status": _complete(DOCUMENT_STATUSES, summary.statuses),
        "files_by_reason": _ordered(summary.reasons),  # "status: reason"; files without a reason are not in it
        "files_by_media_type": _ordered(summary.media_types),  # by content; files of unknown type are not in it
        "bytes": summary.bytes,  # of the files that were read
        "overlays": summary.overlays,  # PDFs written
        "capped": summary.capped,  # files of which only the first pages were looked at
        "pages": summary.pages,
        "pages_by_category": _complete((*CATEGORIES, "failed"), summary.categories),
        "pages_by_reason": _ordered(summary.page_reasons),
        "pages_by_engine": _ordered(summary.engines),  # "engine version"
        "engines": engines.engines_json(summary),  # what each did; more than one in an experiment
        "read_twice": engines.read_twice_json(summary),  # two engines on the same pages; empty without --shadow
        "words": summary.words,
        "mean_confidence": _rounded(summary.mean_confidence, 4),  # 0..1; null where no word has one
        "pages_per_second": _rounded(pages_per_second(facts, summary), 4),  # of wall clock; null where no time passed
        "cpu_seconds": round(summary.cpu_seconds, 3),  # user + system
        "cpu_seconds_per_page": _rounded(cpu_seconds_per_page(summary), 4),  # null without pages
        "milliseconds_by_stage": {  # mean wall clock a page; null where no page passed the stage
            stage: _rounded(mean_milliseconds(summary, stage), 2) for stage in STAGES
        },
        "failures": sum(summary.failures.values()),  # rows of the failures table
        "failures_by_cause": _ordered(summary.failures),  # "stage: error"
        "internal_errors": summary.internal_errors,  # those of them that nobody foresaw
        "retries": {  # calls of storages whose first try failed for a reason that may pass
            "by_try": dict(sorted(summary.retries.items())),  # by the try that helped: "2" to "5", or "lost"
            "saved_by_second_or_third": _rounded(saved_share(summary.retries), 4),  # share; null where none failed
        },
        "slowest": [  # by CPU time, the slowest first
            {"uri": uri, "cpu_seconds": round(seconds, 3), "pages": pages} for seconds, uri, pages in summary.slowest
        ],
        "unread": [  # what somebody may want to look after, the worst first, 50 at most
            {"uri": uri, "status": status, "reason": reason} for _, uri, status, reason in summary.unread
        ],
        "tables_folder": facts.tables,
        "overlays_folder": facts.overlays,
        "report_file": facts.report,
    }


def _complete(keys: tuple[str, ...], counts: dict[str, int]) -> dict[str, int]:
    return {key: counts.get(key, 0) for key in (*keys, *sorted(set(counts) - set(keys)))}


def _ordered(counts: dict[str, int]) -> dict[str, int]:
    return {key: counts[key] for key in sorted(counts, key=lambda key: (-counts[key], key))}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
