from __future__ import annotations

import dataclasses
import random
from collections import Counter
from pathlib import Path

import apache_beam as beam
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import given
from hypothesis import strategies as st

from transforms.elements import ManifestEntry
from transforms.plan_waves import (
    PlanWaves,
    entries_of,
    mark_duplicates,
    read_plan,
    wave_uri,
    waves_for,
    write_plan,
)

words = st.sampled_from(["a", "b", "None", "ä"])
entries = st.lists(
    st.builds(ManifestEntry, uri=words, owner=st.none() | words, eligible=st.booleans(), error=st.none() | words)
)


@given(entries, st.randoms(use_true_random=False))
def test_one_of_those_that_name_a_file_is_done_whatever_their_order(
    given_entries: list[ManifestEntry], order: random.Random
) -> None:
    marked = mark_duplicates(given_entries)
    shuffled = list(given_entries)
    order.shuffle(shuffled)
    assert mark_duplicates(shuffled) == marked
    assert Counter(dataclasses.replace(one, duplicate=False) for one in marked) == Counter(given_entries)
    usable = [one for one in marked if one.error is None]
    assert Counter(one.uri for one in usable if not one.duplicate) == Counter({one.uri for one in usable})
    assert not any(one.duplicate for one in marked if one.error is not None)


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_waves_hold_all_and_are_about_full(count: int, size: int) -> None:
    waves = waves_for(count, size)
    assert waves * size >= count
    assert waves == 1 or (waves - 1) * size < count


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    planned = [
        ManifestEntry("/a", "ann", "v", False, "a.pdf"),
        ManifestEntry("/a", "bob", None, True, None),
        ManifestEntry("/list#3", error="line 3: no"),
    ]
    assert write_plan(str(tmp_path / "plan"), str(tmp_path / "scratch"), 3, planned) == 3
    uri = wave_uri(str(tmp_path / "plan"), 3)
    assert read_plan(uri) == mark_duplicates(planned)
    assert entries_of(uri) == 3


def test_every_entry_is_in_exactly_one_wave(tmp_path: Path) -> None:
    every = [ManifestEntry(f"/{n}") for n in range(50)] + [ManifestEntry("/7", owner="ann")]
    with Pipeline() as pipeline:
        counts = (
            pipeline
            | beam.Create(every)
            | PlanWaves(str(tmp_path / "plan"), str(tmp_path / "scratch"), wave_size=10)
            | beam.CombineGlobally(sum)
        )
        assert_that(counts, equal_to([51]))
    waves = [read_plan(str(path)) for path in sorted((tmp_path / "plan").iterdir())]
    assert len(waves) > 1
    assert Counter(entry.uri for wave in waves for entry in wave) == Counter(entry.uri for entry in every)
    assert [entry.owner for wave in waves for entry in wave if entry.duplicate] == ["ann"]
    assert not list((tmp_path / "scratch").iterdir())


def test_an_eligible_row_is_not_the_duplicate_of_one_that_is_not() -> None:
    first, second = mark_duplicates([ManifestEntry("a", "ann", eligible=False), ManifestEntry("a", "zoe")])
    assert (first.eligible, first.duplicate) == (True, False)
    assert (second.eligible, second.duplicate) == (False, True)
