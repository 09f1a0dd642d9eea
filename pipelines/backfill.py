"""The job: everything that the input names, wave by wave.

python -m pipelines.backfill --input FOLDER --output OUT
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from pipelines import local_runner, lock, plan, progress, survey, wave
from pipelines.check_start import Start, check_start
from pipelines.exit_codes import exit_code
from pipelines.finish import finish
from pipelines.lock import Lock, LockLost
from pipelines.nursery import Nursery
from pipelines.options import Settings, parse
from pipelines.plan import Plan
from pipelines.report import wording
from schemas.errors import UsageError
from transforms import opened, retries, storage
from transforms.storage_errors import explain, unwritable


def main(argv: list[str] | None = None, nightly: bool = False) -> int:
    """Parses, builds, runs. Returns the exit code."""
    return exit_code(lambda: run(*parse(sys.argv[1:] if argv is None else argv, nightly)))


def run(settings: Settings, options: PipelineOptions) -> int:
    """Does all waves that are missing, then writes and prints what the run came to."""
    if settings.local:
        logging.getLogger().setLevel(logging.CRITICAL)  # what matters is in the tables, or raised here
    FileSystems.set_options(options)  # Beam does so with a pipeline, but the input is listed before there is one
    with local_runner.nursery(options) if settings.local else contextlib.nullcontext() as nursery:
        return _run_locked(check_start(settings, options, nursery.probe if nursery else opened.probe), options, nursery)


def _run_locked(start: Start, options: PipelineOptions, nursery: Nursery | None) -> int:
    settings = start.settings
    locks = {settings.lock: f"run {settings.run}"}
    if settings.nightly:  # a second night would do what the first has not done yet
        locks = {f"{settings.output}/runs/nightly.lock": "a nightly run", **locks}
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(lock.held(uri, what)) for uri, what in locks.items()]
        return _run(start, options, nursery, held)


def _run(start: Start, options: PipelineOptions, nursery: Nursery | None, held: list[Lock]) -> int:
    settings = start.settings
    started_at = datetime.datetime.now(datetime.timezone.utc)

    def run_pipeline(build: Callable[[beam.Pipeline], None]) -> dict[str, dict[str, int]]:
        runner = local_runner.local_runner(options, _worker_log(settings), nursery) if settings.local else None
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

    def warm_up() -> None:
        if nursery is not None:
            nursery.warm_up(local_runner.workers(options), settings.min_isolation)

    try:
        storage.remove_folder(settings.scratch)
    except Exception as error:  # each storage has classes of its own
        raise UsageError(f"--output {settings.output} cannot be reached: {explain(error)}") from error
    try:
        planned = plan.load_or_make(settings, start.owners, run_pipeline)
    except UsageError:
        storage.remove_folder(settings.scratch)
        raise
    missing = [number for number in planned.waves if not wave.is_whole(settings, number)]
    resumed = len(planned.waves) - len(missing)
    if settings.local:
        todo = f"{wording.count(planned.entries, 'file')} in {wording.count(len(planned.waves), 'wave')}"
        print(f"run {settings.run}: {todo if planned.waves else 'nothing to do'}", file=sys.stderr)
    with _hinting(settings.run):
        _do_waves(settings, planned, missing, run_pipeline, held, warm_up)
        return finish(
            settings,
            planned,
            workers=local_runner.workers(options) if settings.local else None,
            resumed=resumed,
            started_at=started_at,
            isolation=start.isolation,
        )


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
    warm_up: Callable[[], None],
) -> None:
    build = functools.partial(survey.build, waves=len(planned.waves)) if settings.survey else wave.build
    ended = sum(planned.waves[number] for number in planned.waves if number not in missing)
    with progress.shown(settings, ended, planned.entries) as folder:
        for number in missing:
            _check(held)
            begun = time.monotonic()
            warm_up()  # the workers, while the pipeline is built
            told = run_pipeline(functools.partial(build, settings=settings, wave=number, progress_folder=folder))
            _check(held)
            wave.mark_whole(settings, number, time.monotonic() - begun, told)


def _check(held: list[Lock]) -> None:
    for each in held:
        each.check()


def _worker_log(settings: Settings) -> str:
    """Kept in the scratch folder, which a run that breaks off leaves behind; nowhere where the output is far away."""
    if "://" in settings.output:
        return os.devnull
    storage.make_folder(settings.scratch)
    return os.path.abspath(f"{settings.scratch}/workers.log")


if __name__ == "__main__":
    sys.exit(main())
