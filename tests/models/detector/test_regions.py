from __future__ import annotations

import numpy as np
import pytest

from models.detector import regions
from models.detector.regions import components


def test_a_region_is_what_hangs_together_even_by_a_corner() -> None:
    mask = np.zeros((20, 30), np.uint8)
    mask[2:6, 3:5] = 255
    mask[6:8, 5:9] = 255
    mask[15, 20] = 255
    found = components(mask)
    assert found.boxes.tolist() == [[3, 2, 9, 8], [20, 15, 21, 16]]
    assert found.area.tolist() == [16, 1]


def test_of_too_many_regions_the_largest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "MOST", 2)
    mask = np.zeros((10, 40), np.uint8)
    for place, size in enumerate([3, 1, 2, 1]):
        mask[1 : 1 + size, 10 * place] = 255
    assert sorted(components(mask).area.tolist()) == [2, 3]


def test_more_regions_than_16_bits_count_are_counted() -> None:
    mask = np.zeros((600, 600), np.uint8)
    mask[::2, ::2] = 255
    assert len(components(mask).area) == regions.MOST
