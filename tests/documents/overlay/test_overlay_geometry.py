"""Where words come to lie: the page's box, straight runs, room between words."""

from __future__ import annotations

import ctypes
import itertools
import math

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.overlay.layout import MAX_SAG, lay_out
from documents.overlay.page_box import Rectangle, fractions_to_user_space, inherited, page_rectangle, page_turns
from documents.overlay.spacing import LEAST_ADVANCE, LEAST_GAP, PlacedWord, keep_apart, visual_order
from schemas.geometry import Quad, scaling, transform
from schemas.pages import Word

PAGE = np.array([[600.0, 0.0, 0.0], [0.0, -800.0, 800.0], [0.0, 0.0, 1.0]])  # fractions to 600 x 800 points


def page_of(pdf: pikepdf.Pdf, **keys: object) -> pikepdf.Object:
    page = pdf.add_blank_page(page_size=(100, 200)).obj
    for name, value in keys.items():
        page[f"/{name}"] = pikepdf.Array(value) if isinstance(value, list) else value
    return page


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"MediaBox": [10, 20, 110, 220]}, (10, 20, 110, 220)),
        ({"MediaBox": [110, 220, 10, 20]}, (10, 20, 110, 220)),
        ({"MediaBox": [0, 0, 100, 200], "CropBox": [10, 20, 90, 300]}, (10, 20, 90, 200)),
        ({"MediaBox": [0, 0, 100, 200], "CropBox": [500, 500, 600, 600]}, (0, 0, 100, 200)),
        ({"MediaBox": [0, 0, 0, 0]}, (0, 0, 612, 792)),
        ({"MediaBox": ["a", 0, 1, 1]}, (0, 0, 612, 792)),
    ],
)
def test_page_rectangle(keys: dict[str, object], expected: tuple[float, ...]) -> None:
    with pikepdf.new() as pdf:
        assert page_rectangle(page_of(pdf, **keys)) == expected


def test_boxes_and_turns_are_inherited() -> None:
    with pikepdf.new() as pdf:
        page = page_of(pdf)
        del page["/MediaBox"]
        page["/Parent"] = pikepdf.Dictionary(
            MediaBox=[0, 0, 7, 9], Parent=pikepdf.Dictionary(Rotate=-90, MediaBox=[0, 0, 1, 1])
        )
        assert page_rectangle(page) == (0, 0, 7, 9)
        assert page_turns(page) == 3


def test_a_cycle_in_the_page_tree_ends() -> None:
    with pikepdf.new() as pdf:
        page = page_of(pdf)
        page["/Parent"] = page
        assert inherited(page, "/Rotate") is None


@settings(max_examples=40, deadline=None)
@given(
    rotate=st.sampled_from([0, 90, 180, 270]),
    x=st.integers(-500, 500),
    y=st.integers(-500, 500),
    width=st.integers(50, 900),
    height=st.integers(50, 900),
    at=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_pdfium_agrees_where_a_fraction_lies(
    rotate: int, x: int, y: int, width: int, height: int, at: tuple[float, float]
) -> None:
    matrix = fractions_to_user_space(Rectangle(x, y, x + width, y + height), rotate // 90)
    user = transform(matrix, np.array([at]))[0]
    with pypdfium2.PdfDocument.new() as document:
        page = document.new_page(width, height)
        page.set_mediabox(x, y, x + width, y + height)
        page.set_rotation(rotate)
        column, row = ctypes.c_int(), ctypes.c_int()
        pypdfium2.raw.FPDF_PageToDevice(page, 0, 0, 100_000, 100_000, 0, *user, column, row)
        assert (column.value / 1e5, row.value / 1e5) == pytest.approx(at, abs=1e-4)


def words(*boxes: tuple[float, float, float, float], text: str = "word") -> list[Word]:
    return [Word(text, Quad.of_box(*box), 0) for box in boxes]


def turned(quad: Quad, degrees: float) -> Quad:
    """Clockwise about the middle of the 600 x 800 page."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    points = (quad.points - 0.5) * (600, 800)
    return Quad.of_points(points @ turn.T / (600, 800) + 0.5)


def test_an_upright_word_fills_its_box() -> None:
    (run,) = lay_out(words((0.1, 0.2, 0.3, 0.25)), PAGE)
    assert (run.x, run.y, run.cos, run.sin) == pytest.approx((60, 600, 1, 0))
    assert run.size == pytest.approx(40)
    assert (run.words[0].start, run.words[0].end) == pytest.approx((0, 120))


@pytest.mark.parametrize(("degrees", "cos", "sin"), [(90, 0, -1), (180, -1, 0), (-90, 0, 1), (30, 0.866, -0.5)])
def test_a_turned_line_has_its_own_direction(degrees: float, cos: float, sin: float) -> None:
    line = [
        Word("word", turned(word.quad, degrees), 0) for word in words((0.4, 0.5, 0.45, 0.52), (0.46, 0.5, 0.51, 0.52))
    ]
    (run,) = lay_out(line, PAGE)
    assert (run.cos, run.sin) == pytest.approx((cos, sin), abs=1e-3)


def test_a_slightly_skewed_line_goes_in_level_steps() -> None:
    line = [Word("word", turned(Quad.of_box(x, 0.5, x + 0.08, 0.515), 2.0), 0) for x in (0.1, 0.3, 0.5, 0.7)]
    (run,) = lay_out(line, PAGE)
    assert (run.cos, run.sin) == (1.0, 0.0)
    rises = [word.rise for word in run.words]
    steps = np.diff(rises)
    assert rises[0] == 0
    assert steps == pytest.approx([-120 * math.sin(math.radians(2))] * 3, abs=0.1)


def test_words_of_a_slanted_line_are_one_piece_each() -> None:
    (run,) = lay_out([Word("word", turned(Quad.of_box(0.4, 0.5, 0.5, 0.52), 30), 0)], PAGE)
    assert run.words[0].pieces == ("word ",)


def test_a_bent_line_is_cut_where_it_leaves_the_straight() -> None:
    arc = [(x, 0.5 + 0.1 * (2 * x - 1) ** 2) for x in np.linspace(0.05, 0.9, 12)]
    runs = lay_out(words(*[(x, y, x + 0.05, y + 0.015) for x, y in arc]), PAGE)
    assert 1 < len(runs) < 12
    for run in runs:
        for word in run.words:
            x = (run.x + (word.start + word.end) / 2) / 600
            y = 1 - (run.y + word.rise + run.size / 2) / 800
            nearest = min(arc, key=lambda point: abs(point[0] + 0.025 - x))
            assert abs(nearest[1] + 0.0075 - y) * 800 <= MAX_SAG * 12 + 1e-6


def test_lines_come_in_their_order_and_words_from_left_to_right() -> None:
    line = [Word("b", Quad.of_box(0.5, 0.1, 0.6, 0.12), 1), Word("a", Quad.of_box(0.1, 0.1, 0.2, 0.12), 1)]
    runs = lay_out([*line, Word("first", Quad.of_box(0.1, 0.5, 0.2, 0.52), 0)], PAGE)
    assert ["".join(piece for word in run.words for piece in word.pieces) for run in runs] == ["first", "ab"]


def test_what_has_no_place_or_text_is_left_out() -> None:
    nowhere = Word("x", Quad.of_box(float("nan"), 0, 1, 1), 0)
    assert lay_out([nowhere, Word("\x00", Quad.of_box(0, 0, 1, 1), 0)], PAGE) == []
    assert lay_out([], PAGE) == []


@pytest.mark.parametrize("quad", [Quad(*[0.5] * 8), Quad.of_box(0.1, 0.5, 0.9, 0.5), Quad.of_box(-3, -3, -2, -2)])
def test_a_box_without_extent_still_gives_a_word(quad: Quad) -> None:
    (run,) = lay_out([Word("word", quad, 0)], PAGE)
    assert run.size > 0
    assert run.words[0].end > run.words[0].start


@pytest.mark.parametrize("box", [(0, 0.97, 0.2, 1), (0.8, 0, 1, 0.03), (-0.1, 0.99, 0.1, 1.05)])
def test_no_letter_begins_beyond_the_pages_edge(box: tuple[float, float, float, float]) -> None:
    (run,) = lay_out(words(box), PAGE)  # pdf.js would drop it
    assert 0 < run.x < 600
    assert 0 < run.y < 800


@pytest.mark.parametrize(("dx", "sealed"), [(0.0, True), (0.2, False)])
def test_a_line_that_the_next_one_may_be_glued_to_ends_in_a_space_of_its_own(dx: float, sealed: bool) -> None:
    """Two pieces of one visual line, told as two lines, the second to the left of the first or to the right."""
    first, second = Quad.of_box(0.4, 0.5, 0.5, 0.52), Quad.of_box(0.35 + dx, 0.5, 0.39 + dx, 0.52)
    run = lay_out([Word("ab", first, 0), Word("cd", second, 1)], PAGE)[0]
    assert run.words[-1].pieces == (("a", "b ") if sealed else ("a", "b"))


placed = st.lists(st.tuples(st.floats(-5, 50), st.floats(0, 20), st.integers(1, 12)), min_size=1, max_size=12).map(
    lambda items: [PlacedWord(("x",) * n, start, start + width) for start, width, n in sorted(items)]
)


@given(placed, st.floats(0.5, 10))
def test_words_are_kept_apart_and_wide_enough(line: list[PlacedWord], size: float) -> None:
    apart = keep_apart(line, size)
    assert [word.pieces for word in apart] == [word.pieces for word in line]
    for before, after in itertools.pairwise(apart):
        assert after.start - before.end >= 0.15 * size - 1e-9  # Poppler's least
    for word in apart:
        assert word.end - word.start >= LEAST_ADVANCE * size * len(word.pieces) - 1e-9


def test_words_with_room_stay_where_they_are() -> None:
    line = [PlacedWord(("a", "b"), 0, 10), PlacedWord(("c", "d"), 12, 22)]
    assert keep_apart(line, 10) == line


def test_the_word_before_gives_way_first() -> None:
    line = [PlacedWord(("a", "b"), 0, 10), PlacedWord(("c", "d"), 10.5, 22)]
    first, second = keep_apart(line, 10)
    assert (first.end, second.start) == pytest.approx((10.5 - LEAST_GAP * 10, 10.5))


@pytest.mark.parametrize(
    ("text", "stands"),
    [("word", "word"), ("שלום", "םולש"), ("אב12", "12בא"), ("(12)", "(12)")],
)
def test_right_to_left_words_stand_as_they_are_seen(text: str, stands: str) -> None:
    assert "".join(visual_order(list(text))) == stands


def test_scaling_the_page_scales_the_runs() -> None:
    line = words((0.1, 0.2, 0.3, 0.25), (0.31, 0.2, 0.5, 0.25))
    (small,), (large,) = lay_out(line, PAGE), lay_out(line, scaling(2, 2) @ PAGE)
    assert (large.size, large.x, large.y) == pytest.approx((2 * small.size, 2 * small.x, 2 * small.y))
