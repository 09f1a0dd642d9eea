"""What the choice of the detector is worth to the reader: words and boxes of the engine `native`, beside the peers.

    python -m benchmarks.detection_read DATA [--limit N] [--peers N] [--detectors learned components]

DATA holds `receipts` (its validation split), `forms` and `books`. Scores are those of `pipelines.evaluate`: loose and
strict F1 of words, recall and precision of boxes (lines of receipts, words of forms, both after the Wordinator), CPU
seconds a page of reading. With `--peers`, RapidOCR and Tesseract read N pages of each set, and `native` the same ones.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from models.engines import Engine, native, open_engine
from models.word_detector import Method
from pipelines.evaluation.labelled_pages import LabelledPage, read_folder
from pipelines.evaluation.measure import measure
from pipelines.evaluation.scores import Hits, total_hits

SETS = ("receipts", "forms", "books")
PEERS = ("rapidocr", "tesseract")
HEAD = """| set | reader | pages | F1 loose | strict | boxes: recall | precision | CPU s a page |
|---|---|--:|--:|--:|--:|--:|--:|"""


def row(name: str, reader: str, pages: Sequence[LabelledPage], engine: Engine) -> str:
    """The scores of a set of pages."""
    results = [measure(page, engine) for page in pages]
    loose, strict = (total_hits(getattr(result, kind) for result in results) for kind in ("loose", "strict"))
    boxes = [result.boxes.detection for result in results if result.boxes is not None]
    found: Hits | None = total_hits(boxes) if boxes else None
    cells = [loose.f1, strict.f1, found and found.recall, found and found.precision]
    shown = " | ".join("-" if value is None else f"{value:.3f}" for value in cells)
    seconds = sum(result.read_seconds for result in results) / len(results)
    return f"| {name} | {reader} | {len(pages)} | {shown} | {seconds:.3f} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, help="pages of each set, spread evenly")
    parser.add_argument("--peers", type=int, default=0, help="pages of each set that the peers read")
    parser.add_argument("--detectors", nargs="+", choices=get_args(Method), default=["learned", "components"])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    arguments = parser.parse_args()
    engines: dict[str, Engine] = {f"native, {each}": native.open_engine(detector=each) for each in arguments.detectors}
    peers = {each: open_engine(each) for each in PEERS} if arguments.peers else {}
    print(HEAD)
    for name in arguments.sets:
        for reader, engine in engines.items():
            pages = read_folder(arguments.data / name, "validation", arguments.limit)
            print(row(name, reader, pages, engine), flush=True)
        for reader, engine in ({**engines, **peers} if peers else {}).items():
            pages = read_folder(arguments.data / name, "validation", arguments.peers)
            print(row(f"{name}, sample", reader, pages, engine), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
