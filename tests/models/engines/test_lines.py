from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engines.lines import crop_line, line_quad, read_order, share_line
from schemas.geometry import Quad, quarter_turns, reading_angle, transform_quads

QUAD = Quad.of_box(100, 20, 300, 40)


@given(st.text(alphabet="ab \t\u3000", max_size=30))
def test_sharing_loses_nothing_of_a_line(text: str) -> None:
    count = len("".join(text.split()))
    parts = share_line(text, (np.arange(count) + 0.5) / max(1, count), np.full(len(text), 0.5), QUAD) if count else []
    assert [part.text for part in parts] == text.split()
    edges = [edge for part in parts for edge in (part.quad.x0, part.quad.x1)]
    assert edges == sorted(edges)
    assert not edges or (edges[0] >= 100 and edges[-1] <= 300)


def test_words_stand_at_their_characters_with_their_own_confidence() -> None:
    confidences = np.array([1.0, 1.0, 0.1, 0.5, 0.7])
    first, second = share_line("ab cd", np.array([0.1, 0.2, 0.7, 0.8]), confidences, QUAD)
    assert first.quad.box == pytest.approx((110, 20, 150, 40))
    assert second.quad.box == pytest.approx((230, 20, 270, 40))
    assert (first.confidence, second.confidence) == pytest.approx((1.0, 0.6))


def test_tall_boxes_are_read_downwards() -> None:
    tall = line_quad(Quad.of_box(0, 0, 20, 100).points)
    assert reading_angle(tall) == pytest.approx(90)
    assert reading_angle(line_quad(QUAD.points)) == pytest.approx(0)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_order_is_that_of_the_page_as_read(turns: int) -> None:
    cells = [(0, 0, 40, 10), (60, 3, 90, 13), (0, 20, 40, 30), (60, 18, 90, 28), (0, 40, 80, 50)]
    quads = transform_quads(quarter_turns(turns), [Quad.of_box(*cell) for cell in cells])
    shuffled = [4, 1, 3, 0, 2]
    order = read_order([quads[index] for index in shuffled])
    assert [shuffled[index] for index in order] == [0, 1, 2, 3, 4]
    assert read_order([]) == []


def test_crops_exactly_what_an_upright_quad_holds() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    quad = Quad.of_box(10, 5, 40, 25)
    assert np.array_equal(crop_line(pixels, quad), pixels[5:25, 10:40])
    upside_down = Quad(*quad[4:], *quad[:4])
    assert np.array_equal(crop_line(pixels, upside_down), pixels[5:25, 10:40][::-1, ::-1])
    assert crop_line(pixels, Quad(5, 5, 5, 5, 5, 5, 5, 5)).shape == (1, 1, 3)
