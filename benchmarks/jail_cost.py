"""What the jail costs: CPU time of a job's work on files with the jail, less that of the same work in one process.

    python -m benchmarks.jail_cost FOLDER [--pages 60] [--engine native] [--repeats 5] [--pdf 4]

Takes the first `--pages` pictures of FOLDER, or PDFs of `--pdf` pages each that are made of them, and does the first
look, the render and the overlay as the job does: each document in a child of its own, or all in this process. The two
take turns, `--repeats` times, with the stand-in engine, whose own share is small; the median of the differences is the
cost. Its share is that of the CPU time that the same loop takes with `--engine` in the stand-in's place, the jail
included. CPU time is user and system time of this process, of the warm process (without its start, once a worker's
life) and of all children, those that have ended included, as Linux counts it. Beam's own work, which the job has
besides, is left out: of the job's time the share is a little smaller.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import img2pdf

from benchmarks.overhead import pictures
from benchmarks.plain_loop import Loop
from documents import blob
from documents.jail import Jail, JailedDocument
from documents.overlay import write_overlay
from documents.reader import Document, open_document
from models.engines import Engine, open_engine
from pipelines.options import parse
from schemas.pages import Grey, Inspection, PageImage, Pixels, Word
from transforms import opened


class _Unjailed:
    """A document that is parsed in this process, with the questions that a jailed one can be asked."""

    alive = True
    isolation = "none"
    cpu_seconds = 0.0

    def __init__(self, data: Any, media_type: str) -> None:
        self._data = data
        self._media_type = media_type
        self._document: Document | None = None
        self.seconds = 0.0  # CPU time of what was asked

    def _opened(self) -> Document:
        if self._document is None:
            self._document = open_document(self._data, self._media_type)
        return self._document

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        before = time.process_time()
        yield
        self.seconds += time.process_time() - before

    def inspect(self, max_pages: int, redo: bool) -> Inspection:
        with self._timed():
            return self._opened().inspect(max_pages, redo)

    def preview(self, page: int, longest: int) -> Pixels:
        with self._timed():
            return self._opened().preview(page, longest)

    def grey(self, page: int, longest: int) -> Grey:
        with self._timed():
            return self._opened().grey(page, longest)

    def render(self, page: int) -> PageImage:
        with self._timed():
            return self._opened().render(page)

    def overlay(self, words: Mapping[int, Sequence[Word]], replace: Sequence[int], allow_signed: bool) -> bytes:
        with self._timed():
            data = bytes(self._data)
            return write_overlay(data, self._media_type, words, replace=replace, allow_signed=allow_signed)

    def close(self) -> None:
        if self._document is not None:
            self._document.close()


class _NoJail:
    """In the place of a jail."""

    def __init__(self) -> None:
        self.calls = 0.0  # CPU seconds within what is asked of documents

    @contextlib.contextmanager
    def open(self, source: int, size: int, media_type: str, min_isolation: str) -> Iterator[_Unjailed]:
        with blob.mapped(source, size) as data:
            document = _Unjailed(data, media_type)
            try:
                yield document
            finally:
                document.close()
                self.calls += document.seconds


class _Jailed:
    """A jail that counts."""

    def __init__(self) -> None:
        self.jail = Jail()
        self.calls = 0.0

    @contextlib.contextmanager
    def open(self, source: int, size: int, media_type: str, min_isolation: str) -> Iterator[JailedDocument]:
        with self.jail.open(source, size, media_type, min_isolation) as document:
            yield document
            self.calls += document.cpu_seconds


class Spent(NamedTuple):
    """CPU seconds."""

    own: float  # of this process
    warm: float  # of the warm process
    children: float
    calls: float  # within what is asked of documents; in this process or in the children

    @property
    def whole(self) -> float:
        return self.own + self.warm + self.children


def _spent(calls: float) -> Spent:
    """So far. To be asked only while all warm processes live, and no child does."""
    warm = children = 0.0
    for path in Path("/proc/self/task").glob("*/children"):  # a thread's children are its own
        for pid in path.read_text().split():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            user, system, ended_user, ended_system = (int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:15])
            warm += user + system
            children += ended_user + ended_system
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Spent(usage.ru_utime + usage.ru_stime, warm, children, calls)


def _loop(folder: str, output: str, engine: Engine, jail: _Jailed | _NoJail) -> Spent:
    """What all documents took."""
    opened.jail = lambda: jail  # type: ignore[assignment]
    settings, _ = parse(["--input", folder, "--output", output, "--run", "loop"])
    before = _spent(jail.calls)
    loop = Loop(settings, engine)
    loop.run(by_stage=True)
    after = _spent(jail.calls)
    shutil.rmtree(output)
    failed = [page.row.reason for page in loop.pages if page.row.status != "done"]
    if failed:
        raise SystemExit(f"{len(failed)} pages failed: {failed[0]}")
    return Spent(*(b - a for a, b in zip(before, after, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--engine", default="native")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--pdf", type=int, default=0, metavar="PAGES")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pagebeam-jail-cost-") as scratch:
        chosen = Path(scratch, "pages")
        chosen.mkdir()
        _make(chosen, pictures(arguments.folder, arguments.pages), arguments.pdf)
        standin, jail, no_jail = open_engine("standin"), _Jailed(), _NoJail()
        for each in (jail, no_jail):  # the first time is not like the others
            _loop(str(chosen), f"{scratch}/out", standin, each)
        turns = []
        for _ in range(arguments.repeats):
            jailed = _loop(str(chosen), f"{scratch}/out", standin, jail)
            turns.append((jailed, _loop(str(chosen), f"{scratch}/out", standin, no_jail)))
        whole = _loop(str(chosen), f"{scratch}/out", open_engine(arguments.engine), jail).whole
        jail.jail.close()
        print(json.dumps(_report(arguments, turns, whole), indent=1))


def _make(folder: Path, found: Sequence[Path], pages: int) -> None:
    if not pages:
        for number, picture in enumerate(found):
            shutil.copy(picture, folder / f"{number:04d}{picture.suffix}")
        return
    for first in range(0, len(found), pages):
        data = img2pdf.convert([path.read_bytes() for path in found[first : first + pages]])
        Path(folder, f"{first:04d}.pdf").write_bytes(data)


def _report(arguments: argparse.Namespace, turns: list[tuple[Spent, Spent]], whole: float) -> dict[str, Any]:
    def a_page(seconds: Callable[[Spent, Spent], float]) -> float:
        median = statistics.median([seconds(*turn) for turn in turns])
        return float(round(1000 * median / arguments.pages, 2))

    cost = statistics.median(jailed.whole - plain.whole for jailed, plain in turns)
    return {
        "pages": arguments.pages,
        "milliseconds_a_page": {
            "standin, jailed": a_page(lambda jailed, _: jailed.whole),
            "standin, unjailed": a_page(lambda _, plain: plain.whole),
            f"{arguments.engine}, jailed": round(1000 * whole / arguments.pages, 2),
            "the jail": a_page(lambda jailed, plain: jailed.whole - plain.whole),
        },
        "of_the_jail": {
            "cloning, in the warm process": a_page(lambda jailed, _: jailed.warm),
            "children outside of calls: start, walls, end": a_page(lambda jailed, _: jailed.children - jailed.calls),
            "calls, over the same in one process": a_page(lambda jailed, plain: jailed.calls - plain.calls),
            "asking, over the same in one process": a_page(lambda jailed, plain: jailed.own - plain.own + plain.calls),
        },
        "differences": [round(1000 * (jailed.whole - plain.whole) / arguments.pages, 2) for jailed, plain in turns],
        "share_with_standin": round(cost / statistics.median(jailed.whole for jailed, _ in turns), 4),
        f"share_with_{arguments.engine}": round(cost / whole, 4),
    }


if __name__ == "__main__":
    main()
