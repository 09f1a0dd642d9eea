from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from models.engines import open_engine
from models.engines.base import Engine
from models.windows import Window
from models.word_detector import Line
from pipelines.evaluation.detection import Found
from pipelines.evaluation.labelled_pages import read_folder
from pipelines.evaluation.measure import measure, score
from pipelines.evaluation.reliability import Judged
from pipelines.evaluation.scores import Hits, Share
from schemas.errors import EngineError, Unreadable
from schemas.geometry import Box, Quad
from schemas.pages import PageImage, Word
from tests.pipelines.evaluation.pages import BARS, found, labels, page, save, word

pytest.importorskip("rapidfuzz")


def test_a_page_read_without_a_fault(tmp_path: Path) -> None:
    save(tmp_path / "set", "a", boxes=labels())
    (labelled,) = read_folder(tmp_path / "set")
    result = measure(labelled, open_engine("standin"))
    assert result.error is None
    assert result.strict == result.loose == Hits(3, 3, 3)
    assert result.characters.part == 0
    assert result.boxes is not None
    assert result.boxes.detection == Hits(3, 3, 3)
    assert result.boxes.strict == result.boxes.loose == Share(3, 3)
    assert result.boxes.tokens is not None
    assert all(token.right for token in result.boxes.tokens)
    assert [one.quad.box for one in result.words] == [pytest.approx(bar) for bar in BARS]
    assert result.engine_version == "1"
    assert result.render_seconds > 0
    assert result.read_seconds > 0


def test_boxes_are_compared_in_the_picture_as_it_is_stored(tmp_path: Path) -> None:
    """A picture of half the size is enlarged twofold for the engine, which alters its pixels but not their places."""
    folder = tmp_path / "set"
    save(folder, "a", boxes=[Found(Box(*(side / 2 for side in one.box)), one.text) for one in labels()])
    with Image.open(folder / "a.png") as image:
        image.resize((1024, 1024), Image.Resampling.BOX).save(folder / "a.png")
    (labelled,) = read_folder(folder)
    result = measure(labelled, open_engine("standin"))
    assert result.boxes is not None
    assert result.boxes.detection == Hits(3, 3, 3)
    assert result.boxes.loose.part == 0
    assert result.words[0].quad.box == pytest.approx([side / 2 for side in BARS[0]], abs=2)


class _Failing:
    name = version = "failing"

    def read(self, image: PageImage) -> list[Word]:
        raise EngineError("no")


def test_a_page_that_fails_has_no_words_and_says_why(tmp_path: Path) -> None:
    save(tmp_path / "set", "a")
    (labelled,) = read_folder(tmp_path / "set")
    failing: Engine = _Failing()
    result = measure(labelled, failing)
    assert (result.error, result.words, result.loose) == ("engine_error", (), Hits(0, 0, 3))
    Path(labelled.picture).write_bytes(b"no picture")
    assert measure(labelled, failing).error == "corrupt"


def test_scores_by_hand() -> None:
    """`Invoice` is read but for its case, `No.` is missed, `77` is read as 71 in the right place, `x` is invented."""
    truths = [found(0, 0, 50, 10, "Invoice"), found(60, 0, 80, 10, "No."), found(90, 0, 110, 10, "77")]
    words = [
        word("INVOICE", Box(0, 0, 50, 10), confidence=0.9),
        word("71", Box(90, 0, 110, 10), confidence=0.5),
        word("x", Box(200, 200, 210, 210), line=1, confidence=None),
    ]
    result = score(page("Invoice No. 77", truths), words)
    assert result.strict == Hits(0, 3, 3)
    assert result.loose == Hits(1, 3, 3)
    assert result.characters.whole == len("Invoice No. 77")
    # `no. 77` to `71 x`: three changed, two taken out
    assert result.characters_folded == Share(5, 14)
    assert result.boxes is not None
    assert result.boxes.detection == Hits(2, 3, 3)
    assert (result.boxes.strict, result.boxes.loose) == (Share(0, 2), Share(1, 2))
    assert result.boxes.tokens == (Judged(0.9, True), Judged(0.5, False), Judged(None, False))


def test_boxes_of_lines_are_compared_with_lines() -> None:
    truths = [found(0, 0, 100, 10, "one two")]
    words = [word("one", Box(0, 0, 45, 10)), word("two", Box(55, 0, 100, 10))]
    result = score(page("one two", truths, lines=True), words)
    assert result.boxes is not None
    assert result.boxes.detection == Hits(1, 1, 1)
    assert result.boxes.strict == Share(1, 1)
    assert result.boxes.tokens is None


def test_a_broken_word_is_scored_as_one() -> None:
    words = [word("exam-", joins=True), word("ple", line=1)]
    assert score(page("example"), words).strict == Hits(1, 1, 1)
    assert score(page("example"), [word("exam-"), word("ple", line=1)]).loose == Hits(0, 2, 1)


class _InTwoSteps:
    name = version = "two"

    def __init__(self, unreadable: bool = False) -> None:
        self._unreadable = unreadable

    def windows(self, image: PageImage) -> tuple[list[Line], list[Window]]:
        first, second = (Quad.of_box(*box) for box in BARS[:2])
        return [Line(first, (first, second), 20.0, False)], []

    def words(self, lines: list[Line], windows: list[Window]) -> list[Word]:
        if self._unreadable:
            raise Unreadable("no")
        return [word("x", BARS[0])]

    def read(self, image: PageImage) -> list[Word]:
        raise AssertionError("it can be read in steps")


@pytest.mark.parametrize("unreadable", [False, True])
def test_an_engine_that_reads_in_steps_shows_its_boxes_before(tmp_path: Path, unreadable: bool) -> None:
    save(tmp_path / "set", "a")
    (labelled,) = read_folder(tmp_path / "set")
    result = measure(labelled, _InTwoSteps(unreadable))
    assert result.before is not None
    assert [quad.box for quad in result.before] == [pytest.approx(box) for box in BARS[:2]]
    assert len(result.words) == (0 if unreadable else 1)
    assert result.error == ("unreadable" if unreadable else None)
    assert measure(labelled, open_engine("standin")).before is None
