"""What travels between the layers before it becomes a row: words, page images, what an inspection found."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from schemas.geometry import Matrix, Quad

CATEGORIES = ("embedded_text", "image_text", "no_text")  # of a page
DECISIONS = ("kept", "lexicon", "merged", "split", "embedded")  # on a word
Pixels = npt.NDArray[np.uint8]  # (height, width, 3), RGB
Grey = npt.NDArray[np.uint8]  # (height, width), luma


@dataclasses.dataclass(frozen=True)
class Word:
    """One word. Its quad is in pixels of a page image from an engine, in fractions of the page everywhere else."""

    text: str  # not empty, no white space
    quad: Quad
    line: int  # 0-based within the page, in reading order
    confidence: float | None = None  # 0..1
    decision: str = "kept"  # DECISIONS
    joins_next: bool = False


@dataclasses.dataclass(frozen=True)
class PageImage:
    """The pixels of a page, and the way back to the page as a person sees it."""

    pixels: Pixels
    to_page: Matrix  # takes pixels to fractions of the page


@dataclasses.dataclass(frozen=True)
class PageInspection:
    """What can be said of a page before it is rendered in full."""

    page: int  # 0-based
    width_pt: float | None  # points, as a person sees it; None for a picture that states no resolution
    height_pt: float | None
    category: str | None  # `embedded_text` or `no_text` where the page ends here; None where it is to be read
    reason: str | None  # why it is `no_text`
    words: tuple[Word, ...]  # embedded text worth keeping, in fractions of the page


@dataclasses.dataclass(frozen=True)
class Inspection:
    """What can be said of a document before a page is rendered in full."""

    page_count: int
    pages: tuple[PageInspection, ...]  # the first ones, up to the cap
    signed: bool = False  # a PDF with a digital signature
