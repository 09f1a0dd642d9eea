from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from models.ocrable import COUNTED, FILE, LONG_SIDE, SIDE, SMALL, WINDOWS, OcrableNet, ground, together, windows
from models.own import WEIGHTS
from schemas.errors import ModelError
from tests.models.drawn import Paper


@pytest.fixture(scope="module")
def net() -> OcrableNet:
    return OcrableNet.open()


def letter(lines: int = 20, level: int = 255, ink: int = 0) -> np.ndarray:
    paper = Paper(600, 768, level)
    for line in range(lines):
        paper.write("The quick brown fox jumps over the dog", 60, 40 + 32 * line, 22, ink)
    return np.repeat(paper.pixels[:, :, None], 3, axis=2)


def landscape() -> np.ndarray:
    """Sky, hills, a sun."""
    rows, columns = np.mgrid[0:480, 0:640]
    picture = 200.0 - rows / 6
    for top, level in ((240, 120), (320, 80), (400, 50)):
        picture[rows > top + 40 * np.sin(columns / (60 + top / 8))] = level
    picture[(rows - 90) ** 2 + (columns - 480) ** 2 < 900] = 240
    picture += np.random.default_rng(3).normal(0, 4, picture.shape)
    return np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_is_worth_reading_whichever_way_it_stands(net: OcrableNet, turns: int) -> None:
    assert net.score(np.ascontiguousarray(np.rot90(letter(), turns))) > net.threshold


def test_pages_of_other_kinds_are_too(net: OcrableNet) -> None:
    for page in (letter(3), letter(level=190, ink=90)):
        assert net.score(page) > net.threshold


def test_a_landscape_is_not(net: OcrableNet) -> None:
    assert net.score(landscape()) < net.threshold


def test_neither_is_an_empty_page_nor_the_smallest(net: OcrableNet) -> None:
    for shape in ((1, 1, 3), (1, 4000, 3), (700, 500, 3)):
        assert net.score(np.full(shape, 250, np.uint8)) == 0.0


def test_a_page_is_readable_from_its_threshold_on(net: OcrableNet) -> None:
    assert net.is_readable(letter(), net.threshold)
    assert not net.is_readable(letter(), net.threshold - 0.01)


def test_of_a_small_picture_less_is_wanted(net: OcrableNet) -> None:
    photograph = np.random.default_rng(1).integers(0, 256, (200, SMALL - 1, 3)).astype(np.uint8)
    assert net.is_readable(photograph, net.small_threshold)
    assert not net.is_readable(photograph, net.small_threshold - 0.01)
    assert not net.is_readable(np.repeat(photograph, 2, axis=1), net.threshold - 0.01)


def test_a_small_picture_with_one_ground_goes_on_whatever_its_score(net: OcrableNet) -> None:
    label = np.repeat(Paper(120, 60).write("Exit", 20, 20, 22).pixels[:, :, None], 3, axis=2)
    assert net.is_readable(label, 0.0)
    assert net.is_readable(np.full((1, 1, 3), 9, np.uint8), 0.0)


def test_the_ground_is_the_share_of_the_commonest_grey() -> None:
    picture = np.zeros((10, 10, 3), np.uint8)
    picture[:7] = 200
    picture[:2] = 203
    assert ground(picture) == pytest.approx(0.7)
    picture[:2] = 210
    assert ground(picture) == pytest.approx(0.5)


def test_the_highest_windows_count() -> None:
    scores = np.array([-9.0] * (WINDOWS - COUNTED) + [2.0] * COUNTED, np.float32)
    assert together(scores) == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert together(np.array([9.0, -9, -9, -9], np.float32)) < 0.1  # one sign in a street
    assert together(np.array([1.0], np.float32)) == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert together(np.empty(0, np.float32)) == 0.0


def test_a_large_picture_is_looked_at_small() -> None:
    large = np.repeat(np.repeat(letter(), 3, axis=0), 3, axis=1)
    assert max(large.shape) > LONG_SIDE
    found = windows(large)
    assert len(found) == WINDOWS
    assert found[0].shape == (SIDE, SIDE)


def test_the_card_says_what_it_is(net: OcrableNet) -> None:
    card = json.loads((WEIGHTS / FILE).with_suffix(".json").read_text())
    assert card["sha256"] == hashlib.sha256((WEIGHTS / FILE).read_bytes()).hexdigest()
    assert card["input"]["shape"] == [1, 1, SIDE, SIDE]
    assert 0 < net.small_threshold < net.threshold < 1
    assert card["scores"]
    assert card["trained_on"]


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    for suffix in (".onnx", ".json"):
        (tmp_path / f"ocrable{suffix}").write_bytes((WEIGHTS / FILE).with_suffix(suffix).read_bytes())
    (tmp_path / "ocrable.onnx").write_bytes(b"other")
    with pytest.raises(ModelError):
        OcrableNet.open(tmp_path / "ocrable.onnx")
