from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import detection_readers
from benchmarks.detection import contained, outcome, row
from benchmarks.detection_readers import Kept, Reading
from pipelines.evaluation.detection import Found
from pipelines.evaluation.labelled_pages import LabelledPage
from schemas.geometry import Box, Quad, pixels_to_fractions
from schemas.pages import PageImage, Word

IMAGE = PageImage(np.full((200, 400, 3), 255, np.uint8), pixels_to_fractions(400, 200))
PAGE = LabelledPage(
    "receipts", "one", "none.png", 200, 100, "TOTAL 12.50",
    (Found(Box(10, 10, 60, 20), "TOTAL"), Found(Box(150, 10, 190, 20), "12.50")), True,
)  # fmt: skip


def reading(*lines: tuple[float, float, float, float]) -> Reading:
    boxes = np.array(lines, float).reshape(-1, 4)
    words = [Word("TOTAL", Quad.of_box(20, 20, 120, 40), 0, 0.9), Word("12.50", Quad.of_box(300, 20, 380, 40), 1, 0.9)]
    return Reading(None, boxes, boxes + np.array([-2, -2, 2, 2]), 0.05, words, 0.2)


def test_boxes_of_the_render_are_held_against_those_of_the_picture() -> None:
    found = outcome(PAGE, IMAGE, reading((20, 20, 120, 40), (20, 100, 120, 140)))
    assert found.found == (1, 2, 2)
    assert found.covered.recall == 0.5
    assert found.result.boxes is not None
    assert found.result.boxes.detection == (2, 2, 2)
    assert found.result.loose.f1 == 1
    cells = [cell.strip() for cell in row("receipts", "ours", [found]).split("|")]
    assert cells[1:8] == ["receipts", "ours", "1", "0.500", "0.500", "0.500", "50"]
    assert cells[9:14] == ["1.000", "1.000", "1.000", "1.000", "0.200"]


def test_a_box_in_two_parts_is_contained_in_neither() -> None:
    boxes = np.array([[0, 0, 100, 10], [0, 20, 10, 30]], float)
    assert contained(boxes, np.array([[0, 0, 60, 10], [60, 0, 100, 10], [0, 10, 20, 40]], float)).tolist() == [0.6, 1]
    assert contained(boxes, np.empty((0, 4))).tolist() == [0, 0]


@pytest.mark.parametrize("keep", [True, False])
def test_a_peer_is_asked_once_for_a_page_where_it_is_kept(
    keep: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Peer:
        def __call__(self, image: PageImage) -> Reading:
            asked.append(image)
            return reading((20, 20, 120, 40))

    monkeypatch.setitem(detection_readers.PEERS, "rapidocr", Peer)
    for _ in range(2):
        found = Kept("rapidocr", tmp_path / "kept" if keep else None)(IMAGE, "receipts-one")
        assert found.lines.tolist() == [[20, 20, 120, 40]]
    Kept("rapidocr", tmp_path / "kept" if keep else None)(IMAGE, "receipts-two")
    assert len(asked) == (2 if keep else 3)
