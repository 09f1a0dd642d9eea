from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks import ended_photographs
from documents import media
from models.ocrable import OcrableNet


def photograph(width: int, height: int) -> bytes:
    sink = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (height // 10, width // 10, 3), np.uint8)
    Image.fromarray(noise).resize((width, height)).save(sink, "JPEG")
    return sink.getvalue()


def test_an_enlarged_photograph_is_a_jpeg_of_a_cameras_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended_photographs, "LARGE", (800, 600))
    first, again = (ended_photographs.enlarged(photograph(80, 60), np.random.default_rng(2)) for _ in range(2))
    assert first == again
    assert media.sniff(first) == media.JPEG
    with Image.open(io.BytesIO(first)) as image:
        assert image.size == (800, 600)


def test_a_row_tells_how_many_how_large_and_what_they_cost() -> None:
    pictures = [photograph(300, 200), photograph(320, 200)]
    count, size, inspected, ended = ended_photographs.row(pictures, OcrableNet.open()).split(" | ")
    assert int(count) == 2
    assert int(size) == round(sum(map(len, pictures)) / 2000)
    assert float(inspected) > 0
    assert float(ended) > 0
