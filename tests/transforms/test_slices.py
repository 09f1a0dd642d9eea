from __future__ import annotations

import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to

from transforms import slices
from transforms.slices import SLICE_BYTES, PackSlices, slices_for, unpack


@pytest.mark.parametrize(("size", "expected"), [(0, 1), (1, 1), (SLICE_BYTES, 1), (SLICE_BYTES + 1, 2)])
def test_there_is_always_a_slice(size: int, expected: int) -> None:
    assert slices_for(size) == expected


@pytest.mark.parametrize("most_held", [1, 3, 1000])
def test_every_row_arrives_once_and_a_place_in_one_slice(most_held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MOST_HELD", most_held)
    rows = [(f"/{n % 7}", n) for n in range(20)]

    def places(element: tuple[int, list[bytes]]) -> list[tuple[str, list[int]]]:
        return [(place, sorted(found)) for place, found in unpack(element[1]).items()]

    with Pipeline() as pipeline:
        packed = pipeline | beam.Create(rows) | PackSlices(3)
        assert_that(
            packed | beam.GroupByKey() | beam.FlatMap(places),
            equal_to([(f"/{place}", list(range(place, 20, 7))) for place in range(7)]),
        )
