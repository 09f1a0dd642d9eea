"""Frames: JSON with descriptors, over a socket."""

from __future__ import annotations

import json
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
    header = _HEADER.pack(len(body))
    channel.settimeout(seconds)
    try:
        if descriptors:
            socket.send_fds(channel, [header], list(descriptors))
            channel.sendall(body)
        else:
            channel.sendall(header + body)
    except TimeoutError:
        raise JailTimeout(f"nothing was taken within {seconds:g} s") from None


def receive(channel: socket.socket, seconds: float | None = None, most: int = MAX_FRAME) -> Json:
    """One frame; descriptors that come with it are let go.

    Raises JailTimeout after `seconds`, JailCrash when the other side is gone or talks nonsense.
    """
    deadline = None if seconds is None else time.monotonic() + seconds

    def take(count: int) -> bytes:
        taken = bytearray()
        while len(taken) < count:
            if deadline is not None:
                channel.settimeout(max(0.001, deadline - time.monotonic()))
            chunk = channel.recv(min(count - len(taken), 1 << 20))
            if not chunk:
                raise JailCrash("the parser's process ended without an answer")
            taken += chunk
        return bytes(taken)

    try:
        (length,) = _HEADER.unpack(take(_HEADER.size))
        if length > most:
            raise JailCrash(f"the parser's answer has {length} bytes, more than {most}")
        message = json.loads(take(length))
    except TimeoutError:
        raise JailTimeout(f"no answer within {seconds:g} s") from None
    except (ConnectionError, ValueError, RecursionError):
        raise JailCrash("the parser's process broke the connection or sent no JSON") from None
    if not isinstance(message, dict):
        raise JailCrash("the parser's answer is not an object")
    return message


def receive_with(channel: socket.socket, descriptors: int) -> tuple[Json, list[int]]:
    """One frame and its descriptors, from a side that is trusted. Raises JailCrash when it is gone."""
    header, arrived, _, _ = socket.recv_fds(channel, _HEADER.size, descriptors)
    if len(arrived) != descriptors:
        raise JailCrash("the other side has closed")
    (length,) = _HEADER.unpack(header)
    return json.loads(channel.recv(length, socket.MSG_WAITALL)), arrived
