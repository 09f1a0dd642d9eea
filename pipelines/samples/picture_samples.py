"""The image files of the sample archive that can be read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from documents import media
from pipelines.samples import scans, texts
from pipelines.samples.layout import Layout
from pipelines.samples.sample import Sample, TruePage

DPI = 150.0
TURN_RIGHT = 6  # EXIF orientation: the picture is to be turned clockwise by a quarter


def pictures(random: Random, rng: np.random.Generator) -> Iterator[Sample]:
    """One file a format and a way of storing pixels."""
    layout = texts.letter(random)
    page = Image.fromarray(scans.scan(layout, DPI, rng, skew=1.0))
    yield _sample("scans/skewed.jpg", media.JPEG, layout, encode(page, "JPEG", quality=70, dpi=(150, 150)))

    layouts = [texts.letter(random) for _ in range(3)]
    first, *others = (Image.fromarray(scans.fax(one, 200, rng)) for one in layouts)
    data = encode(first, "TIFF", save_all=True, append_images=others, compression="group4", dpi=(200, 200))
    yield _sample("scans/three pages.tif", media.TIFF, layouts, data)

    layout = texts.invoice(random)
    page = Image.fromarray(scans.clean(layout, DPI))
    yield _sample("scans/grey.tiff", media.TIFF, layout, encode(page, "TIFF", compression="tiff_lzw", dpi=(150, 150)))

    layout = texts.invoice(random)
    page = Image.fromarray(scans.clean(layout, 100)).quantize(16)
    yield _sample("scans/small.gif", media.GIF, layout, encode(page, "GIF"))

    layout = texts.letter(random)
    page = Image.fromarray(scans.fax(layout, DPI, rng))
    yield _sample("scans/black and white.bmp", media.BMP, layout, encode(page, "BMP"))

    layout = texts.letter(random)
    page = Image.fromarray(scans.scan(layout, DPI, rng))
    yield _sample("scans/Größe.webp", media.WEBP, layout, encode(page.convert("RGB"), "WEBP", quality=60))

    layout = texts.invoice(random)
    deep = scans.clean(layout, DPI).astype(np.uint16) * 200 + 9_000
    yield _sample("scans/sixteen bit.png", media.PNG, layout, encode(Image.fromarray(deep), "PNG"))

    layout = texts.invoice(random)
    page = Image.fromarray(scans.clean(layout, DPI)).quantize(8)
    yield _sample("scans/palette.png", media.PNG, layout, encode(page, "PNG"))

    layout = texts.letter(random)
    ink = 255 - scans.clean(layout, DPI)
    blue = np.dstack([np.full_like(ink, 20), np.full_like(ink, 30), np.full_like(ink, 120), ink])
    yield _sample("scans/transparent.png", media.PNG, layout, encode(Image.fromarray(blue), "PNG"))

    layout = texts.invoice(random)
    page = Image.fromarray(scans.scan(layout, DPI, rng)).convert("RGB").convert("CMYK")
    yield _sample("scans/printing house.jpg", media.JPEG, layout, encode(page, "JPEG", quality=60))

    blank = Image.fromarray(scans.scan(Layout(595, 842, ()), 100, rng))
    yield Sample("scans/blank.png", encode(blank, "PNG"), media.PNG, (TruePage("no_text"),))


def photographs(random: Random, rng: np.random.Generator) -> Iterator[Sample]:
    """Receipts as they come from a telephone, and pictures without text."""
    layout = texts.letter(random)
    turned = np.rot90(scans.scan(layout, DPI, rng))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = TURN_RIGHT
    data = encode(Image.fromarray(np.ascontiguousarray(turned)), "JPEG", quality=60, exif=exif)
    yield _sample("photos/held sideways.jpg", media.JPEG, layout, data)

    layout = texts.receipt(random, items=8)
    page = Image.fromarray(scans.scan(layout, 180, rng, skew=-1.0))
    yield _sample("photos/receipt.jpg", media.JPEG, layout, encode(page, "JPEG", quality=60))

    layout = texts.receipt(random, items=70)
    page = Image.fromarray(scans.scan(layout, 180, rng))
    yield _sample("photos/long receipt.jpg", media.JPEG, layout, encode(page, "JPEG", quality=50))

    layout = texts.receipt(random, items=12)
    photo = encode(Image.fromarray(scans.on_table(layout, rng)), "JPEG", quality=75)
    yield _sample("photos/receipt on a table.jpg", media.JPEG, layout, photo)

    for name, form, media_type in (("landscape.jpg", "JPEG", media.JPEG), ("sunset.webp", "WEBP", media.WEBP)):
        data = encode(Image.fromarray(scans.landscape(rng)), form, quality=75)
        yield Sample(f"photos/{name}", data, media_type, (TruePage("no_text"),))


def encode(image: Image.Image, form: str, **options: Any) -> bytes:
    """The file's bytes."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _sample(name: str, media_type: str, layouts: Layout | list[Layout], data: bytes) -> Sample:
    pages = layouts if isinstance(layouts, list) else [layouts]
    return Sample(name, data, media_type, tuple(TruePage("image_text", page.words) for page in pages))
