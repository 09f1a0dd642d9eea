from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests import small_files
from tests.transforms.examples import page, word
from transforms import gallery
from transforms.elements import Thumbnail
from transforms.gallery import LONGEST, LeastConfident, Shortlist, rank, thumbnail

items = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.sampled_from("ab"), st.integers(0, 60)), unique=True, max_size=100
).map(lambda places: [Thumbnail(uri, number, confidence, b"", 1.0, ()) for confidence, uri, number in places])


@given(items, st.integers(0, 100), st.randoms(use_true_random=False))
def test_the_choice_depends_on_no_order_and_no_grouping(every: list[Thumbnail], cut: int, order: random.Random) -> None:
    wanted = sorted(every, key=rank)[: gallery.SIZE]
    order.shuffle(every)
    combine, shortlist = LeastConfident(), Shortlist()
    kept: list[list[Thumbnail]] = []
    for part in (every[:cut], every[cut:]):
        accumulator = combine.create_accumulator()
        for item in part:
            accumulator = combine.add_input(accumulator, item)
        kept.append(accumulator)
    assert combine.extract_output(combine.merge_accumulators(kept)) == wanted
    for item in every:
        if shortlist.wants(item.mean_confidence, item.uri, item.page):
            shortlist.add(item)
    assert shortlist.take() == wanted
    assert shortlist.take() == []


def test_a_picture_is_small_and_has_its_boxes() -> None:
    large = page(np.zeros((1500, 3000, 3), np.uint8))
    small = thumbnail(large, [word(confidence=0.25), word(confidence=None)], 0.25)
    assert Image.open(io.BytesIO(small.jpeg)).size == (LONGEST, LONGEST // 2)
    assert small.aspect == 0.5
    first, second = small.boxes
    assert first == pytest.approx((0.1, 0.1, 0.3, 0.2, 0.25))
    assert second == pytest.approx((0.1, 0.1, 0.3, 0.2, -1.0))


def test_the_narrowest_page_has_a_picture() -> None:
    for shape in ((4096, 1, 3), (1, 4096, 3), (1, 1, 3)):
        assert thumbnail(page(np.zeros(shape, np.uint8)), [], 0.5).jpeg


def test_the_page_keeps_its_pixels() -> None:
    pixels: Any = small_files.picture(3)
    before = pixels.copy()
    thumbnail(page(pixels), [], 0.5)
    assert (pixels == before).all()
