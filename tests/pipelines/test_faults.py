"""A file whose parser misbehaves costs its own row, and its neighbours nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from documents.jail import Jail, Limits
from tests import small_files, small_runs
from transforms import opened

FAULTS = {
    "hang": "timeout",
    "spin": "cpu_limit",
    "eat": "memory_limit",
    "crash": "parser_crash",
    "abort": "parser_crash",
    "exit": "parser_crash",
    "lie": "parser_crash",
    "raise": "internal_error",
}


@pytest.fixture
def _faulty_parsers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Parsers that do what a file says (tests.faulty_zygote), and little patience with them."""
    limits = Limits(memory_bytes=256 << 20, cpu_seconds=0.5, wall_seconds=15.0)
    jail = Jail(limits, module="tests.faulty_zygote")
    monkeypatch.setattr(opened, "jail", lambda: jail)
    yield
    jail.close()


@pytest.mark.slow
@pytest.mark.usefixtures("_faulty_parsers")
def test_each_fault_costs_its_own_row_and_nothing_else(tmp_path: Path) -> None:
    healthy = [
        small_files.put(tmp_path / "in" / f"good {number}.png", small_files.png(3, number)) for number in range(6)
    ]
    assert small_runs.job(tmp_path / "in", tmp_path / "alone") == 0
    wrong = {}
    for what, reason in FAULTS.items():
        for call in ("inspect", "render"):
            data = small_files.png(2, len(wrong)) + f"FAULT {what} {call}".encode()
            wrong[str(small_files.put(tmp_path / "in" / f"{what} {call}.png", data))] = (call, reason)

    assert small_runs.job(tmp_path / "in", tmp_path / "out") == 1  # for what nobody foresaw
    found = {row["uri"]: row for row in small_runs.rows(tmp_path / "out", "documents")}
    failures = {row["uri"]: row for row in small_runs.rows(tmp_path / "out", "failures")}
    assert len(found) == len(healthy) + len(wrong)
    assert set(failures) == set(wrong)
    for uri, (call, reason) in wrong.items():
        stage, page = ("CapPages", None) if call == "inspect" else ("RenderPages", 0)
        assert (found[uri]["status"], found[uri]["reason"]) == ("failed", reason), uri
        assert (failures[uri]["stage"], failures[uri]["error"], failures[uri]["page"]) == (stage, reason, page), uri
        assert "text of the document" not in failures[uri]["message"]
    alone = {row["uri"]: row for row in small_runs.rows(tmp_path / "alone", "documents")}
    for path in healthy:
        ours, before = found[str(path)], alone[str(path)]
        assert (ours["status"], ours["words"]) == (before["status"], before["words"]) == ("done", 3)


@pytest.mark.slow
def test_a_worker_that_is_too_weak_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_files.put(tmp_path / "in" / "good.png", small_files.png(3))
    monkeypatch.setenv("PAGEBEAM_TEST_LEVEL", "limits")
    jail = Jail(module="tests.faulty_zygote")
    monkeypatch.setattr(opened, "jail", lambda: jail)
    monkeypatch.setattr(opened, "probe", lambda _: "seccomp")  # the launcher's machine
    small_runs.job(tmp_path / "in", tmp_path / "out", "--min_isolation", "seccomp")
    jail.close()
    assert list(small_runs.endings(tmp_path / "out").values()) == [("failed", "isolation")]


@pytest.mark.slow
def test_the_summary_has_the_level_that_the_workers_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_files.put(tmp_path / "in" / "good.png", small_files.png(3))
    monkeypatch.setenv("PAGEBEAM_TEST_LEVEL", "limits")
    jail = Jail(module="tests.faulty_zygote")
    monkeypatch.setattr(opened, "jail", lambda: jail)
    monkeypatch.setattr(opened, "probe", lambda _: "landlock")
    assert small_runs.job(tmp_path / "in", tmp_path / "out") == 0
    jail.close()
    summary = json.loads((tmp_path / "out" / "runs" / small_runs.RUN / "summary.json").read_text())
    assert summary["isolation"] == "limits"
