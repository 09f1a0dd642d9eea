from __future__ import annotations

from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.utils import retry
from hypothesis import given
from hypothesis import strategies as st

from transforms import retries
from transforms.retries import MOST_TRIES, Patience, patiently, saved_share


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    monkeypatch.setattr(retry.Clock, "sleep", lambda _, value: seconds.append(value))
    return seconds


def _fails(times: int, error: type[Exception] = ConnectionError) -> Any:
    left = [times]

    def call() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise error
        return "done"

    return call


def test_waiting_grows_and_is_never_twice_the_same(waited: list[float]) -> None:
    for _ in range(20):
        assert patiently(_fails(4)) == "done"
    for number, most in enumerate((1, 2, 4, 8)):
        times = waited[number::4]
        assert all(most / 2 <= seconds <= most for seconds in times)
        assert len(set(times)) > 1


def test_an_error_says_how_often_it_was_tried(waited: list[float]) -> None:
    with pytest.raises(ConnectionError) as raised:
        patiently(_fails(9))
    assert raised.value.attempts == MOST_TRIES  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match=r"^$") as other:
        patiently(_fails(9, ValueError))
    assert other.value.attempts == 1  # type: ignore[attr-defined]


def test_after_a_call_that_was_lost_each_has_one_try_until_one_comes_through(waited: list[float]) -> None:
    patience = Patience()

    def attempts(error: type[Exception] = ConnectionError) -> int:
        with pytest.raises(error) as raised:
            patience(_fails(99, error))
        return int(raised.value.attempts)  # type: ignore[attr-defined]

    assert patience(_fails(2)) == "done"
    assert [attempts(), attempts(), attempts()] == [MOST_TRIES, 1, 1]
    assert patience(_fails(0)) == "done"
    assert [attempts(), attempts()] == [MOST_TRIES, 1]
    assert attempts(ValueError) == 1  # an answer: it is there again
    assert attempts() == MOST_TRIES


def test_workers_count_what_trying_again_was_good_for(waited: list[float]) -> None:
    def work(times: int) -> None:
        try:
            patiently(_fails(times))
        except ConnectionError:
            return

    pipeline = Pipeline()
    _ = pipeline | beam.Create([0, 0, 1, 1, 2, 9]) | "First" >> beam.Map(work)
    _ = pipeline | "Others" >> beam.Create([1, 3]) | "Second" >> beam.Map(work)
    result = pipeline.run()
    result.wait_until_finish()
    assert retries.counted(result) == {"2": 3, "3": 1, "4": 1, "lost": 1}


def test_a_runner_that_tells_nothing_ends_nothing() -> None:
    assert retries.counted(None) == {}  # type: ignore[arg-type]


def test_the_saved_share() -> None:
    assert saved_share({}) is None
    assert saved_share({"2": 3, "3": 1, "4": 1, "lost": 3}) == 0.5


@given(st.dictionaries(st.sampled_from(["2", "3", "4", "5", "lost"]), st.integers(1, 99), min_size=1))
def test_a_share_is_one(counts: dict[str, int]) -> None:
    share = saved_share(counts)
    assert share is not None
    assert 0 <= share <= 1
