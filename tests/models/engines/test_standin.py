from __future__ import annotations

import numpy as np
import pytest

from models.engines.standin import StandIn, word_name
from schemas.geometry import Quad
from tests.models.engines.pages import page_image, two_lines


def blank(height: int = 60, width: int = 100) -> np.ndarray:
    return np.full((height, width, 3), 255, dtype=np.uint8)


def test_words_are_tight_boxes_named_by_their_pixels() -> None:
    pixels = blank()
    pixels[10:20, 5:25] = 0
    pixels[12:18, 40:50] = 90
    pixels[30:40, 5:15] = 7
    words = StandIn().read(page_image(pixels))
    assert [word.quad for word in words] == [
        Quad.of_box(5, 10, 25, 20),
        Quad.of_box(40, 12, 50, 18),
        Quad.of_box(5, 30, 15, 40),
    ]
    assert [word.line for word in words] == [0, 0, 1]
    assert [word.confidence for word in words] == [1, 1, 1]
    assert words[1].text == word_name(pixels[12:18, 40:50])
    assert len({word.text for word in words}) == 3


def test_finds_printed_words_and_nothing_else() -> None:
    image, truth = two_lines()
    words = StandIn().read(image)
    for _, box in truth:
        inside = [w.quad.box for w in words if w.quad.x0 > box.left - 2 and w.quad.x1 < box.right + 2]
        inside = [one for one in inside if box.top - 2 < one.top < one.bottom < box.bottom + 2]
        assert min(one.left for one in inside) == pytest.approx(box.left, abs=8)  # a glyph has white sides
        assert max(one.right for one in inside) == pytest.approx(box.right, abs=8)
    assert {word.line for word in words} == {0, 1}


def test_a_word_moves_with_its_pixels_and_keeps_its_name() -> None:
    pixels = two_lines()[0].pixels
    before = StandIn().read(page_image(pixels))
    after = StandIn().read(page_image(np.roll(pixels, (7, 11), axis=(0, 1))))
    assert [word.text for word in before] == [word.text for word in after]
    assert all(a.quad.x0 - b.quad.x0 == 11 and a.quad.y0 - b.quad.y0 == 7 for a, b in zip(after, before, strict=True))


def test_one_changed_pixel_changes_one_name() -> None:
    pixels = np.array(two_lines()[0].pixels)
    before = StandIn().read(page_image(pixels))
    row, column = np.argwhere(pixels[:, :, 1] < 20)[0]
    pixels[row, column] += 1
    after = StandIn().read(page_image(pixels))
    assert sum(a.text != b.text for a, b in zip(before, after, strict=True)) == 1


@pytest.mark.parametrize("pixels", [blank(), blank(1, 1), np.zeros((3, 4, 3), dtype=np.uint8)])
def test_odd_pages(pixels: np.ndarray) -> None:
    assert len(StandIn().read(page_image(pixels))) == (0 if pixels.any() else 1)
