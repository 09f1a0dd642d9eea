from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.sizing import BOX, LONG_SIDE, SHORT_SIDE, preview_size, render_size

SIDES = st.floats(min_value=0.01, max_value=1e6)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (2048, 1536)),  # a photograph
        ((2480, 3508), (1448, 2048)),  # A4 at 300 dpi
        ((1000, 1400), (1463, 2048)),  # enlarged, by less than 2
        ((400, 300), (800, 600)),  # enlarged by 2, no more
        ((1200, 4800), (1000, 4000)),  # a receipt: its short side gets 1,000
        ((1000, 9000), (455, 4096)),  # a longer one: 4,096 is the end
        ((300, 5000), (246, 4096)),
        ((1, 1), (2, 2)),
        ((1, 100_000), (1, 4096)),
    ],
)
def test_sizes(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert render_size(*size) == expected
    assert render_size(*size[::-1]) == expected[::-1]


def test_a_pdf_page_may_be_drawn_at_any_size() -> None:
    assert render_size(595, 842, most=10) == (1447, 2048)
    assert render_size(3, 3, most=10) == (30, 30)
    assert render_size(14400, 14400, most=10) == (BOX, BOX)


@given(SIDES, SIDES, st.floats(min_value=0.01, max_value=100))
def test_a_render_stays_within_its_limits(width: float, height: float, most: float) -> None:
    across, down = render_size(width, height, most)
    assert 1 <= across <= LONG_SIDE
    assert 1 <= down <= LONG_SIDE
    assert across <= max(1, most * width + 0.5)
    assert down <= max(1, most * height + 0.5)
    if max(across, down) > BOX:
        assert min(across, down) <= SHORT_SIDE


@given(SIDES, SIDES, st.floats(min_value=0.01, max_value=100))
def test_a_render_keeps_the_aspect_ratio_to_a_pixel(width: float, height: float, most: float) -> None:
    across, down = render_size(width, height, most)
    if min(across, down) > 1:
        assert abs(across / width - down / height) * max(width, height) <= max(across, down) / min(across, down) + 1


@given(SIDES, SIDES)
def test_a_render_fills_the_box_where_it_may(width: float, height: float) -> None:
    assert max(render_size(width, height, most=float("inf"))) >= BOX


@pytest.mark.parametrize("size", [(0, 10), (10, -1), (float("nan"), 10), (10, float("inf"))])
def test_a_page_without_area_is_an_error(size: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="two positive sides"):
        render_size(*size)


@given(SIDES, SIDES, st.integers(min_value=1, max_value=3000))
def test_a_preview_is_never_longer_than_asked(width: float, height: float, longest: int) -> None:
    across, down = preview_size(width, height, longest)
    assert 1 <= across <= max(1, width + 0.5)
    assert 1 <= down <= max(1, height + 0.5)
    assert max(across, down) <= longest


def test_previews() -> None:
    assert preview_size(4000, 3000, 400) == (400, 300)
    assert preview_size(40, 30, 400) == (40, 30)
