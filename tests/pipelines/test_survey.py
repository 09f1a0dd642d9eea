from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines import survey
from pipelines.exit_codes import DONE, USAGE
from tests.pipelines.conftest import Done
from tests.small_runs import RUN, job


def test_a_survey_counts_what_a_backfill_would_do_and_leaves_nothing_else(
    undisturbed: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(survey, "SAMPLE", 3)
    assert job(undisturbed.manifest, tmp_path, "--survey", "--wave_size=3") == DONE
    found = json.loads((tmp_path / "runs" / RUN / "survey.json").read_text())
    assert found["files"] == 8
    assert found["files_by_ending"] == {
        "opened": 4,
        "failed: corrupt": 1,
        "skipped: empty": 1,
        "skipped: encrypted": 1,
        "skipped: unsupported_type": 1,
    }
    summary = json.loads((undisturbed.output / "runs" / RUN / "summary.json").read_text())
    assert found["pages_by_category"] == {"embedded_text": 1, "no_text": 2, "to_read": 4}
    assert found["source_pages"] == sum(found["pages_by_category"].values()) == summary["pages"]
    assert found["files_by_media_type"] == summary["files_by_media_type"]
    assert found["bytes"] == summary["bytes"]
    assert 1 <= found["sampled_pages"] <= 3
    assert found["cpu_seconds_per_read_page"] > 0
    assert found["core_hours"] * 3600 > found["cpu_seconds_per_read_page"] * 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runs"]  # no table, no overlay
    assert sorted(path.name for path in (tmp_path / "runs" / RUN).iterdir()) == [
        "plan", "plan.json", "survey.json", "waves",
    ]  # fmt: skip
    assert "to look and to read 4 pages" in capsys.readouterr().out

    # Its rows do not count as done, and it is not gone on with as a backfill.
    assert job(undisturbed.manifest, tmp_path, "--wave_size=3") == USAGE
    assert "another --survey" in capsys.readouterr().err
