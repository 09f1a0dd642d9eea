"""The job: everything that the input names, wave by wave.

python -m pipelines.backfill --input FOLDER --output OUT
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import errno
import functools
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from documents.jail import lowest
from models.engines import check_engine
from pipelines import console, local_runner, lock, plan, progress, report, survey, wave
from pipelines.check_storage import check_storage
from pipelines.lock import Lock, LockLost
from pipelines.options import Settings, parse
from pipelines.plan import Plan
from pipelines.report import wording
from schemas.errors import JailError, JailTooWeak, OutputUnwritable, UsageError
from transforms import models_folder, opened, retries, storage
from transforms.compare_entries import UNKNOWN
from transforms.elements import Thumbnail
from transforms.gallery import LeastConfident
from transforms.screen_documents import listed_owners
from transforms.storage_errors import explain, unwritable
from transforms.summarise import Summary, merged

MOST_INTERNAL_ERRORS = 0.001  # of the entries; above, something is wrong with the job and not with the files
DONE, TROUBLE, USAGE, INTERRUPTED = 0, 1, 2, 130  # exit codes


def main(argv: list[str] | None = None, nightly: bool = False) -> int:
    """Parses, builds, runs. Returns the exit code."""
    return exit_code(lambda: run(*parse(sys.argv[1:] if argv is None else argv, nightly)))


def exit_code(work: Callable[[], int]) -> int:
    """What the work gives, or what its errors come to, each said on stderr."""
    try:
        return work()
    except UsageError as error:
        print(f"pagebeam: {error}", file=sys.stderr)
        return USAGE
    except (LockLost, OutputUnwritable) as error:
        print(f"pagebeam: {error}", file=sys.stderr)
        return TROUBLE
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"pagebeam: {error.filename or 'a file'} cannot be written: {error.strerror}", file=sys.stderr)
        return TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED


def run(settings: Settings, options: PipelineOptions) -> int:
    """Does all waves that are missing, then writes and prints what the run came to."""
    if settings.local:
        logging.getLogger().setLevel(logging.CRITICAL)  # what matters is in the tables, or raised here
    FileSystems.set_options(options)  # Beam does so with a pipeline, but the input is listed before there is one
    storage.check(settings.output)
    settings = dataclasses.replace(
        settings, models=models_folder.found(settings.models.uri if settings.models else None)
    )
    for engine in settings.engines.names:
        check_engine(engine, models_folder.folder_of(settings.models))
    reached = _check_jail(settings.min_isolation)
    check_storage(settings, options)
    owners = _owners(settings.owners)
    locks = {settings.lock: f"run {settings.run}"}
    if settings.nightly:  # a second night would do what the first has not done yet
        locks = {f"{settings.output}/runs/nightly.lock": "a nightly run", **locks}
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(lock.held(uri, what)) for uri, what in locks.items()]
        return _run(settings, options, owners, held, reached)


def _run(
    settings: Settings, options: PipelineOptions, owners: frozenset[str] | None, held: list[Lock], isolation: str
) -> int:
    started_at = datetime.datetime.now(datetime.timezone.utc)

    def run_pipeline(build: Callable[[beam.Pipeline], None]) -> dict[str, dict[str, int]]:
        runner = local_runner.local_runner(options, _worker_log(settings)) if settings.local else None
        pipeline = beam.Pipeline(runner=runner, options=options)
        build(pipeline)
        try:
            result = pipeline.run()
            result.wait_until_finish()
        except Exception as error:  # each runner has classes of its own
            foreseen = unwritable(error)
            if foreseen is None:
                raise
            raise foreseen from error
        return {"retries": retries.counted(result), "isolation": retries.counted(result, opened.ISOLATION_METRIC)}

    try:
        storage.remove_folder(settings.scratch)
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--output {settings.output} cannot be reached: {explain(error)}") from error
    try:
        planned = plan.load_or_make(settings, owners, run_pipeline)
    except UsageError:
        storage.remove_folder(settings.scratch)
        raise
    missing = [number for number in planned.waves if not wave.is_whole(settings, number)]
    resumed = len(planned.waves) - len(missing)
    if settings.local:
        todo = f"{wording.count(planned.entries, 'file')} in {wording.count(len(planned.waves), 'wave')}"
        print(f"run {settings.run}: {todo if planned.waves else 'nothing to do'}", file=sys.stderr)
    with _hinting(settings.run):
        _do_waves(settings, planned, missing, run_pipeline, held)
        return _finish(settings, options, planned, resumed, started_at, isolation)


@contextlib.contextmanager
def _hinting(run: str) -> Iterator[None]:
    """Says how to go on with what breaks off."""
    try:
        yield
    except LockLost:
        raise  # somebody goes on already
    except BaseException:
        print(f"pagebeam: broken off: the same command with --run {run} goes on with it", file=sys.stderr)
        raise


def _do_waves(
    settings: Settings,
    planned: Plan,
    missing: list[int],
    run_pipeline: Callable[[Callable[[beam.Pipeline], None]], dict[str, dict[str, int]]],
    held: list[Lock],
) -> None:
    build = functools.partial(survey.build, waves=len(planned.waves)) if settings.survey else wave.build
    ended = sum(planned.waves[number] for number in planned.waves if number not in missing)
    with progress.shown(settings, ended, planned.entries) as folder:
        for number in missing:
            _check(held)
            begun = time.monotonic()
            told = run_pipeline(functools.partial(build, settings=settings, wave=number, progress_folder=folder))
            _check(held)
            wave.mark_whole(settings, number, time.monotonic() - begun, told)


def _check(held: list[Lock]) -> None:
    for each in held:
        each.check()


def _finish(
    settings: Settings,
    options: PipelineOptions,
    planned: Plan,
    resumed: int,
    started_at: datetime.datetime,
    isolation: str,
) -> int:
    """All waves are whole: says what they came to. Returns the exit code."""
    wave.remove_partial(settings)
    storage.remove_folder(settings.scratch)
    if settings.survey:
        counted = survey.finish(settings, list(planned.waves)).files
        storage.remove_folder(settings.scratch)
        return _exit_code(planned, counted, 0)

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
        isolation=lowest(summary.isolation) or isolation,
        changes=planned.changes,
        experiment=None if settings.experiment is None else str(settings.experiment),
        shadow=None if settings.shadow is None else str(settings.shadow),
    )
    _write_report(settings, facts, summary, gallery)
    return _exit_code(planned, summary.documents, summary.internal_errors)


def _worker_log(settings: Settings) -> str:
    """Kept in the scratch folder, which a run that breaks off leaves behind; nowhere where the output is far away."""
    if "://" in settings.output:
        return os.devnull
    storage.make_folder(settings.scratch)
    return os.path.abspath(f"{settings.scratch}/workers.log")


def _check_jail(min_isolation: str) -> str:
    """The level that the jail reaches here; workers elsewhere see for themselves."""
    try:
        return opened.probe(min_isolation)
    except JailTooWeak as error:
        raise UsageError(f"--min_isolation {min_isolation}: {error}") from error
    except JailError as error:  # it would be every file's ending
        raise UsageError(f"the parsers' own process does not work on this machine: {error}") from error


def _owners(path: str | None) -> frozenset[str] | None:
    if path is None:
        return None
    storage.check(path)
    try:
        owners = listed_owners(storage.read(path))
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--owners {path} cannot be read: {type(error).__name__}") from error
    if not owners:
        raise UsageError(f"--owners {path} names no owner")
    return owners


def _all_books(settings: Settings, planned: Plan) -> tuple[Summary, list[Thumbnail], float]:
    books = [wave.read_books(settings, number) for number in planned.waves]
    gallery = LeastConfident().merge_accumulators([gallery for _, gallery, _ in books])
    return merged(summary for summary, _, _ in books), gallery, sum(seconds for _, _, seconds in books)


def _write_report(settings: Settings, facts: report.RunFacts, summary: Summary, gallery: list[Thumbnail]) -> None:
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


def _exit_code(planned: Plan, ended: int, internal_errors: int) -> int:
    if ended != planned.entries:
        print(f"pagebeam: {planned.entries:,} entries were planned, {ended:,} ended", file=sys.stderr)
        return TROUBLE
    unknown, known = (planned.changes or {}).get(UNKNOWN, 0), sum((planned.changes or {}).values())
    if unknown > MOST_INTERNAL_ERRORS * known:
        print(f"pagebeam: the storage did not say of {unknown:,} of {known:,} files what is there now", file=sys.stderr)
        return TROUBLE
    if internal_errors > MOST_INTERNAL_ERRORS * planned.entries:
        print(
            f"pagebeam: {internal_errors:,} errors that nobody foresaw: "
            "see the rows with error = 'internal_error' in the failures table",
            file=sys.stderr,
        )
        return TROUBLE
    return DONE


if __name__ == "__main__":
    sys.exit(main())
