from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.utils import retry

from documents import media
from schemas.errors import OutputUnwritable, SourceMissing, SourceUnreadable, UsageError
from tests import memory_files
from transforms import sources, storage


class Refused(Exception):
    """What a service's client raises: a class of its own, with an HTTP status."""

    def __init__(self, code: int) -> None:
        super().__init__(f"HTTP {code}")
        self.code = code


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Seconds that were to be slept; a far-away storage to try it with."""
    seconds: list[float] = []
    monkeypatch.setattr(retry.Clock, "sleep", lambda _, value: seconds.append(value))
    monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([]))
    memory_files.FILES["memory://b/a.pdf"] = b"%PDF-"
    yield seconds
    memory_files.FILES.clear()
    memory_files.TROUBLE.clear()


def test_what_passes_is_tried_again_and_then_done(waited: list[float]) -> None:
    memory_files.TROUBLE["memory://b/a.pdf"] = [
        Refused(503),
        ConnectionResetError(),
        BeamIOError("", {"a": Refused(429)}),
    ]
    with sources.fetched("memory://b/a.pdf") as source:
        assert source.size == 5
    assert len(waited) == 3
    assert waited[2] > waited[0]


def test_what_does_not_pass_is_tried_five_times_and_says_so(waited: list[float]) -> None:
    memory_files.TROUBLE["memory://b/a.pdf"] = [Refused(503) for _ in range(9)]
    with pytest.raises(SourceUnreadable) as raised, sources.fetched("memory://b/a.pdf"):
        pass
    assert raised.value.attempts == 5
    assert len(waited) == 4


@pytest.mark.parametrize(
    "trouble", [Refused(403), PermissionError(), BeamIOError("", {"a": Refused(401)}), ValueError()]
)
def test_nothing_else_is_tried_again(waited: list[float], trouble: Exception) -> None:
    memory_files.TROUBLE["memory://b/a.pdf"] = [trouble]
    with pytest.raises(SourceUnreadable) as raised, sources.fetched("memory://b/a.pdf"):
        pass
    assert raised.value.attempts == 1
    assert not waited


@pytest.mark.parametrize(
    "trouble", [Refused(404), BeamIOError("", {"a": Refused(404)}), BeamIOError("", {"a": OSError("Not Found")})]
)
def test_what_is_not_there_is_missing(waited: list[float], trouble: Exception) -> None:
    memory_files.TROUBLE["memory://b/a.pdf"] = [trouble]
    with pytest.raises(SourceMissing), sources.fetched("memory://b/a.pdf"):
        pass
    with pytest.raises(SourceMissing):
        sources.metadata("memory://b/other.pdf")
    with pytest.raises(SourceMissing):
        sources.metadata("/no/such/file")


def test_a_name_that_says_not_found_is_not_missing_for_that(tmp_path: Path) -> None:
    (tmp_path / "not found").mkdir()
    with pytest.raises(SourceUnreadable):
        sources.metadata(str(tmp_path / "not found"))
    with pytest.raises(SourceUnreadable), sources.fetched(str(tmp_path / "not found")):
        pass


@pytest.mark.parametrize("uri", ["http://example.org/a.pdf", "nonsense://a"])
def test_a_storage_that_nobody_knows_is_an_ending_and_a_usage_error(uri: str) -> None:
    with pytest.raises(SourceUnreadable):
        sources.metadata(uri)
    with pytest.raises(UsageError, match="no storage is known"):
        storage.check(uri)


def test_a_file_is_hashed_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "a [1].gz"  # neither a pattern nor compressed, whatever the name says
    path.write_bytes(b"x" * 3_000_000)
    with sources.fetched(str(path)) as source:
        assert source.size == 3_000_000
        assert source.head == b"x" * media.HEAD_BYTES
        assert source.document_id == hashlib.sha256(path.read_bytes()).hexdigest()
        os.fstat(source.descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(source.descriptor)


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceUnreadable, match="not a regular file"):
        sources.metadata(str(tmp_path / "pipe"))


def test_writing_replaces_and_leaves_nothing_aside(tmp_path: Path) -> None:
    for data in (b"first", b"second"):
        storage.write(str(tmp_path / "out [1]" / "a.gz"), data, str(tmp_path / "scratch"))
    assert (tmp_path / "out [1]" / "a.gz").read_bytes() == b"second"
    assert not list((tmp_path / "scratch").iterdir())


def test_what_could_not_be_written_is_not_there_by_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BeamIOError("Rename operation failed", {})

    monkeypatch.setattr(FileSystems, "rename", refuse)
    with pytest.raises(OutputUnwritable, match="a cannot be written: BeamIOError"):
        storage.write(str(tmp_path / "a"), b"data", str(tmp_path / "scratch"))
    assert not (tmp_path / "a").exists()


def test_folders_are_removed_near_and_far(tmp_path: Path, waited: list[float]) -> None:
    (tmp_path / "a [1]" / "b").mkdir(parents=True)
    storage.remove_folder(str(tmp_path / "a [1]"))
    storage.remove_folder(str(tmp_path / "a [1]"))
    assert not list(tmp_path.iterdir())
    memory_files.FILES.update({"memory://b/x [1]/a/b": b"", "memory://b/x 1/a": b""})
    storage.remove_folder("memory://b/x [1]")
    assert sorted(memory_files.FILES) == ["memory://b/a.pdf", "memory://b/x 1/a"]


def test_a_storage_without_its_client_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UsageError, match=r"s3://bucket/a: no storage is known for s3://: install .*pagebeam\[aws\]"):
        storage.check("s3://bucket/a")
