from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from models.words.evidence import Edit, Letter, changed_letters, changed_text, edits, gain, pairs
from models.words.pieces import Scores
from tests.models.words.read import ALPHABET, scores_of, step_of


def letters_of(text: str) -> list[Letter]:
    return [Letter(character, step_of(index), 0.9) for index, character in enumerate(text)]


def found(text: str, scores: Scores) -> dict[str, float]:
    """Texts that single edits give, with what they cost."""
    own = edits(letters_of(text), scores, -1, len(scores), ALPHABET)
    return {changed_text(text, [edit]): edit.cost for edit in own}


def every_path(scores: Scores, text: str) -> float:
    """The probability of a text by going through all paths: slow and sure."""
    total = 0.0
    numbers = sorted({0, *(ALPHABET.classes[each] for each in text)})
    for path in itertools.product(numbers, repeat=len(scores)):
        kept = [each for index, each in enumerate(path) if each and (index == 0 or path[index - 1] != each)]
        if kept == [ALPHABET.classes[each] for each in text]:
            total += math.exp(sum(float(scores[step, number]) for step, number in enumerate(path)))
    return total


def test_a_likely_other_letter_is_offered() -> None:
    texts = found("eat", scores_of("eat", {step_of(0): ("c", 0.3)}))
    assert texts["cat"] == pytest.approx(math.log(0.3 / 0.7), abs=0.01)
    assert "bat" not in texts


def test_a_letter_between_two_is_offered_and_so_is_one_less() -> None:
    texts = found("fst", scores_of("fst", {step_of(0) + 1: ("i", 0.2), step_of(2): ("", 0.4)}))
    assert texts["fist"] == pytest.approx(math.log(0.2 / 0.8), abs=0.01)
    assert texts["fs"] == pytest.approx(math.log(0.4 / 0.6), abs=0.01)


def test_a_space_is_a_letter_like_others() -> None:
    assert "I am" in found("Iam", scores_of("Iam", {step_of(0) + 1: (" ", 0.1)}))


def test_digits_and_signs_are_never_offered() -> None:
    texts = found("lO", scores_of("lO", {step_of(0): ("1", 0.45), step_of(1): ("0", 0.45), step_of(1) + 1: (".", 0.4)}))
    assert not [text for text in texts if any(map(str.isdigit, text)) or "." in text]


def test_case_alone_is_no_edit() -> None:
    assert "s" not in found("S", scores_of("S", {step_of(0): ("s", 0.4)}))


def test_two_edits_do_not_touch_the_same_letters_and_keep_their_order() -> None:
    one, two, three = Edit(0, 1, "a", 1, -1.0), Edit(0, 1, "b", 1, -1.5), Edit(2, 3, "c", 7, -1.0)
    both = [pair for pair in pairs([one, two, three]) if len(pair) == 2]
    assert {changed_text("xyz", pair) for pair in both} == {"ayc", "byc"}
    assert [letter.text for letter in changed_letters(letters_of("xyz"), (one, three))] == ["a", "y", "c"]


@pytest.mark.parametrize(
    ("text", "other", "edit"),
    [
        ("ac", {1: ("e", 0.3)}, Edit(0, 1, "e", 1, 0)),
        ("ac", {4: ("e", 0.3), 5: ("e", 0.2)}, Edit(1, 2, "e", 4, 0)),
        ("ac", {2: ("i", 0.3), 3: ("i", 0.2)}, Edit(1, 1, "i", 2, 0)),
        ("ac", {4: ("", 0.3)}, Edit(1, 2, "", 4, 0)),
        ("ac", {2: ("a", 0.3), 3: ("c", 0.1)}, Edit(0, 1, "", 1, 0)),
    ],
)
def test_the_gain_is_that_of_the_whole_texts(text: str, other: dict[int, tuple[str, float]], edit: Edit) -> None:
    scores = scores_of(text, other, sure=0.9)
    before = letters_of(text)
    after = changed_letters(before, [edit])
    expected = math.log(every_path(scores, "".join(letter.text for letter in after)) / every_path(scores, text))
    got = gain(before, after, scores, -1, len(scores), ALPHABET)
    # By the steps between the letters that stay, which are held to their places; the rest of the text is not weighed.
    assert got == pytest.approx(expected, abs=0.25)


def test_what_did_not_change_does_not_count() -> None:
    scores = np.concatenate([scores_of("zzzz", sure=0.6), scores_of("ac", {1: ("e", 0.3)})])
    shifted = [letter._replace(step=letter.step + 12) for letter in letters_of("ac")]
    before = [*letters_of("zzzz"), *shifted]
    after = [*before[:4], Letter("e", 13, 0.0), before[5]]
    alone = gain(letters_of("ac"), [Letter("e", 1, 0.0), letters_of("ac")[1]], scores[12:], -1, 6, ALPHABET)
    assert gain(before, after, scores, -1, len(scores), ALPHABET) == pytest.approx(alone, abs=0.05)
