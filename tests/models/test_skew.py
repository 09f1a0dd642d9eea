from __future__ import annotations

import cv2
import numpy as np
import pytest

from models import skew as skew_module
from models.skew import Floats, ink_points, sharpness, skew
from tests.models.drawn import Paper


def page(level: int = 255, ink: int = 0) -> np.ndarray:
    paper = Paper(1000, 1300, level)
    for line in range(26):
        paper.write("The quick brown fox jumps over the lazy dog", 90, 80 + 42 * line, 30, ink)
    return paper.pixels


def leaning(grey: np.ndarray, degrees: float) -> np.ndarray:
    """Turned clockwise about its middle."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    fill = float(grey[0, 0])
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=fill))


@pytest.mark.parametrize("degrees", [-15.0, -7.3, -1.0, 0.0, 0.6, 5.0, 12.4, 15.0])
def test_it_is_found_to_a_fifth_of_a_degree(degrees: float) -> None:
    assert skew(leaning(page(), degrees)) == pytest.approx(degrees, abs=0.2)


@pytest.mark.parametrize(("degrees", "soon"), [(0.0, True), (0.2, True), (0.9, False), (-3.0, False)])
def test_a_straight_page_is_soon_told(degrees: float, soon: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[float] = []

    def counted(points: Floats, degrees: float) -> float:
        tried.append(degrees)
        return sharpness(points, degrees)

    monkeypatch.setattr(skew_module, "sharpness", counted)
    assert skew(leaning(page(), degrees)) == pytest.approx(degrees, abs=0.2)
    assert (len(tried) < 20) is soon


def test_light_print_on_dark_leans_as_well() -> None:
    assert skew(leaning(page(20, 230), 4.0)) == pytest.approx(4.0, abs=0.2)


def test_a_large_page_is_looked_at_small() -> None:
    large = cv2.resize(leaning(page(), -3.0), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    assert skew(np.asarray(large)) == pytest.approx(-3.0, abs=0.2)


def test_without_lines_nothing_is_said() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (600, 600)).astype(np.uint8)
    assert skew(noise) == 0.0
    assert skew(np.full((600, 600), 255, np.uint8)) == 0.0
    assert skew(np.zeros((1, 1), np.uint8)) == 0.0


def test_rows_are_sharpest_along_the_lines() -> None:
    points = ink_points(leaning(page(), 6.0))
    assert sharpness(points, 6.0) > 2 * sharpness(points, 3.0)
    assert sharpness(points, 6.0) > 2 * sharpness(points, -6.0)
