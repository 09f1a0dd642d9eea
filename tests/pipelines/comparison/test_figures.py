from __future__ import annotations

import json

import pytest

from pipelines.comparison.compared_pages import ComparedPage, compared
from pipelines.comparison.figures import agreement_loose, comparison
from tests.transforms.examples import shadow_row, shadow_token, word


def pages() -> list[ComparedPage]:
    """Three pages: two that both engines read, one that the second one failed on."""
    tokens = tuple(map(shadow_token, ["same", "other"]))
    failed = {"shadow_words": None, "shadow_words_loose": None, "common": None, "common_loose": None}
    return [
        compared(shadow_row("/a", 0, words=4, words_loose=2, shadow_tokens=tokens), [word("Same"), word("mine")]),
        compared(shadow_row("/a", 1, common=2, common_loose=2), [word("one"), word("three")]),
        compared(
            shadow_row("/b", 0, shadow_reason="engine_error", shadow_message="no", shadow_tokens=(), **failed), []
        ),
    ]


def test_counts_are_summed_over_pages_before_they_are_divided() -> None:
    found = comparison(pages())
    assert (found["pages"], found["first"]["failed"], found["second"]["failed"]) == (2, 0, 1)
    assert found["agreement"] == pytest.approx(2 * 3 / (6 + 4))
    assert found["agreement_loose"] == pytest.approx(2 * 3 / (4 + 4))
    assert (found["first"]["engine"], found["second"]["engine"]) == ("standin 1", "native 7")
    assert (found["first"]["words"], found["first"]["only"], found["first"]["only_loose"]) == (6, 3, 1)
    assert (found["second"]["words"], found["second"]["only"], found["second"]["only_loose"]) == (4, 1, 1)
    assert (found["first"]["mean_confidence"], found["second"]["mean_confidence"]) == (0.5, 0.75)
    assert (found["first"]["cpu_seconds_per_page"], found["second"]["cpu_seconds_per_page"]) == (0.25, 0.5)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_every_page_that_both_read_is_on_one_level() -> None:
    levels = {level["from"]: level["pages"] for level in comparison(pages())["pages_by_agreement"]}
    assert levels == {1.0: 1, 0.98: 0, 0.95: 0, 0.9: 0, 0.8: 0, 0.5: 1, 0.0: 0}
    nothing = [compared(shadow_row(common_loose=0, common=0), [])]
    assert comparison(nothing)["pages_by_agreement"][-1] == {"from": 0.0, "pages": 1}


def test_each_page_tells_the_words_that_one_alone_has() -> None:
    first, second, third = comparison(pages())["pages_read_twice"]
    assert (first["uri"], first["page"], first["agreement_loose"], first["agreement"]) == ("/a", 0, 0.5, 0.3333)
    assert (first["first"]["only_loose"], first["second"]["only_loose"]) == (["mine"], ["other"])
    assert (second["first"]["only_loose"], second["agreement_loose"]) == ([], 1.0)
    assert (third["agreement"], third["agreement_loose"]) == (None, None)
    assert (third["second"]["words"], third["second"]["reason"]) == (None, "engine_error")


def test_two_empty_readings_agree() -> None:
    nothing = {"words_loose": 0, "shadow_words_loose": 0, "common_loose": 0}
    assert agreement_loose(shadow_row(**nothing)) == 1.0
    assert agreement_loose(shadow_row(common_loose=None)) is None
