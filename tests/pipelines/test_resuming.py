from __future__ import annotations

import shutil
import signal
import uuid
from pathlib import Path

import pytest

from models.own import WEIGHTS
from pipelines import wave
from pipelines.exit_codes import DONE, USAGE
from pipelines.options import parse
from tests import small_files
from tests.pipelines.conftest import Done
from tests.processes import MARK, ended_at_last, marked, wait_for
from tests.small_runs import RUN, endings, job, overlays, started_job, tables
from transforms import models_folder
from transforms.plan_waves import read_plan

WAVES = "--wave_size=3"


def written(output: Path) -> dict[str, int]:
    """When each part file was written, by its name."""
    return {str(path): path.stat().st_mtime_ns for path in (output / "tables").rglob("*.parquet")}


def markers(output: Path) -> list[Path]:
    return sorted((output / "runs" / RUN / "waves").glob("wave-*.json"))


def assert_undisturbed(output: Path, undisturbed: Done) -> None:
    assert tables(output) == tables(undisturbed.output)
    assert overlays(output) == overlays(undisturbed.output)
    assert not (output / "runs" / RUN / "scratch").exists()
    assert not list((output / "runs" / RUN / "waves").glob("*.partial"))


def test_every_entry_is_in_one_wave_and_only_missing_waves_are_done(undisturbed: Done, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert job(undisturbed.manifest, output, WAVES) == DONE
    planned = [read_plan(str(path)) for path in sorted((output / "runs" / RUN / "plan").iterdir())]
    assert len(planned) == 3
    assert sorted(entry.uri for entries in planned for entry in entries) == sorted(undisturbed.expected)
    before = written(output)
    markers(output)[1].unlink()
    books = markers(output)[0]
    books.with_name(f"{books.name}.partial").write_bytes(books.read_bytes())  # killed before it could remove them
    (output / "runs" / RUN / "scratch").mkdir()
    (output / "runs" / RUN / "scratch" / "half").write_bytes(b"what a killed run left")
    assert job(undisturbed.manifest, output, WAVES) == DONE
    changed = {name for name, when in written(output).items() if before[name] != when}
    assert changed == {name for name in before if "part-00001-" in name}
    assert len(markers(output)) == 3
    assert_undisturbed(output, undisturbed)


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(
    undisturbed: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, mark = tmp_path / "out", uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    with ended_at_last(mark):
        process = started_job(undisturbed.manifest, output, WAVES, "--direct_num_workers=2")
        wait_for(lambda: markers(output) or process.poll() is not None)
        assert process.poll() is None, "it ended before it could be killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_for(lambda: not marked(mark), 15)  # neither a worker nor a jail outlives its launcher
        done = {path.name[5:10] for path in markers(output)}
        assert 1 <= len(done) < 3
        before = written(output)
        monkeypatch.delenv(MARK)

        assert job(undisturbed.manifest, output, WAVES) == DONE
        after = written(output)
        assert all(after[name] == when for name, when in before.items() if name.split("part-")[1][:5] in done)
        assert_undisturbed(output, undisturbed)


def test_a_start_that_was_killed_while_it_planned_leaves_no_trace(tmp_path: Path) -> None:
    for number in range(8):  # of all lengths: "0.txt" to "3.txt" would be in the same wave of four
        small_files.put(tmp_path / "in" / f"{'a' * (number + 1)}.txt", b"text")
    output = tmp_path / "out"
    assert job(tmp_path / "in", output, "--wave_size=2", "--no_gallery") == DONE
    assert len(markers(output)) > 1
    (output / "runs" / RUN / "plan.json").unlink()
    for marker in markers(output):
        marker.unlink()
    for part in written(output):
        Path(part).unlink()
    assert job(tmp_path / "in", output, "--no_gallery") == DONE  # in one wave, this time
    assert len(endings(output)) == 8
    assert len(markers(output)) == 1


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ("--redo", "--redo"),
        ("--no_embedded_text", "--no_embedded_text"),
        ("--max_pages=3", "--max_pages"),
        ("--wave_size=7", "--wave_size"),
        ("--max_bytes=7", "--max_bytes"),
    ],
)
def test_a_run_goes_on_with_the_options_it_was_begun_with(
    undisturbed: Done, capsys: pytest.CaptureFixture[str], option: str, named: str
) -> None:
    before = written(undisturbed.output)
    assert job(undisturbed.manifest, undisturbed.output, option) == USAGE
    assert f"was begun with another {named} " in capsys.readouterr().err
    assert written(undisturbed.output) == before


def test_a_run_goes_on_with_its_input(undisturbed: Done, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert job(tmp_path, undisturbed.output) == USAGE
    assert "--input" in capsys.readouterr().err


def test_the_books_of_a_wave_survive_their_file(undisturbed: Done) -> None:
    settings, _ = parse(["--input", "x", "--output", str(undisturbed.output), "--run", RUN])
    summary, gallery, seconds = wave.read_books(settings, 0)
    assert (summary.documents, summary.pages) == (len(undisturbed.expected), 7)
    assert len(gallery) == 4  # the pages that were read
    assert [item.mean_confidence for item in gallery] == sorted(item.mean_confidence for item in gallery)
    assert all(item.jpeg.startswith(b"\xff\xd8") for item in gallery)
    assert seconds > 0


def test_a_run_goes_on_with_the_owners_it_was_begun_with(
    undisturbed: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owners, output = tmp_path / "owners.txt", tmp_path / "out"
    owners.write_text("a\nf\n")
    assert job(undisturbed.manifest, output, f"--owners={owners}", "--no_gallery") == DONE
    before = written(output)
    owners.write_text("f\n\na\n")  # the same ones
    assert job(undisturbed.manifest, output, f"--owners={owners}", "--no_gallery") == DONE
    owners.write_text("a\n")
    capsys.readouterr()
    assert job(undisturbed.manifest, output, f"--owners={owners}", "--no_gallery") == USAGE
    assert "was begun with another --owners " in capsys.readouterr().err
    assert written(output) == before


def test_a_run_goes_on_with_the_models_it_was_begun_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models, output = tmp_path / "models", tmp_path / "out"
    shutil.copytree(WEIGHTS, models)
    small_files.put(tmp_path / "in" / "page.png", small_files.png())
    given = f"--models={models}", "--no_gallery"
    try:
        assert job(tmp_path / "in", output, *given) == DONE
        markers(output)[0].unlink()  # killed before its wave was whole
        before, card = written(output), models / "corners.json"
        kept = card.read_bytes()
        card.write_bytes(kept + b"\n")
        capsys.readouterr()
        assert job(tmp_path / "in", output, *given) == USAGE
        assert "was begun with another --models " in capsys.readouterr().err
        assert written(output) == before
        assert not markers(output)

        card.write_bytes(kept)
        assert job(tmp_path / "in", output, *given) == DONE
        assert list(endings(output).values()) == [("done", None)]
        assert len(markers(output)) == 1
    finally:
        models_folder.use(None)


@pytest.mark.slow
def test_a_second_start_of_a_run_is_refused_while_the_first_is_at_work(
    undisturbed: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    process = started_job(undisturbed.manifest, output, WAVES, "--direct_num_workers=1")
    try:
        wait_for(lambda: (output / "runs" / RUN / "plan.json").exists() or process.poll() is not None)
        assert process.poll() is None, "it ended before a second one could start"
        assert job(undisturbed.manifest, output, WAVES) == USAGE
        assert f"run {RUN} is under way already (process {process.pid} on " in capsys.readouterr().err
    finally:
        code = process.wait()
    assert code == DONE
    assert_undisturbed(output, undisturbed)
