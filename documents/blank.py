"""Is there nothing on a page? Judged on a small grey picture, and rather 'no' than 'yes': reading a blank page costs a
second, and losing a faint line costs the line.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from schemas.pages import Grey

LONGEST = 1000  # pixels of the picture that is judged: 8 point print on A4 is still 5 pixels high
PAPER_CELL = 16  # pixels: the paper's tone is the median of such cells, so that shading and vignettes are no ink
MOST_SHADING = 40  # grey levels from the page's median: a darker cell is a scanner's edge or a dark field, not paper
MOST_SPREAD = 16  # grey levels between the quartiles of a cell: one with more holds an edge, its median is neither side
LEAST_CONTRAST = 8.0  # grey levels: light grey print of 8 points keeps 12 or more at this size, JPEG adds up to 4
NOISE_FACTOR = 5.0  # of the noise's standard deviation: of a million normal deviates, less than one is beyond
MOST_NOISE = 6.0  # grey levels: beyond, it is no paper but a texture or dense print, and is not judged
MOST_SPECKS = 12  # pixels of ink that dust makes; the smallest line that was tried ('7.', grey, 7 points) has over 20
_MOST_OF_NOISE = 20  # grey levels: what is beyond is print, and left out where the noise is measured
_MEAN_TO_DEVIATION = 1.2533  # of a normal distribution: standard deviation over mean absolute deviation


def is_blank(grey: Grey) -> bool:
    """Whether a page's picture, (height, width) uint8 with no side much over `LONGEST`, shows paper alone.

    Print may be dark on light or light on dark. Dark edges, as scanners leave them, are not ink: what touches the
    border in an unbroken row or column.
    """
    contrast = np.abs(grey.astype(np.int16) - _paper(grey))
    sample = contrast[::3, ::3]
    sample = sample[sample <= _MOST_OF_NOISE]
    noise = _MEAN_TO_DEVIATION * float(sample.mean()) if sample.size else 0.0
    if noise > MOST_NOISE:
        return False
    ink = contrast > int(max(LEAST_CONTRAST, NOISE_FACTOR * noise))  # whole numbers are compared faster
    rows, columns = ~(ink[:, 0] | ink[:, -1]), ~(ink[0] | ink[-1])
    if np.count_nonzero(ink[rows][:, columns]) > MOST_SPECKS:  # no edge reaches there, and most pages end here
        return False
    return int(np.count_nonzero(ink & ~_touching_border(ink))) <= MOST_SPECKS


def _paper(grey: Grey) -> npt.NDArray[np.int16]:
    """The paper's tone at each pixel: the medians of cells (of every other pixel), smoothly joined."""
    height, width = grey.shape
    rows, columns = -(-height // PAPER_CELL), -(-width // PAPER_CELL)
    padded = np.pad(grey, ((0, rows * PAPER_CELL - height), (0, columns * PAPER_CELL - width)), mode="edge")[::2, ::2]
    half = PAPER_CELL // 2
    cells = padded.reshape(rows, half, columns, half).swapaxes(1, 2).reshape(rows, columns, -1)
    quarter = half * half // 4
    ranked = np.sort(cells, axis=2, kind="stable").astype(np.int16)  # of bytes a radix sort, faster than a partition
    medians, spread = ranked[:, :, 2 * quarter], ranked[:, :, 3 * quarter] - ranked[:, :, quarter]
    usual = int(np.median(medians))
    is_other = (np.abs(medians - usual) > MOST_SHADING) | (spread > MOST_SPREAD)
    medians = np.where(is_other, usual, medians).astype(np.uint8)
    full = Image.fromarray(medians).resize((columns * PAPER_CELL, rows * PAPER_CELL), Image.Resampling.BILINEAR)
    return np.asarray(full).astype(np.int16)[:height, :width]


def _touching_border(ink: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Ink that reaches the border along its row or column without a gap, and the two soft pixels after it."""
    touching = np.zeros_like(ink)
    for turn in range(4):
        turned, result = np.rot90(ink, turn), np.rot90(touching, turn)
        lengths = np.where(turned.all(1), turned.shape[1], turned.argmin(1))  # of the run at each row's beginning
        result |= np.arange(turned.shape[1]) < np.where(lengths, lengths + 2, 0)[:, None]
    return touching
