from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.page_photographs import as_image, known_pages
from documents.sizing import BOX
from schemas.geometry import transform


def test_only_pages_that_are_meant_to_be_read_count(tmp_path: Path) -> None:
    for number, (kind, words) in enumerate([("letter", 30), ("slide", 30), ("form", 5), ("table", 25), ("letter", 40)]):
        cv2.imwrite(str(tmp_path / f"drawn-{number:05d}.jpg"), np.full((40, 30, 3), 200, np.uint8))
        text = f"{kind}\n{' '.join(['word'] * words)}\n"
        (tmp_path / f"drawn-{number:05d}.txt").write_text(text, encoding="utf-8")
    found = list(known_pages(tmp_path, 2))
    assert [(number, len(page.words)) for number, page in found] == [(0, 30), (3, 25)]
    assert [number for number, _ in known_pages(tmp_path, 9)] == [0, 3, 4]


@pytest.mark.parametrize("shape", [(3000, 4000), (1400, 1000)])
def test_a_picture_is_as_large_as_its_render(shape: tuple[int, int]) -> None:
    image = as_image(np.zeros((*shape, 3), np.uint8))
    assert max(image.pixels.shape) == BOX
    height, width = image.pixels.shape[:2]
    assert transform(image.to_page, np.array([[width, height]])).tolist() == [pytest.approx([1, 1])]
