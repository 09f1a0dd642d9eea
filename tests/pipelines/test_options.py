from __future__ import annotations

import os
from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import DirectOptions

from documents.jail import Jail
from pipelines.backfill import main
from pipelines.exit_codes import USAGE
from pipelines.options import CLUSTER_WAVE, LOCAL_WAVE, parse
from schemas.errors import UsageError
from transforms import opened
from transforms.engine_choice import Share

GIVEN = ["--input", "in", "--output", "out/"]


def test_what_is_not_said_has_its_default() -> None:
    settings, options = parse(GIVEN)
    out = os.path.abspath("out")
    assert (settings.output, settings.wave_size, settings.max_pages, settings.shards) == (out, LOCAL_WAVE, 10, 1)
    assert settings.engine == "native"
    assert settings.local
    assert settings.embedded_text
    assert settings.gallery
    assert not settings.redo
    assert options.view_as(DirectOptions).direct_num_workers == 0  # all cores
    assert parse([*GIVEN, "--direct_num_workers", "3"])[1].view_as(DirectOptions).direct_num_workers == 3
    assert settings.run[:2] == "20"
    assert (settings.folder, settings.scratch) == (f"{out}/runs/{settings.run}", f"{out}/runs/{settings.run}/scratch")


@pytest.mark.parametrize("runner", ["DirectRunner", "directrunner"])
def test_the_direct_runner_is_local_and_others_are_not(runner: str) -> None:
    assert parse([*GIVEN, f"--runner={runner}"])[0].local
    far = parse([*GIVEN, "--runner=FlinkRunner", "--some_option_of_flink=1"])[0]
    assert not far.local
    assert (far.wave_size, far.shards) == (CLUSTER_WAVE, 50)


@pytest.mark.parametrize("run", ["a", "2024-01-01_x.y", "9" * 100])
def test_a_run_has_a_name(run: str) -> None:
    assert parse([*GIVEN, "--run", run])[0].run == run


@pytest.mark.parametrize("run", ["../x", "a/b", ".hidden", "-x", "a b", "9" * 101, "ä", "a\n"])
def test_a_name_is_no_path(run: str) -> None:
    with pytest.raises(UsageError, match="--run"):
        parse([*GIVEN, f"--run={run}"])


@pytest.mark.parametrize("more", [["--nonsense"], ["--nonsense=3"], ["--max_page", "3"], ["--runer=DirectRunner"]])
def test_an_option_that_nobody_knows_is_refused(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GIVEN, *more]) == USAGE
    assert more[0].partition("=")[0] in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["b.pdf", "c.pdf"], ["b.pdf", "--redo"], ["--direct_num_workers=2", "b.pdf"]])
def test_a_pattern_that_the_shell_expanded_is_refused(argv: list[str]) -> None:
    for before, after in ((GIVEN, argv), (GIVEN[2:], [*GIVEN[:2], *argv])):
        with pytest.raises(UsageError, match="no place for"):
            parse([*before, *after])


@pytest.mark.parametrize(
    "argv", [[], ["--input", "a"], [*GIVEN, "--max_pages=0"], [*GIVEN, "--max_bytes=many"], [*GIVEN, "--engine=none"]]
)
def test_what_argparse_refuses_ends_with_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(argv)
    assert raised.value.code == USAGE


def test_what_makes_a_run_the_same_run() -> None:
    one = parse([*GIVEN, "--run", "a"])[0]
    same = parse(["--input", "in", "--output", "moved", "--run", "b", "--no_gallery"])[0]
    assert one.identity() == same.identity()
    for option in ("--redo", "--no_embedded_text", "--overlay_signed", "--max_pages=3", "--engine=standin"):
        assert parse([*GIVEN, option])[0].identity() != one.identity()
    for option in ("--experiment=standin:10", "--experiment=standin:11", "--shadow=standin:10"):
        assert parse([*GIVEN, option])[0].identity() != one.identity()


@pytest.mark.parametrize("option", ["--experiment", "--shadow"])
def test_a_share_of_documents_for_another_engine(option: str) -> None:
    settings, _ = parse([*GIVEN, "--engine=standin", f"{option}=tesseract:2.5"])
    assert getattr(settings, option[2:]) == Share("tesseract", 2.5)
    assert settings.engines.names == ("standin", "tesseract")
    plain = parse(GIVEN)[0]
    assert (plain.experiment, plain.shadow) == (None, None)


@pytest.mark.parametrize("option", ["--experiment", "--shadow"])
@pytest.mark.parametrize("text", ["nonsense:10", "tesseract", "tesseract:101", "standin:10"])
def test_a_share_that_cannot_be_ends_with_2(option: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GIVEN, "--engine=standin", f"{option}={text}"]) == USAGE
    assert f"{option} {text}: " in capsys.readouterr().err


def test_below_the_level_of_isolation_that_is_asked_for_nothing_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGEBEAM_TEST_LEVEL", "limits")
    weak = Jail(module="tests.faulty_zygote")
    monkeypatch.setattr(opened, "jail", lambda: weak)
    given = ["--input", str(tmp_path), "--output", str(tmp_path / "out"), "--engine", "standin"]
    assert main([*given, "--min_isolation", "seccomp"]) == USAGE
    weak.close()
    assert "--min_isolation seccomp: the jail reaches 'limits' on this machine" in capsys.readouterr().err
    assert not (tmp_path / "out" / "runs").exists()


@pytest.mark.parametrize("argument", ["-l", "-j2"])
def test_short_options_are_not_lost_in_silence(argument: str) -> None:
    with pytest.raises(UsageError, match=f"there is no option {argument}: see --help"):
        parse(["--input", "in", "--output", "out", argument, "deu"])


def test_a_mistyped_option_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UsageError, match="there is no option --langauge"):
        parse(["--input", "in", "--output", "out", "--langauge", "deu"])
    assert not caplog.records


def test_a_wrong_value_is_said_in_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--input", "in", "--output", "out", "--max_pages", "0"])
    assert capsys.readouterr().err.count("\n") == 2
