"""Small pictures of the pages that were read with the least confidence, for the report."""

from __future__ import annotations

import heapq
import io
from collections.abc import Iterable, Sequence

import apache_beam as beam
import numpy as np
from PIL import Image

from schemas.geometry import Matrix, pixels_to_fractions, transform_quads
from schemas.pages import PageImage, Word
from transforms.elements import Page, Thumbnail

SIZE = 40  # pages that are kept
LONGEST = 900  # pixels: a word's shape can be seen, 40 of them make a report of about 4 MB
_QUALITY = 55  # JPEG


def rank(item: Thumbnail) -> tuple[float, str, int]:
    """The least confident first; ties by place, so that the choice depends on no order of arrival."""
    return item.mean_confidence, item.uri, item.page


def thumbnail(page: Page, words: Sequence[Word], mean_confidence: float) -> Thumbnail:
    """A page's small picture, upright, with its words' boxes and confidences (-1 where an engine gives none)."""
    picture = Image.fromarray(page.image.pixels)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX, reducing_gap=2.0)
    sink = io.BytesIO()
    picture.save(sink, "JPEG", quality=_QUALITY)
    quads = transform_quads(_to_picture(page.image), [word.quad for word in words])
    confidences = (-1.0 if word.confidence is None else word.confidence for word in words)
    boxes = tuple((*quad.box, confidence) for quad, confidence in zip(quads, confidences, strict=True))
    task = page.task
    return Thumbnail(
        uri=task.document.entry.uri,
        page=task.inspection.page,
        mean_confidence=mean_confidence,
        jpeg=sink.getvalue(),
        aspect=page.image.pixels.shape[0] / page.image.pixels.shape[1],
        boxes=boxes,
    )


def _to_picture(image: PageImage) -> Matrix:
    """Takes fractions of the page to fractions of its image, which was set upright and may be a part of it."""
    height, width = image.pixels.shape[:2]
    return np.asarray(pixels_to_fractions(width, height) @ np.linalg.inv(image.to_page), np.float64)


class Shortlist:
    """The `SIZE` least confident of what it is shown. Asking first saves making pictures that would not stay."""

    def __init__(self) -> None:
        self._kept: list[tuple[tuple[float, str, int], Thumbnail]] = []

    def wants(self, mean_confidence: float, uri: str, page: int) -> bool:
        """Whether a page of this rank would stay."""
        return len(self._kept) < SIZE or (mean_confidence, uri, page) < self._kept[-1][0]

    def add(self, item: Thumbnail) -> None:
        """Keeps it if it belongs."""
        self._kept = heapq.nsmallest(SIZE, [*self._kept, (rank(item), item)], key=lambda pair: pair[0])

    def take(self) -> list[Thumbnail]:
        """What stayed; empty afterwards."""
        kept, self._kept = [item for _, item in self._kept], []
        return kept


class LeastConfident(beam.CombineFn):
    """Combines thumbnails to the `SIZE` least confident, in order."""

    def create_accumulator(self) -> list[Thumbnail]:
        return []

    def add_input(self, kept: list[Thumbnail], item: Thumbnail) -> list[Thumbnail]:
        return self.merge_accumulators([kept, [item]])

    def merge_accumulators(self, several: Iterable[list[Thumbnail]]) -> list[Thumbnail]:
        return heapq.nsmallest(SIZE, (item for kept in several for item in kept), key=rank)

    def extract_output(self, kept: list[Thumbnail]) -> list[Thumbnail]:
        return kept
