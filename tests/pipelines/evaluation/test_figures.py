from __future__ import annotations

import dataclasses
import json

import pytest

from pipelines.evaluation.figures import Circumstances, evaluation, figures
from pipelines.evaluation.measure import PageResult, score
from schemas.geometry import Box
from tests.pipelines.evaluation.pages import found, page, word

pytest.importorskip("rapidfuzz")

ASKED = Circumstances(engine="standin", folders=("forms", "notes"), split=None, limit=None, workers=1)


def _result(text: str, output: str, boxed: bool = True, category: str = "forms", lines: bool = False) -> PageResult:
    """A page whose words, 100 pixels apart, are read where they stand."""
    places = [Box(100 * index, 0, 100 * index + 50, 10) for index in range(20)]
    boxes = [found(*place, one) for place, one in zip(places, text.split(), strict=False)]
    words = [word(one, place) for one, place in zip(output.split(), places, strict=False)]
    return score(page(text, boxes if boxed else None, lines, category, name=text), words, "7")


def test_counts_are_summed_before_they_are_divided() -> None:
    """One page of one word, missed, and one of four, all right: micro recall 0.8, mean recall 0.5."""
    both = [_result("x", ""), _result("a b c d", "a b c d")]
    result = figures(both)
    assert result["words"]["loose"] == {
        "precision": 1.0,
        "recall": 0.8,
        "f1": 0.8889,
        "hits": 4,
        "found": 4,
        "truths": 5,
    }
    assert result["detection"]["recall"] == 0.8
    assert result["cer"] == 0.125
    assert result["confidence"]["tokens"] == 4
    assert result["confidence"]["sure_precision"] == 1.0
    assert result["detection"]["swa_of_found"] == {"strict": 1.0, "loose": 1.0}


def test_costs_are_means_over_pages_and_failures_are_counted() -> None:
    one = dataclasses.replace(_result("a", "a"), render_seconds=0.1, read_seconds=1.0)
    other = dataclasses.replace(_result("b", ""), render_seconds=0.3, read_seconds=2.0, error="engine_error")
    result = figures([one, other])
    assert result["cpu_seconds_per_page"] == {"render": 0.2, "read": 1.5}
    assert result["failed"] == 1


def test_what_no_page_can_say_is_null() -> None:
    result = figures([_result("a", "a", boxed=False)])
    assert result["detection"] is None
    assert result["confidence"] is None


def test_pages_without_boxes_are_no_pages_of_the_detection() -> None:
    assert figures([_result("a", "a"), _result("b", "b", boxed=False)])["detection"]["pages"] == 1


def test_lines_and_words_are_not_added_up() -> None:
    lines = _result("a b", "a b", lines=True)
    assert figures([lines])["detection"]["boxes"] == "lines"
    assert figures([lines])["confidence"] is None
    mixed = figures([lines, _result("a", "a")])
    assert mixed["detection"] is None
    assert mixed["confidence"]["tokens"] == 1


def test_an_evaluation_has_its_sets_its_sum_and_its_pages_in_order() -> None:
    results = [_result("b", "b"), _result("x", "y", category="notes"), _result("a", "a")]
    found = evaluation(ASKED, results)
    assert list(found["categories"]) == ["forms", "notes"]
    assert [figure["pages"] for figure in found["categories"].values()] == [2, 1]
    assert found["overall"]["words"]["strict"]["hits"] == 2
    assert [(one["category"], one["name"]) for one in found["pages"]] == [
        ("forms", "a"),
        ("forms", "b"),
        ("notes", "x"),
    ]
    assert (found["engine"], found["engine_version"]) == ("standin", "7")
    assert found == evaluation(ASKED, results[::-1]) == json.loads(json.dumps(found))
