"""Pages to try the text layer on: every way in which a page can lie, times every way in which words can stand on it."""

from __future__ import annotations

import dataclasses
import io
import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pikepdf

from schemas.geometry import Quad
from schemas.pages import Word

WIDTH, HEIGHT = 480.0, 640.0  # units of the visible part, before /Rotate
SKEW = 2.5  # degrees
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclasses.dataclass(frozen=True)
class Lie:
    """How the page lies: its /Rotate, boxes and UserUnit."""

    rotate: int = 0
    shifted: bool = False  # the MediaBox begins off the origin
    cropped: bool = False  # the CropBox is inset, by a different width on each side
    user_unit: bool = False  # one unit is 2/72 inch

    @property
    def visible(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of what a viewer shows, in user space."""
        x, y = (-70.0, 130.0) if self.shifted else (0.0, 0.0)
        left, bottom = (31.0, 17.0) if self.cropped else (0.0, 0.0)
        return x + left, y + bottom, x + left + WIDTH, y + bottom + HEIGHT

    @property
    def seen(self) -> tuple[float, float]:
        """Width and height as a person sees the page, in units."""
        return (HEIGHT, WIDTH) if self.rotate % 180 else (WIDTH, HEIGHT)


@dataclasses.dataclass(frozen=True)
class Scene:
    """One cell of the matrix."""

    lie: Lie
    skewed: bool
    layout: str

    @property
    def name(self) -> str:
        """Says what is special about it."""
        lie = self.lie
        flags = {"origin": lie.shifted, "crop": lie.cropped, "unit": lie.user_unit, "skew": self.skewed}
        return "-".join([self.layout, f"r{lie.rotate}", *(name for name, there in flags.items() if there)])

    def words(self) -> list[Word]:
        """The truth: quads in fractions of the page as a person sees it."""
        angle = math.radians(SKEW) if self.skewed else 0.0
        width, height = self.lie.seen
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        centre = np.array([width, height]) / 2
        placed = LAYOUTS[self.layout](width, height, random.Random(self.layout))
        return [
            Word(text, Quad.of_points(((points - centre) @ turn.T + centre) / (width, height)), line)
            for text, points, line in placed
        ]

    def pdf(self) -> bytes:
        """The page without a layer: a grey patch where each word stands."""
        return page_pdf(self.lie, self.words())


Placed = Iterator[tuple[str, "np.ndarray[tuple[int, int], np.dtype[np.float64]]", int]]  # text, (4, 2) units, line


def scenes() -> list[Scene]:
    """All cells."""
    either = (False, True)
    lies = [Lie(*values) for values in itertools.product((0, 90, 180, 270), either, either, either)]
    return [Scene(*values) for values in itertools.product(lies, either, LAYOUTS)]


def page_pdf(lie: Lie, words: list[Word]) -> bytes:
    """A PDF of one page with a grey patch where each word stands, drawn by the lie's own arithmetic."""
    x0, y0, x1, y1 = lie.visible
    # From fractions as seen, y down, to user space; written out by hand, to check the layer's matrix against.
    matrix = {
        0: (WIDTH, 0, 0, -HEIGHT, x0, y1),
        90: (0, HEIGHT, WIDTH, 0, x0, y0),
        180: (-WIDTH, 0, 0, HEIGHT, x1, y0),
        270: (0, -HEIGHT, -WIDTH, 0, x1, y1),
    }[lie.rotate]
    commands = [" ".join(map(str, matrix)) + " cm 0.6 g"]
    for word in words:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = word.quad.points.tolist()
        commands.append(f"{ax:.6f} {ay:.6f} m {bx:.6f} {by:.6f} l {cx:.6f} {cy:.6f} l {dx:.6f} {dy:.6f} l f")
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT)).obj
        page.MediaBox = pikepdf.Array([x0, y0, x1, y1])
        if lie.cropped:
            page.MediaBox = pikepdf.Array([x0 - 31, y0 - 17, x1 + 23, y1 + 41])
            page.CropBox = pikepdf.Array([x0, y0, x1, y1])
        if lie.rotate:
            page.Rotate = lie.rotate
        if lie.user_unit:
            page.UserUnit = 2
        page.Contents = pdf.make_stream("\n".join(commands).encode())
        out = io.BytesIO()
        pdf.save(out, static_id=True, min_version="1.6")
        return out.getvalue()


def _table(width: float, height: float, rng: random.Random) -> Placed:
    """Rows of a table, each one line: columns with 2 to 6 ems of nothing between them."""
    size = 11.0
    for row in range(16):
        top = height * 0.12 + row * 1.7 * size
        for left in np.linspace(0.1, 0.7, 4) * width:
            x = float(left)
            for _ in range(rng.choice((1, 1, 2))):
                text = _word(rng, 2, 6)
                yield text, _box(x, top, len(text) * 0.5 * size, size), row
                x += (len(text) * 0.5 + 0.35) * size


def _tight(width: float, height: float, rng: random.Random) -> Placed:
    """Running text whose boxes nearly touch, touch, or overlap a little."""
    size = 10.0
    for row in range(20):
        x, top = 0.1 * width, height * 0.12 + row * 1.4 * size
        while x < 0.85 * width:
            text = _word(rng, 1, 9)
            yield text, _box(x, top, len(text) * 0.48 * size, size), row
            x += (len(text) * 0.48 + rng.choice((-0.05, 0.0, 0.05, 0.1, 0.2, 0.3))) * size


def _turned(width: float, height: float, rng: random.Random) -> Placed:
    """Lines that run up, down and upside down, beside one that runs as usual."""
    return _at_angles(width, height, rng, ((0, 0.3, 0.1), (-90, 0.15, 0.85), (90, 0.85, 0.15), (180, 0.8, 0.92)))


def _slanted(width: float, height: float, rng: random.Random) -> Placed:
    """Lines at odd angles, as on stamps and maps."""
    return _at_angles(width, height, rng, ((0, 0.3, 0.1), (30, 0.3, 0.2), (-45, 0.3, 0.75), (160, 0.9, 0.7)))


def _at_angles(width: float, height: float, rng: random.Random, starts: Sequence[tuple[float, float, float]]) -> Placed:
    """Two lines at each of the starts: degrees clockwise, and where it begins in fractions of the page."""
    size, line = 10.0, 0
    for angle, left, top in starts:
        along = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
        down = np.array([-along[1], along[0]])
        for row in range(2):
            at = np.array([left * width, top * height]) + down * row * 1.5 * size
            for _ in range(5):
                text = _word(rng, 2, 6)
                edge, side = along * len(text) * 0.5 * size, down * size
                yield text, np.array([at, at + edge, at + edge + side, at + side]), line
                at = at + edge + along * 0.3 * size
            line += 1


def _odd(width: float, height: float, rng: random.Random) -> Placed:
    """Words that strain a layer: narrow in wide boxes, too long for theirs, single signs, other scripts, emoji."""
    lines = (
        ["i", "l", "-", "I", "1", "a", ".", "|"],
        ["ill", "Illinois", "allll", "......", "00000", "www"],
        ["(see", "p.", "7)", "“quoted”", "it's", "e-mail,", "50%", "#5", "&", "…"],
        ["office", "eﬃcient", "ﬂoor", "naïve", "Ångström", "façade", "Łódź", "œuvre"],
        ["Привет", "мир", "Ελλάδα", "日本語", "한국어", "ไทย", "हिन्दी", "Việt"],
        ["😀", "👍🏽", "👩‍👩‍👧", "🇩🇪", "𐍈𐍅", "𠮷野"],
    )
    size = 14.0
    for row, texts in enumerate(lines):
        x, top = 0.08 * width, height * 0.15 + row * 2.2 * size
        for text in texts:
            # A box may be far wider or narrower than its word would naturally be.
            box = size * rng.choice((0.3, 0.6, 1.5, 3.0))
            yield text, _box(x, top, box, size), row
            x += box + rng.choice((0.15, 0.3, 0.8)) * size


LAYOUTS: dict[str, Callable[[float, float, random.Random], Placed]] = {
    "table": _table,
    "tight": _tight,
    "turned": _turned,
    "slanted": _slanted,
    "odd": _odd,
}


def _word(rng: random.Random, least: int, most: int) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(least, most)))


def _box(left: float, top: float, width: float, height: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
