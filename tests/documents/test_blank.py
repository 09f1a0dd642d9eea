from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from documents.blank import LONGEST, is_blank
from schemas.pages import Pixels

A4 = (1240, 1754)  # pixels at 150 dpi
POINT = 150 / 72


def scan(
    text: str = "",
    points: float = 8,
    ink: int = 0,
    paper: int = 255,
    noise: float = 0,
    shading: float = 0,
    edge: int = 0,
    at: tuple[float, float] = (0.3, 0.5),
) -> Pixels:
    """A4 at 150 dpi, then shrunk as an inspection does: print, noise (deviation), shading across, a dark left edge."""
    image = Image.new("L", A4, paper)
    place = (round(at[0] * A4[0]), round(at[1] * A4[1]))
    ImageDraw.Draw(image).text(place, text, fill=ink, font=ImageFont.load_default(points * POINT))
    page = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7))).astype(np.float64)
    page += np.linspace(0, -shading, A4[0])
    if edge:
        slant = np.linspace(0, edge, A4[1]).astype(int)[:, None]
        page[np.arange(A4[0]) < edge + slant] = 35
    page += np.random.default_rng(7).normal(0, noise, page.shape)
    whole = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    return np.asarray(whole.resize((round(LONGEST * A4[0] / A4[1]), LONGEST), Image.Resampling.HAMMING))


@pytest.mark.parametrize(
    "page",
    [
        scan(),
        scan(paper=0),
        scan(paper=236, noise=4),
        scan(paper=240, noise=12),
        scan(paper=235, noise=6, shading=60),
        scan(paper=235, noise=6, edge=10),
        scan(paper=235, noise=6, edge=80),
        scan(paper=235, noise=6, edge=200),
    ],
    ids=["white", "black", "grain", "strong grain", "shading", "thin edge", "edge", "wide edge"],
)
def test_paper_is_blank(page: Pixels) -> None:
    assert is_blank(page)
    assert is_blank(np.ascontiguousarray(np.rot90(page)))


@pytest.mark.parametrize(
    "page",
    [
        scan("Page 3 of 7"),
        scan("7.", points=7, ink=90),
        scan("This line is faint", ink=205, paper=250),
        scan("Page 3 of 7", paper=236, noise=6),
        scan("This line is faint", points=9, ink=185, paper=236, noise=6),
        scan("Page 3 of 7", paper=235, noise=6, edge=80),
        scan("Page 3 of 7", paper=235, noise=6, shading=60),
        scan("white on black", ink=255, paper=10, noise=4),
        scan("at the foot", at=(0.45, 0.97)),
        scan("at the rim", at=(0.005, 0.5)),
    ],
    ids=["small", "one digit", "faint", "grain", "faint on grain", "edge", "shading", "inverse", "foot", "rim"],
)
def test_a_single_small_line_is_not_blank(page: Pixels) -> None:
    assert not is_blank(page)
    assert not is_blank(np.ascontiguousarray(np.rot90(page)))


def test_a_full_page_and_a_texture_are_not_blank() -> None:
    assert not is_blank(scan("\n".join(["All work and no play makes a dull page"] * 60), at=(0.1, 0.05)))
    texture = np.random.default_rng(1).integers(0, 255, (700, 700), dtype=np.uint8)
    assert not is_blank(texture)
    weave = (128 + 14 * np.sin(np.arange(700) * 1.3)[:, None] * np.ones(700)).astype(np.uint8)
    assert not is_blank(weave)


def test_dust_is_blank() -> None:
    page = scan(paper=240, noise=3).copy()
    rng = np.random.default_rng(3)
    for row, column in rng.integers(50, 650, (10, 2)):
        page[row, column] = 120
    assert is_blank(page)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 3), (17, 15)])
def test_tiny_pictures_are_judged_too(shape: tuple[int, int]) -> None:
    assert is_blank(np.full(shape, 200, np.uint8))
