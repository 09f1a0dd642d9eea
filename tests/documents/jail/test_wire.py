"""What crosses the wall comes out as it went in, and nothing else comes out."""

from __future__ import annotations

import dataclasses
import os
import socket

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import blob
from documents.jail import frames, wire
from schemas.errors import JailCrash, JailTimeout
from schemas.geometry import Quad
from schemas.pages import Inspection, PageImage, PageInspection, Word

DEEP = (100_000).to_bytes(4, "big") + b"[" * 100_000  # more nesting than a parser bears
numbers = st.floats(-10, 10)
words = st.builds(
    Word,
    text=st.text(min_size=1, max_size=20),
    quad=st.builds(Quad, *[numbers] * 8),
    line=st.integers(0, 1000),
    confidence=st.none() | st.floats(0, 1),
    decision=st.sampled_from(["kept", "embedded"]),
    joins_next=st.booleans(),
)
pages = st.builds(
    PageInspection,
    page=st.integers(0, 9),
    width_pt=st.none() | st.floats(1, 1000),
    height_pt=st.none() | st.floats(1, 1000),
    category=st.none() | st.just("no_text"),
    reason=st.none() | st.just("blank"),
    words=st.lists(words, max_size=3).map(tuple),
)


def through_a_socket(message: frames.Json) -> frames.Json:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frames.send(ours, message)
        return frames.receive(theirs, 5)


inspections = st.lists(pages, max_size=3).map(
    lambda found: Inspection(9, tuple(dataclasses.replace(page, page=number) for number, page in enumerate(found)))
)


@given(inspections)
def test_an_inspection_comes_through(inspection: Inspection) -> None:
    received = wire.inspection_from_json(through_a_socket(wire.inspection_to_json(inspection)))
    assert received == inspection


@pytest.mark.parametrize(
    "pages",
    [
        [[1, None, None, None, None, []]],
        [[0, None, None, None, None, []]] * 2,
        [[0, float("inf"), None, None, None, []]],
        [[0, None, None, "poem", None, []]],
        [[0, None, None, "no_text", 7, []]],
        [[float("inf"), None, None, None, None, []]],
        [7],
    ],
)
def test_an_inspection_that_makes_no_sense_is_refused(pages: list[object]) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        wire.inspection_from_json({"page_count": 2, "signed": False, "pages": pages})


def test_a_page_image_comes_through() -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    image = PageImage(pixels, np.diag([0.5, 0.25, 1.0]))
    received = wire.image_from_json(through_a_socket(wire.image_to_json(image)), bytearray(pixels.tobytes()))
    assert np.array_equal(received.pixels, pixels)
    assert np.array_equal(received.to_page, image.to_page)


def test_a_lone_surrogate_becomes_something_that_can_be_written() -> None:
    ((row),) = [["a\ud800", 0, None, "kept", False, *range(8)]]
    (word,) = wire.words_from_json([row])
    assert word.text.encode() == b"a?"


@pytest.mark.parametrize(
    "row",
    [
        ["a", 0, None, "kept", False, 1, 2, 3],
        ["a", 0, None, "kept", False, *[float("nan")] * 8],
        [7, 0, None, "kept", False, *range(8)],
        ["a", "x", None, "kept", False, *range(8)],
    ],
)
def test_a_word_that_is_none_is_refused(row: list[object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        wire.words_from_json([row])


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (1 << 20, 5)])
def test_an_impossible_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="page image"):
        wire.image_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize(
    "sent", [b"", b"\x00\x00\x00\x05[1,2]", b"\x00\x00\x00\x03{a}", b"\xff\xff\xff\xff", b"\x00\x00", DEEP]
)
def test_nonsense_is_a_crash(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(sent)
        with pytest.raises(JailCrash):
            frames.receive(theirs, 5)


def test_silence_is_a_timeout() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(JailTimeout):
        frames.receive(theirs, 0.01)


def test_one_who_takes_nothing_is_a_timeout() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(JailTimeout):
        frames.send(ours, {"text": "x" * (8 << 20)}, seconds=0.01)


def test_descriptors_travel_with_a_frame() -> None:
    ours, theirs = socket.socketpair()
    source = blob.create()
    blob.fill(source, [b"some ", b"bytes"])
    with ours, theirs:
        frames.send(ours, {"bytes": 10}, [source])
        message, (received,) = frames.receive_with(theirs, descriptors=1)
    assert message == {"bytes": 10}
    os.close(source)
    assert bytes(blob.read(received, 10)) == b"some bytes"
    with pytest.raises(EOFError):
        blob.read(received, 11)
    os.close(received)
