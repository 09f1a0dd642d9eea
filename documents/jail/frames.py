"""Frames: JSON with descriptors, over a socket."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from schemas.errors import JailCrash, JailTimeout

MAX_FRAME = 64 << 20  # bytes of JSON that are taken, where the caller names no other bound
LARGEST = (1 << 32) - 1  # that a frame can say it has
_HEADER = struct.Struct(">I")

Json = dict[str, Any]


def send(channel: socket.socket, message: Json, descriptors: Sequence[int] = (), seconds: float | None = None) -> None:
    """One frame: four bytes of length, which carry the descriptors, then JSON.

    Raises JailTimeout when the other side takes nothing for `seconds`, ConnectionError when it is gone.
    """
    body = json.dumps(message, separators=(",", ":")).encode()
    channel.settimeout(seconds)
    try:
        socket.send_fds(channel, [_HEADER.pack(len(body))], list(descriptors))
        channel.sendall(body)
    except TimeoutError:
        raise JailTimeout(f"nothing was taken within {seconds:g} s") from None


def receive(channel: socket.socket, seconds: float | None = None, most: int = MAX_FRAME) -> tuple[Json, list[int]]:
    """One frame. Raises JailTimeout after `seconds`, JailCrash when the other side is gone or talks nonsense."""
    deadline = None if seconds is None else time.monotonic() + seconds
    descriptors: list[int] = []

    def take(count: int) -> bytes:
        taken = bytearray()
        while len(taken) < count:
            if deadline is not None:
                channel.settimeout(max(0.001, deadline - time.monotonic()))
            chunk, arrived, _, _ = socket.recv_fds(channel, min(count - len(taken), 1 << 20), 4)
            descriptors.extend(arrived)
            if not chunk:
                raise JailCrash("the parser's process ended without an answer")
            taken += chunk
        return bytes(taken)

    try:
        (length,) = _HEADER.unpack(take(_HEADER.size))
        if length > most:
            raise JailCrash(f"the parser's answer has {length} bytes, more than {most}")
        message = json.loads(take(length))
        if not isinstance(message, dict):
            raise JailCrash("the parser's answer is not an object")
    except BaseException as error:
        for descriptor in descriptors:
            os.close(descriptor)
        if isinstance(error, TimeoutError):
            raise JailTimeout(f"no answer within {seconds:g} s") from None
        if isinstance(error, (ConnectionError, ValueError, RecursionError)):
            raise JailCrash("the parser's process broke the connection or sent no JSON") from None
        raise
    return message, descriptors
