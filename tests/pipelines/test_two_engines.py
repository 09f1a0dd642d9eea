"""The job with two engines: an experiment, and a shadow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.engines.standin import StandIn
from pipelines import check_start
from pipelines.exit_codes import DONE, USAGE
from schemas.errors import EngineError, Unreadable, UsageError
from schemas.pages import PageImage, Word
from tests import small_files
from tests.pipelines.conftest import Done
from tests.small_runs import RUN, endings, job, overlays, rows, tables
from transforms import read_words
from transforms.engine_choice import Share

SCANS = 12


class Named(StandIn):
    """Stands for `native` and `tesseract`: one finds what the stand-in finds, the other one word less."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, image: PageImage) -> list[Word]:
        found = super().read(image)
        return found[1:] if self.name == "tesseract" else found


@pytest.fixture
def _two_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_words, "engine_of_thread", Named)
    monkeypatch.setattr(check_start, "check_engine", lambda *_: None)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for number in range(SCANS):
        small_files.put(tmp_path / "in" / f"{number:02d}.pdf", small_files.scan_pdf([2, 3], seed=10 * number))
    return tmp_path / "in"


def summary(output: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((output / "runs" / RUN / "summary.json").read_text())
    return found


def report(output: Path) -> str:
    return (output / "runs" / RUN / "report.html").read_text()


@pytest.mark.usefixtures("_two_engines")
def test_an_experiment_gives_a_share_of_documents_to_another_engine(scans: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert job(scans, output, "--experiment=tesseract:50", engine="native") == DONE
    documents = {row["document_id"]: row["engine"] for row in rows(output, "documents")}
    share = Share("tesseract", 50)
    assert documents == {name: "tesseract" if share.holds(name, "experiment") else "native" for name in documents}
    read_by_other = sum(engine == "tesseract" for engine in documents.values())
    assert 2 <= read_by_other <= SCANS - 2
    assert all(row["engine"] == documents[row["document_id"]] for row in rows(output, "tokens"))

    found = summary(output)
    assert (found["experiment"], found["shadow"], found["read_twice"]) == ("tesseract:50", None, [])
    by_name = {one["engine"]: one for one in found["engines"]}
    assert set(by_name) == {"native 1", "tesseract 1"}
    for name, files, words in (("native 1", SCANS - read_by_other, 5), ("tesseract 1", read_by_other, 3)):
        assert (by_name[name]["files"], by_name[name]["pages"], by_name[name]["words"]) == (
            files, 2 * files, words * files
        )  # fmt: skip
        assert by_name[name]["failed"] == 0
        assert 0 < by_name[name]["mean_confidence"] <= 1
        assert by_name[name]["cpu_seconds"] > 0
    assert sum(one["words"] for one in found["engines"]) == found["words"]
    assert "<h2>The engines</h2>" in report(output)

    # Whatever the waves, and when a wave is done again: the same.
    again = tmp_path / "again"
    assert job(scans, again, "--experiment=tesseract:50", "--wave_size=4", engine="native") == DONE
    next((again / "runs" / RUN / "waves").glob("wave-*.json")).unlink()
    assert job(scans, again, "--experiment=tesseract:50", "--wave_size=4", engine="native") == DONE
    assert tables(again) == tables(output)
    # Elsewhere and under other names, too.
    moved = tmp_path / "moved"
    scans.rename(moved)
    for path in list(moved.iterdir()):
        path.rename(moved / f"x{path.name}")
    assert job(moved, tmp_path / "third", "--experiment=tesseract:50", engine="native") == DONE
    assert {row["document_id"]: row["engine"] for row in rows(tmp_path / "third", "documents")} == documents


@pytest.mark.slow
def test_two_workers_give_the_same_documents_to_the_same_engine(scans: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        options = ("--experiment=native:50", "--shadow=native:50")
        assert job(scans, tmp_path / f"out{workers}", *options, workers=workers) == DONE
    assert tables(tmp_path / "out1") == tables(tmp_path / "out2")
    assert rows(tmp_path / "out1", "shadow") == rows(tmp_path / "out2", "shadow") != []
    engines = {row["engine"] for row in rows(tmp_path / "out1", "documents")}
    assert engines == {"standin", "native"}


@pytest.mark.usefixtures("_two_engines")
def test_a_shadow_changes_nothing_but_its_own_table(scans: Path, tmp_path: Path) -> None:
    alone, output = tmp_path / "alone", tmp_path / "out"
    assert job(scans, alone, engine="native") == DONE
    assert job(scans, output, "--shadow=tesseract:50", engine="native") == DONE
    assert tables(output) == tables(alone)
    assert overlays(output) == overlays(alone)
    assert not (alone / "tables" / "shadow").exists()

    share = Share("tesseract", 50)
    twice = sorted(row["uri"] for row in rows(output, "documents") if share.holds(row["document_id"], "shadow"))
    assert 2 <= len(twice) <= SCANS - 2
    found = rows(output, "shadow")
    assert [(row["uri"], row["page"]) for row in found] == [(uri, page) for uri in twice for page in (0, 1)]
    assert [row["words"] for row in found] == [2, 3] * len(twice)
    assert [row["shadow_words"] for row in found] == [row["common"] for row in found] == [1, 2] * len(twice)
    assert {(row["engine"], row["shadow"], row["shadow_reason"]) for row in found} == {("native", "tesseract", None)}
    texts: dict[tuple[str, int], list[str]] = {}
    for row in rows(output, "tokens"):
        texts.setdefault((row["uri"], row["page"]), []).append(row["text"])
    for row in found:
        assert [token["text"] for token in row["shadow_tokens"]] == texts[row["uri"], row["page"]][1:]

    (pair,) = summary(output)["read_twice"]
    assert (pair["first"]["engine"], pair["second"]["engine"], pair["pages"]) == ("native", "tesseract", 2 * len(twice))
    assert (pair["first"]["words"], pair["first"]["only"]) == (5 * len(twice), 2 * len(twice))
    assert (pair["second"]["words"], pair["second"]["only"]) == (3 * len(twice), 0)
    assert pair["agreement"] == pair["agreement_loose"] == 0.75  # 2 * 3 / (5 + 3)
    assert min(pair[side]["cpu_seconds_per_page"] for side in ("first", "second")) > 0
    assert "in its shadow, tesseract" in report(output)
    assert [one["engine"] for one in summary(output)["engines"]] == ["native 1"]


@pytest.mark.usefixtures("_two_engines")
def test_a_shadow_that_fails_costs_nobody_anything(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def engine_of_thread(name: str) -> Named:
        if name == "tesseract":
            raise UsageError("it needs a program")
        return Named(name)

    monkeypatch.setattr(read_words, "engine_of_thread", engine_of_thread)
    output = tmp_path / "out"
    assert job(scans, output, "--shadow=tesseract:100", engine="native") == DONE
    assert set(endings(output).values()) == {("done", None)}
    assert rows(output, "failures") == []
    found = rows(output, "shadow")
    assert {(row["shadow_version"], row["shadow_reason"], row["common"]) for row in found} == {(None, "usage", None)}
    (pair,) = summary(output)["read_twice"]
    assert (pair["pages"], pair["second"]["failed"], pair["agreement"]) == (0, 2 * SCANS, None)


def test_pages_that_cannot_be_read_end_well_and_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Blind(StandIn):
        def read(self, image: PageImage) -> list[Word]:
            raise Unreadable("nearly all of it is noise")

    monkeypatch.setattr(read_words, "engine_of_thread", lambda name: Blind())
    small_files.put(tmp_path / "in" / "a.pdf", small_files.scan_pdf([1, 1]))
    small_files.put(tmp_path / "in" / "b.pdf", small_files.stamped_scan_pdf(4, "Received 3 May"))
    output = tmp_path / "out"
    assert job(tmp_path / "in", output) == DONE
    assert set(endings(output).values()) == {("done", None)}
    found = [(row["category"], row["status"], row["reason"], row["words"]) for row in rows(output, "pages")]
    nothing = ("no_text", "done", "unreadable", 0)
    assert found == [nothing, nothing, ("image_text", "done", "unreadable", 3)]
    assert [row["text"] for row in rows(output, "tokens")] == ["Received", "3", "May"]
    assert overlays(output) == {}
    assert (summary(output)["pages_by_reason"], summary(output)["failures"]) == ({"unreadable": 2}, 0)


def test_pages_that_an_engine_fails_on_are_counted_as_its_own(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(Named):
        def read(self, image: PageImage) -> list[Word]:
            if self.name == "tesseract":
                raise EngineError("no answer")
            return super().read(image)

    monkeypatch.setattr(read_words, "engine_of_thread", Failing)
    monkeypatch.setattr(check_start, "check_engine", lambda *_: None)
    output = tmp_path / "out"
    assert job(scans, output, "--experiment=tesseract:50", engine="native") == DONE
    by_name = {one["engine"]: one for one in summary(output)["engines"]}
    failed = rows(output, "failures")
    assert by_name["tesseract 1"] | {"cpu_seconds": 0, "cpu_seconds_per_page": 0} == {
        "engine": "tesseract 1",
        "files": 0,
        "pages": 0,
        "failed": len(failed),
        "copies": 0,
        "words": 0,
        "words_per_page": None,
        "mean_confidence": None,
        "cpu_seconds": 0,
        "cpu_seconds_per_page": 0,
    }
    assert {row["engine"] for row in rows(output, "documents") if row["status"] == "failed"} == {None}


@pytest.mark.parametrize("option", ["--experiment=rapidocr:50", "--shadow=rapidocr:50", "--shadow=rapidocr:0"])
def test_an_engine_that_is_not_there_is_said_before_anything_starts(
    undisturbed: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    def check_engine(name: str, models: Path) -> None:
        if name == "rapidocr":
            raise UsageError("the engine 'rapidocr' needs a package: install it")

    monkeypatch.setattr(check_start, "check_engine", check_engine)
    assert job(undisturbed.manifest, tmp_path / "out", option) == USAGE
    assert "install it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--experiment", "--shadow"])
def test_a_run_goes_on_with_the_share_it_was_begun_with(
    undisturbed: Done, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert job(undisturbed.manifest, undisturbed.output, f"{option}=native:10") == USAGE
    assert f"was begun with another {option} " in capsys.readouterr().err
