"""What the page models say of real pictures: which hold text to be read, and which way up they are.

    python -m benchmarks.page_models DATA [--pages N] [--parts ocrable turns]

`ocrable`: the classifier on `forms`, `books` and the validation part of `receipts` (all hold text), on the photographs
that are held back from training and on `scenes` (none does); a picture that the job does not ask counts as read on.
`turns`: the same documents as rendered, each in all four turns, through the rectifier. Both without the jail.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.detection import pages, validation
from documents import media
from documents.reader import Document, open_document
from models.ocrable import LONG_SIDE, OcrableNet
from models.rectifier import Rectifier, turned
from training.page_models.photos import photos
from transforms.classify_pages import SMALLEST

DOCUMENTS = ("receipts", "forms", "books")


def of_set(data: Path, name: str) -> list[Path]:
    """The pictures of a set that nothing was trained on, in order."""
    if name == "photos":
        return photos(data, "held")
    if name == "receipts":
        return pages(data / name, validation(data / name))
    return pages(data / name)


def sampled(paths: list[Path], most: int | None) -> list[Path]:
    """At most so many, spread evenly."""
    return paths if most is None else paths[:: max(1, -(-len(paths) // most))]


def opened(paths: list[Path]) -> Iterator[Document]:
    for path in paths:
        data = path.read_bytes()
        media_type = media.sniff(data)
        assert media_type is not None, path
        with open_document(data, media_type) as document:
            yield document


def ocrable(paths: list[Path]) -> str:
    """A row of the table: pictures, asked, read on, CPU milliseconds of one that is asked."""
    net, asked, kept, spent = OcrableNet.open(), 0, 0, 0.0
    for document in opened(paths):
        started = time.process_time()
        preview = document.preview(0, LONG_SIDE)
        if max(preview.shape) < SMALLEST:
            kept += 1
            continue
        asked, kept = asked + 1, kept + (net.score(preview) >= net.threshold)
        spent += time.process_time() - started
    return f"{len(paths)} | {asked} | {kept} ({kept / len(paths):.1%}) | {1000 * spent / max(1, asked):.1f}"


def turns(paths: list[Path]) -> str:
    """A row of the table: pages, of each turn those that come out upright, upright ones turned, CPU milliseconds."""
    rectifier, right, spent = Rectifier(), [0, 0, 0, 0], 0.0
    for document in opened(paths):
        image = document.render(0)
        for needed in range(4):
            lying = turned(image, -needed % 4)
            started = time.process_time()
            right[needed] += rectifier.rectify(lying).quarter_turns == needed
            spent += time.process_time() - started
    every = f"{sum(right)} of {4 * len(paths)} ({sum(right) / 4 / len(paths):.1%})"
    return f"{len(paths)} | {every} | {len(paths) - right[0]} | {1000 * spent / 4 / len(paths):.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page_models", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the sets")
    parser.add_argument("--pages", type=int, help="at most so many of each set (default: all)")
    parser.add_argument("--parts", nargs="+", choices=("ocrable", "turns"), default=["ocrable", "turns"])
    options = parser.parse_args()
    if "ocrable" in options.parts:
        print("| set | pictures | asked | read on | CPU ms a picture asked |\n|---|--:|--:|--:|--:|")
        for name in (*DOCUMENTS, "photos", "scenes"):
            print(f"| {name} | {ocrable(sampled(of_set(options.data, name), options.pages))} |", flush=True)
    if "turns" in options.parts:
        print("\n| set | pages | upright of four turns | upright ones turned | CPU ms a page |\n|---|--:|--:|--:|--:|")
        for name in DOCUMENTS:
            print(f"| {name} | {turns(sampled(of_set(options.data, name), options.pages))} |", flush=True)


if __name__ == "__main__":
    main()
