import numpy as np
import pytest

from training.scores import (
    calibration_error,
    character_error_rate,
    distance,
    loose,
    single_word_accuracy,
    space_recall,
)


def test_loose_keeps_digits_and_letters_alone() -> None:
    assert loose("Total: RM 12.50!") == "totalrm1250"


def test_crops_whose_truth_is_empty_count_for_the_strict_figure_alone() -> None:
    assert single_word_accuracy(["A.", "--", "b"], ["a", "--", "c"]) == (0.5, pytest.approx(1 / 3))


@pytest.mark.parametrize(("a", "b", "edits"), [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)])
def test_distance_is_levenshteins(a: str, b: str, edits: int) -> None:
    assert distance(a, b) == distance(b, a) == edits


def test_error_rate_folds_case_and_white_space() -> None:
    assert character_error_rate(["A  BC"], ["a bd"]) == 0.25


def test_space_recall_looks_at_lines_whose_letters_are_right() -> None:
    assert space_recall(["AB CD EF", "X Y"], ["ab cdef", "z z"]) == 0.5


def test_calibration_error_of_a_coin_that_is_said_to_be_sure() -> None:
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, False])) == 0.5
    assert calibration_error(np.array([0.5, 0.5]), np.array([True, False])) == 0.0
