from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.detector.words import split_gaps

GAPS = st.lists(st.floats(0, 2), min_size=2, max_size=12)


def _spread(values: list[float]) -> float:
    return sum((value - sum(values) / len(values)) ** 2 for value in values) if values else 0.0


@given(GAPS)
def test_no_other_value_parts_the_gaps_into_more_compact_kinds(gaps: list[float]) -> None:
    limit = float(split_gaps(np.array([gaps]))[0])
    found = _spread([g for g in gaps if g <= limit]) + _spread([g for g in gaps if g > limit])
    best = min(_spread([g for g in gaps if g <= at]) + _spread([g for g in gaps if g > at]) for at in gaps)
    assert found == pytest.approx(best, abs=1e-6)


@given(GAPS, GAPS)
def test_a_line_is_parted_as_if_it_were_alone(gaps: list[float], others: list[float]) -> None:
    table = np.full((2, 12), np.inf)
    table[0, : len(gaps)], table[1, : len(others)] = gaps, others
    assert split_gaps(table)[0] == pytest.approx(split_gaps(np.array([gaps]))[0], abs=1e-6)


def test_letters_set_wide_are_one_word() -> None:
    limit = split_gaps(np.array([[0.5, 0.55, 0.45, 0.5, 1.2, 0.52, 1.25, 0.5]]))[0]
    assert 0.55 < limit < 1.2
