"""Where the CPU time of a run goes, stage by stage.

    python -m benchmarks.speed_stages FOLDER OUTPUT

Runs the job with one worker, in this process, over FOLDER, and prints CPU seconds as JSON: of each stage, of the parts
of the native engine, and in `all` of the whole, with Beam and the start. A stage's child process counts as the stage's.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import apache_beam as beam
from apache_beam.pipeline import AppliedPTransform, PipelineVisitor

from transforms.opened import Stopwatch

TABLES = ("Tokens", "Pages", "Documents", "Failures")
SPENT: Counter[str] = Counter()  # CPU seconds
STAGES = {  # transforms of the job, and the stage that each of them is
    "ScreenDocuments": "fetch",
    "CapPages": "inspect",
    "ClassifyPages": "classify",
    "RenderPages": "render",
    "RectifyPages": "rectify",
    "ReadWords": "tokens",  # what is left of it without the engine and the gallery
    "WriteOverlays": "overlay",
    **dict.fromkeys([*(f"Pack{table}" for table in TABLES), "WriteTables"], "write"),
}
_inner: list[float] = []  # of each timed call that is under way: what timed calls within it took


class Timed(beam.DoFn):
    """A DoFn whose own time is added up: it is stopped while others work on what it yields."""

    def __init__(self, fn: beam.DoFn, name: str) -> None:
        self._fn, self._name = fn, name

    def process(self, element: Any) -> Iterator[Any]:
        found = iter(_timed(self._name, self._fn.process)(element) or ())
        step = _timed(self._name, lambda: next(found, _END))
        while (item := step()) is not _END:
            yield item

    def start_bundle(self) -> None:
        _timed(self._name, self._fn.start_bundle)()

    def finish_bundle(self) -> Iterator[Any]:
        yield from _timed(self._name, lambda: list(self._fn.finish_bundle() or ()))()


_END = object()


def _timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, its CPU time added to SPENT, without that of timed functions that it calls."""

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        watch = Stopwatch()
        _inner.append(0.0)
        try:
            with watch.running():
                return function(*arguments, **named)
        finally:
            SPENT[name] += watch.cpu_seconds - _inner.pop()
            if _inner:
                _inner[-1] += watch.cpu_seconds

    return call


class _Timing(PipelineVisitor):
    """Puts a `Timed` around each DoFn of the transforms in STAGES."""

    def visit_transform(self, transform_node: AppliedPTransform) -> None:
        transform, (outermost, *inner) = transform_node.transform, transform_node.full_label.split("/")
        # What is given more than its element is of Beam's making, or as small as the choice of a shard.
        simple = isinstance(transform, beam.ParDo) and not transform.args and not transform.kwargs
        outermost = outermost.removesuffix("Here")
        if simple and outermost in STAGES and not any(name.startswith("Reshuffle") for name in inner):
            transform.fn = Timed(transform.fn, STAGES[outermost])


def _time_pipelines() -> None:
    run = beam.Pipeline.run

    def timed_run(pipeline: beam.Pipeline, *arguments: Any) -> Any:
        pipeline.visit(_Timing())
        return run(pipeline, *arguments)

    beam.Pipeline.run = timed_run


def _time_engine() -> None:
    """Before the modules that use these functions take them from where they are."""
    from models import windows, word_detector, word_net
    from transforms import gallery

    windows.cut_lines = _timed("windows", windows.cut_lines)
    gallery.thumbnail = _timed("gallery", gallery.thumbnail)
    word_detector.WordDetector.detect = _timed("detect", word_detector.WordDetector.detect)  # type: ignore[method-assign]
    for name in ("log_probabilities", "decoded"):
        setattr(word_net.WordNet, name, _timed("recognise", getattr(word_net.WordNet, name)))
    from models.engines import native

    native.open_engine = _timed("load", native.open_engine)
    native.Native.read = _timed("wordinate", native.Native.read)  # type: ignore[method-assign]


def main(folder: str, output: str) -> int:
    _time_pipelines()
    _time_engine()
    from pipelines.backfill import main as backfill

    with contextlib.redirect_stdout(io.StringIO()):
        code = backfill(["--input", folder, "--output", output, "--direct_num_workers", "1"])
    everyone = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    SPENT["all"] = sum(usage.ru_utime + usage.ru_stime for usage in everyone)
    print(json.dumps({name: round(seconds, 4) for name, seconds in SPENT.items()}))
    return code


if __name__ == "__main__":
    from benchmarks import speed_stages  # the counter of the module that Beam's workers import, not of `__main__`

    sys.exit(speed_stages.main(*sys.argv[1:]))
