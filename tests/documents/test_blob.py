"""Anonymous files."""

from __future__ import annotations

import os
import sys

import pytest

from documents import blob


@pytest.fixture
def descriptor():
    created = blob.create()
    yield created
    os.close(created)


def test_what_is_filled_in_is_mapped_and_read(descriptor: int) -> None:
    assert blob.fill(descriptor, [b"ab", memoryview(b"cd")]) == 4
    with blob.mapped(descriptor, 4) as mapping:
        assert mapping[:] == b"abcd"
    assert bytes(blob.read(descriptor, 3)) == b"abc"


def test_an_empty_file_can_be_mapped(descriptor: int) -> None:
    with blob.mapped(descriptor, 0) as mapping:
        assert mapping[:] == b""


@pytest.mark.skipif(sys.platform != "linux", reason="seals are Linux's")
def test_sealed_bytes_are_final(descriptor: int) -> None:
    blob.fill(descriptor, [b"abcd"])
    blob.seal(descriptor)
    with pytest.raises(PermissionError):
        os.pwrite(descriptor, b"x", 0)
    with pytest.raises(PermissionError):
        os.ftruncate(descriptor, 0)


def test_it_has_no_name(descriptor: int) -> None:
    assert os.fstat(descriptor).st_nlink == 0
