"""What a full disk breaks off is said in one line, and gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.exit_codes import DONE, TROUBLE
from tests import full_disk
from tests.pipelines.conftest import Done
from tests.small_runs import RUN, job, overlays, tables

GOES_ON = f"pagebeam: broken off: the same command with --run {RUN} goes on with it"


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_table_that_finds_no_space(
    undisturbed: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], workers: int
) -> None:
    output = tmp_path / "out"
    options = ("--no_gallery", "--wave_size=3", f"--beam_plugin={full_disk.__name__}")
    monkeypatch.setenv(full_disk.FULL, f"{output}/tables/tokens/")
    assert job(undisturbed.manifest, output, *options, workers=workers) == TROUBLE
    *_, goes_on, why = capfd.readouterr().err.splitlines()
    assert goes_on == GOES_ON
    assert why.startswith(f"pagebeam: {output}/tables/tokens/run={RUN}/part-0000")
    assert why.endswith(" cannot be written: No space left on device")

    monkeypatch.delenv(full_disk.FULL)
    assert job(undisturbed.manifest, output, *options, workers=workers) == DONE
    assert tables(output) == tables(undisturbed.output)
    assert overlays(output) == overlays(undisturbed.output)
    assert not (output / "runs" / RUN / "scratch").exists()


@pytest.mark.parametrize("name", ["plan/wave-", "plan.json", "waves/wave-00000.json", "summary.json"])
def test_the_books_of_a_run_that_find_no_space(
    undisturbed: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    output = tmp_path / "out"
    options = ("--no_gallery", f"--beam_plugin={full_disk.__name__}")
    monkeypatch.setenv(full_disk.FULL, f"{output}/runs/{RUN}/{name}")
    assert job(undisturbed.manifest, output, *options) == TROUBLE
    lines = capfd.readouterr().err.splitlines()
    assert lines[-1].startswith(f"pagebeam: {output}/runs/{RUN}/{name}")
    assert lines[-1].endswith(" cannot be written: No space left on device")
    assert (GOES_ON in lines) == ("plan" not in name)
    assert not any("Traceback" in line for line in lines)

    monkeypatch.delenv(full_disk.FULL)
    assert job(undisturbed.manifest, output, *options) == DONE
    assert tables(output) == tables(undisturbed.output)
