"""The job: everything that the input names, wave by wave.

python -m pipelines.backfill --input FOLDER --output OUT
"""

from __future__ import annotations

import datetime
import functools
import json
import logging
import os
import sys
import time
from collections.abc import Callable

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from documents.jail import ISOLATION
from models.engines import check_engine
from pipelines import console, local_runner, plan, progress, report, wave
from pipelines.options import Settings, parse
from pipelines.plan import Plan
from schemas.errors import JailError, UsageError
from transforms import opened, storage
from transforms.elements import Thumbnail
from transforms.gallery import LeastConfident
from transforms.summarise import Summary, merged

MOST_INTERNAL_ERRORS = 0.001  # of the entries; above, something is wrong with the job and not with the files
DONE, TROUBLE, USAGE, INTERRUPTED = 0, 1, 2, 130  # exit codes


def main(argv: list[str] | None = None) -> int:
    """Parses, builds, runs. Returns the exit code."""
    try:
        settings, options = parse(sys.argv[1:] if argv is None else argv)
        return run(settings, options)
    except UsageError as error:
        print(f"pagebeam: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED


def run(settings: Settings, options: PipelineOptions) -> int:
    """Does all waves that are missing, then writes and prints what the run came to."""
    if settings.local:
        logging.getLogger().setLevel(logging.ERROR)  # what matters is in the tables
    FileSystems.set_options(options)  # Beam does so with a pipeline, but the input is listed before there is one
    storage.check(settings.output)
    check_engine(settings.engine)
    _check_jail()
    owners = _owners(settings.owners)
    started_at = datetime.datetime.now(datetime.timezone.utc)

    def run_pipeline(build: Callable[[beam.Pipeline], None]) -> None:
        runner = local_runner.local_runner(options, _worker_log(settings)) if settings.local else None
        pipeline = beam.Pipeline(runner=runner, options=options)
        build(pipeline)
        pipeline.run().wait_until_finish()

    try:
        storage.remove_folder(settings.scratch)
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--output {settings.output} cannot be reached: {error}") from error
    try:
        planned = plan.load_or_make(settings, run_pipeline)
    except UsageError:
        storage.remove_folder(settings.scratch)
        raise
    missing = [number for number in planned.waves if not wave.is_whole(settings, number)]
    resumed = len(planned.waves) - len(missing)
    if settings.local:
        waves = f"{len(planned.waves):,} waves" if len(planned.waves) > 1 else "1 wave"
        print(f"run {settings.run}: {planned.entries:,} files in {waves}", file=sys.stderr)
    ended = sum(planned.waves[number] for number in planned.waves if number not in missing)
    try:
        with progress.shown(settings, ended, planned.entries) as folder:
            for number in missing:
                begun = time.monotonic()
                run_pipeline(
                    functools.partial(wave.build, settings=settings, wave=number, owners=owners, progress_folder=folder)
                )
                wave.mark_whole(settings, number, time.monotonic() - begun)
    except BaseException:
        print(f"pagebeam: broken off: the same command with --run {settings.run} goes on with it", file=sys.stderr)
        raise
    storage.remove_folder(settings.scratch)

    summary, gallery, wall_seconds = _all_books(settings, planned)
    facts = report.RunFacts(
        run=settings.run,
        input=settings.input,
        output=settings.output,
        engine=settings.engine,
        workers=local_runner.workers(options) if settings.local else None,
        started_at=started_at,
        wall_seconds=wall_seconds,
        waves=len(planned.waves),
        waves_resumed=resumed,
        isolation=ISOLATION,
    )
    return _finish(settings, facts, summary, gallery, planned)


def _worker_log(settings: Settings) -> str:
    """Kept in the scratch folder, which a run that breaks off leaves behind; nowhere where the output is far away."""
    if "://" in settings.output:
        return os.devnull
    storage.make_folder(settings.scratch)
    return os.path.abspath(f"{settings.scratch}/workers.log")


def _check_jail() -> None:
    try:
        opened.probe()
    except JailError as error:  # it would be every file's ending
        raise UsageError(f"the parsers' own process does not work on this machine: {error}") from error


def _owners(path: str | None) -> frozenset[str] | None:
    if path is None:
        return None
    storage.check(path)
    try:
        lines = storage.read(path).decode("utf-8-sig").splitlines()
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--owners {path} cannot be read: {type(error).__name__}") from error
    owners = frozenset(line.strip() for line in lines if line.strip())
    if not owners:
        raise UsageError(f"--owners {path} names no owner")
    return owners


def _all_books(settings: Settings, planned: Plan) -> tuple[Summary, list[Thumbnail], float]:
    books = [wave.read_books(settings, number) for number in planned.waves]
    gallery = LeastConfident().merge_accumulators([gallery for _, gallery, _ in books])
    return merged(summary for summary, _, _ in books), gallery, sum(seconds for _, _, seconds in books)


def _finish(
    settings: Settings, facts: report.RunFacts, summary: Summary, gallery: list[Thumbnail], planned: Plan
) -> int:
    paths = {
        "tables": f"{settings.output}/tables",
        "PDFs": f"{settings.output}/overlays",
        "report": f"{settings.folder}/report.html",
    }
    html = report.render_report(facts, summary, gallery)
    storage.write(paths["report"], html.encode(), settings.scratch)
    facts_json = json.dumps(report.summary_json(facts, summary), indent=1, ensure_ascii=False)
    storage.write(f"{settings.folder}/summary.json", facts_json.encode(), settings.scratch)
    storage.remove_folder(settings.scratch)
    print(console.render_summary(facts, summary, paths))
    if summary.documents != planned.entries:
        print(f"pagebeam: {planned.entries:,} entries were planned, {summary.documents:,} ended", file=sys.stderr)
        return TROUBLE
    if summary.internal_errors > MOST_INTERNAL_ERRORS * planned.entries:
        print(
            f"pagebeam: {summary.internal_errors:,} errors that nobody foresaw: "
            "see the rows with error = 'internal_error' in the failures table",
            file=sys.stderr,
        )
        return TROUBLE
    return DONE


if __name__ == "__main__":
    sys.exit(main())
