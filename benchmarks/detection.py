"""What the Word Detector finds, what the engine reads of it, and what both cost: its methods, RapidOCR, Tesseract.

    python -m benchmarks.detection DATA [--methods learned components] [--sets receipts forms books] [--limit N]
        [--peers [--keep FOLDER]] [--parts]

DATA holds `receipts` (a box a line; its validation split), `forms` (a box a word) and `books` (no boxes), as pages with
`NAME.txt` and `NAME.json` beside each. Pages are rendered as the job renders them. With `--peers`, RapidOCR and
Tesseract get the same pages; with FOLDER, what they found, and its cost, are kept and not asked for again.

Recall and precision are one-to-one at IoU 0.5 on upright boxes, those of the detector and those of the words that were
read in the end; `covered` is the share of true boxes that lie to 0.7 within what is cut of the page for one line: what
the Word Net gets to see. CPU is of one thread and the programs that it starts, without rendering. Tesseract's boxes
come of reading the page; its lines are cut at wide gaps, as `pipelines.evaluate` does.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.detection_readers import PEERS, Boxes, Kept, Native, Reading
from models.detector.columns import part_columns
from models.detector.gather import gather
from models.detector.ink import find_dark, without_rules
from models.detector.level import make_level
from models.detector.regions import components
from models.detector.rows import form_rows
from models.detector.strips import find_strips
from models.detector.words import word_numbers
from models.grey import grey_of
from models.line_net import LineNet
from models.windows import cut_lines
from models.word_detector import METHODS, Method, WordDetector
from pipelines.evaluation.detection import matches
from pipelines.evaluation.labelled_pages import LabelledPage, read_folder
from pipelines.evaluation.measure import PageResult, render, score
from pipelines.evaluation.scores import Hits, total_hits
from schemas.geometry import Box, scaling, transform_quads
from schemas.pages import PageImage

DEFAULTS: tuple[Method, ...] = ("learned", "components")
SETS = ("receipts", "forms", "books")
COVERED = 0.7  # of a true box's area
EVERY = 5  # of the pages whose steps are timed
HEAD = """| set | reader | pages | detector: recall | precision | covered | CPU ms | most | read: F1 loose | strict \
| boxes: recall | precision | CPU s |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""

Read = Callable[[PageImage, str], Reading]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a reader made of a page."""

    found: Hits | None  # the detector's boxes; None where the truth or the detector has none of that kind
    covered: Hits
    detecting: float  # CPU seconds
    result: PageResult


def outcome(page: LabelledPage, image: PageImage, reading: Reading) -> Outcome:
    """Scores a page."""
    to_picture = scaling(page.width, page.height) @ image.to_page
    quads = transform_quads(to_picture, [word.quad for word in reading.read]) if reading.read else []
    words = [dataclasses.replace(word, quad=quad) for word, quad in zip(reading.read, quads, strict=True)]
    across, down = image.pixels.shape[1] / page.width, image.pixels.shape[0] / page.height
    boxes = [one.box for one in page.boxes or () if one.text.strip()]
    truth = np.array(boxes, float).reshape(-1, 4) * [across, down, across, down]
    units = reading.lines if page.lines else reading.words
    found = None
    if page.boxes is not None and units is not None:
        pairs = matches(*([Box(*box) for box in some.tolist()] for some in (truth, units)))
        found = Hits(len(pairs), len(units), len(truth))
    held = int((contained(truth, reading.seen) >= COVERED).sum())
    covered = Hits(held, held, len(truth))
    return Outcome(found, covered, reading.detecting, score(page, words, read_seconds=reading.reading))


def contained(boxes: Boxes, others: Boxes) -> np.ndarray:
    """The share of each box that lies within the one of the others that has most of it."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2).max(axis=1, initial=0.0)
    return np.asarray(common / np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))


def row(name: str, reader: str, outcomes: Sequence[Outcome]) -> str:
    """The figures of a set of pages, as a row of a table."""
    results = [one.result for one in outcomes]
    found = total_hits(one.found for one in outcomes if one.found)
    boxes = total_hits(result.boxes.detection for result in results if result.boxes)
    shares = [found.recall, found.precision, total_hits(one.covered for one in outcomes).recall]
    spent = [1000 * one.detecting for one in outcomes]
    texts = [total_hits(getattr(result, kind) for result in results).f1 for kind in ("loose", "strict")]
    cells = [
        *map(share, shares), f"{np.mean(spent):.0f}", f"{max(spent):.0f}", *map(share, texts), share(boxes.recall),
        share(boxes.precision), f"{np.mean([result.read_seconds for result in results]):.3f}",
    ]  # fmt: skip
    return f"| {name} | {reader} | {len(outcomes)} | {' | '.join(cells)} |"


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def parts(pages: Sequence[LabelledPage]) -> dict[str, float]:
    """CPU milliseconds a page of the steps of the methods, dark on light, and of cutting windows."""
    times: dict[str, float] = {}

    def step(name: str, function: Callable[..., Any], *arguments: object) -> Any:
        start = time.process_time()
        result = function(*arguments)
        times[name] = times.get(name, 0.0) + 1000 * (time.process_time() - start) / len(pages)
        return result

    detectors, net = {method: WordDetector(method) for method in DEFAULTS}, LineNet.open()
    for page in pages:
        grey = step("grey", grey_of, render(page).pixels)
        maps = step("network", net.maps, grey)
        rows, _ = step("gather", gather, grey, step("strips", find_strips, maps))
        step("columns", part_columns, rows, step("words", word_numbers, rows), maps.kernel)
        dark, _ = step("threshold", find_dark, grey)
        regions = step("components", components, step("rules", without_rules, dark))
        step("rows", form_rows, step("level", make_level, regions))
        for method in reversed(DEFAULTS):
            lines = step(f"all of {method}", detectors[method].detect, grey)
        step("cut_lines", cut_lines, grey, lines)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(DEFAULTS))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--limit", type=int, help="pages of each set, spread evenly")
    parser.add_argument("--peers", action="store_true", help="RapidOCR and Tesseract, too")
    parser.add_argument("--keep", type=Path, help="folder of what the peers found")
    parser.add_argument("--parts", action="store_true", help="what each step costs, too")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    readers: dict[str, Read] = {name: _ours(name) for name in options.methods}
    if options.peers:
        readers |= {name: Kept(name, options.keep) for name in PEERS}
    print(HEAD)
    for name in options.sets:
        _compare(name, read_folder(options.data / name, "validation", options.limit), readers)
    for name in options.sets if options.parts else ():
        times = parts(read_folder(options.data / name, "validation", options.limit)[::EVERY])
        print(f"{name}, CPU ms a page:", ", ".join(f"{step} {spent:.1f}" for step, spent in times.items()))
    return 0


def _ours(method: Method) -> Read:
    reader = Native(method)
    return lambda image, page: reader(image)


def _compare(name: str, pages: Sequence[LabelledPage], readers: dict[str, Read]) -> None:
    for reader, read in readers.items():
        outcomes = []
        for page in pages:
            image = render(page)
            outcomes.append(outcome(page, image, read(image, f"{page.category}-{page.name}")))
        print(row(name, reader, outcomes), flush=True)


if __name__ == "__main__":
    sys.exit(main())
