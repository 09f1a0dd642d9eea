"""Ink from paper: which pixels are print, dark on light or light on dark, without rules and boxes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SHRINK = 4  # the paper's level varies slowly: it is measured on a picture so much smaller
REACH = 13  # pixels of the smaller picture: the side of the square whose mean is the level between ink and paper
NEAR = 7  # the same, for whether a spot lies in the dark: small enough for a heading's bar
OFFSET = 12  # grey levels that ink differs from the mean at least: more than a scanner's noise
SHARE = 0.09  # and of the mean: the whiter the paper, the more its texture shows
BLACK = 0.25  # of the paper's level: below, all is ink, in the midst of a black area too
DARK_AREA = 0.5  # of the paper's level: where the mean around is lower, light print may stand
LEAST_DARK = 24  # pixels of the smaller picture in the dark: below, no light print is looked for
RULE_LENGTH = 64  # pixels: a straight run so long is a rule if it is also thin
RULE_THICKNESS = 13  # pixels
CROSSING = 8  # pixels: how far away the two parts of a stroke that crosses a rule are

_GREYS = np.arange(256.0)
_MARGINS = np.maximum(OFFSET, SHARE * _GREYS)
_LEVELS_BELOW = np.clip(_GREYS - _MARGINS, 0, 255).astype(np.uint8)
_LEVELS_ABOVE = np.clip(_GREYS + _MARGINS, 0, 255).astype(np.uint8)

Mask = npt.NDArray[np.uint8]  # (height, width), 255 where there is ink
Grey = npt.NDArray[np.uint8]  # (height, width)


class Shade(NamedTuple):
    """Where the page is dark enough around to hold light print: a mask of the page, smaller by `SHRINK`."""

    mask: npt.NDArray[np.bool_]
    mean: npt.NDArray[np.uint8]

    def holds(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Whether pixels of the page lie in it."""
        rows = np.minimum((y / SHRINK).astype(np.int64), self.mask.shape[0] - 1)
        columns = np.minimum((x / SHRINK).astype(np.int64), self.mask.shape[1] - 1)
        found: npt.NDArray[np.bool_] = self.mask[rows, columns]
        return found


def find_dark(grey: Grey) -> tuple[Mask, Shade | None]:
    """The pixels that are darker than the mean around them (Wellner 1993), and where light print may stand."""
    import cv2

    height, width = grey.shape
    size = (max(1, width // SHRINK), max(1, height // SHRINK))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    mean = cv2.blur(small, (REACH, REACH), borderType=cv2.BORDER_REPLICATE)
    paper = float(np.percentile(small[::4, ::4], 90))
    level = _LEVELS_BELOW[mean]
    np.maximum(level, np.uint8(BLACK * paper), out=level)
    dark = cv2.compare(grey, cv2.resize(level, (width, height), interpolation=cv2.INTER_LINEAR), cv2.CMP_LT)
    near = cv2.blur(small, (NEAR, NEAR), borderType=cv2.BORDER_REPLICATE)
    shaded = near < DARK_AREA * paper
    return np.asarray(dark, np.uint8), Shade(shaded, mean) if int(shaded.sum()) >= LEAST_DARK else None


def find_light(grey: Grey, shade: Shade) -> Mask:
    """The pixels in the shade that are lighter than the mean around them."""
    import cv2

    height, width = grey.shape
    level = np.where(shade.mask, _LEVELS_ABOVE[shade.mean], np.uint8(255))
    above = cv2.resize(level, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.compare(grey, above, cv2.CMP_GT), np.uint8)


def without_rules(mask: Mask) -> Mask:
    """The ink without long thin straight runs; where a letter's stroke crosses one, the stroke stays whole."""
    import cv2

    rules = cv2.bitwise_or(_runs(mask, upright=False), _runs(mask, upright=True))
    return np.asarray(cv2.subtract(mask, rules), np.uint8)


def _runs(mask: Mask, upright: bool) -> Mask:
    import cv2

    def box(along: int, across: int) -> npt.NDArray[np.uint8]:
        return np.ones((along, across) if upright else (across, along), np.uint8)

    height, width = mask.shape
    size = (width, max(1, height // SHRINK)) if upright else (max(1, width // SHRINK), height)
    # Thickened first, a slightly slanting rule has long runs too; a run is long enough to be looked for on a picture
    # that is shrunk along it.
    solid = cv2.resize(cv2.dilate(mask, box(1, 3)), size, interpolation=cv2.INTER_AREA)
    solid = cv2.threshold(solid, 249, 255, cv2.THRESH_BINARY)[1]
    runs = cv2.morphologyEx(solid, cv2.MORPH_OPEN, box(RULE_LENGTH // SHRINK - 2, 1))
    if not cv2.countNonZero(runs):
        return np.zeros_like(mask)
    thin = cv2.threshold(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), 63, 255, cv2.THRESH_BINARY)[1]
    runs = cv2.bitwise_and(runs, cv2.subtract(thin, cv2.morphologyEx(thin, cv2.MORPH_OPEN, box(1, RULE_THICKNESS))))
    runs = cv2.resize(cv2.dilate(runs, box(3, 1)), (width, height), interpolation=cv2.INTER_NEAREST)
    runs = cv2.bitwise_and(runs, mask)
    rest = cv2.subtract(mask, runs)
    ahead = box(1, 2 * CROSSING + 1)
    ahead.reshape(-1)[:CROSSING] = 0
    crossed = cv2.bitwise_and(cv2.dilate(rest, ahead), cv2.dilate(rest, np.ascontiguousarray(ahead[::-1, ::-1])))
    return np.asarray(cv2.subtract(runs, crossed), np.uint8)
