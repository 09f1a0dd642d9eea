"""The command line of the job."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import itertools
import os
import re

from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions, StandardOptions

from models.engines import ENGINES
from schemas.errors import UsageError

LOCAL_WAVE = 2_000  # documents: what a kill can cost, and what the local runner holds in memory, stay small
CLUSTER_WAVE = 1_000_000  # documents: a cluster's start-up is paid once a wave
DOCUMENTS_A_SHARD = 20_000  # of a wave: part files of some 100 MB of tokens
_RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.backfill",
        description="Makes an archive of scans, photographs and PDFs searchable: Parquet token tables, overlay PDFs.",
        epilog="Beam's own options (--runner, --direct_num_workers, --temp_location, ...) may follow.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--input", required=True, help="a folder, a file, a glob, or manifests (.jsonl, .csv, .parquet)")
    add("--output", required=True, help="the folder for tables, overlays and reports")
    add("--run", help="name of the run; with the name of one that was stopped, goes on with it (default: the time)")
    add(
        "--engine",
        default="rapidocr",
        choices=ENGINES,
        metavar="ENGINE",
        help="what reads the pages (default: %(default)s)",
    )
    add("--max_pages", type=_positive, default=10, help="pages looked at in each document (default: %(default)s)")
    add("--max_bytes", type=_positive, default=256 << 20, help="larger files are skipped (default: %(default)s)")
    add("--owners", metavar="FILE", help="only entries whose owner is a line of this file")
    add("--redo", action="store_true", help="read pages anew whose text comes from an earlier OCR run, and replace it")
    add("--no_embedded_text", action="store_true", help="no tokens for text that files have already")
    add("--no_gallery", action="store_true", help="no pictures of pages in the report")
    add("--overlay_signed", action="store_true", help="overlays for signed PDFs too, which ends their signatures")
    add(
        "--wave_size",
        type=_positive,
        help=f"documents a wave (default: {LOCAL_WAVE:,} locally, {CLUSTER_WAVE:,} elsewhere)",
    )
    return parser


def _is_complete(argument: str) -> bool:
    """Whether what follows it is no value of its own."""
    return not argument.startswith("-") or "=" in argument


def _whole(path: str) -> str:
    """The same from every folder: a URI in the tables, and a run that is gone on with, must not depend on this one."""
    return path.rstrip("/") if "://" in path else os.path.abspath(path)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the command line asked for, checked."""

    input: str
    output: str
    run: str
    engine: str
    max_pages: int
    max_bytes: int
    owners: str | None
    redo: bool
    embedded_text: bool
    gallery: bool
    overlay_signed: bool
    wave_size: int
    local: bool  # on this machine, by the local runner

    @property
    def folder(self) -> str:
        """Where the run keeps its books."""
        return f"{self.output}/runs/{self.run}"

    @property
    def plan_folder(self) -> str:
        return f"{self.folder}/plan"

    @property
    def scratch(self) -> str:
        """Files on their way; empty when the run has ended."""
        return f"{self.folder}/scratch"

    @property
    def shards(self) -> int:
        """Part files of a wave, a table."""
        return max(1, self.wave_size // DOCUMENTS_A_SHARD)

    def identity(self) -> dict[str, object]:
        """What must be the same for a run to be gone on with."""
        left_out = {"output", "run", "local", "gallery"}
        return {name: value for name, value in dataclasses.asdict(self).items() if name not in left_out}


def parse(argv: list[str]) -> tuple[Settings, PipelineOptions]:
    """Our settings and Beam's options. Raises UsageError, or ends the program as argparse does."""
    ours, beams = _parser().parse_known_args(argv)
    options = PipelineOptions(beams)
    # A pattern that the shell has expanded would be cut to its first file in silence.
    stray = [word for before, word in itertools.pairwise(["", *beams]) if word[:1] != "-" and _is_complete(before)]
    if stray:
        raise UsageError(f"there is no place for {stray[0]!r}: put a pattern of files between quotes")
    local = (options.view_as(StandardOptions).runner or "DirectRunner").lower() == "directrunner"
    if local:
        # A job server may know options that Beam's Python does not; here a mistyped one would be lost in silence.
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
        max_pages=ours.max_pages,
        max_bytes=ours.max_bytes,
        owners=ours.owners and _whole(ours.owners),
        redo=ours.redo,
        embedded_text=not ours.no_embedded_text,
        gallery=not ours.no_gallery,
        overlay_signed=ours.overlay_signed,
        wave_size=ours.wave_size or (LOCAL_WAVE if local else CLUSTER_WAVE),
        local=local,
    )
    return settings, options
