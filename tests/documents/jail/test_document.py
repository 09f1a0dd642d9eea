"""What comes out of the jail is what the same parsers say outside."""

from __future__ import annotations

import fcntl
import io
import mmap
import os
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from documents import media
from documents.jail import LEVELS, Jail, JailedDocument
from documents.jail.canvas_file import SIZE, CanvasFile
from documents.overlay import write_overlay
from documents.reader import open_document
from schemas.geometry import Quad
from schemas.pages import Word
from tests import small_files
from tests.jailed import LIMITS, Opened

WORDS = {0: [Word("hello", Quad.of_box(0.1, 0.1, 0.5, 0.2), 0)]}


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    jail = Jail(LIMITS)
    yield Opened(jail)
    jail.close()


def _encoded(pillow_format: str, *sizes: tuple[int, int]) -> bytes:
    """Pages of noise, one of each size."""
    noise = np.random.default_rng(0)
    frames = [Image.fromarray(noise.integers(0, 255, (height, width, 3), np.uint8)) for width, height in sizes]
    if pillow_format == "GIF":
        frames = [frame.quantize(64) for frame in frames]
    more = {"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}
    sink = io.BytesIO()
    frames[0].save(sink, pillow_format, **more)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        pytest.param(_encoded(pillow_format, *sizes), media_type, id=pillow_format)
        for pillow_format, media_type, sizes in (
            ("JPEG", media.JPEG, [(60, 40)]),
            ("MPO", media.JPEG, [(60, 40), (60, 40)]),
            ("PNG", media.PNG, [(60, 40)]),
            ("GIF", media.GIF, [(60, 40), (60, 40)]),
            ("TIFF", media.TIFF, [(60, 40), (50, 70)]),
            ("BMP", media.BMP, [(60, 40)]),
            ("WEBP", media.WEBP, [(60, 40)]),
        )
    ]
    + [pytest.param(small_files.scan_pdf([1, 2]), media.PDF, id="PDF")],
)
def test_a_child_has_all_that_each_kind_of_file_needs(data: bytes, media_type: str, opened: Opened) -> None:
    with opened(data, media_type) as jailed, open_document(data, media_type) as plain:
        inspection = jailed.inspect(10, False)
        assert inspection == plain.inspect(10, False)
        for page in range(inspection.page_count):
            assert np.array_equal(jailed.preview(page, 30), plain.preview(page, 30))
            assert np.array_equal(jailed.grey(page, 30), plain.grey(page, 30))
            assert np.array_equal(jailed.render(page).pixels, plain.render(page).pixels)
        assert jailed.overlay(WORDS, [], False) == write_overlay(data, media_type, WORDS)


def test_pages_that_are_drawn_in_one_place_are_each_themselves(opened: Opened) -> None:
    data = _encoded("TIFF", (80, 60), (20, 30), (90, 90))
    with open_document(data, media.TIFF) as plain:
        expected = [plain.render(page).pixels for page in range(3)]
    with opened(data, media.TIFF) as jailed:
        overlay = jailed.overlay(WORDS, [], False)  # stands in the same place
        rendered = [(page, jailed.render(page).pixels) for page in (0, 1, 2, 1, 0)]
        assert jailed.overlay(WORDS, [], False) == overlay
    for page, pixels in rendered:
        assert np.array_equal(pixels, expected[page])


def _drawn_in(document: JailedDocument) -> np.ndarray:
    return np.fromfile(f"/proc/self/fd/{document._zygote.canvas.descriptor}", np.uint8)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the file that is drawn in through Linux's /proc")
@pytest.mark.parametrize("level", [LEVELS[0], LEVELS[-1]])
def test_nothing_of_a_document_is_left_for_the_next(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEBEAM_TEST_LEVEL", level)
    jail, data, files = Jail(LIMITS, "tests.faulty_zygote"), _encoded("PNG", (80, 60)), set()
    for _ in range(2):
        with Opened(jail)(data) as document:
            assert os.fstat(document._output).st_size == 0
            assert not _drawn_in(document).any()
            pixels = document.render(0).pixels
            assert np.array_equal(_drawn_in(document)[: pixels.size], pixels.ravel())
            files.add(os.fstat(document._zygote.canvas.descriptor).st_ino)
            again = document.isolation != LEVELS[0]
    assert len(files) == (1 if again else 2)
    jail.close()


@pytest.mark.skipif(sys.platform != "linux", reason="a child's file is kept for the next on Linux alone")
def test_a_kept_canvas_is_cleared_wherever_somebody_wrote_and_can_be_neither_cut_nor_sealed() -> None:
    canvas = CanvasFile(kept=True)
    places = (0, 5_000, (20 << 20) + 1, SIZE - 1)
    for drawn in (0, 10_000, SIZE):
        for place in places:
            os.pwrite(canvas.descriptor, b"x", place)
        assert canvas.read(drawn)[:1] == (b"x" if drawn else b"")
        canvas.clear()
        assert not np.fromfile(f"/proc/self/fd/{canvas.descriptor}", np.uint8).any()
        assert os.fstat(canvas.descriptor).st_blocks * 512 <= min(drawn + mmap.PAGESIZE, 16 << 20)
    with pytest.raises(PermissionError):
        os.ftruncate(canvas.descriptor, 0)
    with pytest.raises(PermissionError):
        fcntl.fcntl(canvas.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    canvas.close()
