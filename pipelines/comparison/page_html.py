"""comparison.html: what two engines agree on, and the pages on which they do least. One file, no script."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from pipelines.comparison.compared_pages import ComparedPage, Side
from pipelines.comparison.figures import agreement_loose
from pipelines.comparison.pictures import Picture, picture
from pipelines.report import wording
from pipelines.report.templates import environment
from schemas.geometry import Quad, scaling, transform_quads

SHOWN = 12  # pages that are pictured
LISTED = 100  # pages that have a row
_BLANK = Picture("", 850, 1100)  # stands for a page of which there is no picture


def render_page(comparison: Mapping[str, Any], pages: Sequence[ComparedPage], source: str) -> str:
    """The page of a comparison, as `figures.comparison` gave it, of these pages of the input `source`."""
    return (
        environment("pipelines.comparison")
        .get_template("comparison.html.j2")
        .render(
            comparison=comparison,
            sides=(comparison["first"], comparison["second"]),
            input=source,
            listed=[_listed(page, source) for page in pages[:LISTED]],
            more=max(0, len(pages) - LISTED),
            shown=[_shown(page, source) for page in pages[:SHOWN] if page.differing > 0],
            most=max(level["pages"] for level in comparison["pages_by_agreement"]),
        )
    )


def _listed(page: ComparedPage, source: str) -> dict[str, Any]:
    row = page.row
    return {
        "name": wording.printable(row.uri.removeprefix(f"{source.rstrip('/')}/")),
        "page": row.page + 1,
        "row": row,
        "agreement_loose": agreement_loose(row),
        "only": (len(page.first.only), len(page.second.only)),
        "differing": page.differing,
    }


def _shown(page: ComparedPage, source: str) -> dict[str, Any]:
    shown = picture(page.row)
    frame = shown or _BLANK
    row = page.row
    return {
        **_listed(page, source),
        "source": Markup(shown.source) if shown else None,
        "width": frame.width,
        "height": frame.height,
        "sides": [
            _side(row.engine, page.first, row.mean_confidence, row.cpu_seconds, frame),
            _side(row.shadow, page.second, row.shadow_mean_confidence, row.shadow_cpu_seconds, frame),
        ],
    }


def _side(engine: str, side: Side, mean_confidence: float | None, cpu_seconds: float, frame: Picture) -> dict[str, Any]:
    marked = list(zip(side.text, side.marks, strict=True))
    quads = transform_quads(scaling(frame.width, frame.height), [word.quad for word in side.words])
    layers: dict[str, list[Quad]] = {}
    for word, mark in marked:
        layers.setdefault(mark, []).extend(quads[index] for index in word.members)
    return {
        "engine": engine,
        "words": len(side.text),
        "only": len(side.only),
        "mean_confidence": mean_confidence,
        "cpu_seconds": cpu_seconds,
        "layers": [(mark, "".join(map(_outline, layers[mark]))) for mark in sorted(layers)],
        "lines": [
            [(wording.printable(word.text), mark) for word, mark in group]
            for _, group in itertools.groupby(marked, key=lambda item: item[0].line)
        ],
    }


def _outline(quad: Quad) -> str:
    x, y = [round(value) for value in quad[0::2]], [round(value) for value in quad[1::2]]
    return f"M{x[0]} {y[0]}L{x[1]} {y[1]}L{x[2]} {y[2]}L{x[3]} {y[3]}z"
