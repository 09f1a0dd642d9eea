"""What the page models say: which pictures hold text to be read, which way up pages are, where documents lie.

    python -m benchmarks.page_models DATA [--pages N] [--parts ocrable turns scans]
    python -m benchmarks.page_models DATA --parts small made words same --held POOL [--count N]
    python -m benchmarks.page_models DATA --parts corners shots --held POOL [--count N] [--start N]
    python -m benchmarks.page_models DATA --parts upright --pdfs PDF ... [--pages N]

`ocrable`: the classifier on `forms`, `books` and the validation part of `receipts` (all hold text), on the photographs
that are held back from training and on `scenes` (none does).
`turns`: the same documents as rendered, each in all four turns, through the rectifier. `scans`: of which of them a
document is cut out, though they fill their images. `upright`: pages of born-digital PDFs that are turned, straightened
or cut out in vain.

POOL holds pages that are held back (`python -m training.page_models collect --part held --count 160 ...`). `small`:
small pictures made of them that the classifier lets through. `corners`: the quads found in photographs made of them;
`shots`: the same photographs, and which of them the classifier lets through; from number N on.
`made`: made scans, screenshots and scenes. `words`: words read in such photographs, with and without rectification.
`same`: words of pages that are turned, skewed or under perspective. All of this without the jail.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import page_photographs, small_pictures
from documents import media
from documents.reader import Document, open_document
from models.classifier import Classifier
from models.ocrable import LONG_SIDE
from models.rectifier import Rectifier, turned
from pipelines.evaluation.labelled_pages import PICTURES, read_folder
from training.page_models.photos import photos

DOCUMENTS = ("receipts", "forms", "books")


def of_set(data: Path, name: str) -> list[Path]:
    """The pictures of a set that nothing was trained on, in order."""
    if name == "photos":
        return photos(data, "held")
    if name in DOCUMENTS:
        return [Path(page.picture) for page in read_folder(data / name, "validation")]
    return sorted(path for path in (data / name).iterdir() if path.suffix in PICTURES)


def sampled(paths: list[Path], most: int | None) -> list[Path]:
    """At most so many, spread evenly."""
    return paths if most is None else paths[:: max(1, -(-len(paths) // most))]


def opened(paths: list[Path]) -> Iterator[Document]:
    for path in paths:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        media_type = media.sniff(data)
        assert media_type is not None, path
        with open_document(data, media_type) as document:
            yield document


def ocrable(paths: list[Path]) -> str:
    """A row of the table: pictures, those read on, CPU milliseconds of one."""
    classifier, kept, spent = Classifier(), 0, 0.0
    for document in opened(paths):
        started = time.process_time()
        preview = document.grey(0, LONG_SIDE)
        kept += classifier.is_readable(preview, classifier.score(preview))
        spent += time.process_time() - started
    return f"{len(paths)} | {kept} ({kept / len(paths):.1%}) | {1000 * spent / len(paths):.1f}"


def turns(paths: list[Path]) -> str:
    """A row of the table: pages, of each turn those that come out upright, upright ones turned, CPU milliseconds of an
    upright page and of one that is turned."""
    rectifier, right, spent = Rectifier(), [0, 0, 0, 0], [0.0, 0.0, 0.0, 0.0]
    for document in opened(paths):
        image = document.render(0)
        for needed in range(4):
            lying = turned(image, -needed % 4)
            started = time.process_time()
            right[needed] += rectifier.rectify(lying).quarter_turns == needed
            spent[needed] += time.process_time() - started
    every = f"{sum(right)} of {4 * len(paths)} ({sum(right) / 4 / len(paths):.1%})"
    standing, turned_ones = 1000 * spent[0] / len(paths), 1000 * sum(spent[1:]) / 3 / len(paths)
    return f"{len(paths)} | {every} | {len(paths) - right[0]} | {standing:.0f} | {turned_ones:.0f}"


def upright(paths: list[Path], most: int | None) -> str:
    """A row: pages of PDFs, at most so many, spread evenly; those turned, straightened, cut out; CPU ms a page."""
    pages = sum(document.inspect(1, False).page_count for document in opened(paths))
    step = 1 if most is None else max(1, -(-pages // most))
    rectifier, number, count, changed, spent = Rectifier(), 0, 0, [0, 0, 0], 0.0
    for document in opened(paths):
        for page in range(document.inspect(1, False).page_count):
            number += 1
            if number % step:
                continue
            image = document.render(page)
            started = time.process_time()
            found = rectifier.rectify(image)
            spent += time.process_time() - started
            count += 1
            for place, one in enumerate((found.quarter_turns, found.skew, found.corners)):
                changed[place] += bool(one)
    return f"{count} | {changed[0]} | {changed[1]} | {changed[2]} | {1000 * spent / count:.0f}"


def scans(paths: list[Path]) -> str:
    """A row: pages, and those of which a document was cut out."""
    return page_photographs.cut_out_of(document.render(0).pixels for document in opened(paths))


def on_real_pages(options: argparse.Namespace) -> None:
    """The parts that need the sets alone."""
    heads = {
        "ocrable": "| set | pictures | read on | CPU ms a picture |\n|---|--:|--:|--:|",
        "turns": "| set | pages | upright of four turns | upright ones turned | CPU ms, upright | CPU ms, turned |\n"
        "|---|--:|--:|--:|--:|--:|",
        "scans": "| set | pages | cut out |\n|---|--:|--:|",
    }
    rows = {"ocrable": ocrable, "turns": turns, "scans": scans}
    for part in [part for part in heads if part in options.parts]:
        print(heads[part])
        for name in (*DOCUMENTS, "photos", "scenes") if part == "ocrable" else DOCUMENTS:
            print(f"| {name} | {rows[part](sampled(of_set(options.data, name), options.pages))} |", flush=True)
        print()


def on_made_pages(options: argparse.Namespace) -> None:
    """The parts that need pages held back."""
    pool = page_photographs.held_pool(options.data, options.held)
    if "small" in options.parts:
        print("| small pictures | pictures | read on |\n|---|--:|--:|")
        for name, pictures in small_pictures.small_pictures(options.held, options.count).items():
            print(f"| {name} | {small_pictures.read_on(pictures)} |", flush=True)
        print()
    if "shots" in options.parts:
        shots = page_photographs.read_on(pool, options.count, options.start)
        print(f"| set | pictures | read on |\n|---|--:|--:|\n| photographs of documents | {shots} |\n", flush=True)
    if "corners" in options.parts:
        print(page_photographs.corners(pool, options.count, options.start) + "\n", flush=True)
    if "made" in options.parts:
        print("| set | pictures | cut out |\n|---|--:|--:|")
        for name, edges in (("made scans, screens, scenes", False), ("made scans with edges", True)):
            made = page_photographs.made_scans(pool, options.count, edges)
            print(f"| {name} | {page_photographs.cut_out_of(made)} |", flush=True)
        print()
    if "words" in options.parts:
        print(page_photographs.words(pool, options.held, options.count) + "\n", flush=True)
    if "same" in options.parts:
        print(page_photographs.same_words(pool, options.held, options.count), flush=True)


MADE = {"small", "shots", "corners", "made", "words", "same"}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.page_models",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, help="the folder of the sets")
    parser.add_argument("--pages", type=int, help="at most so many of each set (default: all)")
    parts = ("ocrable", "turns", "scans", "upright", *sorted(MADE))
    parser.add_argument("--parts", nargs="+", choices=parts, default=["ocrable", "turns", "scans"])
    parser.add_argument("--held", type=Path, help="folder of pages held back")
    parser.add_argument("--count", type=int, default=300, help="photographs, or pages read (default: 300)")
    parser.add_argument("--start", type=int, default=0, help="number of the first photograph (default: 0)")
    parser.add_argument("--pdfs", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    if MADE & set(options.parts) and options.held is None:
        parser.error("these parts need --held")
    on_real_pages(options)
    if "upright" in options.parts:
        print("| PDFs | pages | turned | straightened | cut out | CPU ms a page |\n|---|--:|--:|--:|--:|--:|")
        print(f"| {len(options.pdfs)} | {upright(options.pdfs, options.pages)} |\n", flush=True)
    if MADE & set(options.parts):
        on_made_pages(options)


if __name__ == "__main__":
    main()
