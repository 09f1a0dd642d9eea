"""Fonts for whole pages: the Word Net's checked faces, opened at the size that is asked for."""

from __future__ import annotations

import functools
import itertools
import random
from pathlib import Path

from PIL import ImageFont

from training import fonts

Font = ImageFont.FreeTypeFont


class Typefaces:
    """Outline fonts, chosen as often as they are common."""

    def __init__(self, cache: Path) -> None:
        names = {face.name: face for face in fonts.load(cache)}
        found = [path for path in fonts.font_files() if path.suffix in {".ttf", ".otf"} and path.name in names]
        self._prose = [path for path in found if not names[path.name].monospaced]
        self._mono = [path for path in found if names[path.name].monospaced]
        self._weights = {
            id(paths): list(itertools.accumulate(names[path.name].weight for path in paths))
            for paths in (self._prose, self._mono)
        }

    def choose(self, rng: random.Random, mono: bool = False) -> str:
        """The file of a font."""
        paths = self._mono if mono else self._prose
        return str(rng.choices(paths, cum_weights=self._weights[id(paths)])[0])


@functools.lru_cache(maxsize=256)
def opened(path: str, size: int) -> Font:
    """A font at a size, pixels an em."""
    return ImageFont.truetype(path, size)


@functools.lru_cache(maxsize=256)
def mean_width(path: str, size: int) -> float:
    """Pixels that a character of running text takes."""
    sample = "the quick brown fox jumps over the lazy dog and 0123 other Things. "
    return opened(path, size).getlength(sample) / len(sample)
