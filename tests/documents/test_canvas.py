from __future__ import annotations

import io
import mmap

import numpy as np
import pytest
from PIL import Image

from documents import media
from documents.canvas import Shared, new
from documents.reader import open_document
from tests import small_files


@pytest.fixture
def mapping() -> mmap.mmap:
    return mmap.mmap(-1, 60_000_000)


def _jpeg(mode: str) -> bytes:
    sink = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (90, 70, 4), np.uint8)
    Image.fromarray(pixels[:, :, :3]).convert(mode).save(sink, "JPEG", quality=95)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (_jpeg("RGB"), media.JPEG),
        (_jpeg("CMYK"), media.JPEG),
        (small_files.png(), media.PNG),
        (small_files.scan_pdf([1]), media.PDF),
    ],
)
def test_a_page_is_drawn_straight_into_the_mapping(data: bytes, media_type: str, mapping: mmap.mmap) -> None:
    canvas = Shared(mapping)
    with open_document(data, media_type) as document:
        usual, drawn = document.render(0).pixels, document.render(0, canvas).pixels
    assert canvas.holds(drawn)
    assert not canvas.holds(usual)
    assert mapping[: usual.nbytes] == usual.tobytes()


def test_each_picture_is_drawn_over_the_one_before(mapping: mmap.mmap) -> None:
    canvas = Shared(mapping)
    first = canvas(20, 30)
    first.fill(1)
    second = canvas(2, 3)
    second.fill(2)
    assert canvas.holds(second)
    assert not canvas.holds(first)
    assert first.ravel()[:18].tolist() == [2] * 18
    assert first.ravel()[18] == 1


def test_what_does_not_fit_has_memory_of_its_own(mapping: mmap.mmap) -> None:
    canvas = Shared(mmap.mmap(-1, 4096))
    fits, does_not = canvas(32, 42), canvas(64, 64)
    assert canvas.holds(fits)
    assert not canvas.holds(does_not)
    assert does_not.shape == new(64, 64).shape == (64, 64, 3)
    does_not.fill(7)
    fits.fill(1)
    assert does_not.min() == 7
