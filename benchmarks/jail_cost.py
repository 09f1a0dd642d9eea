"""What the jail costs: CPU time of a job's work on files with the jail, less that of the same work in one process.

    python -m benchmarks.jail_cost FOLDER [--pages 60] [--engine native] [--repeats 5]

Takes the first `--pages` pictures of FOLDER and does, for all of them, one stage before the next, as the job's shuffles
make it: the first look, the render, the overlay, each in a fresh child, or all in this process. The two take turns,
`--repeats` times, with the stand-in engine, whose own share is small; the median of the differences is the cost. Its
share is that of the CPU time that the same loop takes with `--engine` in the stand-in's place, the jail included.
Beam's own work, which the job has besides, is left out: of the job's time the share is a little smaller.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.overhead import pictures
from benchmarks.plain_loop import Loop
from documents import blob
from documents.jail import Jail
from documents.overlay import write_overlay
from documents.reader import Document, open_document
from models.engines import Engine, open_engine
from pipelines.options import parse
from schemas.pages import Inspection, PageImage, Word
from transforms import opened, sources


class _Unjailed:
    """A document that is parsed in this process, with the questions that a jailed one can be asked."""

    alive = True
    isolation = "none"
    cpu_seconds = 0.0

    def __init__(self, data: Any, media_type: str) -> None:
        self._data = data
        self._media_type = media_type
        self._document: Document | None = None

    def _opened(self) -> Document:
        if self._document is None:
            self._document = open_document(self._data, self._media_type)
        return self._document

    def inspect(self, max_pages: int, redo: bool) -> Inspection:
        return self._opened().inspect(max_pages, redo)

    def render(self, page: int) -> PageImage:
        return self._opened().render(page)

    def overlay(self, words: Mapping[int, Sequence[Word]], replace: Sequence[int], allow_signed: bool) -> bytes:
        data = bytes(self._data)
        return write_overlay(data, self._media_type, words, replace=replace, allow_signed=allow_signed)

    def close(self) -> None:
        if self._document is not None:
            self._document.close()


class _NoJail:
    """In the place of a jail."""

    @contextlib.contextmanager
    def open(self, source: int, size: int, media_type: str, min_isolation: str) -> Iterator[_Unjailed]:
        with blob.mapped(source, size) as data:
            document = _Unjailed(data, media_type)
            try:
                yield document
            finally:
                document.close()


def _cpu() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _loop(folder: str, output: str, engine: Engine, jailed: bool) -> float:
    """CPU seconds of all documents; the start of the warm process, once a worker's life, is left out."""
    jail: Any = Jail() if jailed else _NoJail()
    opened.jail = lambda: jail  # type: ignore[assignment]
    start = _start_of_a_jail() if jailed else 0.0
    settings, _ = parse(["--input", folder, "--output", output, "--run", "loop"])
    before = _cpu()
    Loop(settings, engine).run(by_stage=True)
    if jailed:
        jail.close()  # its process ends, and so is counted
    shutil.rmtree(output)
    return _cpu() - before - start


def _start_of_a_jail() -> float:
    jail, before = Jail(), _cpu()
    with sources.held(b"") as descriptor, jail.open(descriptor, 0, "image/gif"):
        pass
    jail.close()
    return _cpu() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--engine", default="native")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pagebeam-jail-cost-") as scratch:
        chosen = Path(scratch, "pages")
        chosen.mkdir()
        for number, picture in enumerate(pictures(arguments.folder, arguments.pages)):
            shutil.copy(picture, chosen / f"{number:04d}{picture.suffix}")
        standin = open_engine("standin")
        turns: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(arguments.repeats + 1):
            for jailed, seconds in turns.items():
                seconds.append(_loop(str(chosen), f"{scratch}/out", standin, jailed))
        cost = statistics.median(a - b for a, b in zip(turns[True][1:], turns[False][1:], strict=True))
        engine = open_engine(arguments.engine)
        whole = _loop(str(chosen), f"{scratch}/out", engine, jailed=True)
        print(json.dumps(_report(arguments, turns, cost, whole, _start_of_a_jail()), indent=1))


def _report(
    arguments: argparse.Namespace, turns: dict[bool, list[float]], cost: float, whole: float, start: float
) -> dict[str, Any]:
    def a_page(seconds: float) -> float:
        return round(1000 * seconds / arguments.pages, 2)

    jailed, unjailed = (statistics.median(turns[key][1:]) for key in (True, False))
    return {
        "pages": arguments.pages,
        "milliseconds_a_page": {
            "standin, jailed": a_page(jailed),
            "standin, unjailed": a_page(unjailed),
            f"{arguments.engine}, jailed": a_page(whole),
            "the jail": a_page(cost),
        },
        "differences": [a_page(a - b) for a, b in zip(turns[True][1:], turns[False][1:], strict=True)],
        "share_with_standin": round(cost / jailed, 4),
        f"share_with_{arguments.engine}": round(cost / whole, 4),
        "start_of_a_worker_milliseconds": round(1000 * start, 1),
    }


if __name__ == "__main__":
    main()
