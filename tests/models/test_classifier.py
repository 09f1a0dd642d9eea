from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models import corners
from models.classifier import Classifier
from models.corners import CornerFinder
from models.grey import grey_of, shrunk
from models.own import FILES, WEIGHTS
from models.rectifier import Rectifier
from tests.models.lying import letter, photographed, table

QUAD = np.array([[450.0, 420], [760, 440], [790, 860], [430, 840]])


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


def shot() -> np.ndarray:
    """A page in a photograph, its print as good as gone, in grey."""
    page = cv2.GaussianBlur(letter().pixels, (0, 0), 12)
    return grey_of(photographed(QUAD, page, table()))


def test_a_page_whose_print_is_too_small_to_be_seen_is_worth_reading(classifier: Classifier) -> None:
    preview = shot()
    score = classifier.score(preview)
    assert score < 0.7
    assert classifier.is_readable(preview, score)
    ground = grey_of(table())
    assert not classifier.is_readable(ground, classifier.score(ground))


def test_print_is_enough(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CornerFinder, "surely_finds", lambda *_: False)
    preview = shrunk(grey_of(letter().pixels), 768 / 1200)
    assert classifier.is_readable(preview, classifier.score(preview))
    assert not classifier.is_readable(shot(), 0.0)


def test_a_glance_ends_what_shows_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = CornerFinder.open()
    monkeypatch.setattr(finder, "closer", lambda *_: pytest.fail("looked at closely"))
    assert not finder.surely_finds(np.random.default_rng(1).integers(0, 256, (500, 400, 3)).astype(np.uint8))
    monkeypatch.setattr(corners, "GLANCE", -99.0)
    with pytest.raises(pytest.fail.Exception):
        finder.surely_finds(np.random.default_rng(1).integers(60, 200, (500, 400, 3)).astype(np.uint8))


@pytest.mark.parametrize(
    ("card", "field"),
    [("ocrable", "threshold"), ("ocrable", "small_threshold"), ("corners", "sure"), ("corners", "decision")],
)
def test_its_version_tells_what_decides(classifier: Classifier, tmp_path: Path, card: str, field: str) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes((WEIGHTS / name).read_bytes())
    assert Classifier(tmp_path).version == classifier.version
    path = tmp_path / f"{card}.json"
    fields = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**fields, "scores": {}, "notebook": "elsewhere"}), encoding="utf-8")
    assert Classifier(tmp_path).version == classifier.version
    fields[field] = [0.0, 0.0, 0.0, 0.0] if field == "decision" else 0.5
    path.write_text(json.dumps(fields), encoding="utf-8")
    corners.shared.cache_clear()
    assert Classifier(tmp_path).version != classifier.version


def test_its_version_tells_the_second_step(classifier: Classifier, tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes((WEIGHTS / name).read_bytes())
    path = tmp_path / corners.CLOSE_FILE
    path.write_bytes(path.read_bytes() + b"\x7a\x00")  # a field that no reader knows, and that is empty
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    card["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    corners.shared.cache_clear()
    assert Classifier(tmp_path).version != classifier.version


def test_classifier_and_rectifier_ask_one_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    corners.shared(WEIGHTS)
    monkeypatch.setattr(CornerFinder, "open", lambda *_: pytest.fail("opened once more"))
    Classifier()
    Rectifier()
