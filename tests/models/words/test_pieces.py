from __future__ import annotations

from models.words.pieces import pieces_of
from tests.models.words.read import pieces, reading_of, scores_of, step_of, window


def test_a_line_is_parted_at_its_spaces() -> None:
    first, second = pieces("ab cde")
    assert (first.text, second.text) == ("ab", "cde")
    assert first.decision == "kept"
    assert len(second.columns) == len(second.confidences) == 3


def test_a_piece_knows_its_steps_and_the_spaces_beside_it() -> None:
    first, second, third = pieces("ab cd ef")
    assert first.trace is not None
    assert second.trace is not None
    assert third.trace is not None
    assert [second.trace.step(column) for column in second.columns] == [step_of(3), step_of(4)]
    assert (first.trace.first, first.trace.last) == (-1, step_of(2))
    assert (second.trace.first, second.trace.last) == (step_of(2), step_of(5))
    assert (third.trace.first, third.trace.last) == (step_of(5), len(third.trace.scores))
    assert second.trace.column(step_of(3)) == second.columns[0]


def test_pieces_of_two_windows_have_their_own_scores() -> None:
    scores = [scores_of("ab cd"), scores_of("ef")]
    found = pieces_of([window(), window(left=320)], [reading_of(each) for each in scores], scores)
    assert [piece.text for piece in found] == ["ab", "cd", "ef"]
    assert found[1].trace is not None
    assert found[2].trace is not None
    assert found[1].trace.scores is scores[0]
    assert found[2].trace.scores is scores[1]
    assert found[2].trace.left == 320


def test_a_word_that_two_windows_show_has_no_scores() -> None:
    scores = [scores_of("abcdefgh"), scores_of("efghijkl")]
    windows = [window(0, 96, ends_within=True), window(48, 96, starts_within=True)]
    (piece,) = pieces_of(windows, [reading_of(each) for each in scores], scores)
    assert piece.text == "abcdefghijkl"
    assert piece.trace is None
