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
    whole = _whole(grey, cv2.BORDER_REPLICATE)
    rows, columns = whole.shape
    small = cv2.resize(whole, (columns // SHRINK, rows // SHRINK), interpolation=cv2.INTER_AREA)
    mean = cv2.blur(small, (REACH, REACH), borderType=cv2.BORDER_REPLICATE)
    paper = float(np.percentile(small[::4, ::4], 90))
    level = _LEVELS_BELOW[mean]
    np.maximum(level, np.uint8(BLACK * paper), out=level)
    dark = cv2.compare(whole, cv2.resize(level, (columns, rows), interpolation=cv2.INTER_LINEAR), cv2.CMP_LT)
    near = cv2.blur(small, (NEAR, NEAR), borderType=cv2.BORDER_REPLICATE)
    shaded = near < DARK_AREA * paper
    shade = Shade(shaded, mean) if int(shaded.sum()) >= LEAST_DARK else None
    return np.ascontiguousarray(dark[:height, :width], np.uint8), shade


def find_light(grey: Grey, shade: Shade) -> Mask:
    """The pixels in the shade that are lighter than the mean around them."""
    import cv2

    height, width = grey.shape
    level = np.where(shade.mask, _LEVELS_ABOVE[shade.mean], np.uint8(255))
    above = _larger(_larger(level, upright=False), upright=True)[:height, :width]
    return np.asarray(cv2.compare(grey, above, cv2.CMP_GT), np.uint8)


def without_rules(mask: Mask) -> Mask:
    """The ink without long thin straight runs; where a letter's stroke crosses one, the stroke stays whole."""
    import cv2

    height, width = mask.shape
    whole = _whole(mask, cv2.BORDER_CONSTANT)
    rules = cv2.bitwise_or(_runs(whole, upright=False), _runs(whole, upright=True))
    return np.ascontiguousarray(cv2.subtract(whole, rules)[:height, :width], np.uint8)


def _whole(grey: Grey, border: int) -> Grey:
    """With as many rows and columns more, below and at the right, as make `SHRINK` go into their numbers: resizing by
    whole numbers is ten times as fast."""
    import cv2

    below, right = (-side % SHRINK for side in grey.shape)
    if not below and not right:
        return np.ascontiguousarray(grey)
    return np.asarray(cv2.copyMakeBorder(grey, 0, below, 0, right, border), np.uint8)


def _larger(small: Grey, upright: bool) -> Grey:
    """Each pixel `SHRINK` times, one below the other or side by side."""
    if upright:
        return np.repeat(small, SHRINK, axis=0)
    four = small.astype(np.uint32) * np.uint32(0x01010101)  # bytes that are all the same one
    return np.asarray(four.view(np.uint8), np.uint8)


def _smaller(mask: Mask, upright: bool) -> tuple[Mask, Mask]:
    """Of each `SHRINK` pixels of a mask, in a column or row, whether all are set, and whether any is."""
    if upright:
        parts = mask.reshape(-1, SHRINK, mask.shape[1])
        return np.bitwise_and.reduce(parts, axis=1), np.bitwise_or.reduce(parts, axis=1)
    four = mask.view(np.uint32)
    every, some = ((which.view(np.uint8) * np.uint8(255)) for which in (four == 0xFFFFFFFF, four != 0))
    return every, some


def _runs(mask: Mask, upright: bool) -> Mask:
    import cv2

    def box(along: int, across: int) -> npt.NDArray[np.uint8]:
        return np.ones((along, across) if upright else (across, along), np.uint8)

    # Thickened first, a slightly slanting rule has long runs too; a run is long enough to be looked for on a picture
    # that is shrunk along it.
    solid = _smaller(cv2.dilate(mask, box(1, 3)), upright)[0]
    runs = cv2.morphologyEx(solid, cv2.MORPH_OPEN, box(RULE_LENGTH // SHRINK - 2, 1))
    if not cv2.countNonZero(runs):
        return np.zeros_like(mask)
    thin = _smaller(mask, upright)[1]
    runs = cv2.bitwise_and(runs, cv2.subtract(thin, cv2.morphologyEx(thin, cv2.MORPH_OPEN, box(1, RULE_THICKNESS))))
    runs = cv2.bitwise_and(_larger(cv2.dilate(runs, box(3, 1)), upright), mask)
    # Only rows or columns with runs, or from which one is in reach, are looked at; so each run keeps its neighbours.
    near = _near(runs, upright)
    if not near.any():
        return np.asarray(runs, np.uint8)
    part: tuple[slice | npt.NDArray[np.bool_], ...] = (slice(None), near) if upright else (near,)
    found = np.ascontiguousarray(runs[part])
    rest = cv2.subtract(np.ascontiguousarray(mask[part]), found)
    # Ones whose anchor is at their end reach one way; as a rectangle they are looked through faster than half of one.
    reach = box(1, CROSSING + 1)
    end = (CROSSING, 0) if upright else (0, CROSSING)
    crossed = cv2.bitwise_and(cv2.dilate(rest, reach, anchor=(0, 0)), cv2.dilate(rest, reach, anchor=end))
    runs[part] = cv2.subtract(found, crossed)
    return np.asarray(runs, np.uint8)


def _near(runs: Mask, upright: bool) -> npt.NDArray[np.bool_]:
    """The columns of upright runs, or the rows of level ones, and those from which one is in reach."""
    import cv2

    held = runs.max(axis=0 if upright else 1)
    return np.asarray(cv2.dilate(held[None], np.ones((1, 2 * CROSSING + 1), np.uint8))[0] > 0, np.bool_)
