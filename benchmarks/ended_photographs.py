"""What a photograph costs that holds no text: looked at, shown to the classifier, ended. CPU seconds, without the jail.

    python -m benchmarks.ended_photographs DATA [--count N]

The photographs are some that are held back from training, as they are (some 500 pixels), and enlarged to 12 megapixels
with a sensor's noise.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.page_models import of_set, sampled
from documents import media
from documents.pictures import PictureDocument
from models.classifier import Classifier
from models.ocrable import LONG_SIDE

LARGE = (4000, 3000)  # pixels
NOISE = 4.0  # grey levels, standard deviation
QUALITY = 88
TIMES = 5  # that each is looked at; the fastest counts


def enlarged(data: bytes, rng: np.random.Generator) -> bytes:
    """A JPEG as a camera of 12 megapixels might have made it."""
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image.convert("RGB").resize(LARGE, Image.Resampling.BICUBIC)).astype(np.float32)
    noisy = np.clip(pixels + rng.normal(0, NOISE, pixels.shape), 0, 255).astype(np.uint8)
    sink = io.BytesIO()
    Image.fromarray(noisy).save(sink, "JPEG", quality=QUALITY)
    return sink.getvalue()


def row(pictures: list[bytes], classifier: Classifier) -> str:
    """Pictures, their mean size in kB, CPU milliseconds of one: until it is inspected, and until it has ended."""

    def inspected(data: bytes) -> PictureDocument:
        document = PictureDocument(data, media.JPEG)
        document.inspect(1, redo=False)
        return document

    def ended(data: bytes) -> None:
        preview = inspected(data).grey(0, LONG_SIDE)
        classifier.is_readable(preview, classifier.score(preview))

    size = statistics.mean(map(len, pictures)) / 1000
    first, whole = (statistics.mean(_fastest(work, data) for data in pictures) for work in (inspected, ended))
    return f"{len(pictures)} | {size:,.0f} | {first:.1f} | {whole:.1f}"


def _fastest(work: Callable[[bytes], object], data: bytes) -> float:
    spent = []
    for _ in range(TIMES):
        started = time.process_time()
        work(data)
        spent.append(time.process_time() - started)
    return 1000 * min(spent)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ended_photographs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, help="the folder of the sets")
    parser.add_argument("--count", type=int, default=6, help="photographs at most (default: 6)")
    options = parser.parse_args()
    small = [path.read_bytes() for path in sampled(of_set(options.data, "photos"), options.count)]
    rng, classifier = np.random.default_rng(1), Classifier()
    print("| photographs | pictures | kB | CPU ms, inspected | CPU ms, ended |\n|---|--:|--:|--:|--:|")
    print(f"| as they are | {row(small, classifier)} |", flush=True)
    print(f"| of 12 megapixels | {row([enlarged(data, rng) for data in small], classifier)} |", flush=True)


if __name__ == "__main__":
    main()
