"""report.html: one file that needs nothing beside it and no script, and shows names as names, whatever they hold."""

from __future__ import annotations

import base64
import datetime
import itertools
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from pipelines.report import engines, explanations, rows, wording
from pipelines.report.facts import RunFacts, cpu_seconds_per_page, mean_milliseconds, name_within, pages_per_second
from pipelines.report.templates import environment
from schemas.records import STAGES
from transforms.elements import Thumbnail
from transforms.gallery import SIZE, rank
from transforms.summarise import UNREAD, Summary

GRID = 1000  # units across a page's picture: finer than its pixels
BANDS = (("sure", 0.9), ("fair", 0.7), ("poor", 0.0))  # of a word's confidence, from this value up
_NAME_LENGTH = 72  # of a gallery caption: three lines
_SHOWN_SECONDS = 0.005  # a document that took less than is shown is not slow


def render_report(facts: RunFacts, summary: Summary, gallery: Sequence[Thumbnail]) -> str:
    """The whole report; of the gallery the `transforms.gallery.SIZE` pages of least confidence."""
    return (
        environment("pipelines.report")
        .get_template("report.html.j2")
        .render(
            facts=facts,
            summary=summary,
            headline=_headline(facts, summary),
            circumstances=_circumstances(facts, summary),
            endings=rows.files_by_ending(summary),
            categories=rows.pages_by_category(summary),
            types=rows.files_by_type(summary),
            failures=rows.failures_by_cause(summary),
            engines=engines.engines_json(summary),
            read_twice=engines.read_twice_json(summary),
            unread=_unread(facts, summary),
            most_unread=UNREAD,
            stages=_stages(summary),
            slowest=_slowest(facts, summary),
            gallery=[_picture(item, facts) for item in sorted(gallery, key=rank)[:SIZE]],
            bands=BANDS,
            grid=GRID,
        )
    )


def _headline(facts: RunFacts, summary: Summary) -> list[tuple[str, str]]:
    return [
        ("Files", wording.number(summary.documents)),
        ("Pages", wording.number(summary.pages)),
        ("Words", wording.number(summary.words)),
        ("Pages a second", wording.figure(pages_per_second(facts, summary))),
        ("CPU seconds a page", wording.figure(cpu_seconds_per_page(summary))),
        ("Mean confidence", wording.confidence(summary.mean_confidence)),
    ]


def _circumstances(facts: RunFacts, summary: Summary) -> list[tuple[str, str]]:
    waves = wording.number(facts.waves)
    if facts.waves_resumed:
        waves += f", {wording.number(facts.waves_resumed)} of them from an earlier start"
    read_by = [f"{name} ({wording.count(pages, 'page')})" for name, pages in sorted(summary.engines.items())]
    return [
        ("Input", wording.printable(facts.input)),
        ("Output", wording.printable(facts.output)),
        ("Started", facts.started_at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("Ran for", wording.duration(facts.wall_seconds)),
        ("Engine", ", ".join(read_by) or facts.engine),
        *[(name, text) for name, text in (("Experiment", facts.experiment), ("Shadow", facts.shadow)) if text],
        ("Workers", "as the runner decides" if facts.workers is None else wording.number(facts.workers)),
        ("Waves", waves),
        *([] if facts.changes is None else [("Since the earlier runs", rows.changes(facts.changes))]),
        ("Parsers' jail", facts.isolation),
        ("Bytes read", wording.size(summary.bytes)),
        ("Overlay PDFs", wording.number(summary.overlays)),
        ("Longer than --max_pages", wording.number(summary.capped)),
    ]


def _stages(summary: Summary) -> list[dict[str, Any]]:
    total = sum(summary.milliseconds.values())
    return [
        {
            "label": stage,
            "note": explanations.STAGES[stage],
            "pages": summary.stage_pages[stage],
            "mean": mean_milliseconds(summary, stage),
            "share": summary.milliseconds[stage] / total if total else 0.0,
        }
        for stage in STAGES
        if summary.stage_pages.get(stage)
    ]


def _slowest(facts: RunFacts, summary: Summary) -> list[dict[str, Any]]:
    slow = [item for item in summary.slowest if item[0] >= _SHOWN_SECONDS]
    return [
        {"name": name_within(uri, facts), "seconds": seconds, "pages": pages, "share": seconds / slow[0][0]}
        for seconds, uri, pages in slow
    ]


def _unread(facts: RunFacts, summary: Summary) -> list[dict[str, str]]:
    tones = {"failed": "bad", "done": "good"}
    return [
        {
            "name": name_within(uri, facts),
            "status": status,
            "reason": reason,
            "note": explanations.REASONS.get(reason, ""),
            "tone": tones.get(status, "quiet"),
        }
        for _, uri, status, reason in summary.unread
    ]


def _picture(item: Thumbnail, facts: RunFacts) -> dict[str, Any]:
    name = name_within(item.uri, facts)
    return {
        "name": name,
        "short_name": wording.shortened(name, _NAME_LENGTH),
        "page": item.page + 1,
        "words": len(item.boxes),
        "confidence": item.mean_confidence,
        "height": max(1, round(item.aspect * GRID)),
        "source": Markup("data:image/jpeg;base64,") + base64.b64encode(item.jpeg).decode("ascii"),
        "paths": _paths(item),
    }


def _paths(item: Thumbnail) -> list[tuple[str, str]]:
    """For each band of confidence that occurs, all its boxes as one SVG path. The least sure come last, on top."""
    height = item.aspect * GRID
    boxes = sorted(item.boxes, key=lambda box: _order(box[4]))
    return [
        (band, "".join(_outline(*box[:4], height) for box in group))
        for band, group in itertools.groupby(boxes, key=lambda box: _band(box[4]))
    ]


def _outline(left: float, top: float, right: float, bottom: float, height: float) -> str:
    x, y = round(left * GRID), round(top * height)
    return f"M{x} {y}H{round(right * GRID)}V{round(bottom * height)}H{x}z"


def _band(confidence: float) -> str:
    """`none` for the -1 of an engine that gives no confidence."""
    return next((name for name, least in BANDS if confidence >= least), "none")


def _order(confidence: float) -> int:
    names = ["none", *(name for name, _ in BANDS)]
    return names.index(_band(confidence))
