from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.io.filesystems import FileSystems

from models.classifier import Classifier
from models.engines.standin import StandIn
from pipelines import nightly
from pipelines.exit_codes import DONE, TROUBLE, USAGE
from schemas.errors import JailTimeout, SourceUnreadable
from tests import memory_files, small_files
from tests.small_runs import job, overlays, rows
from transforms import render_pages, sources
from transforms.endings import fail_page

QUERY = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")


def night(source: Path | str, output: Path | str, run: str, *options: str) -> int:
    given = ["--input", str(source), "--output", str(output), "--run", run, "--engine", "standin", "--no_gallery"]
    return nightly.main([*given, "--direct_num_workers=1", *options])


def changes(output: Path, run: str) -> dict[str, int]:
    """What became of the entries."""
    counted: dict[str, int] = json.loads((output / "runs" / run / "plan.json").read_text())["changes"]
    assert json.loads((output / "runs" / run / "summary.json").read_text())["changes"] == counted
    done = sum(counted.get(kind, 0) for kind in ("new", "changed", "retried", "reread", "deleted"))
    assert len(of_run(output, run)) == done
    return counted


def of_run(output: Path, run: str) -> dict[str, dict[str, Any]]:
    """The rows of one run by the names of their files."""
    folder = output / "tables" / "documents" / f"run={run}"
    found = pq.read_table(folder).to_pylist() if folder.exists() else []
    return {Path(row["uri"]).name: row for row in found}


def latest(output: Path) -> dict[str, str]:
    """Status of each file by the query of the docs."""
    query = QUERY.split("CREATE OR REPLACE VIEW latest AS")[1].split(";")[0].replace("'out/", f"'{output}/")
    return {Path(row[0]).name: row[1] for row in duckdb.sql(f"SELECT uri, status FROM ({query})").fetchall()}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder of five files, done once into tmp_path/out."""
    folder = tmp_path / "in"
    for number in range(3):
        small_files.put(folder / f"{number}.png", small_files.png(seed=number))
    small_files.put(folder / "cut.pdf", small_files.cut_pdf())
    small_files.put(folder / "letter.txt", b"text")
    assert night(folder, tmp_path / "out", "1") == DONE
    return folder


def test_nights_follow_an_archive(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out"
    assert changes(output, "1") == {"new": 5}
    before = overlays(output)
    with monkeypatch.context() as patch:
        patch.delattr(sources, "fetched")  # no file is opened
        assert night(archive, output, "2") == DONE
    assert changes(output, "2") == {"unchanged": 5}
    assert not (output / "tables" / "documents" / "run=2").exists()

    small_files.put(archive / "0.png", small_files.png(words=5))
    small_files.put(archive / "sub" / "new.png", small_files.png(seed=9))
    (archive / "1.png").unlink()
    assert night(archive, output, "3") == DONE
    assert changes(output, "3") == {"unchanged": 3, "changed": 1, "new": 1, "deleted": 1}
    found = of_run(output, "3")
    assert {name: row["status"] for name, row in found.items()} == {
        "0.png": "done",
        "new.png": "done",
        "1.png": "deleted",
    }
    assert found["1.png"]["reason"] == "source_missing"
    assert found["1.png"]["document_id"] == of_run(output, "1")["1.png"]["document_id"]
    assert found["1.png"]["overlay_uri"] == str(output / "overlays" / "1.png.pdf")  # it stays, and is named
    now = overlays(output)
    assert now["1.png.pdf"] == before["1.png.pdf"]
    assert now["0.png.pdf"] != before["0.png.pdf"]
    assert latest(output) == {
        "0.png": "done", "1.png": "deleted", "2.png": "done",
        "cut.pdf": "failed", "letter.txt": "skipped", "new.png": "done",
    }  # fmt: skip

    assert night(archive, output, "4") == DONE
    assert changes(output, "4") == {"unchanged": 5}  # what is gone is told of once
    small_files.put(archive / "1.png", small_files.png(seed=1))
    assert night(archive, output, "5") == DONE
    assert changes(output, "5") == {"unchanged": 5, "new": 1}
    assert latest(output)["1.png"] == "done"


def test_a_night_after_a_backfill_has_nothing_to_do(tmp_path: Path) -> None:
    small_files.archive(tmp_path / "in")
    assert job(tmp_path / "in", tmp_path / "out", "--wave_size=3") == DONE
    assert night(tmp_path / "in", tmp_path / "out", "2") == DONE
    assert changes(tmp_path / "out", "2") == {"unchanged": 8}


def test_only_rows_of_whole_waves_count(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "runs" / "1" / "waves" / "wave-00000.json").unlink()  # as if it had been killed before its end
    assert night(archive, tmp_path / "out", "2") == DONE
    assert changes(tmp_path / "out", "2") == {"new": 5}


def test_what_failed_for_a_passing_reason_is_tried_again(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    small_files.put(archive / "new.png", small_files.png(seed=9))
    with monkeypatch.context() as patch:
        hang = JailTimeout("no answer within 300 s")
        patch.setattr(render_pages, "render", lambda task, run, *_: fail_page(task, render_pages.STAGE, run, hang))
        assert night(archive, output, "2") == DONE
    assert latest(output)["new.png"] == "failed"
    assert night(archive, output, "3") == DONE
    assert changes(output, "3") == {"unchanged": 5, "retried": 1}
    assert latest(output)["new.png"] == "done"


def test_what_an_older_version_read_is_read_anew_where_that_is_asked_for(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StandIn, "version", "2")
    from transforms import read_words

    monkeypatch.setattr(read_words, "engine_of_thread", lambda _: StandIn())
    assert night(archive, tmp_path / "out", "2") == DONE
    assert changes(tmp_path / "out", "2") == {"unchanged": 5}
    assert night(archive, tmp_path / "out", "3", "--reread") == DONE
    assert changes(tmp_path / "out", "3") == {"unchanged": 2, "reread": 3}
    assert {row["engine_version"] for row in of_run(tmp_path / "out", "3").values()} == {"2"}


def test_what_another_classifier_ended_is_asked_anew_where_that_is_asked_for(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(Classifier, "is_readable", lambda *_: False)
        small_files.put(archive / "new.png", small_files.png(seed=9))
        assert night(archive, output, "2") == DONE
    found = of_run(output, "2")["new.png"]
    assert (found["engine"], found["engine_version"]) == (None, Classifier().version)
    assert night(archive, output, "3", "--reread") == DONE
    assert changes(output, "3") == {"unchanged": 6}

    patched = Classifier.__init__

    def newer(classifier: Classifier, weights: Path) -> None:
        patched(classifier, weights)
        classifier.version = "ocrable-newer"

    monkeypatch.setattr(Classifier, "__init__", newer)
    assert night(archive, output, "4") == DONE
    assert changes(output, "4") == {"unchanged": 6}
    assert night(archive, output, "5", "--reread") == DONE
    assert changes(output, "5") == {"unchanged": 5, "reread": 1}
    assert (of_run(output, "5")["new.png"]["engine"], of_run(output, "5")["new.png"]["words"]) == ("standin", 3)


def test_a_storage_that_is_not_there_deletes_nothing(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    small_files.put(tmp_path / "in.jsonl", b"")
    before = rows(output, "documents")
    hidden = archive.rename(tmp_path / "elsewhere")
    assert night(archive, output, "2") == USAGE  # no folder
    archive.mkdir()
    assert night(archive, output, "2") == USAGE  # an empty one
    small_files.put(archive / ".stray", b"x")
    capsys.readouterr()
    assert night(archive, output, "2") == USAGE
    assert "5 of 5 files that earlier runs saw are gone" in capsys.readouterr().err
    assert rows(output, "documents") == before
    assert not (output / "runs" / "2" / "plan").exists()
    assert not (output / "runs" / "2" / "scratch").exists()
    (archive / ".stray").unlink()
    archive.rmdir()
    hidden.rename(archive)
    assert night(archive, output, "2") == DONE
    assert changes(output, "2") == {"unchanged": 5}


def test_that_all_is_gone_may_be_said(archive: Path, tmp_path: Path) -> None:
    for path in list(archive.iterdir()):
        path.unlink()
    assert night(archive, tmp_path / "out", "2", "--accept_deleted") == DONE
    assert changes(tmp_path / "out", "2") == {"deleted": 5}
    assert set(latest(tmp_path / "out").values()) == {"deleted"}


def test_another_input_to_the_same_output_deletes_nothing(archive: Path, tmp_path: Path) -> None:
    small_files.put(tmp_path / "other" / "a.png", small_files.png(seed=9))
    assert night(tmp_path / "other", tmp_path / "out", "2") == DONE
    assert changes(tmp_path / "out", "2") == {"new": 1}


def write_manifest(path: Path, uris: list[str]) -> Path:
    path.write_text("".join(json.dumps({"uri": uri, "source_version": "1"}) + "\n" for uri in uris))
    return path


def test_a_manifest_says_what_is_there(archive: Path, tmp_path: Path) -> None:
    output, uris = tmp_path / "out2", [str(archive / f"{number}.png") for number in range(3)]
    manifest = write_manifest(tmp_path / "list.jsonl", uris)
    assert night(manifest, output, "1") == DONE
    write_manifest(manifest, uris[1:])
    with manifest.open("a") as file:
        file.write("no JSON\n")
    assert night(manifest, output, "2") == DONE
    assert changes(output, "2") == {"unchanged": 2, "new": 1, "deletions_withheld": 1}
    write_manifest(manifest, uris[1:])
    assert night(manifest, output, "3") == DONE
    assert changes(output, "3") == {"unchanged": 2, "deleted": 1}  # a line that was mended never was a file
    assert {name: row["reason"] for name, row in of_run(output, "3").items()} == {"0.png": "not_in_manifest"}
    delta = write_manifest(tmp_path / "delta.jsonl", uris[2:])
    assert night(delta, output, "4") == DONE
    assert changes(output, "4") == {"unchanged": 1}


def test_an_owner_who_is_added_gets_his_files_read(archive: Path, tmp_path: Path) -> None:
    output, manifest = tmp_path / "out2", tmp_path / "list.jsonl"
    manifest.write_text(
        "".join(json.dumps({"uri": str(archive / f"{n}.png"), "owner": name}) + "\n" for n, name in enumerate("abc"))
    )
    owners = tmp_path / "owners"
    owners.write_text("a\n")
    assert night(manifest, output, "1", f"--owners={owners}") == DONE
    owners.write_text("a\nb\n")
    assert night(manifest, output, "2", f"--owners={owners}") == DONE
    assert changes(output, "2") == {"unchanged": 2, "changed": 1}
    assert {name: row["status"] for name, row in of_run(output, "2").items()} == {"1.png": "done"}


@pytest.mark.usefixtures("_far_away")
def test_far_away_it_is_the_same(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileSystems, "_pipeline_options", None)
    for path in archive.iterdir():
        memory_files.FILES[f"memory://b/in/{path.name}"] = path.read_bytes()
    counted = {}
    for run in ("1", "2", "3"):
        if run == "3":
            del memory_files.FILES["memory://b/in/1.png"]
        assert night("memory://b/in", "memory://b/out", run) == DONE
        counted[run] = json.loads(memory_files.FILES[f"memory://b/out/runs/{run}/plan.json"])["changes"]
    assert counted == {"1": {"new": 5}, "2": {"unchanged": 5}, "3": {"unchanged": 4, "deleted": 1}}
    assert not [name for name in memory_files.FILES if "lock" in name or "scratch" in name or "listing" in name]


def test_no_file_ever_takes_the_overlay_of_another(archive: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    before = overlays(output)
    like_an_overlay = small_files.put(archive / "0.png.pdf", small_files.scan_pdf([4]))
    small_files.put(archive / "new.png.pdf", small_files.scan_pdf([5]))
    assert night(archive, output, "2") == DONE
    assert changes(output, "2") == {"unchanged": 5, "new": 2}
    second = overlays(output)
    assert second == {**before, **{name: second[name] for name in ("0.png~.pdf", "new.png~.pdf")}}

    for path in (like_an_overlay, archive / "new.png.pdf"):
        path.unlink()
    for name in ("0.png", "new.png"):  # what would have the shorter name, now that it is free
        small_files.put(archive / name, small_files.png(words=5))
    assert night(archive, output, "3") == DONE
    assert changes(output, "3") == {"unchanged": 4, "changed": 1, "new": 1, "deleted": 2}
    third = overlays(output)
    changed = {name: third[name] for name in ("0.png.pdf", "new.png.pdf")}
    assert third == {**second, **changed}
    assert changed["0.png.pdf"] != before["0.png.pdf"]
    assert of_run(output, "3")["new.png.pdf"]["overlay_uri"] == f"{output}/overlays/new.png~.pdf"


def test_a_night_that_was_stopped_goes_on_by_its_name(archive: Path, tmp_path: Path) -> None:
    for number in range(6):
        small_files.put(archive / f"new-{number}.png", small_files.png(seed=20 + number))
    output = tmp_path / "out"
    assert night(archive, output, "2", "--wave_size=2") == DONE
    marker = sorted((output / "runs" / "2" / "waves").iterdir())[0]
    marker.unlink()
    assert night(archive, output, "2", "--wave_size=2") == DONE
    assert changes(output, "2") == {"unchanged": 5, "new": 6}


def test_a_storage_that_does_not_answer_is_trouble_and_no_change(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(uri: str) -> None:
        raise SourceUnreadable(f"{uri} cannot be read")

    monkeypatch.setattr(sources, "metadata", refuse)
    assert night(archive, tmp_path / "out", "2") == TROUBLE
    assert "did not say of 5 of 5 files" in capsys.readouterr().err
    assert changes(tmp_path / "out", "2") == {"not_compared": 5}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"not a table", "cannot be read: it is no whole Parquet file"),
        (b"", "cannot be read: it is no whole Parquet file"),
        ("foreign", "cannot be read: its column uri is missing or of another type"),
    ],
)
def test_a_broken_table_is_named_before_anything_is_done(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes | str, told: str
) -> None:
    output = tmp_path / "out"
    (part,) = (output / "tables" / "documents" / "run=1").iterdir()
    if isinstance(data, bytes):
        part.write_bytes(data)
    else:
        pq.write_table(pa.table({"uri": [1], "reason": ["x"]}), part)
    small_files.put(archive / "new.png", small_files.png(seed=9))
    assert night(archive, output, "2") == USAGE
    errors = capsys.readouterr().err
    assert errors.startswith(f"pagebeam: {part} {told}")
    assert errors.count("\n") == 1
    assert not (output / "runs" / "2" / "plan").exists()
    assert not (output / "runs" / "2" / "scratch").exists()

    part.unlink()
    (output / "runs" / "1" / "waves" / "wave-00000.json").unlink()  # as it says
    assert night(archive, output, "2") == DONE
    assert changes(output, "2") == {"new": 6}


def test_a_foreign_file_among_the_tables_is_named(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stray = small_files.put(tmp_path / "out" / "tables" / "documents" / "run=1" / "copy of part.parquet", b"")
    assert night(archive, tmp_path / "out", "2") == USAGE
    errors = capsys.readouterr().err
    assert errors.startswith(f"pagebeam: {stray} is no part file of a run")
    assert errors.count("\n") == 1


def test_books_of_a_run_that_are_none_are_named(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books = tmp_path / "out" / "runs" / "1"
    (books / "waves" / "wave-copy.json").write_text("not a marker")
    (books / "plan.json").write_text("{")
    assert night(archive, tmp_path / "out", "2") == USAGE
    assert capsys.readouterr().err.startswith(f"pagebeam: {books / 'plan.json'} is no plan of a run")
