"""What the Word Detector finds, and what it costs: its methods, RapidOCR's detector, Tesseract.

    python -m benchmarks.detection DATA [--peers 10] [--json FILE]

DATA holds `forms` (a box a word) and `receipts` (a box a line, its validation split), as pages with `NAME.json` beside
each: a list of `[x0, y0, x1, y1, text]`. Pages are rendered as the job renders them. Forms are given in two halves,
those whose pages the thresholds were chosen on, and the others.

Recall and precision are one-to-one at IoU 0.5 on upright boxes; `covered` is the share of true boxes that lie to 0.7
within one line found: what the Word Net gets to see. CPU is of one thread and the programs that it starts, without
rendering. Tesseract's boxes come of reading the page; its lines are cut at wide gaps, as `pipelines.evaluate` does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from models.detector.gather import gather
from models.detector.ink import find_dark, without_rules
from models.detector.level import make_level
from models.detector.regions import components
from models.detector.rows import form_rows
from models.detector.strips import find_strips
from models.line_net import LineNet
from models.windows import cut_lines
from models.word_detector import METHODS, Line, Method, WordDetector
from pipelines.evaluation.detection import as_lines, matches
from pipelines.evaluation.labelled_pages import LabelledPage, read_folder
from pipelines.evaluation.measure import render
from schemas.geometry import Box, Quad, pixels_to_fractions
from schemas.pages import PageImage, Pixels

DEFAULTS: tuple[Method, ...] = ("learned", "components")  # MSER, six times as slow, gets the samples alone
COVERED = 0.7  # of a true box's area

Boxes = np.ndarray  # (n, 4): left, top, right, bottom
Find = Callable[[Pixels], tuple[Boxes, Boxes]]  # words and lines of a page


class Page(NamedTuple):
    pixels: Pixels
    truth: Boxes


class Figures(NamedTuple):
    pages: int
    recall: float | None  # None where the finder gives no such boxes
    precision: float | None
    covered: float
    cpu_ms_mean: float
    cpu_ms_most: float


def load(labelled: LabelledPage) -> Page:
    """A page as the job renders it, its true boxes scaled alike."""
    pixels = render(labelled).pixels
    across, down = pixels.shape[1] / labelled.width, pixels.shape[0] / labelled.height
    boxes = [one.box for one in labelled.boxes or () if one.text.strip()]
    return Page(pixels, np.array(boxes, float).reshape(-1, 4) * [across, down, across, down])


def contained(boxes: Boxes, others: Boxes) -> np.ndarray:
    """The share of each box that lies within the one of the others that has most of it."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2).max(axis=1, initial=0.0)
    return np.asarray(common / np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))


def measure(loaded: Sequence[Page], find: Find, unit: int) -> Figures:
    """Scores of words (`unit` 0) or lines (1)."""
    hits = truths = outputs = covered = 0
    times = []
    for page in loaded:
        start = cpu_seconds()
        found = find(page.pixels)
        times.append(1000 * (cpu_seconds() - start))
        hits += len(matches(*([Box(*box) for box in boxes] for boxes in (page.truth.tolist(), found[unit].tolist()))))
        truths, outputs = truths + len(page.truth), outputs + len(found[unit])
        covered += int((contained(page.truth, found[1]) >= COVERED).sum())
    return Figures(
        len(loaded),
        hits / truths,
        hits / max(1, outputs),
        covered / truths,
        float(np.mean(times)),
        float(np.max(times)),
    )


def cpu_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    return sum(os.times()[2:4]) + time.process_time()


def boxes_of(quads: Sequence[Quad]) -> Boxes:
    return np.array([quad.box for quad in quads], float).reshape(-1, 4)


def by_detector(method: Method) -> Find:
    detector = WordDetector(method)

    def find(pixels: Pixels) -> tuple[Boxes, Boxes]:
        lines: list[Line] = detector.detect(pixels)
        return boxes_of([word for line in lines for word in line.words]), boxes_of([line.quad for line in lines])

    return find


def by_rapidocr() -> Find:
    """RapidOCR's detector as the engine `rapidocr` uses it: it finds lines, no words."""
    from models.engines.rapidocr import open_engine

    engine = open_engine()

    def find(pixels: Pixels) -> tuple[Boxes, Boxes]:
        lines = boxes_of(engine._find_lines(np.ascontiguousarray(pixels[:, :, ::-1])))
        return lines, lines

    return find


def by_tesseract() -> Find:
    """Tesseract's words and lines, as the engine `tesseract` reads them."""
    from models.engines.tesseract import open_engine

    engine = open_engine()

    def find(pixels: Pixels) -> tuple[Boxes, Boxes]:
        words = engine.read(PageImage(pixels, pixels_to_fractions(pixels.shape[1], pixels.shape[0])))
        lines = np.array([line.box for line in as_lines(words)], float).reshape(-1, 4)
        return boxes_of([word.quad for word in words]), lines

    return find


def parts(loaded: Sequence[Page]) -> dict[str, float]:
    """CPU milliseconds a page of the steps of both default methods, dark on light, and of cutting windows."""
    times: dict[str, float] = {}

    def step(name: str, function: Callable[..., Any], *arguments: object) -> Any:
        start = time.process_time()
        result = function(*arguments)
        times[name] = times.get(name, 0.0) + 1000 * (time.process_time() - start) / len(loaded)
        return result

    detectors, net = {method: WordDetector(method) for method in DEFAULTS}, LineNet.open()
    for page in loaded:
        grey = step("grey", cv2.cvtColor, page.pixels, cv2.COLOR_RGB2GRAY)
        dark, _ = step("threshold", find_dark, grey)
        regions = step("components", components, step("rules", without_rules, dark))
        step("rows", form_rows, step("level", make_level, regions))
        strips = step("strips", find_strips, step("network", net.maps, grey))
        step("gather", gather, grey, strips)
        for method, detector in detectors.items():
            lines = step(f"all of {method}", detector.detect, page.pixels)
        step("cut_lines", cut_lines, page.pixels, lines)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--peers", type=int, default=0, help="pages of each set that RapidOCR and Tesseract get as well"
    )
    parser.add_argument("--json", type=Path, help="where to write the figures")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    forms, receipts = (read_folder(arguments.data / name, "validation") for name in ("forms", "receipts"))
    sets = {
        "forms, seen (words)": (forms[::2], 0),
        "forms, unseen (words)": (forms[1::2], 0),
        "receipts (lines)": (receipts, 1),
    }
    figures: dict[str, dict[str, Figures]] = {}
    for name, (labelled, unit) in sets.items():
        loaded = [load(page) for page in labelled]
        figures[name] = {method: measure(loaded, by_detector(method), unit) for method in DEFAULTS}
        if arguments.peers:
            some = loaded[:: max(1, len(loaded) // arguments.peers)][: arguments.peers]
            sample = {method: measure(some, by_detector(method), unit) for method in METHODS}
            peer = measure(some, by_rapidocr(), unit)
            sample["rapidocr"] = peer if unit == 1 else peer._replace(recall=None, precision=None)
            sample["tesseract"] = measure(some, by_tesseract(), unit)
            figures[f"{name}, sample"] = sample
    print(table(figures))
    for name, (labelled, _) in sets.items():
        times = parts([load(page) for page in labelled[::5]])
        print(f"{name}, CPU ms a page:", ", ".join(f"{step} {spent:.1f}" for step, spent in times.items()))
    if arguments.json:
        plain = {name: {key: row._asdict() for key, row in rows.items()} for name, rows in figures.items()}
        arguments.json.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return 0


def table(figures: dict[str, dict[str, Figures]]) -> str:
    """As Markdown."""
    lines = [
        "| set | method | pages | recall | precision | covered | CPU ms a page | most |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, rows in figures.items():
        for method, row in rows.items():
            lines.append(
                f"| {name} | {method} | {row.pages} | {share(row.recall)} | {share(row.precision)} | {row.covered:.3f} "
                f"| {row.cpu_ms_mean:.0f} | {row.cpu_ms_most:.0f} |"
            )
    return "\n".join(lines)


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
