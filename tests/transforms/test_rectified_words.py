"""A page that lies otherwise gives the same words, and its overlay has them where they stand."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.pdf_readers import pdfium_boxes
from documents.overlay import write_overlay
from models.engines import open_engine
from models.engines.base import Engine
from pipelines.evaluation.scores import loose_words, word_hits
from schemas.geometry import pixels_to_fractions, transform
from schemas.pages import Word
from tests.models.lying import letter, lying
from tests.transforms.examples import RUN, page
from transforms.elements import Page
from transforms.read_words import on_page
from transforms.rectify_pages import rectify

NEAR = 0.006
"""Of the page: half the height of a line."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_engine("native")


@pytest.fixture(scope="module")
def upright(engine: Engine) -> list[Word]:
    """What is read of the page as it should stand, in its pixels."""
    return engine.read(page(letter().pixels).image)


@pytest.mark.parametrize("how", ["90", "180", "270", "skewed", "perspective"])
def test_a_page_that_lies_otherwise_has_the_same_words_in_their_places(
    engine: Engine, upright: list[Word], how: str, tmp_path: Path
) -> None:
    pixels, there = lying(letter().pixels, how)
    found = rectify(page(pixels), RUN)
    assert isinstance(found, Page)
    assert (found.corners is not None) == (how == "perspective")
    words = on_page(found, engine.read(found.image))
    assert word_hits(loosely(upright), loosely(words)).f1 >= 0.98
    assert len(upright) > 150

    fractions = pixels_to_fractions(pixels.shape[1], pixels.shape[0])
    truth = [(word.text, transform(fractions @ there, word.quad.points).mean(0)) for word in upright]
    assert share_in_place(truth, [(word.text, word.quad.points.mean(0)) for word in words]) >= 0.95

    file = tmp_path / "overlay.pdf"
    file.write_bytes(write_overlay(as_jpeg(pixels), "image/jpeg", {0: words}))
    boxes = [(text, np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])) for text, box in pdfium_boxes(file)]
    assert share_in_place(truth, boxes) >= 0.95


def loosely(words: list[Word]) -> list[str]:
    return loose_words(" ".join(word.text for word in words))


def share_in_place(truth: list[tuple[str, np.ndarray]], found: list[tuple[str, np.ndarray]]) -> float:
    """Of the words that stand on the page: those that were found with their middles where they are."""
    right = 0
    for text, middle in truth:
        right += any(other == text and np.abs(place - middle).max() < NEAR for other, place in found)
    return right / len(truth)


def as_jpeg(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=92)
    return out.getvalue()


def test_a_word_a_line_off_is_not_in_its_place() -> None:
    truth = [("one", np.array([0.15, 0.11])), ("two", np.array([0.15, 0.13]))]
    assert share_in_place(truth, truth) == 1
    assert share_in_place(truth, [("one", np.array([0.15, 0.11])), ("two", np.array([0.15, 0.11]))]) == 0.5
