from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.evaluate import DONE, USAGE, main
from tests.pipelines.evaluation.pages import labels, save

pytest.importorskip("rapidfuzz")
DOCS = Path(__file__).parents[2] / "docs" / "evaluation.md"


@pytest.fixture
def sets(tmp_path: Path) -> list[str]:
    """Two sets of labelled pages, three of one and one of another, in which nothing is right."""
    for name in "abc":
        save(tmp_path / "good", name, boxes=labels())
    save(tmp_path / "bad", "a", text="something else")
    return [str(tmp_path / "good"), str(tmp_path / "bad")]


def _evaluated(output: Path, *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--engine", "standin", "--output", str(output)]) == DONE
    found: dict[str, Any] = json.loads((output / "evaluation.json").read_text(encoding="utf-8"))
    return found


def test_sets_in_figures_and_page_out(tmp_path: Path, sets: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "new" / "out"
    found = _evaluated(output, *sets, "--workers", "1")
    assert {name: figures["words"]["strict"]["f1"] for name, figures in found["categories"].items()} == {
        "good": 1.0,
        "bad": 0.0,
    }
    assert found["overall"]["words"]["strict"]["truths"] == 11
    assert sorted(path.name for path in output.iterdir()) == ["evaluation.html", "evaluation.json"]
    assert "something" in (output / "evaluation.html").read_text(encoding="utf-8")
    printed = capsys.readouterr().out.splitlines()
    assert printed[2].split()[:4] == ["good", "3", "1.000", "1.000"]
    assert printed[-1] == str(output / "evaluation.html")


@pytest.mark.slow
def test_the_number_of_workers_changes_nothing_but_the_cost(tmp_path: Path, sets: list[str]) -> None:
    one, two = (_evaluated(tmp_path / f"out{count}", *sets, "--workers", f"{count}") for count in (1, 2))
    for found in (one, two):
        del found["workers"]
        for part in (found["overall"], *found["categories"].values()):
            del part["cpu_seconds_per_page"]
        for page in found["pages"]:
            del page["cpu_seconds"]
    assert one == two


def test_a_limit_counts_for_each_set(tmp_path: Path, sets: list[str]) -> None:
    found = _evaluated(tmp_path / "out", *sets, "--workers", "1", "--limit", "2")
    assert [(page["category"], page["name"]) for page in found["pages"]] == [("bad", "a"), ("good", "a"), ("good", "b")]


def test_what_cannot_start(
    tmp_path: Path, sets: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = ["--engine", "standin", "--output", str(tmp_path / "out")]
    assert main([str(tmp_path / "missing"), *rest]) == USAGE
    assert "is no folder of labelled pages" in capsys.readouterr().err
    assert main([sets[0], sets[0], *rest]) == USAGE
    assert "two folders have one name" in capsys.readouterr().err
    for wrong in ("0", "x"):
        with pytest.raises(SystemExit):
            main([*sets, *rest, "--limit", wrong])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main([*sets, *rest]) == USAGE
    assert "rapidfuzz" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_docs_have_every_option_in_the_words_of_its_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit):
        main(["--help"])
    helped = dict(re.findall(r"^  (--\w+)(?: \S+)?\s+(.+)$", capsys.readouterr().out, re.MULTILINE))
    own = DOCS.read_text(encoding="utf-8").partition("pipelines.fit_wordinator")[0]
    described = re.findall(r"^\| `(--\w+) \w+` \| (.+) \|$", own, re.MULTILINE)
    assert dict(described) == helped
