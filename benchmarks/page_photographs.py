"""Photographs of documents made of pages and grounds that nothing was trained on, and what the corner networks and an
engine make of them. Parts of `benchmarks.page_models`."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from documents.sizing import BOX, render_size
from models.classifier import Classifier
from models.corner_patches import clockwise
from models.corners import CornerFinder
from models.engines import open_engine
from models.engines.base import Engine
from models.grey import grey_of, shrunk
from models.ocrable import LONG_SIDE as PREVIEW
from models.quads import overlap
from models.rectifier import Rectifier, straightened, turned
from pipelines.evaluation.scores import Hits, loose_words, total_hits, word_hits
from schemas.errors import Unreadable
from schemas.geometry import Points, pixels_to_fractions
from schemas.pages import PageImage, Pixels
from training.page_models.camera import photograph, placed
from training.page_models.desk import with_document, without_document
from training.page_models.grounds import ground
from training.page_models.photos import photos
from training.page_models.pool import Pool, read

LONG = 1600
"""Pixels of a made photograph's longer side, where corners are looked for."""
READABLE = ("letter", "columns", "form", "table", "invoice", "receipt")
"""Kinds of drawn pages whose words are read."""
TENTH = 10


class Seen(NamedTuple):
    """One photograph: intersection over union of the first quad and of the last; 0 where no document was found."""

    first: float
    last: float
    milliseconds: float


def held_pool(data: Path, pages: Path) -> Pool:
    """Pages and photographs that are held back."""
    return Pool(pages, photos(data, "held"))


def photographs(pool: Pool, count: int, start: int = 0) -> Iterator[tuple[Pixels, Points]]:
    """Made photographs with their documents' corners, float64 [4, 2] pixels, clockwise."""
    for number in range(start, start + count):
        shot = with_document(random.Random(f"photograph-{number}"), pool, LONG)
        yield shot.pixels, clockwise(shot.corners)


def read_on(pool: Pool, count: int, start: int) -> str:
    """A row: photographs, and those that the classifier lets through."""
    classifier, kept = Classifier(), 0
    for pixels, _ in photographs(pool, count, start):
        preview = shrunk(grey_of(pixels), PREVIEW / max(pixels.shape))
        kept += classifier.is_readable(preview, classifier.score(preview))
    return f"{count} | {kept} ({kept / count:.1%})"


def corners(pool: Pool, count: int, start: int) -> str:
    """A table: how well corners are found, by step."""
    finder, seen = CornerFinder.open(), []
    for pixels, truth in photographs(pool, count, start):
        started = time.process_time()
        found = finder.seen(pixels)
        spent = time.process_time() - started
        shares = (0.0, 0.0) if found is None else (overlap(found.first, truth), overlap(found.quad, truth))
        seen.append(Seen(*shares, 1000 * spent))
    rows = ["| step | photographs | found | mean IoU | lowest tenth: limit | its mean | of those found: mean IoU |"]
    rows.append("|---|--:|--:|--:|--:|--:|--:|")
    for name in ("first", "last"):
        values = np.sort([getattr(one, name) for one in seen])
        tenth = max(1, len(values) // TENTH)
        figures = values.mean(), values[tenth], values[:tenth].mean(), values[values > 0].mean()
        rows.append(
            f"| {name} | {count} | {(values > 0).mean():.1%} | " + " | ".join(f"{v:.3f}" for v in figures) + " |"
        )
    return "\n".join([*rows, f"\nCPU: {np.mean([one.milliseconds for one in seen]):.1f} ms a photograph"])


def cut_out_of(pictures: Iterator[Pixels]) -> str:
    """A row: pictures, and those of which a document is cut out."""
    finder, count, wrong = CornerFinder.open(), 0, 0
    for pixels in pictures:
        count, wrong = count + 1, wrong + (finder.find(pixels) is not None)
    return f"{count} | {wrong} ({wrong / count:.1%})"


def made_scans(pool: Pool, count: int, edges: bool) -> Iterator[Pixels]:
    """Of ``count`` made scans, screenshots, closer views and scenes that are held back those that show edges of a page
    all the same, or those that do not."""
    for number in range(count):
        pixels, shown = without_document(random.Random(f"without-{number}"), pool, LONG)
        if shown is edges:
            yield pixels


class Known(NamedTuple):
    """A drawn page with its words."""

    pixels: Pixels
    words: list[str]


def known_pages(folder: Path, count: int) -> Iterator[tuple[int, Known]]:
    """Drawn pages that are meant to be read, with their numbers."""
    found = 0
    for path in sorted(folder.glob("drawn-*.jpg")):
        kind, words = path.with_suffix(".txt").read_text(encoding="utf-8").split("\n")[:2]
        if kind in READABLE and len(words.split()) >= 20:
            yield int(path.stem.partition("-")[2]), Known(read(path), words.split())
            found += 1
        if found == count:
            return


def as_image(pixels: Pixels) -> PageImage:
    """As the job renders a picture."""
    width, height = render_size(pixels.shape[1], pixels.shape[0])
    how = cv2.INTER_CUBIC if width > pixels.shape[1] else cv2.INTER_AREA
    sized = np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)
    return PageImage(sized, pixels_to_fractions(width, height))


def hits(engine: Engine, image: PageImage, truth: Sequence[str]) -> Hits:
    """Words of an image, compared loosely."""
    try:
        found = [word.text for word in engine.read(image)]
    except Unreadable:
        found = []
    return word_hits(loose_words(" ".join(truth)), loose_words(" ".join(found)))


def table_top(rng: random.Random, pool: Pool, aspect: float) -> Pixels:
    """A ground as large as a photograph of a page of that shape would be."""
    long, short = BOX, round(BOX * 0.75)
    width, height = (short, long) if aspect < 1 else (long, short)
    if rng.random() < 0.5:
        return ground(rng, width, height)
    return np.asarray(cv2.resize(pool.picture(rng), (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def words(pool: Pool, folder: Path, count: int) -> str:
    """A table: words read in photographs, with and without rectification."""
    engine, rectifier = open_engine("native"), Rectifier()
    found: dict[str, list[Hits]] = {}
    cut = 0
    for number, page in known_pages(folder, count):
        rng = random.Random(f"held-words-{number}")
        top = table_top(rng, pool, page.pixels.shape[1] / page.pixels.shape[0])
        turn = rng.choice([0, 0, 0, 90, 180, 270]) + rng.gauss(0, 6)
        image = as_image(photograph(rng, page.pixels, top, turn, (0.8, 1.0)).pixels)
        flat = rectifier.rectify(image)
        cut += flat.corners is not None
        for name, each in {
            "the page itself": as_image(page.pixels),
            "photograph as it is": image,
            "upright and straight, not cut out": rectifier.stood_up(image).image,
            "rectified": flat.image,
        }.items():
            found.setdefault(name, []).append(hits(engine, each, page.words))
    return "\n".join([_scores(found), f"\ncut out: {cut} of {count}"])


def same_words(pool: Pool, folder: Path, count: int) -> str:
    """A table: words of an upright page, and of the same page lying otherwise, rectified."""
    engine, rectifier = open_engine("native"), Rectifier()
    found: dict[str, list[Hits]] = {}
    for number, page in known_pages(folder, count):
        rng = random.Random(f"held-same-{number}")
        upright = as_image(page.pixels)
        top = table_top(rng, pool, page.pixels.shape[1] / page.pixels.shape[0])
        shot = placed(rng, page.pixels, top, rng.gauss(0, 5), (0.9, 1.0), bend=False)
        lying = {
            "upright": upright,
            **{f"turned by {90 * turns}": turned(upright, turns) for turns in (1, 2, 3)},
            "skewed by 5 degrees": straightened(upright, -5.0),
            "under perspective": as_image(shot.pixels),
        }
        for name, image in lying.items():
            found.setdefault(name, []).append(hits(engine, rectifier.rectify(image).image, page.words))
    return _scores(found)


def _scores(found: dict[str, list[Hits]]) -> str:
    rows = ["| read | pages | word F1 | recall | precision |\n|---|--:|--:|--:|--:|"]
    for name, several in found.items():
        sums = total_hits(several)
        figures = [100 * (value or 0.0) for value in (sums.f1, sums.recall, sums.precision)]
        rows.append(f"| {name} | {len(several)} | " + " | ".join(f"{value:.1f}" for value in figures) + " |")
    return "\n".join(rows)
