from __future__ import annotations

import dataclasses
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from documents.jail import LEVELS, JailedDocument
from schemas.errors import (
    JailCrash,
    JailError,
    JailMemoryLimit,
    JailTimeout,
    SourceChanged,
    SourceMissing,
    SourceUnreadable,
)
from tests import small_files
from tests.transforms.examples import screened
from transforms import opened, sources
from transforms.opened import Stopwatch


@pytest.fixture(autouse=True)
def _closed_at_last() -> Iterator[None]:
    yield
    opened.close()


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URIs whose bytes were asked for."""
    asked: list[str] = []
    fetched = sources.fetched

    def watched(uri: str) -> object:
        asked.append(uri)
        return fetched(uri)

    monkeypatch.setattr(sources, "fetched", watched)
    return asked


def test_stages_of_one_document_share_its_bytes_and_its_child(tmp_path: Path, fetches: list[str]) -> None:
    one = screened(small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([1, 1])))
    first = opened.open_document(one)
    first.render(0)
    assert opened.open_document(one) is first
    first.render(1)
    other = screened(small_files.put(tmp_path / "b.png", small_files.png()))
    assert not first.alive
    assert opened.open_document(other).inspect(10, redo=False).page_count == 1
    assert fetches == [one.entry.uri, other.entry.uri]
    opened.open_document(one)
    assert fetches == [one.entry.uri, other.entry.uri, one.entry.uri]


def test_a_child_that_died_is_replaced_by_a_fresh_one(tmp_path: Path, fetches: list[str]) -> None:
    one = screened(small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([1])))
    first = opened.open_document(one)
    first.close()
    assert opened.open_document(one) is not first
    assert opened.open_document(one).render(0).pixels.size > 0
    assert len(fetches) == 1


def test_what_fails_in_a_child_that_was_asked_before_is_asked_of_a_fresh_one(
    tmp_path: Path, fetches: list[str]
) -> None:
    one = screened(small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([1])))
    asked: list[JailedDocument] = []

    def fail(error: JailError, times: int) -> Callable[[JailedDocument], int]:
        def question(child: JailedDocument) -> int:
            asked.append(child)
            if len(asked) <= times:
                raise error
            return child.inspect(10, redo=False).page_count

        return question

    assert opened.ask(one, fail(JailMemoryLimit(), 0)) == 1
    assert opened.ask(one, fail(JailMemoryLimit(), 2)) == 1
    first, used, fresh = asked
    assert first is used is not fresh
    assert not used.alive
    asked.clear()
    with pytest.raises(JailCrash):  # in a fresh one too
        opened.ask(one, fail(JailCrash(), 9))
    assert len(asked) == 2
    asked.clear()
    with pytest.raises(JailTimeout):  # which is long enough
        opened.ask(one, fail(JailTimeout(), 9))
    assert len(asked) == 1
    assert len(fetches) == 1


def test_it_is_opened_at_the_first_place_at_which_it_still_is(tmp_path: Path, fetches: list[str]) -> None:
    paths = [small_files.put(tmp_path / name, small_files.png(1)) for name in ("a.png", "b.png", "c.png")]
    first, *copies = [screened(path) for path in paths]
    one = dataclasses.replace(first, copies=tuple(copies))
    opened.close()
    paths[0].unlink()
    paths[1].write_bytes(small_files.png(2))
    fetches.clear()
    assert opened.open_document(one).inspect(10, redo=False).page_count == 1
    assert opened.open_document(one) is opened.open_document(one)
    assert fetches == [str(path) for path in paths]
    opened.close()
    paths[2].unlink()
    with pytest.raises(SourceMissing, match=r"a\.png"):
        opened.open_document(one)


def test_where_the_storage_is_down_not_every_place_is_asked_nor_for_every_page(
    tmp_path: Path, fetches: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [small_files.put(tmp_path / f"{number}.png", small_files.png()) for number in range(9)]
    first, *copies = [screened(path) for path in paths]
    one = dataclasses.replace(first, copies=tuple(copies))
    other = screened(small_files.put(tmp_path / "other.png", small_files.png(2)))
    opened.close()
    for number in (1, 2, 3, 5):
        paths[number].unlink()
    down = {str(paths[number]) for number in (0, 4, 6)}
    fetched = sources.fetched

    def watched(uri: str) -> object:
        if uri in down:
            fetches.append(uri)
            raise SourceUnreadable(f"{uri} cannot be read")
        return fetched(uri)

    monkeypatch.setattr(sources, "fetched", watched)
    fetches.clear()
    for _ in range(3):  # pages
        with pytest.raises(SourceUnreadable, match=r"/0\.png"):
            opened.open_document(one)
    assert fetches == [str(path) for path in paths[:7]]
    opened.open_document(other)
    down.remove(str(paths[6]))
    assert opened.open_document(one).alive
    assert fetches[7:] == [other.entry.uri, *(str(path) for path in paths[:7])]


def test_a_bundle_that_is_tried_again_seeks_a_document_again(tmp_path: Path) -> None:
    data = small_files.png()
    path = small_files.put(tmp_path / "a.png", data)
    one = screened(path)
    opened.close()
    path.unlink()
    with pytest.raises(SourceMissing):
        opened.open_document(one)
    path.write_bytes(data)
    opened.close()
    assert opened.open_document(one).alive


def test_what_is_open_is_not_taken_for_another_version_of_it(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.png", small_files.png(1))
    before = screened(path)
    path.write_bytes(small_files.png(2))
    after = screened(path)  # now open
    with pytest.raises(SourceChanged, match="no longer the file"):
        opened.open_document(before)
    assert opened.open_document(after).alive


def test_threads_have_each_their_own(tmp_path: Path) -> None:
    one = screened(small_files.put(tmp_path / "a.png", small_files.png()))
    ours, theirs = opened.open_document(one), []

    def work() -> None:
        theirs.append(opened.open_document(one))
        opened.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert theirs != [ours]
    assert ours.render(0).pixels.size > 0


def test_a_watch_tells_of_the_childs_time_too(tmp_path: Path) -> None:
    one = screened(small_files.put(tmp_path / "a.png", small_files.png()))
    watch = Stopwatch()
    with watch.running():
        document = opened.open_document(one)
        document.render(0)
    assert document.cpu_seconds > 0
    assert watch.cpu_seconds >= document.cpu_seconds
    seen = watch.cpu_seconds
    opened.close()
    with watch.running():
        pass
    assert seen <= watch.cpu_seconds < seen + 0.05  # what was counted once is not counted again
    assert watch.milliseconds > 0


def test_the_jail_of_this_machine_works() -> None:
    assert opened.probe() in LEVELS


def test_a_program_that_ran_within_is_counted_where_asked_for() -> None:
    spin = [sys.executable, "-c", "sum(range(3_000_000))"]
    without, with_it = Stopwatch(), Stopwatch()
    with without.running():
        subprocess.run(spin, check=True)
    with with_it.running(programs=True):
        subprocess.run(spin, check=True)
    assert with_it.cpu_seconds > without.cpu_seconds
    assert with_it.cpu_seconds > 0.01
