from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.examples import shadow_row
from transforms.engine_sums import EngineSums, ShadowSums, of_shadow_row

numbers = st.integers(0, 1000)
sums = st.builds(ShadowSums, **{field.name: numbers for field in dataclasses.fields(ShadowSums)})


@given(sums, sums, sums)
def test_sums_add_up_field_by_field_in_any_order(a: ShadowSums, b: ShadowSums, c: ShadowSums) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + ShadowSums() == a
    assert dataclasses.astuple(a + b) == tuple(
        one + other for one, other in zip(dataclasses.astuple(a), dataclasses.astuple(b), strict=True)
    )


def test_means_are_over_what_there_is() -> None:
    assert (EngineSums().mean_confidence, EngineSums().cpu_seconds_per_page) == (None, None)
    some = EngineSums(pages=3, failed=1, confidence_sum=1.5, confidence_count=2, cpu_seconds=8.0)
    assert (some.mean_confidence, some.cpu_seconds_per_page) == (0.75, 2.0)


def test_pages_that_were_read_elsewhere_do_not_lower_the_cost_of_one() -> None:
    assert EngineSums(pages=5, failed=1, copies=2, cpu_seconds=8.0).cpu_seconds_per_page == 2.0
    assert EngineSums(pages=2, copies=2).cpu_seconds_per_page is None


def test_a_page_that_both_read() -> None:
    found = of_shadow_row(shadow_row(words=4, mean_confidence=0.5, shadow_words=2, shadow_mean_confidence=None))
    assert (found.pages, found.failed, found.shadow_failed) == (1, 0, 0)
    assert (found.words, found.shadow_words, found.common) == (4, 2, 1)
    assert (found.confidence_sum, found.confidence_count) == (2.0, 4)
    assert (found.shadow_confidence_sum, found.shadow_confidence_count) == (0.0, 0)
    assert (found.cpu_seconds, found.shadow_cpu_seconds) == (0.25, 0.5)


def test_a_page_that_one_failed_on_counts_as_that_alone() -> None:
    nothing = {"common": None, "common_loose": None}
    assert of_shadow_row(shadow_row(shadow_words=None, **nothing)) == ShadowSums(shadow_failed=1)
    assert of_shadow_row(shadow_row(words=None, **nothing)) == ShadowSums(failed=1)
    assert of_shadow_row(shadow_row(words=None, shadow_words=None, **nothing)) == ShadowSums(failed=1, shadow_failed=1)
