"""How large a page is rendered. Plain arithmetic, the same for pictures and for PDF pages."""

from __future__ import annotations

BOX = 2048  # pixels: a page fills a square of this side
SHORT_SIDE = 1000  # pixels that a long receipt's short side gets: below, its print is too small to read
LONG_SIDE = 4096  # pixels that no side of a render exceeds
MOST_ENLARGED = 2.0  # an enlarged picture shows nothing new, and costs by its area


def render_size(width: float, height: float, most: float = MOST_ENLARGED) -> tuple[int, int]:
    """Pixels (width, height) for something of `width` x `height` units, keeping the aspect ratio.

    It fills a `BOX` square; where that leaves the short side under `SHORT_SIDE`, it is larger, so that the short side
    gets that, but no side exceeds `LONG_SIDE`. `most` is the largest number of pixels a unit may get. At least 1 x 1.
    Raises ValueError where a side is not a positive number.
    """
    if not (0 < width < float("inf") and 0 < height < float("inf")):
        raise ValueError(f"a page has two positive sides, got {width} x {height}")
    short, long = sorted((width, height))
    scale = max(BOX / long, min(SHORT_SIDE / short, LONG_SIDE / long))
    return _scaled(width, height, min(scale, most))


def preview_size(width: float, height: float, longest: int) -> tuple[int, int]:
    """Pixels (width, height) that fill a square of `longest`; a picture of pixels is never enlarged. At least 1 x 1."""
    return _scaled(width, height, min(1.0, longest / max(width, height)))


def _scaled(width: float, height: float, scale: float) -> tuple[int, int]:
    return max(1, round(width * scale)), max(1, round(height * scale))
