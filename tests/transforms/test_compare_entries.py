from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to

import schemas.errors
from tests import small_files
from tests.transforms.examples import RUN
from transforms import sources
from transforms.compare_entries import (
    KINDS,
    MOST_TRIES,
    PASSING_ERRORS,
    STORAGE_ERRORS,
    Compare,
    CompareEntries,
    Verdict,
)
from transforms.elements import Gone, ManifestEntry
from transforms.engine_choice import EngineChoice, Share
from transforms.read_history import Past
from transforms.screen_documents import Screen

URI = "/in/a.pdf"


def past(run: str = "1", **changes: Any) -> Past:
    values: dict[str, Any] = {
        "started_at": 1000 * int(run),
        "run": run,
        "document_id": "ab" * 32,
        "source_version": "v1",
        "owner": None,
        "bytes": 10,
        "status": "done",
        "reason": None,
        "overlay_uri": None,
        "engine": "standin",
        "engine_version": "1",
    }
    return Past(**{**values, **changes})


def compare(**changes: Any) -> Compare:
    values: dict[str, Any] = {
        "screen": Screen(RUN, 100),
        "engines": EngineChoice("standin"),
        "versions": None,
        "folder": "/in",
        "runs": frozenset(),
        "manifest": False,
    }
    return Compare(**{**values, **changes})


def kind(entry: ManifestEntry, *rows: Past, failures: list[tuple[str, str]] | None = None, **changes: Any) -> str:
    verdict = compare(**changes).judge(entry.uri, [entry], list(rows), failures or [])
    assert verdict is not None
    assert verdict.kind in KINDS
    return verdict.kind


ENTRY = ManifestEntry(URI, source_version="v1")


@pytest.fixture
def _storage_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(uri: str) -> None:
        raise AssertionError(f"{uri} was asked for")

    monkeypatch.setattr(sources, "metadata", refuse)


@pytest.mark.usefixtures("_storage_refused")
def test_a_version_that_the_manifest_knows_needs_no_look_at_the_file() -> None:
    assert kind(ENTRY) == "new"
    assert kind(ENTRY, past()) == "unchanged"
    assert kind(ENTRY, past(source_version="v0")) == "changed"
    assert kind(ENTRY, past(source_version=None)) == "changed"
    assert kind(ENTRY, past(status="skipped", reason="encrypted")) == "unchanged"
    assert kind(ENTRY, past(status="failed", reason="corrupt"), failures=[("1", "corrupt")]) == "unchanged"


@pytest.mark.usefixtures("_storage_refused")
def test_the_latest_row_counts_and_not_that_of_a_repeated_entry() -> None:
    assert kind(ENTRY, past("2"), past("1", source_version="v0")) == "unchanged"
    assert kind(ENTRY, past("1"), past("2", source_version="v0")) == "changed"
    assert kind(ENTRY, past("1"), past("2", status="skipped", reason="duplicate_entry")) == "unchanged"
    assert kind(ENTRY, past(status="skipped", reason="duplicate_entry")) == "new"


@pytest.mark.usefixtures("_storage_refused")
def test_what_the_manifest_settles_is_unchanged_while_it_stays_so() -> None:
    for reason, entry, screen in (
        ("not_eligible", ManifestEntry(URI, eligible=False), Screen(RUN, 100)),
        ("owner_not_listed", ManifestEntry(URI), Screen(RUN, 100, frozenset({"ann"}))),
    ):
        left_out = past(status="skipped", reason=reason, source_version=None)
        assert kind(entry, screen=screen) == "new"
        assert kind(entry, left_out, screen=screen) == "unchanged"
        assert kind(entry, past(), screen=screen) == "changed"
        assert kind(ENTRY, left_out) == "changed"
    bad = ManifestEntry("/list#3", error="line 3: no")
    assert kind(bad, past(status="failed", reason="bad_manifest_row")) == "unchanged"
    assert kind(ENTRY, past(status="failed", reason="bad_manifest_row")) == "changed"


@pytest.mark.usefixtures("_storage_refused")
def test_another_owner_is_a_change() -> None:
    assert kind(ManifestEntry(URI, "ann", "v1"), past(owner="ann")) == "unchanged"
    assert kind(ManifestEntry(URI, "bob", "v1"), past(owner="ann")) == "changed"


@pytest.mark.usefixtures("_storage_refused")
def test_a_larger_limit_lets_in_what_was_too_large() -> None:
    large = past(status="skipped", reason="too_large", bytes=100)
    assert kind(ENTRY, large, screen=Screen(RUN, 99)) == "unchanged"
    assert kind(ENTRY, large, screen=Screen(RUN, 100)) == "changed"


def test_without_a_version_the_file_is_looked_at_and_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_files.put(tmp_path / "a.png", b"12345")
    version = sources.version_of(sources.metadata(str(path)))
    monkeypatch.delattr(sources, "fetched")
    entry = ManifestEntry(str(path))
    assert kind(entry, past(source_version=version)) == "unchanged"
    os.utime(path, (1, 1))
    assert kind(entry, past(source_version=version)) == "changed"


@pytest.mark.parametrize(
    ("error", "before", "expected"),
    [
        (schemas.errors.SourceMissing("x"), past(), "deleted"),
        (schemas.errors.SourceMissing("x"), past(status="deleted", reason="source_missing"), "unchanged"),
        (schemas.errors.SourceMissing("x"), past(status="failed", reason="source_missing"), "unchanged"),
        (schemas.errors.SourceUnreadable("x"), past(), "not_compared"),
        (schemas.errors.SourceUnreadable("x"), past(status="failed", reason="source_unreadable"), "unchanged"),
        (RuntimeError("x"), past(), "not_compared"),
    ],
)
def test_a_storage_that_refuses_is_no_change(
    monkeypatch: pytest.MonkeyPatch, error: Exception, before: Past, expected: str
) -> None:
    def give_up(uri: str) -> None:
        raise error

    monkeypatch.setattr(sources, "metadata", give_up)
    assert kind(ManifestEntry(URI), before) == expected


@pytest.mark.usefixtures("_storage_refused")
def test_what_may_be_over_is_tried_again_and_not_for_ever() -> None:
    failed = past(status="failed", reason="timeout")
    assert kind(ENTRY, failed, failures=[("1", "timeout")]) == "retried"
    assert kind(ENTRY, past(reason="pages_failed"), failures=[("1", "corrupt"), ("1", "engine_error")]) == "retried"
    assert kind(ENTRY, past("2"), past("1"), failures=[("1", "timeout")]) == "unchanged"  # it went well since
    rows = [past(str(run), status="failed", reason="timeout") for run in range(1, MOST_TRIES + 1)]
    failures = [(row.run, "timeout") for row in rows]
    assert kind(ENTRY, *rows[:-1], failures=failures[:-1]) == "retried"
    assert kind(ENTRY, *rows, failures=failures) == "unchanged"
    other = [row._replace(source_version="v0") for row in rows[:-1]]
    assert kind(ENTRY, *other, rows[-1], failures=failures) == "retried"  # another file in the same place
    missing = [row._replace(reason="source_missing") for row in rows]
    assert kind(ENTRY, *missing, failures=[(row.run, "source_missing") for row in rows]) == "retried"


def test_every_reason_that_may_be_over_is_one() -> None:
    reasons = {
        cause.reason for cause in vars(schemas.errors).values() if isinstance(cause, type) and hasattr(cause, "reason")
    }
    assert (STORAGE_ERRORS | PASSING_ERRORS) - {"internal_error"} <= reasons
    assert not STORAGE_ERRORS & PASSING_ERRORS


@pytest.mark.usefixtures("_storage_refused")
def test_another_version_of_the_engine_reads_again_where_that_is_asked_for() -> None:
    newer = {"versions": {None: "ocrable-2", "standin": "2", "native": "1"}}
    assert kind(ENTRY, past()) == "unchanged"
    assert kind(ENTRY, past(), **newer) == "reread"
    assert kind(ENTRY, past(engine_version="2"), **newer) == "unchanged"
    assert kind(ENTRY, past(engine="native"), **newer) == "reread"
    assert kind(ENTRY, past(engine=None, engine_version=None), **newer) == "unchanged"  # nor the classifier
    assert kind(ENTRY, past(engine=None, engine_version="ocrable-1")) == "unchanged"
    assert kind(ENTRY, past(engine=None, engine_version="ocrable-1"), **newer) == "reread"
    assert kind(ENTRY, past(engine=None, engine_version="ocrable-2"), **newer) == "unchanged"
    everyone = EngineChoice("standin", Share("native", 100))
    assert kind(ENTRY, past(engine="native", engine_version="1"), engines=everyone, **newer) == "unchanged"


def gone(row: Past, **changes: Any) -> Verdict | None:
    return compare(**changes).judge(URI, [], [row], [])


def test_what_is_gone_is_deleted_once_and_keeps_the_name_of_its_pdf() -> None:
    row = past(owner="ann", overlay_uri="/out/overlays/a.pdf")
    entry = ManifestEntry(URI, "ann", "v1", gone=Gone("source_missing", "ab" * 32, "/out/overlays/a.pdf"))
    assert gone(row) == Verdict("deleted", [entry])
    assert gone(past(status="deleted")) is None
    assert gone(past(status="failed", reason="bad_manifest_row")) is None  # it never was a file
    assert compare().judge(URI, [], [], [("1", "corrupt")]) is None


def test_what_another_input_named_is_none_of_ours() -> None:
    assert gone(past(), folder="/other") is None
    assert gone(past(), folder="/i") is None
    assert gone(past(), folder=None) is None
    assert gone(past(), folder=None, runs=frozenset({"1"})) is not None


def test_what_is_still_there_is_not_deleted(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.pdf", b"x")
    assert compare(folder=str(tmp_path)).judge(str(path), [], [past()], []) is None
    path.unlink()
    assert compare(folder=str(tmp_path)).judge(str(path), [], [past()], []) is not None
    tmp_path.rmdir()
    tmp_path.write_bytes(b"a file where a folder was")
    assert compare(folder=str(tmp_path)).judge(str(path), [], [past()], []) is not None


@pytest.mark.usefixtures("_storage_refused")
def test_a_manifest_says_itself_what_there_is() -> None:
    verdict = gone(past(), manifest=True, folder=None, runs=frozenset({"1"}))
    assert verdict is not None
    assert (verdict.kind, verdict.named) == ("deleted", False)
    assert verdict.entries[0].gone == Gone("not_in_manifest", "ab" * 32, None)


def test_a_file_that_came_back_is_new(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.pdf", b"x")
    assert kind(ManifestEntry(str(path)), past(status="deleted", reason="source_missing")) == "new"
    assert kind(ENTRY, past(status="deleted", reason="not_in_manifest")) == "new"


@pytest.mark.parametrize("bad_rows", [0, 1])
@pytest.mark.parametrize("slices", [1, 3])
def test_every_entry_is_counted_and_what_is_to_be_done_is_given(bad_rows: int, slices: int) -> None:
    named = [ManifestEntry(f"/in/{n}", source_version="v1") for n in range(6)]
    twice = ManifestEntry("/in/5", "zoe", source_version="v1")
    bad = [ManifestEntry("/list#9", error="line 9: no")] * bad_rows
    rows = [(f"/in/{n}", past()) for n in (0, 1, 2, 7)] + [("/in/3", past(source_version="v0"))]
    with Pipeline() as pipeline:
        found = (
            pipeline | "Entries" >> beam.Create([*named, twice, *bad]),
            pipeline | "Rows" >> beam.Create(rows),
            pipeline | "Failures" >> beam.Create([("/in/2", ("1", "timeout"))]),
        )
        compared = found | CompareEntries(compare(manifest=True, folder=None, runs=frozenset({"1"})), slices)
        deleted = [] if bad_rows else [("/in/7", False)]
        expected = [("/in/2", False), ("/in/3", False), ("/in/4", False), ("/in/5", False), ("/in/5", True), *deleted]
        expected += [("/list#9", False)] * bad_rows
        given = compared.entries | beam.Map(lambda entry: (entry.uri, entry.duplicate))
        assert_that(given, equal_to(expected))
        kinds = Counter(unchanged=2, new=3 + bad_rows, changed=1, retried=1)
        kinds["deletions_withheld" if bad_rows else "deleted"] = 1
        assert_that(compared.kinds, equal_to(list(kinds.elements())), label="Kinds")
