"""Pages drawn for the engines' tests."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from schemas.geometry import Box, pixels_to_fractions
from schemas.pages import PageImage, Pixels, Word

LINES = ("Invoice 4711 of March", "Total amount due 1280")


def page_image(pixels: Pixels) -> PageImage:
    height, width = pixels.shape[:2]
    return PageImage(np.ascontiguousarray(pixels), pixels_to_fractions(width, height))


def two_lines() -> tuple[PageImage, list[tuple[str, Box]]]:
    """An 800 x 400 page with `LINES`, and each word with the box of its ink."""
    font = ImageFont.load_default(36)
    image = Image.new("RGB", (800, 400), "white")
    draw = ImageDraw.Draw(image)
    words = []
    for line, text in enumerate(LINES):
        left, top = 100.0, 100 + 120 * line
        for word in text.split():
            draw.text((left, top), word, fill="black", font=font)
            words.append((word, Box(*draw.textbbox((left, top), word, font=font))))
            left += draw.textlength(word, font=font) + 20
    return page_image(np.asarray(image)), words


def overlap(found: Box, true: Box) -> float:
    """Intersection over union."""
    width = min(found.right, true.right) - max(found.left, true.left)
    height = min(found.bottom, true.bottom) - max(found.top, true.top)
    common = max(0.0, width) * max(0.0, height)
    areas = sum((box.right - box.left) * (box.bottom - box.top) for box in (found, true))
    return common / (areas - common)


def check_words(words: list[Word], truth: list[tuple[str, Box]], least_overlap: float) -> None:
    """Two lines, every word read, in its place, with a confidence."""
    assert [word.text for word in words] == [text for text, _ in truth]
    assert [word.line for word in words] == [0] * 4 + [1] * 4
    for word, (_, box) in zip(words, truth, strict=True):
        assert overlap(word.quad.box, box) > least_overlap
        assert word.confidence is not None
        assert 0.5 < word.confidence <= 1
