"""The command line of the job."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import itertools
import logging
import os
import re

from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions, StandardOptions

from documents.jail import LEVELS
from models.engines import ENGINES
from schemas.errors import UsageError
from transforms.engine_choice import EngineChoice, Share
from transforms.models_folder import Models

LOCAL_WAVE = 2_000  # documents: what a kill can cost, and what the local runner holds in memory, stay small
CLUSTER_WAVE = 1_000_000  # documents: a cluster's start-up is paid once a wave
DOCUMENTS_A_SHARD = 20_000  # of a wave: part files of some 100 MB of tokens
_SHORT_OPTION = re.compile(r"-[A-Za-z]")
_RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _parser(nightly: bool) -> argparse.ArgumentParser:
    described = "Makes an archive of scans, photographs and PDFs searchable: Parquet token tables, overlay PDFs."
    if nightly:
        described += " Does what is new, changed or gone since the earlier runs to the same output."
    parser = argparse.ArgumentParser(
        prog=f"python -m pipelines.{'nightly' if nightly else 'backfill'}",
        usage="%(prog)s --input INPUT --output OUTPUT [options]",
        description=described,
        epilog="Beam's own options (--runner, --direct_num_workers, --temp_location, ...) may follow.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--input", required=True, help="a folder, a file, a glob, or manifests (.jsonl, .csv, .parquet)")
    add("--output", required=True, help="the folder for tables, overlays and reports")
    add("--run", help="name of the run; with the name of one that was stopped, goes on with it (default: the time)")
    add(
        "--engine",
        default="native",
        choices=ENGINES,
        metavar="ENGINE",
        help="what reads the pages (default: %(default)s)",
    )
    add(
        "--experiment",
        metavar="ENGINE:PERCENT",
        help="another engine, and the share of documents that it reads in the place of --engine",
    )
    add(
        "--shadow",
        metavar="ENGINE:PERCENT",
        help="another engine, and the share of documents that it reads too, only to be compared",
    )
    add(
        "--models",
        metavar="FOLDER",
        help="the project's own models in another version (default: those that came with it)",
    )
    add("--max_pages", type=positive, default=10, help="pages looked at in each document (default: %(default)s)")
    add("--max_bytes", type=positive, default=256 << 20, help="larger files are skipped (default: %(default)s)")
    add(
        "--min_isolation",
        choices=LEVELS,
        default=LEVELS[0],
        help=f"refuse to run where the parsers cannot be isolated as well: {', '.join(LEVELS)} (default: %(default)s)",
    )
    add("--owners", metavar="FILE", help="only entries whose owner is a line of this file")
    add("--redo", action="store_true", help="read pages anew whose text comes from an earlier OCR run, and replace it")
    add("--no_embedded_text", action="store_true", help="no tokens for text that files have already")
    add("--no_gallery", action="store_true", help="no pictures of pages in the report")
    add("--overlay_signed", action="store_true", help="overlays for signed PDFs too, which ends their signatures")
    add(
        "--wave_size",
        type=positive,
        help=f"documents a wave (default: {LOCAL_WAVE:,} locally, {CLUSTER_WAVE:,} elsewhere)",
    )
    add("--survey", action="store_true", help="only count files and pages, and say what reading them would cost")
    if nightly:
        add(
            "--reread",
            action="store_true",
            help="read anew what another engine, or another version of it, has read; ask anew what another version of "
            "the classifier found not to be read",
        )
        add("--accept_deleted", action="store_true", help="many files may be gone: record them as deleted")
    return parser


def _is_complete(argument: str) -> bool:
    """Whether what follows it is no value of its own."""
    return not argument.startswith("-") or "=" in argument


def _whole(path: str) -> str:
    """The same from every folder: a URI in the tables, and a run that is gone on with, must not depend on this one."""
    return path.rstrip("/") if "://" in path else os.path.abspath(path)


def positive(text: str) -> int:
    """A number of an option, 1 at least."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def _share(option: str, text: str | None, engine: str) -> Share | None:
    if text is None:
        return None
    share = Share.parse(option, text)
    if share.engine == engine:
        raise UsageError(f"{option} {text}: that is the engine which reads every document already: name another")
    return share


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the command line asked for, checked."""

    input: str
    output: str
    run: str
    engine: str
    experiment: Share | None
    shadow: Share | None
    max_pages: int
    max_bytes: int
    owners: str | None
    redo: bool
    embedded_text: bool
    gallery: bool
    overlay_signed: bool
    wave_size: int
    local: bool  # on this machine, by the local runner
    survey: bool = False  # count and measure, and read a small sample alone
    min_isolation: str = LEVELS[0]  # of the parsers; one of documents.jail.LEVELS
    nightly: bool = False  # only what earlier runs have not done
    reread: bool = False  # and what another version of the engine, or of the classifier, has
    accept_deleted: bool = False  # however much is gone
    models: Models | None = None  # of our own; None: those that came with the job

    @property
    def folder(self) -> str:
        """Where the run keeps its books."""
        return f"{self.output}/runs/{self.run}"

    @property
    def lock(self) -> str:
        return f"{self.folder}/lock"

    @property
    def plan_folder(self) -> str:
        return f"{self.folder}/plan"

    @property
    def owners_list(self) -> str | None:
        """The run's own copy of the list of owners: what the option names may change while the run is under way."""
        return None if self.owners is None else f"{self.folder}/owners.txt"

    @property
    def scratch(self) -> str:
        """Files on their way; empty when the run has ended."""
        return f"{self.folder}/scratch"

    @property
    def engines(self) -> EngineChoice:
        """Which engine reads what."""
        return EngineChoice(self.engine, self.experiment, self.shadow)

    @property
    def shards(self) -> int:
        """Part files of a wave, a table."""
        return max(1, self.wave_size // DOCUMENTS_A_SHARD)

    def identity(self) -> dict[str, object]:
        """What must be the same for a run to be gone on with."""
        left_out = {"output", "run", "local", "gallery", "min_isolation", "accept_deleted"}
        return {name: value for name, value in dataclasses.asdict(self).items() if name not in left_out}


def parse(argv: list[str], nightly: bool = False) -> tuple[Settings, PipelineOptions]:
    """Our settings and Beam's options. Raises UsageError, or ends the program as argparse does."""
    ours, beams = _parser(nightly).parse_known_args(argv)
    options = PipelineOptions(beams)
    # A pattern that the shell has expanded would be cut to its first file in silence.
    stray = [word for before, word in itertools.pairwise(["", *beams]) if word[:1] != "-" and _is_complete(before)]
    if stray:
        raise UsageError(f"there is no place for {stray[0]!r}: put a pattern of files between quotes")
    short = [word for word in beams if _SHORT_OPTION.match(word)]  # Beam has none, and would not miss them
    if short:
        raise UsageError(f"there is no option {short[0]}: see --help")
    local = (options.view_as(StandardOptions).runner or "DirectRunner").lower() == "directrunner"
    if local:
        # A job server may know options that Beam's Python does not; here a mistyped one would be lost in silence.
        logging.getLogger("apache_beam.options.pipeline_options").setLevel(logging.ERROR)  # it is said once, below
        unknown = set(options.get_all_options(retain_unknown_options=True)) - set(options.get_all_options())
        if unknown:
            raise UsageError(f"there is no option --{', --'.join(sorted(unknown))}: see --help")
    run = ours.run or datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    if not _RUN_NAME.fullmatch(run):
        raise UsageError(f"--run {run!r}: letters, digits, '.', '_' and '-' make a name, 100 at most")
    if local and not any(argument.startswith("--direct_num_workers") for argument in beams):
        options.view_as(DirectOptions).direct_num_workers = 0  # all cores
    settings = Settings(
        input=_whole(ours.input),
        output=_whole(ours.output),
        run=run,
        engine=ours.engine,
        experiment=_share("--experiment", ours.experiment, ours.engine),
        shadow=_share("--shadow", ours.shadow, ours.engine),
        max_pages=ours.max_pages,
        max_bytes=ours.max_bytes,
        owners=ours.owners and _whole(ours.owners),
        redo=ours.redo,
        embedded_text=not ours.no_embedded_text,
        gallery=not ours.no_gallery,
        overlay_signed=ours.overlay_signed,
        wave_size=ours.wave_size or (LOCAL_WAVE if local else CLUSTER_WAVE),
        local=local,
        survey=ours.survey,
        min_isolation=ours.min_isolation,
        nightly=nightly,
        reread=nightly and ours.reread,
        accept_deleted=nightly and ours.accept_deleted,
        models=Models(_whole(ours.models), "") if ours.models else None,
    )
    return settings, options
