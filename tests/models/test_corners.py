from __future__ import annotations

import cv2
import numpy as np
import pytest

from models import corner_search, corners
from models.corners import CornerFinder, Look
from models.drawn import is_drawn
from models.quads import overlap
from tests.models.lying import letter, photographed, table

QUAD = np.array([[330.0, 150], [900, 190], [960, 1050], [250, 1000]])


@pytest.fixture(scope="module")
def finder() -> CornerFinder:
    return CornerFinder.open()


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_photographed_page_is_found(finder: CornerFinder, turns: int) -> None:
    shot = np.ascontiguousarray(np.rot90(photographed(QUAD, letter().pixels, table()), turns))
    found = finder.find(shot)
    assert found is not None
    truth = QUAD
    for _ in range(turns):
        truth = np.column_stack([truth[:, 1], 1200 - truth[:, 0]])
    assert overlap(found, truth) > 0.97
    assert np.argmin(found.sum(1)) == 0  # the corner at the picture's top left comes first


def test_a_small_page_is_looked_for_once_more_where_it_lies(
    finder: CornerFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    quad = np.array([600.0, 600]) + 190 * np.array([[-0.8, -1.1], [0.75, -1], [0.9, 1.05], [-0.7, 0.95]])
    shot = photographed(quad, letter().pixels, table())
    twice = finder.look(shot)
    monkeypatch.setattr(corners, "NEARLY_ALL", 0.0)
    once = finder.look(shot)
    assert once is not None
    assert twice is not None
    assert once.odds[0] == once.odds[1] == twice.odds[0] != twice.odds[1]
    assert overlap(twice.first, quad) > overlap(once.first, quad) + 0.005


def test_where_the_second_step_doubts_another_quad_is_looked_at(
    finder: CornerFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = photographed(QUAD, letter().pixels, table())
    wrong = np.array([[330.0, 150], [900, 190], [700, 500], [250, 1000]])
    monkeypatch.setattr(corners, "NEARLY_ALL", 0.0)
    monkeypatch.setattr(finder, "_search_in", lambda pixels: ([(wrong * 1024 / 1200, 0.96)], 3.0))
    misled = finder.look(shot)
    two = [(wrong * 1024 / 1200, 0.96), ((QUAD + 8) * 1024 / 1200, 0.9)]
    monkeypatch.setattr(finder, "_search_in", lambda pixels: (two, 3.0))
    found = finder.look(shot)
    assert misled is not None
    assert found is not None
    assert overlap(misled.quad, QUAD) < 0.9
    assert overlap(found.quad, QUAD) > 0.97
    assert found.doubt < misled.doubt


def test_a_document_is_there_when_both_steps_are_sure_enough(finder: CornerFinder) -> None:
    sure = Look(QUAD, QUAD, 0.95, 1.3, (4.0, 5.0))
    for less in (sure._replace(odds=(1.0, 5.0)), sure._replace(odds=(4.0, 3.0)), sure._replace(doubt=2.0)):
        assert finder.sureness(less) < finder.sureness(sure)
    part_unsure, both = (sure._replace(odds=(4.0, part)) for part in (3.0, 4.0))
    assert finder.sureness(part_unsure) == finder.sureness(both)  # the higher of both counts


def test_one_closer_look_is_enough_where_it_is_sure_and_four_of_a_search_are_all(
    finder: CornerFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    proposed = [((QUAD + shift) / 1200, 0.9 - shift / 100) for shift in range(6)]
    monkeypatch.setattr(corner_search, "quads_of", lambda _: proposed)
    monkeypatch.setattr(corners, "NEARLY_ALL", 0.0)
    for sure, count in ((0.5, 1), (3.0, corners.QUADS)):
        looks.clear()
        monkeypatch.setattr(finder, "closer", lambda _, quad, doubt=sure: looks.append(doubt) or (quad, doubt))
        found = finder.look(table())
        assert found is not None
        assert overlap(found.quad, QUAD) == pytest.approx(1)
        assert len(looks) == count
    monkeypatch.setattr(finder, "closer", lambda _, quad: (quad[::-1], 0.0))
    assert finder.look(table()) is None


def test_a_corner_that_is_far_off_is_looked_at_twice(finder: CornerFinder, monkeypatch: pytest.MonkeyPatch) -> None:
    shot = photographed(QUAD, letter().pixels, table())
    wrong = QUAD + np.array([[25.0, -22], [-24, 22], [22, 24], [-21, -25]])
    twice = overlap(finder.closer(shot, wrong)[0], QUAD)
    monkeypatch.setattr(corners, "LOOKS", 1)
    assert twice > overlap(finder.closer(shot, wrong)[0], QUAD)


@pytest.mark.parametrize(
    ("sureness", "quad", "cut", "sure"),
    [(0.0, QUAD, True, False), (9.0, QUAD, True, True), (-9.0, QUAD, False, False), (9.0, QUAD / 9, False, False)],
)
def test_to_be_read_for_its_edges_alone_a_document_must_be_surer_than_to_be_cut_out(
    finder: CornerFinder, monkeypatch: pytest.MonkeyPatch, sureness: float, quad: np.ndarray, cut: bool, sure: bool
) -> None:
    monkeypatch.setattr(finder, "look", lambda *_: Look(quad, quad, 0.95, 1.3, (4.0, 5.0)))
    monkeypatch.setattr(finder, "sureness", lambda _: sureness)
    assert (finder.seen(table()) is not None) is cut
    assert finder.surely_finds(table()) is sure
    assert not finder.surely_finds(np.full((1200, 1200, 3), 130, np.uint8))  # drawn


def test_the_second_step_brings_corners_nearer(finder: CornerFinder) -> None:
    shot = photographed(QUAD, letter().pixels, table())
    wrong = QUAD + np.array([[9.0, -8], [-10, 7], [8, 8], [-7, -9]])
    found, doubt = finder.closer(shot, wrong)
    assert overlap(found, QUAD) > max(overlap(wrong, QUAD), 0.98)
    assert doubt < finder.closer(shot, wrong[[0, 0, 1, 2]] + np.array([[300, 300]]))[1]


def test_corners_may_lie_outside(finder: CornerFinder) -> None:
    quad = np.array([[-50.0, 150], [900, 90], [980, 1100], [-60, 1080]])
    found = finder.find(photographed(quad, letter().pixels, table()))
    assert found is not None
    assert found[:, 0].min() < 0
    assert overlap(found, quad) > 0.93


@pytest.mark.parametrize("kind", ["scan", "skewed scan", "dark edge", "blank", "table", "noise", "tiny"])
def test_what_fills_its_picture_is_left_alone(finder: CornerFinder, kind: str) -> None:
    page = letter().pixels
    if kind == "skewed scan":
        matrix = cv2.getRotationMatrix2D((450, 600), 4, 1)
        page = cv2.warpAffine(page, matrix, (900, 1200), borderValue=(245, 245, 245))
    elif kind == "dark edge":
        page[:, :25] = 15
    elif kind == "blank":
        page[:] = 250
    elif kind == "table":
        page = table()
    elif kind == "noise":
        page = np.random.default_rng(1).integers(0, 256, page.shape).astype(np.uint8)
    elif kind == "tiny":
        page = np.full((3, 2, 3), 200, np.uint8)
    assert finder.find(page) is None


def test_what_stands_straight_is_left_alone(finder: CornerFinder) -> None:
    upright = np.array([[200.0, 100], [900, 100], [900, 1100], [200, 1100]])
    seen = finder.seen(photographed(upright, letter().pixels, table()))
    assert seen is not None
    assert overlap(seen.quad, upright) > 0.95
    assert finder.find(photographed(upright, letter().pixels, table())) is None


def test_a_fax_is_no_photograph(finder: CornerFinder) -> None:
    shot = photographed(QUAD, letter().pixels, table())
    assert not is_drawn(shot)
    fax = np.where(shot.mean(2, keepdims=True) > 150, 255, 0).astype(np.uint8).repeat(3, axis=2)
    assert is_drawn(fax)
    assert finder.find(fax) is None
    assert not is_drawn(np.zeros((3, 2, 3), np.uint8))
