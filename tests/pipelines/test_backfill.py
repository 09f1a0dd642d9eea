from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from apache_beam.io.filesystems import FileSystems

from models.engines.standin import StandIn
from pipelines import backfill
from pipelines.exit_codes import DONE, TROUBLE, USAGE
from schemas.errors import EngineError, JailCrash, JailTimeout
from schemas.pages import PageImage, Word
from schemas.records import CATEGORIES, SCHEMAS, TABLES, ShadowRow
from tests import memory_files, small_files
from tests.pipelines.conftest import Done
from tests.small_runs import RUN, endings, job, overlays, rows, tables
from transforms import opened, read_words, render_pages
from transforms.elements import Page, PageEnd, PageTask
from transforms.endings import fail_page


def test_every_entry_ends_once_and_as_it_must(undisturbed: Done) -> None:
    assert endings(undisturbed.output) == undisturbed.expected


def test_pages_and_tokens_belong_to_their_documents(undisturbed: Done) -> None:
    every = tables(undisturbed.output)
    seen = {Path(uri).name: row for row in every["documents"] for uri in [row["uri"]]}
    assert {name: row["words"] for name, row in seen.items() if row["status"] == "done"} == {
        "picture.png": 3,
        "picture.pdf": 2,
        "long scan.pdf": 5,
        "text.pdf": 5,
    }
    categories = {(Path(row["uri"]).name, row["page"]): (row["category"], row["reason"]) for row in every["pages"]}
    assert categories[("text.pdf", 0)] == ("embedded_text", None)
    assert categories[("text.pdf", 1)] == ("no_text", "blank")
    assert categories[("long scan.pdf", 2)] == ("image_text", None)
    assert {category for category, _ in categories.values()} <= set(CATEGORIES)
    for row in every["documents"]:
        pages = [page for page in every["pages"] if page["uri"] == row["uri"]]
        tokens = [token for token in every["tokens"] if token["uri"] == row["uri"]]
        assert row["pages_read"] == len(pages) == (row["page_count"] or 0)
        assert row["words"] == len(tokens) == sum(page["words"] for page in pages)
        assert {token["owner"] for token in tokens} <= {row["owner"]}
        assert (row["overlay_uri"] is not None) == any(token["engine"] == "standin" for token in tokens)
    failed = {row["uri"]: row["error"] for row in every["failures"]}
    assert failed == {row["uri"]: row["reason"] for row in every["documents"] if row["status"] == "failed"}


def test_each_table_has_its_schema_and_is_read_as_a_whole(undisturbed: Done) -> None:
    for kind, schema in SCHEMAS.items():
        folder = undisturbed.output / "tables" / TABLES[kind]
        if kind is ShadowRow:  # nobody asked for one
            assert not folder.exists()
            continue
        parts = list(folder.rglob("*.parquet"))
        assert [str(part.relative_to(folder)) for part in parts] == [f"run={RUN}/part-00000-00000.parquet"]
        assert pq.read_schema(parts[0]).equals(schema)
        assert set(pd.read_parquet(folder)["run"]) <= {
            RUN
        }  # as a person does, with the folder's name beside the column
    owners = pq.read_table(next((undisturbed.output / "tables" / "tokens").rglob("*.parquet"))).column("owner")
    assert owners.to_pylist() == sorted(owners.to_pylist())


def test_nothing_but_the_results_is_left(undisturbed: Done) -> None:
    run = undisturbed.output / "runs" / RUN
    assert sorted(str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()) == [
        "plan.json",
        "plan/wave-00000.parquet",
        "report.html",
        "summary.json",
        "waves/wave-00000.json",
    ]
    assert not (run / "scratch").exists()
    assert sorted(path.name for path in undisturbed.output.iterdir()) == ["overlays", "runs", "tables"]
    assert len(overlays(undisturbed.output)) == 3


def _reversed_csv(undisturbed: Done, path: Path) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["uri", "owner"])
        writer.writerows((uri, uri[-5]) for uri in reversed(undisturbed.expected))
    return path


def test_neither_order_nor_waves_nor_repeated_bundles_change_a_row(undisturbed: Done, tmp_path: Path) -> None:
    manifest = _reversed_csv(undisturbed, tmp_path / "list.csv")
    output = tmp_path / "out"
    assert job(manifest, output, "--wave_size=4", "--direct_runner_bundle_repeat=1") == DONE
    assert len(list((output / "tables" / "documents").rglob("*.parquet"))) == 2
    assert tables(output) == tables(undisturbed.output)
    assert overlays(output) == overlays(undisturbed.output)


@pytest.mark.slow
def test_two_workers_do_as_one(undisturbed: Done, tmp_path: Path) -> None:
    assert job(undisturbed.manifest, tmp_path, workers=2) == DONE
    assert tables(tmp_path) == tables(undisturbed.output)
    assert overlays(tmp_path) == overlays(undisturbed.output)
    assert not (tmp_path / "runs" / RUN / "scratch").exists()


@pytest.mark.usefixtures("_far_away")
def test_far_away_it_is_the_same(undisturbed: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileSystems, "_pipeline_options", None)
    assert job(undisturbed.manifest, "memory://out/x") == DONE
    names = {name for name in memory_files.FILES if name.startswith("memory://out/x/overlays/")}
    assert {name.removeprefix("memory://out/x/overlays/"): memory_files.FILES[name] for name in names} == overlays(
        undisturbed.output
    )
    assert not [name for name in memory_files.FILES if "scratch" in name or "partial" in name]
    part = memory_files.FILES[f"memory://out/x/tables/tokens/run={RUN}/part-00000-00000.parquet"]
    own = next((undisturbed.output / "tables" / "tokens").rglob("*.parquet"))
    assert part == own.read_bytes()
    marker = f"memory://out/x/runs/{RUN}/waves/wave-00000.json"
    before = memory_files.FILES[marker]
    assert job(undisturbed.manifest, "memory://out/x") == DONE  # nothing is missing
    assert memory_files.FILES[marker] == before


def test_a_manifest_of_all_sorts_has_one_row_for_each_of_its_rows(tmp_path: Path) -> None:
    small_files.put(tmp_path / "in" / "a.png", small_files.png())
    small_files.put(tmp_path / "in" / "b.png", small_files.png(seed=1))
    lists = tmp_path / "list-0.jsonl", tmp_path / "list-1.csv", tmp_path / "list-2.parquet"
    given = [
        {"uri": "in/a.png", "owner": "ann", "source_version": "v1"},
        {"uri": "in/b.png", "owner": "bob"},
        {"uri": "in/a.png", "owner": "ann", "source_version": "v1"},
        {"uri": "in/none.png", "owner": "ann"},
        {"uri": "in/a.png", "owner": "ann", "eligible": False, "source_version": "v2"},
        {"owner": "ann"},
    ]
    lists[0].write_text("".join(json.dumps(row) + "\n" for row in given) + "no JSON\n")
    lists[1].write_bytes(b"\xef\xbb\xbfuri,owner,eligible\nin/c.png,ann,no\n" + b"in/d.png,ann,perhaps\n")
    lists[2].write_bytes(b"PAR1 and no more")
    owners = small_files.put(tmp_path / "owners.txt", b"\xef\xbb\xbfann\n\n")
    output = tmp_path / "out"
    assert job(tmp_path / "list-*", output, "--owners", str(owners)) == DONE
    found = [(Path(row["uri"]).name, row["status"], row["reason"]) for row in rows(output, "documents")]
    assert sorted(found, key=str) == sorted(
        [
            ("a.png", "done", None),
            ("a.png", "skipped", "duplicate_entry"),
            ("a.png", "skipped", "duplicate_entry"),
            ("b.png", "skipped", "owner_not_listed"),
            ("none.png", "failed", "source_missing"),
            ("list-0.jsonl#6", "failed", "bad_manifest_row"),
            ("list-0.jsonl#7", "failed", "bad_manifest_row"),
            ("c.png", "skipped", "not_eligible"),
            ("list-1.csv#3", "failed", "bad_manifest_row"),
            ("list-2.parquet#1", "failed", "bad_manifest_row"),
        ],
        key=str,
    )
    failures = {Path(row["uri"]).name: row for row in rows(output, "failures")}
    assert len(failures) == 5
    assert failures["list-0.jsonl#7"]["message"] == "line 7: the line is not JSON"
    assert {row["stage"] for row in failures.values()} == {"ScreenDocuments"}
    (done,) = (row for row in rows(output, "documents") if row["status"] == "done")
    assert (done["owner"], done["source_version"]) == ("ann", "v1")


def test_a_folder_of_odd_files(tmp_path: Path) -> None:
    folder = tmp_path / "in [1]"
    small_files.put(folder / "ä" / "[1] *.png", small_files.png())
    os.symlink("nowhere", folder / "broken.pdf")
    os.mkfifo(folder / "pipe")
    output = folder / "out [2]"
    for _ in range(2):  # the second time nothing is missing, and what was written is not read
        assert job(folder, output, "--no_gallery") == DONE
        assert {Path(uri).name: ending for uri, ending in endings(output).items()} == {
            "[1] *.png": ("done", None),
            "broken.pdf": ("failed", "source_missing"),
            "pipe": ("failed", "source_unreadable"),
        }
        assert list(overlays(output)) == ["ä/[1] *.png.pdf"]


def test_a_stamped_scan_keeps_its_words_once(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "in" / "a.pdf", small_files.stamped_scan_pdf(4, "Received 3 May"))
    assert job(path, tmp_path / "out") == DONE
    tokens = rows(tmp_path / "out", "tokens")
    assert [row["text"] for row in tokens if row["engine"] == "embedded"] == ["Received", "3", "May"]
    (page,) = rows(tmp_path / "out", "pages")
    assert (page["category"], page["words"]) == ("image_text", 7)
    assert len(tokens) == 7


class Stumbling(StandIn):
    """Falls over every page, in a way that tells what stands on it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, image: PageImage) -> list[Word]:
        raise self._error


@pytest.mark.parametrize(
    ("error", "reason", "code"),
    [(EngineError("no answer"), "engine_error", DONE), (KeyError("SECRET"), "internal_error", TROUBLE)],
)
def test_what_was_foreseen_ends_well_and_what_was_not_in_trouble(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    reason: str,
    code: int,
) -> None:
    monkeypatch.setattr(read_words, "engine_of_thread", lambda _: Stumbling(error))
    path = small_files.put(tmp_path / "in" / "a.pdf", small_files.scan_pdf([1, 1]))
    assert job(path, tmp_path / "out") == code
    assert endings(tmp_path / "out") == {str(path): ("failed", reason)}
    assert [row["error"] for row in rows(tmp_path / "out", "failures")] == [reason, reason]
    assert [row["status"] for row in rows(tmp_path / "out", "pages")] == ["failed", "failed"]
    said = capsys.readouterr()
    assert ("nobody foresaw" in said.err) == (code == TROUBLE)
    for found in (tmp_path / "out").rglob("*"):
        assert found.is_dir() or b"SECRET" not in found.read_bytes()
    assert "SECRET" not in said.out + said.err


def test_a_page_that_hangs_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render = render_pages.render

    def hang(task: PageTask, run: str, min_isolation: str) -> Page | PageEnd:
        failing = fail_page(task, render_pages.STAGE, run, JailTimeout("no answer within 300 s"))
        return failing if task.inspection.page == 1 else render(task, run, min_isolation)

    monkeypatch.setattr(render_pages, "render", hang)
    path = small_files.put(tmp_path / "in" / "a.pdf", small_files.scan_pdf([1, 1, 1]))
    assert job(path, tmp_path / "out") == DONE
    assert endings(tmp_path / "out") == {str(path): ("done", "pages_failed")}
    found = [(row["page"], row["status"], row["reason"], row["words"]) for row in rows(tmp_path / "out", "pages")]
    assert found == [(0, "done", None, 1), (1, "failed", "timeout", 0), (2, "done", None, 1)]
    (failure,) = rows(tmp_path / "out", "failures")
    assert (failure["page"], failure["stage"], failure["error"]) == (1, "RenderPages", "timeout")
    assert list(overlays(tmp_path / "out")) == ["a.pdf"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none", None, "no such file or folder"),
        ("none/*.pdf", None, "names no file"),
        ("list.jsonl", b"", "the manifest has no rows"),
        ("list.csv", b"uri,owner\n", "the manifest has no rows"),
        ("http://example.org/a.pdf", None, "no storage is known"),
    ],
)
def test_no_input_is_said_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, message: str
) -> None:
    source = name if "://" in name else str(tmp_path / name)
    if content is not None:
        Path(source).write_bytes(content)
    assert job(source, tmp_path / "out") == USAGE
    said = capsys.readouterr().err
    assert message in said
    assert source in said
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file() or path.name == "scratch"]


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff"])
def test_owners_that_are_none_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    path = small_files.put(tmp_path / "a.png", small_files.png())
    if content is not None:
        (tmp_path / "owners").write_bytes(content)
    assert job(path, tmp_path / "out", "--owners", str(tmp_path / "owners")) == USAGE
    assert "--owners" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small_files.put(tmp_path / "a.png", small_files.png())
    for output in (f"{path}/out", "nonsense://out"):
        assert job(path, output) == USAGE
        assert output in capsys.readouterr().err


@pytest.mark.usefixtures("_far_away")
def test_an_output_that_cannot_be_reached_is_said(
    undisturbed: Done, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("Missing requirement")

    monkeypatch.setattr(memory_files.MemoryFileSystem, "_list", refuse)
    assert job(undisturbed.manifest, "memory://out/x") == USAGE
    assert "memory://out/x cannot be reached" in (said := capsys.readouterr().err)
    assert "AssertionError" in said


def test_a_jail_that_does_not_work_is_said_and_no_files_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise JailCrash("the parser's process ended without an answer")

    monkeypatch.setattr(opened, "jail", lambda: type("Broken", (), {"open": crash}))
    assert job(small_files.put(tmp_path / "a.png", small_files.png()), tmp_path / "out") == USAGE
    assert "does not work on this machine" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_entry_that_got_lost_is_noticed(undisturbed: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    real = backfill.plan.load_or_make

    def one_more(*arguments: object) -> backfill.Plan:
        planned = real(*arguments)  # type: ignore[arg-type]
        return backfill.Plan({0: planned.waves[0] + 1})

    monkeypatch.setattr(backfill.plan, "load_or_make", one_more)
    assert job(undisturbed.manifest, undisturbed.output) == TROUBLE
