"""The pool: upright pages in files, drawn, printed and scanned ones, of which every example is made."""

from __future__ import annotations

import functools
import random
from pathlib import Path

import cv2
import numpy as np

from training.page_models.pages import Press
from training.page_models.photos import photos, receipts

LONGEST = 1400
"""Pixels of a page's longer side."""
QUALITY = 90


def draw(out: Path, cache: Path, data: Path, part: str, count: int) -> None:
    """Draws ``count`` synthetic pages with their words beside them; goes on where it was stopped."""
    press = Press(cache, photos(data, part))
    out.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = out / f"drawn-{number:05d}.jpg"
        if not path.exists():
            page = press.page(random.Random(f"{part}-{number}"))
            path.with_suffix(".txt").write_text(f"{page.kind}\n{' '.join(page.words)}\n", encoding="utf-8")
            _keep(path, page.pixels)


def add_receipts(out: Path, data: Path, part: str) -> None:
    """Adds the real receipts of a part."""
    for source in receipts(data, part):
        pixels = cv2.cvtColor(cv2.imread(str(source)), cv2.COLOR_BGR2RGB)
        _keep(out / f"receipt-{source.stem}.jpg", pixels)


def add_printed(out: Path, pdfs: list[Path], most: int) -> None:
    """Adds pages of born-digital PDFs, at most ``most`` of each."""
    import gzip

    import pypdfium2

    for source in pdfs:
        data = source.read_bytes()
        document = pypdfium2.PdfDocument(gzip.decompress(data) if source.suffix == ".gz" else data)
        stride = max(1, len(document) // most)
        for number in range(0, len(document), stride):
            page = document[number]
            pixels = page.render(scale=LONGEST / max(page.get_size())).to_numpy()[..., :3]
            if np.ptp(pixels) > 60:
                _keep(out / f"printed-{source.name.split('.')[0]}-{number}.jpg", pixels[..., ::-1])


def _keep(path: Path, pixels: np.ndarray) -> None:
    scale = min(1.0, LONGEST / max(pixels.shape[:2]))
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), np.ascontiguousarray(pixels[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


class Pool:
    """Pages and photographs by random choice, kept in memory once they were read; pages at half their size or whole."""

    def __init__(self, pages: Path, pictures: list[Path], half: bool = False) -> None:
        cv2.setNumThreads(1)
        self.half = half
        self.pages, self.pictures = sorted(pages.glob("*.jpg")), pictures
        self.of_kind = {
            kind: [page for page in self.pages if page.name.startswith(kind)]
            for kind in ("drawn", "receipt", "printed")
        }

    def page(self, rng: random.Random) -> np.ndarray:
        """uint8 [height, width, 3]: drawn in 6 of 10 cases, printed or a receipt in 2 each (where there are any)."""
        kinds = [kind for kind in self.of_kind if self.of_kind[kind]]
        shares = {"drawn": 6, "printed": 2, "receipt": 2}
        kind = rng.choices(kinds, [shares[kind] for kind in kinds])[0]
        return read(rng.choice(self.of_kind[kind]), self.half)

    def picture(self, rng: random.Random) -> np.ndarray:
        """uint8 [height, width, 3]: a photograph of no document."""
        return read(rng.choice(self.pictures))


@functools.lru_cache(maxsize=1000)
def read(path: Path, half: bool = False) -> np.ndarray:
    """uint8 [height, width, 3], RGB."""
    pixels = cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_2 if half else cv2.IMREAD_COLOR)
    return np.ascontiguousarray(pixels[..., ::-1])
