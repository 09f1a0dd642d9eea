"""What a document does in the jail costs that document alone."""

from __future__ import annotations

import gc
import io
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from documents.jail import Jail, Limits, UnforeseenError
from schemas.errors import (
    CorruptDocument,
    JailCpuLimit,
    JailCrash,
    JailError,
    JailMemoryLimit,
    JailTimeout,
    PagebeamError,
)
from tests.jailed import LIMITS, Opened, png

IMPATIENT = Limits(wall_seconds=0.5)


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    jail = Jail(LIMITS, module="tests.faulty_zygote")
    yield Opened(jail)
    jail.close()


def children(pid: int) -> list[int]:
    """Processes below a process, on Linux."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):  # a thread's children are its own
        with open(f"/proc/{pid}/task/{task}/children") as file:
            found += [int(child) for child in file.read().split()]
    return found


def writable_by_others(pid: int) -> list[str]:
    """Memory of a process that it shares with others and can write to, by the file that holds it."""
    lines = [line.split() for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    return [" ".join(fields[4:]) for fields in lines if fields[1][1] == "w" and fields[1][3] == "s"]


def test_reads_a_picture(opened: Opened) -> None:
    with opened(png()) as document:
        inspection = document.inspect(10, False)
        image = document.render(0)
    assert inspection.page_count == 1
    assert image.pixels.shape[2] == 3
    assert image.pixels.min() < 30
    assert image.pixels.max() > 225
    corner = image.to_page @ [image.pixels.shape[1], image.pixels.shape[0], 1]
    assert np.allclose(corner, [1, 1, 1])


def test_a_corrupt_document_is_the_readers_error_and_the_child_lives(opened: Opened) -> None:
    with opened(png()[:100]) as document:
        with pytest.raises(CorruptDocument):
            document.inspect(10, False)
        assert document.alive


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("spin", JailCpuLimit),
        ("eat", JailMemoryLimit),
        ("crash", JailCrash),
        ("abort", JailCrash),
        ("exit", JailCrash),
    ],
)
def test_a_fault_is_typed_and_the_next_document_is_read(opened: Opened, fault: str, error: type[PagebeamError]) -> None:
    with opened(png(f"{fault} render")) as document:
        assert document.inspect(10, False).page_count == 1
        with pytest.raises(JailError) as caught:
            document.render(0)
    assert type(caught.value) is error
    with opened(png()) as document:
        assert document.render(0).pixels.size > 0


def test_a_picture_too_large_for_the_memory_of_a_call_is_a_typed_ending() -> None:
    jail = Jail(Limits(memory_bytes=48 << 20))
    sink = io.BytesIO()
    Image.new("RGB", (5000, 5000)).save(sink, "JPEG", progressive=True)
    with Opened(jail)(sink.getvalue(), "image/jpeg") as document, pytest.raises(PagebeamError):
        document.render(0)
    jail.close()


def _page_of_text() -> bytes:
    """A page whose font is not in the file."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.TrueType, BaseFont=pikepdf.Name.Unheard)
        pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        pdf.pages[0].Contents = pdf.make_stream(b"BT /F 20 Tf 10 100 Td (Hamburg) Tj ET")
        sink = io.BytesIO()
        pdf.save(sink)
        return sink.getvalue()


def test_a_page_looks_the_same_whatever_its_process_has_drawn_before() -> None:
    jail = Jail()
    with Opened(jail)(_page_of_text(), "application/pdf") as document:
        first, second = document.render(0).pixels, document.render(0).pixels
    jail.close()
    assert first.min() < 128
    assert np.array_equal(first, second)


def test_a_hang_ends_by_the_wall_clock() -> None:
    jail = Jail(IMPATIENT, module="tests.faulty_zygote")
    opened = Opened(jail)
    with opened(png("hang inspect")) as document, pytest.raises(JailTimeout):
        document.inspect(10, False)
    jail.limits = LIMITS
    with opened(png()) as document:
        assert document.render(0).pixels.size > 0
    jail.close()


def test_after_a_crash_the_document_cannot_be_asked_again(opened: Opened) -> None:
    with opened(png("crash render")) as document:
        with pytest.raises(JailCrash):
            document.render(0)
        assert not document.alive
        with pytest.raises(JailError):
            document.inspect(10, False)


def test_nonsense_from_the_child_is_not_believed(opened: Opened) -> None:
    with opened(png("lie render")) as document, pytest.raises(JailCrash):
        document.render(0)


def test_an_unforeseen_error_names_its_place_and_not_its_words(opened: Opened) -> None:
    with opened(png("raise render")) as document, pytest.raises(UnforeseenError) as caught:
        document.render(0)
    assert str(caught.value) == "KeyError in faulty_zygote.py:52 (_raise)"


def test_an_unknown_page_is_an_error_of_that_call(opened: Opened) -> None:
    with opened(png()) as document:
        with pytest.raises((PagebeamError, UnforeseenError)):
            document.render(7)
        assert document.render(0).pixels.size > 0


def test_cpu_time_of_the_child_is_counted(opened: Opened) -> None:
    with opened(png()) as document:
        for _ in range(2000):  # some kernels count in ticks, and a call may fall between two
            document.render(0)
            if document.cpu_seconds:
                break
        assert document.cpu_seconds > 0


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="asks the kernel by /proc")
def test_nothing_is_left_behind() -> None:
    gc.collect()  # what other tests have left closes now, not in between
    before = set(children(os.getpid()))
    files = len(os.listdir("/proc/self/fd"))
    jail = Jail(LIMITS, module="tests.faulty_zygote")
    opened = Opened(jail)
    for fault in ("", "crash inspect", "lie render"):
        with opened(png(fault)) as document:
            try:
                document.inspect(10, False)
                document.render(0)
            except JailError:
                continue
    jail.close()
    assert set(children(os.getpid())) == before
    assert len(os.listdir("/proc/self/fd")) == files


def test_a_default_timeout_of_the_process_is_not_the_parsers() -> None:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(5)  # as some storages' clients do
    try:
        jail = Jail(LIMITS)
        with Opened(jail)(png()) as document:
            assert document.inspect(10, False).page_count == 1
        jail.close()
    finally:
        socket.setdefaulttimeout(before)


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="asks the kernel by /proc")
def test_a_parser_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a key")
    before = set(children(os.getpid()))
    jail = Jail(LIMITS)
    with Opened(jail)(png()) as document:
        document.inspect(10, False)
        for process in set(children(os.getpid())) - before:
            assert b"a key" not in Path(f"/proc/{process}/environ").read_bytes()
    jail.close()


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="asks the kernel by /proc")
def test_documents_do_not_share_a_process(opened: Opened) -> None:
    seen = set()
    for _ in range(2):
        with opened(png()) as document:
            document.inspect(10, False)
            (zygote,) = (pid for pid in children(os.getpid()) if children(pid))
            seen.update(children(zygote))
    assert len(seen) == 2


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="asks the kernel by /proc")
def test_a_child_shares_writable_memory_with_its_asker_alone(opened: Opened) -> None:
    with opened(png()) as document:
        document.render(0)
        (zygote,) = (pid for pid in children(os.getpid()) if children(pid))
        shared = {pid: writable_by_others(pid) for pid in (zygote, *children(zygote))}
    assert shared.pop(zygote) == []
    assert [len(found) for found in shared.values()] == [1]


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="asks the kernel by /proc")
def test_two_at_a_time_have_a_zygote_each(opened: Opened) -> None:
    with opened(png()) as first, opened(png()) as second:
        assert first.inspect(10, False) == second.inspect(10, False)
        zygotes = [pid for pid in children(os.getpid()) if children(pid)]
    assert len(zygotes) == 2


def test_limits_grow_with_the_pages_that_a_call_is_about() -> None:
    assert Limits().for_pages(10) == Limits()
    assert Limits(cpu_seconds=2.0).for_pages(50).cpu_seconds == 10.0
    assert Limits().for_pages(1000).memory_bytes == Limits().memory_bytes


def test_a_reason_that_is_not_a_readers_is_not_believed(opened: Opened) -> None:
    with opened(png("usage inspect")) as document, pytest.raises(UnforeseenError):
        document.inspect(10, False)
