from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pipelines.evaluation.figures import evaluation
from pipelines.evaluation.measure import PageResult, score
from pipelines.evaluation.page_html import WORST, render_page, worst
from schemas.geometry import Box, Quad
from tests.pipelines.evaluation.pages import found, page, save, word
from tests.pipelines.evaluation.test_figures import ASKED
from tests.pipelines.test_report import Parsed

pytest.importorskip("rapidfuzz")


@pytest.fixture
def picture(tmp_path: Path) -> str:
    save(tmp_path, "a")
    return str(tmp_path / "a.png")


def _result(picture: str, name: str = "a", lines: bool = False) -> PageResult:
    truths = [found(0, 0, 50, 10, "Total:"), found(60, 0, 90, 10, "5.00"), found(0, 50, 50, 60, "<b>&gone")]
    words = [word("TOTAL", Box(0, 0, 50, 10)), word("5.00", Box(60, 0, 90, 10)), word("<i>", Box(0, 90, 9, 99), line=1)]
    labelled = page("Total: 5.00\n<b>&gone", truths, lines, name=name)
    return score(dataclasses.replace(labelled, picture=picture), words, "7")


def _parsed(results: list[PageResult]) -> Parsed:
    return Parsed(render_page(evaluation(ASKED, results), results))


def test_the_page_has_the_figures(picture: str) -> None:
    text = _parsed([_result(picture)]).text
    assert "Evaluation of standin 7" in text
    assert "set 1 0 0.667 0.667 0.667 0.333" in text  # pages, failed, loose F1, precision, recall, strict F1
    assert "words 0.667 0.667 1.000" in text  # recall, precision, SWA
    assert "set 3 tokens, 0 without a confidence" in text


def test_truth_and_output_stand_side_by_side_with_what_differs_marked(picture: str) -> None:
    html = render_page(evaluation(ASKED, [_result(picture)]), [_result(picture)])
    assert '<li><mark class="alike">Total:</mark> 5.00 </li>' in html
    assert '<li><mark class="wrong">&lt;b&gt;&amp;gone</mark> </li>' in html
    assert '<li><mark class="alike">TOTAL</mark> 5.00 </li>' in html
    assert '<li><mark class="wrong">&lt;i&gt;</mark> </li>' in html


def test_boxes_are_drawn_by_what_became_of_them(picture: str) -> None:
    paths = {
        item["class"]: item["d"] for item in _parsed([_result(picture)]).all("path") if "word" in str(item["class"])
    }
    assert paths == {
        "word-alike": "M0 0L50 0L50 10L0 10z",
        "word-same": "M60 0L90 0L90 10L60 10z",
        "word-wrong": "M0 90L9 90L9 99L0 99z",
    }
    layers = {item["class"]: item["d"] for item in _parsed([_result(picture)]).all("path")}
    assert layers["truth-missed"] == "M0 50L50 50L50 60L0 60z"
    assert str(layers["truth-found"]).count("M") == 2
    assert "piece" not in layers
    lines = {item["class"]: item["d"] for item in _parsed([_result(picture, lines=True)]).all("path")}
    assert lines["piece"] == "M0 0L90 0L90 10L0 10zM0 90L9 90L9 99L0 99z"


def test_the_page_needs_nothing_from_outside(picture: str) -> None:
    parsed = _parsed([_result(picture)])
    assert "script" not in {name for name, _ in parsed.tags}
    assert [str(image["href"])[:23] for image in parsed.all("image")] == ["data:image/jpeg;base64,"]
    links = [str(link["href"]) for link in parsed.all("a")]
    names = [item["id"] for _, item in parsed.tags if "id" in item]
    assert {link.removeprefix("#") for link in links} == set(names)
    assert len(names) == len(set(names))


def test_a_page_that_cannot_be_shown_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    for content in (b"no picture", b"\x89PNG\r\n\x1a\n"):
        path.write_bytes(content)
        parsed = _parsed([dataclasses.replace(_result(str(path)), error="corrupt")])
        assert "failed: corrupt" in parsed.text
        assert not parsed.all("image")


def test_the_worst_come_first_and_not_all_are_shown(picture: str) -> None:
    bad = dataclasses.replace(_result(picture, "zz"), loose=_result(picture).loose._replace(hits=0))
    some = [_result(picture, f"{index:02}") for index in range(WORST + 3)]
    names = [result.page.name for result in worst([*some[::-1], bad], "set")]
    assert names == ["zz", *(f"{index:02}" for index in range(WORST - 1))]
    assert worst(some, "another") == []


def test_boxes_before_the_wordinator_are_drawn_beside_those_after_it(picture: str) -> None:
    result = dataclasses.replace(_result(picture), before=(Quad.of_box(0, 0, 90, 10), Quad.of_box(5, 90, 9, 99)))
    parsed = _parsed([result])
    assert [item["d"] for item in parsed.all("path") if item.get("class") == "before"] == [
        "M0 0L90 0L90 10L0 10zM5 90L9 90L9 99L5 99z"
    ]
    assert "Before the Wordinator: 2 regions" in parsed.text
    assert "After it: 3 words" in parsed.text
    ids = [item["id"] for item in parsed.all("image")]
    assert [item["href"] for item in parsed.all("use")] == [f"#{ids[0]}"]
    assert not [item for item in _parsed([_result(picture)]).all("path") if item.get("class") == "before"]
