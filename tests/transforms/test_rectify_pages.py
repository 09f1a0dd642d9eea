from __future__ import annotations

import apache_beam as beam
import numpy as np
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to

from models.rectifier import Rectified, straightened, turned
from schemas.geometry import Quad, transform
from schemas.pages import PageImage, Word
from tests import small_files
from tests.models.drawn import Paper
from tests.models.lying import letter as lines
from tests.models.lying import lying
from tests.transforms.examples import RUN, page
from transforms import rectify_pages
from transforms.elements import Page, PageEnd
from transforms.endings import rendered
from transforms.gallery import thumbnail
from transforms.rectify_pages import RectifyPages, rectify


class Turner:
    """Turns every page by a quarter, and falls over black ones."""

    def rectify(self, image: PageImage) -> Rectified:
        if not image.pixels.any():
            raise ValueError("black")
        return Rectified(turned(image, 1), 1, 0.0, None)


def letter() -> np.ndarray:
    paper = Paper(900, 1200)
    for line in range(30):
        paper.write("The quick brown fox jumps over the lazy dog, again", 80, 60 + 36 * line, 24)
    return np.repeat(paper.pixels[:, :, None], 3, axis=2)


def test_an_upright_page_keeps_its_very_pixels() -> None:
    for given in (page(letter()), page(small_files.picture(6)), page(small_files.picture(0))):
        found = rectify(given, RUN)
        assert isinstance(found, Page)
        assert found.image is given.image
        assert (found.quarter_turns, found.skew, found.corners) == (0, 0.0, None)
        assert found.task.times["rectify"] > 0


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_page_is_set_upright_and_its_row_says_so(turns: int) -> None:
    given = page(np.ascontiguousarray(np.rot90(letter(), turns)))
    found = rectify(given, RUN)
    assert isinstance(found, Page)
    assert (found.image.pixels == letter()).all()
    assert (found.quarter_turns, found.skew) == (turns, 0.0)
    assert (found.width, found.height) == (given.width, given.height)  # of the render
    assert rendered(found)["quarter_turns"] == turns
    whole = transform(found.image.to_page, np.array([[0, 0], [900, 1200.0]]))
    assert sorted(np.abs(whole).ravel().round(9).tolist()) == [0, 0, 1, 1]


def test_a_turned_and_skewed_page_is_set_straight() -> None:
    leaning = straightened(page(letter()).image, -4.0)
    given = page(np.ascontiguousarray(np.rot90(leaning.pixels, 2)))
    found = rectify(given, RUN)
    assert isinstance(found, Page)
    assert found.quarter_turns == 2
    assert found.skew == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_photographed_page_is_cut_out_and_its_row_says_where(turns: int) -> None:
    pixels, there = lying(lines().pixels, "perspective")
    width, height = pixels.shape[1::-1]
    found = rectify(page(np.ascontiguousarray(np.rot90(pixels, turns))), RUN)
    assert isinstance(found, Page)
    assert found.quarter_turns == turns
    assert found.image.pixels.shape[0] / found.image.pixels.shape[1] == pytest.approx(4 / 3, rel=0.1)
    on_page = transform(there, np.array([[0, 0], [900, 0], [900, 1200], [0, 1200.0]])) / [width, height]
    for _ in range(turns):  # anticlockwise
        on_page = np.column_stack([on_page[:, 1], 1 - on_page[:, 0]])
    corners = rendered(found)["corners"]
    assert np.array(corners).reshape(4, 2) == pytest.approx(on_page, abs=0.01)  # the first is the letter's top left
    shape = found.image.pixels.shape
    whole = transform(found.image.to_page, np.array([[0, 0], [shape[1], 0], [shape[1], shape[0]], [0, shape[0]]]))
    if not found.skew:
        assert whole == pytest.approx(np.array(corners).reshape(4, 2), abs=1e-6)


def test_what_nobody_foresaw_ends_the_page_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rectify_pages, "rectifier", Turner)
    given = [page(np.zeros((20, 30, 3), np.uint8), 0), page(small_files.picture(2), 1)]
    end = rectify(given[0], RUN)
    assert isinstance(end, PageEnd)
    assert (end.row.status, end.row.reason, end.row.width) == ("failed", "internal_error", 30)
    assert end.failure is not None
    assert "black" not in end.failure.message
    with Pipeline() as pipeline:
        found = pipeline | beam.Create(given) | RectifyPages(RUN)
        assert_that(found.ended_pages | beam.Map(lambda end: end.row.page), equal_to([0]), "ends")
        assert_that(found.pages | beam.Map(lambda each: each.quarter_turns), equal_to([1]), "pages")


def test_the_gallerys_boxes_stand_on_the_rectified_picture() -> None:
    given = page(small_files.picture(2))
    image = turned(given.image, 1)
    word = Quad.of_points(transform(image.to_page, np.array([[26, 20], [52, 20], [52, 40], [26, 40.0]])))
    found = Page(given.task, image, given.width, given.height, quarter_turns=1)
    small = thumbnail(found, [Word("word", word, 0, 0.5)], 0.5)
    assert small.aspect == pytest.approx(200 / 260)
    assert small.boxes[0] == pytest.approx((0.1, 0.1, 0.2, 0.2, 0.5))
