from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks import ended_photographs
from documents import media
from models.grey import Grey
from models.ocrable import LONG_SIDE


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


class Asked:
    """A classifier that notes what it is asked."""

    def __init__(self) -> None:
        self.scored: list[tuple[int, ...]] = []
        self.judged: list[tuple[int, ...]] = []

    def score(self, preview: Grey) -> float:
        self.scored.append(preview.shape)
        return 0.0

    def is_readable(self, preview: Grey, score: float) -> bool:
        self.judged.append(preview.shape)
        return False


def test_a_row_tells_how_many_how_large_and_what_they_cost() -> None:
    pictures, asked = [photograph(300, 200), photograph(1600, 1200)], Asked()
    count, size, inspected, ended = ended_photographs.row(pictures, asked).split(" | ")  # type: ignore[arg-type]
    assert asked.scored == asked.judged
    assert len(asked.scored) == 2 * ended_photographs.TIMES
    assert all(len(shape) == 2 and max(shape) <= 2 * LONG_SIDE for shape in asked.scored)
    assert int(count) == 2
    assert int(size) == round(sum(map(len, pictures)) / 2000)
    assert float(inspected) > 0
    assert float(ended) > 0
