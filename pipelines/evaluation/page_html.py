"""evaluation.html: the scores, and the worst pages with truth and output side by side. One file, no script."""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup
from PIL import Image

from documents import media
from documents.reader import open_document
from pipelines.evaluation import differences
from pipelines.evaluation.measure import PageResult
from pipelines.evaluation.reliability import BINS
from pipelines.evaluation.texts import text_words, truth_lines
from pipelines.report import wording
from pipelines.report.templates import environment
from schemas.errors import PagebeamError
from schemas.geometry import Quad

WORST = 8  # pages of each category that are shown
_LONGEST = 1100  # pixels of a page's picture: small print can just be read
_QUALITY = 60  # JPEG


def render_page(evaluation: Mapping[str, Any], results: Sequence[PageResult]) -> str:
    """The page of an evaluation, as `figures.evaluation` gave it, of these results."""
    categories = [(name, figures) for name, figures in evaluation["categories"].items()]
    rows = categories if len(categories) == 1 else [*categories, ("all", evaluation["overall"])]
    return (
        environment("pipelines.evaluation")
        .get_template("evaluation.html.j2")
        .render(
            evaluation=evaluation,
            rows=rows,
            plots=[(name, figures["confidence"]) for name, figures in categories if figures["confidence"]],
            bins=BINS,
            worst=[(name, [_shown(result) for result in worst(results, name)]) for name, _ in categories],
        )
    )


def worst(results: Iterable[PageResult], category: str) -> list[PageResult]:
    """The pages of a category with the lowest loose F1, the worst first; ties by name."""
    own = [result for result in results if result.page.category == category]
    return sorted(own, key=lambda result: (result.loose.f1, result.page.name))[:WORST]


def _shown(result: PageResult) -> dict[str, Any]:
    page = result.page
    truth = [(number, word) for number, line in enumerate(truth_lines(page)) for word in line]
    output = text_words(result.words)
    truth_marks, output_marks = differences.marks([word for _, word in truth], [word.text for word in output])
    return {
        "result": result,
        "source": _picture(page.picture),
        "before": None if result.before is None else "".join(map(_outline, result.before)),
        "layers": _layers(result, [(word.members, mark) for word, mark in zip(output, output_marks, strict=True)]),
        "truth": _lines((line, word, mark) for (line, word), mark in zip(truth, truth_marks, strict=True)),
        "output": _lines((word.line, word.text, mark) for word, mark in zip(output, output_marks, strict=True)),
    }


def _lines(marked: Iterable[tuple[int, str, str]]) -> list[list[tuple[str, str]]]:
    """(word, mark) by line."""
    return [
        [(wording.printable(word), mark) for _, word, mark in group]
        for _, group in itertools.groupby(marked, key=lambda item: item[0])
    ]


def _layers(result: PageResult, words: Sequence[tuple[tuple[int, ...], str]]) -> list[tuple[str, str]]:
    """What is drawn over a page, each layer as a class and an SVG path in pixels of the picture as it is stored."""
    quads: dict[str, list[Quad]] = {}
    for members, mark in words:
        quads.setdefault(f"word-{mark}", []).extend(result.words[index].quad for index in members)
    boxes = result.boxes
    if boxes is not None and result.page.boxes is not None:
        matched = {truth for truth, _ in boxes.pairs}
        for index, truth in enumerate(result.page.boxes):
            name = "truth-found" if index in matched else "truth-missed"
            quads.setdefault(name, []).append(Quad.of_box(*truth.box))
        if result.page.lines:
            quads["piece"] = [Quad.of_box(*one.box) for one in boxes.found]
    return [(name, "".join(map(_outline, layer))) for name, layer in sorted(quads.items())]


def _outline(quad: Quad) -> str:
    x, y = [round(value) for value in quad[0::2]], [round(value) for value in quad[1::2]]
    return f"M{x[0]} {y[0]}L{x[1]} {y[1]}L{x[2]} {y[2]}L{x[3]} {y[3]}z"


def _picture(path: str) -> Markup | None:
    """A small JPEG as a data URI; None where the page cannot be read."""
    data = Path(path).read_bytes()
    media_type = media.sniff(data)
    if media_type is None:
        return None
    try:
        with open_document(data, media_type) as document:
            pixels = document.preview(0, _LONGEST)
    except PagebeamError:
        return None
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "JPEG", quality=_QUALITY)
    return Markup("data:image/jpeg;base64,") + base64.b64encode(sink.getvalue()).decode("ascii")
