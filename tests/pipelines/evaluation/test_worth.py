"""What the Wordinator's steps are worth, and its limits, on pages whose readings are made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.card import Card
from models.lexicon import Lexicon
from models.own import WEIGHTS
from models.windows import Frame
from models.word_detector import Line
from models.wordinator import Strip, Wordinator
from models.words.limits import Limits
from pipelines.evaluation.fitting import NOISE, fit, logistic, probabilities, qualities, tokens_of
from pipelines.evaluation.labelled_pages import read_folder
from pipelines.evaluation.strips import ReadPage, read_pages
from pipelines.evaluation.worth import STEPS, Changes, by_set, changes, correct, worth
from schemas.geometry import Quad
from tests.models.words.read import CHARACTERS, lexicon, pieces, step_of
from tests.pipelines.evaluation.pages import page

LIMITS = Limits(
    noise=0.5,
    sign_noise=0.5,
    lost=0.3,
    sure=0.7,
    weight=0.7,
    unknown=-12.0,
    unreadable=0.0,
    confidence=(4.0, 2.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0),
)
TRACE = {step_of(0) + 1: ("i", 0.1)}


def strip(text: str, sure: float = 0.999, traced: bool = False) -> Strip:
    box = Quad.of_box(0, 0, 320, 32)
    return Strip(Line(box, (box,), 20.0, False), Frame(np.eye(3), 320), pieces(text, TRACE if traced else None, sure))


def read_page(truth: str, *strips: Strip, category: str = "set", name: str = "a") -> ReadPage:
    texts = tuple(" ".join(piece.text for piece in one.pieces) for one in strips)
    return ReadPage(page(truth, category=category, name=name), texts, list(strips))


@pytest.fixture
def wordinator() -> Wordinator:
    return Wordinator(lexicon(), LIMITS, CHARACTERS)


def test_each_step_adds_what_it_is_for(wordinator: Wordinator) -> None:
    read = read_page("first overthrow", strip("frst over-", traced=True), strip("throw"), strip("zq", sure=0.6))
    found = worth(wordinator, correct(wordinator, [read]))
    assert len(found) == len(STEPS)
    hits, outputs = zip(*[(loose.hits, loose.found) for loose, _ in found], strict=True)
    assert hits == (0, 0, 0, 1, 2)
    assert outputs == (4, 4, 3, 3, 2)  # frst over throw zq; the noise goes; two lines' parts are one word


def test_changes_are_counted_as_mended_and_spoilt(wordinator: Wordinator) -> None:
    mended = read_page("first 12", strip("frst 12", traced=True))
    spoilt = read_page("frst", strip("frst", traced=True), name="b")
    assert changes(correct(wordinator, [mended, spoilt])) == Changes(3, 2, 1, 1, 0)


def test_sets_are_kept_apart() -> None:
    pages = [read_page("a", category="one"), read_page("b", category="two"), read_page("c", category="one", name="c")]
    assert {name: len(own) for name, own in by_set(pages).items()} == {"one": 2, "two": 1}


def test_a_token_is_right_as_often_as_the_truth_has_it(wordinator: Wordinator) -> None:
    read = read_page("The world -", strip("the the - - world"))
    tokens = tokens_of(correct(wordinator, [read]))
    assert tokens.right.tolist() == [1, 0, 1, 0, 1]
    assert tokens.strict.tolist() == [0, 0, 1, 0, 1]
    assert tokens.signs.tolist() == [False, False, True, True, False]
    assert tokens.truths == (2, 3)
    assert qualities(tokens, np.full(5, 0.5)) == [0.5]


def test_the_logistic_curve_finds_what_parts_right_from_wrong() -> None:
    random = np.random.default_rng(1)
    rows = np.column_stack([np.ones(4000), random.normal(size=(4000, 2))])
    chance = probabilities(rows, np.array([0.5, 2.0, 0.0]))
    weights = logistic(rows, (random.random(4000) < chance).astype(np.float64))
    assert weights == pytest.approx([0.5, 2.0, 0.0], abs=0.2)
    assert np.isfinite(logistic(rows, np.ones(4000))).all()  # nothing is wrong: held by the ridge


def test_fitted_limits_drop_noise_and_keep_words() -> None:
    lines = [strip("the world"), strip("over the house"), strip("frst", traced=True), strip("zq xv", sure=0.55)]
    pages = [
        read_page("the world\nover the house\nfirst", *lines, category=category, name=name)
        for category in ("one", "two")
        for name in "abcdef"
    ]
    limits, score = fit(lexicon(), CHARACTERS, pages)
    assert score == 1
    assert NOISE[0] <= limits.noise <= NOISE[-1]
    assert 0 < limits.unreadable < 1
    assert len(limits.confidence) == len(LIMITS.confidence)
    fitted = Wordinator(lexicon(), limits, CHARACTERS)
    assert worth(fitted, correct(fitted, pages))[STEPS.index("lexicon")][0].f1 == 1


def test_no_number_price_date_or_code_of_real_receipts_is_changed(shared_data: Path, tmp_path: Path) -> None:
    labelled = read_folder(shared_data / "receipts", "validation", 4)
    read = list(read_pages(labelled, tmp_path))
    alphabet = Card.open(WEIGHTS / "word_net.onnx")["alphabet"]
    own = Wordinator(Lexicon.open(WEIGHTS / "lexicon.txt.xz"), Limits.open(WEIGHTS / "wordinator.json"), alphabet)
    found = changes(correct(own, read))
    assert found.words > 200
    assert found.codes_changed == 0
    again = list(read_pages(labelled, tmp_path))
    assert [one.texts for one in again] == [one.texts for one in read]
