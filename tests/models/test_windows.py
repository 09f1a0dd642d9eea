from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.windows import LEAST_COLUMNS, OVERLAP, Frame, Window, cut_lines, cuts, join, straighten
from models.word_detector import Line
from models.word_net import HEIGHT, WIDTH, Reading
from schemas.geometry import Quad
from tests.models.drawn import Paper

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
PAPER = np.full((200, 4000), 255, np.uint8)


class Text(NamedTuple):
    """A line of letters: what stands there, the middle and width of each letter in pixels of the page."""

    line: Line
    words: list[str]
    middles: list[float]
    widths: list[float]


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """Lines whose letters are at most as wide as the line is high, as letters are."""
    height = draw(st.floats(10, 60))
    slope = draw(st.sampled_from([0.0, 0.03, -0.05]))
    sizes = draw(st.lists(st.integers(1, 40), min_size=1, max_size=8))
    spaces = draw(st.lists(st.floats(0.3, 2.0), min_size=8, max_size=8))
    shares = draw(st.lists(st.floats(0.2, 0.9), min_size=40, max_size=40))
    left = x = draw(st.floats(0, 50))
    top = 120.0

    def quad(start: float, end: float) -> Quad:
        lower = slope * start + top, slope * end + top
        return Quad(start, lower[0], end, lower[1], end, lower[1] + height, start, lower[0] + height)

    quads, words, middles, widths = [], [], [], []
    for size, space in zip(sizes, spaces, strict=False):
        start = x
        for share in shares[:size]:
            middles.append(x + share * height / 2)
            widths.append(share * height)
            x += share * height
        words.append("".join(ALPHABET[(len(middles) - size + k) % 26] for k in range(size)))
        quads.append(quad(start, x))
        x += space * height
    right = quads[-1].x1
    return Text(Line(quad(left, right), tuple(quads), height / 1.5, False), words, middles, widths)


def _read(window: Window, text: Text, offsets: list[float]) -> Reading:
    """What a perfect reader says of a window: letters that are whole in it, each off by up to 2 columns."""
    found: list[tuple[str, float]] = []
    shaken = offsets if window.left % 2 else offsets[::-1]
    letters = iter(zip(text.middles, text.widths, shaken, strict=False))
    for number, word in enumerate(text.words):
        for character in word:
            middle, width, offset = next(letters)
            place = float(window.frame.column(np.array([[middle, 0.0]]))[0]) - window.left
            half = width / 2 / window.frame.to_page[0, 0]
            if place - half >= -1 and place + half <= window.columns + 1:
                if found and found[-1][0][1:] != f"{number}":
                    found.append((f" {number}", place - half))
                found.append((f"{character}{number}", place + offset))
    return Reading("".join(c[0] for c, _ in found), tuple(p for _, p in found), (0.9,) * len(found), 0.9)


@given(texts(), st.lists(st.floats(-1.5, 1.5), min_size=320, max_size=320))
def test_cut_and_joined_a_line_is_whole_again(text: Text, offsets: list[float]) -> None:
    windows = cut_lines(PAPER, [text.line])
    line = join(windows, [_read(window, text, offsets) for window in windows])
    assert "".join(each.text for each in line).split() == text.words
    letters = [each for each in line if each.text != " "]
    for each, middle in zip(letters, text.middles, strict=True):
        frame = windows[0].frame
        assert abs(frame.point(each.column)[0] - middle) <= 2.5 * frame.to_page[0, 0]


@given(texts())
def test_windows_cover_the_line_and_lie_on_one_frame(text: Text) -> None:
    windows = cut_lines(PAPER, [text.line])
    assert windows[0].left == 0
    assert windows[-1].left + windows[-1].columns == windows[0].frame.columns
    for before, after in itertools.pairwise(windows):
        shared = before.left + before.columns - after.left
        assert shared == (OVERLAP if before.ends_within else 0)
        assert before.ends_within == after.starts_within
        # A place that both show is one place of the page.
        assert before.point(before.columns - shared) == pytest.approx(after.point(0))
        # Where no word is chopped, the cut lies between two words.
        assert before.ends_within or before.words[1] <= after.words[0]
    assert [word for window in windows for word in range(*window.words)] == sorted(
        word for window in windows for word in range(*window.words)
    )
    assert {word for window in windows for word in range(*window.words)} == set(range(len(text.words)))
    assert all(window.pixels.shape == (HEIGHT, WIDTH) and window.columns <= WIDTH for window in windows)


def test_a_gap_over_the_windows_end_is_cut_and_not_chopped() -> None:
    gap = (WIDTH - 19, WIDTH + 21)
    found = cuts(np.array([0.0, gap[1]]), np.array([gap[0], WIDTH + 40.0]), WIDTH + 44)
    assert found == [(0, WIDTH, False, False), (WIDTH, WIDTH + 44, False, False)]


@given(st.lists(st.tuples(st.integers(1, 700), st.integers(0, 60)), min_size=1, max_size=12))
def test_cuts_never_leave_a_sliver(parts: list[tuple[int, int]]) -> None:
    ends = np.cumsum([size + gap for size, gap in parts]).astype(float)
    sizes = np.array([size for size, _ in parts], float)
    starts = ends - sizes
    columns = int(ends[-1]) + LEAST_COLUMNS
    for left, right, _, _ in cuts(starts, ends, columns):
        assert min(LEAST_COLUMNS, columns) <= right - left <= WIDTH


def test_a_window_shows_the_pixels_that_its_frame_names() -> None:
    paper = Paper(900, 300)
    paper.draw.rectangle((300, 110, 309, 139), fill=0)
    slanted = np.array([np.roll(column, round(0.04 * x)) for x, column in enumerate(paper.pixels.T)]).T
    quad = Quad(100, 100 + 4, 800, 100 + 32, 800, 150 + 32, 100, 150 + 4)
    windows = cut_lines(slanted, [Line(quad, (quad,), 30.0, False)])
    (window,) = [each for each in windows if each.pixels[:, : each.columns].min() < 50][:1]
    rows, columns = np.nonzero(window.pixels < 128)
    middle = window.point(float(columns.mean()) + 0.5, float(rows.mean()) + 0.5)
    assert middle == pytest.approx((305, 125 + 0.04 * 305), abs=1.0)


def test_light_on_dark_is_turned_over() -> None:
    pixels = np.full((60, 200), 10, np.uint8)
    pixels[20:40, 90:110] = 240
    quad = Quad.of_box(50, 10, 150, 50)
    (window,) = cut_lines(pixels, [Line(quad, (quad,), 20.0, True)])
    assert window.pixels[0, 0] > 200
    assert window.pixels[HEIGHT // 2, window.columns // 2] < 50


def test_colour_is_read_as_its_grey_and_no_line_as_no_window() -> None:
    grey = Paper(300, 100).write("grey", 20, 20).pixels
    quad = Quad.of_box(10, 10, 150, 70)
    line = Line(quad, (quad,), 20.0, False)
    (coloured,) = cut_lines(np.repeat(grey[:, :, None], 3, axis=2), [line])
    (plain,) = cut_lines(grey, [line])
    assert (coloured.pixels == plain.pixels).all()
    assert cut_lines(grey, []) == []


@given(st.floats(-20, 320), st.floats(-20, 120), st.floats(0.5, 400), st.floats(0.5, 150), st.floats(-0.1, 0.1))
def test_any_quad_gives_pixels(x: float, y: float, width: float, height: float, slope: float) -> None:
    quad = Quad(x, y, x + width, y + slope * width, x + width, y + height + slope * width, x, y + height)
    pixels, frame = straighten(np.full((100, 300), 200, np.uint8), quad)
    assert pixels.shape == (HEIGHT, frame.columns)
    assert (pixels == 200).all()
    inside = frame.spans(np.array([[0, frame.columns]]), quad)[0].box
    assert inside.left <= x
    assert inside.right >= x + width


def test_the_span_of_all_columns_is_the_line_itself() -> None:
    quad = Quad(100.0, 40.0, 500.0, 60.0, 500.0, 120.0, 100.0, 100.0)
    frame = cut_lines(PAPER, [Line(quad, (quad,), 40.0, False)])[0].frame
    assert frame.spans(np.array([[0, frame.columns]]), quad)[0] == pytest.approx(quad, abs=0.5)


def test_a_space_stands_where_two_windows_were_cut() -> None:
    frame = Frame(np.eye(3), 400)
    blank = np.zeros((HEIGHT, WIDTH), np.uint8)
    first = Window(blank, 0, frame, 0, 200, (0, 1), False, False)
    second = Window(blank, 0, frame, 200, 200, (1, 2), False, False)
    line = join([first, second], [Reading("a", (190.0,), (0.9,), 0.9), Reading("b", (20.0,), (0.7,), 0.7)])
    assert [(each.text, each.column) for each in line] == [("a", 190.0), (" ", 200.0), ("b", 220.0)]
    assert line[1].confidence == 0.7
