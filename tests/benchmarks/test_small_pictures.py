from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.small_pictures import LARGEST, label, parts, read_on, small_pictures
from models.ocrable import SMALL
from tests.models.drawn import Paper


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with a drawn letter, a slide and a receipt."""
    paper = Paper(700, 1000)
    for line in range(28):
        paper.write("The quick brown fox jumps over the lazy dog", 20, 20 + 34 * line, 24)
    dark = np.random.default_rng(1).integers(0, 99, paper.pixels.shape).astype(np.uint8)
    for name, kind in (("drawn-00000", "letter"), ("drawn-00001", "slide"), ("receipt-1", None)):
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), dark if kind == "slide" else paper.pixels)
        if kind:
            (tmp_path / f"{name}.txt").write_text(f"{kind}\nThe quick\n", encoding="utf-8")
    return tmp_path


def test_all_are_small_and_hold_print(pages: Path) -> None:
    made = small_pictures(pages, 3)
    assert {len(pictures) for name, pictures in made.items() if "receipts" not in name} == {3}
    for name, pictures in made.items():
        for picture in pictures:
            assert max(picture.shape) < SMALL, name
            assert np.ptp(picture) > 60, name


def test_parts_are_taken_where_only_print_stands(pages: Path) -> None:
    found = list(parts(random.Random(1), pages, 8))
    assert len(found) == 8
    assert min(float(part.mean()) for part in found) > 100  # none of the slide's, which is dark


def test_labels_are_the_same_from_the_same_seed() -> None:
    assert np.array_equal(label(random.Random(3)), label(random.Random(3)))


def test_what_is_read_on_is_counted() -> None:
    written = label(random.Random(3))
    noise = np.random.default_rng(1).integers(0, 256, (200, LARGEST, 3)).astype(np.uint8)
    assert read_on([written, noise, written]) == "3 | 2 (66.7%)"
