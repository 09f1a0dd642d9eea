"""What crosses the wall: framed JSON with descriptors, and the records in it, checked where they are not trusted."""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from schemas.errors import JailCrash, JailTimeout
from schemas.geometry import Quad
from schemas.pages import Inspection, PageImage, PageInspection, Word

MAX_FRAME = 64 << 20  # bytes of JSON; ten pages of 5,000 words are 5 MB
MAX_SIDE = 1 << 15  # pixels; a page image is 4,096 at most
_HEADER = struct.Struct(">I")

Json = dict[str, Any]


def send(channel: socket.socket, message: Json, descriptors: Sequence[int] = ()) -> None:
    """One frame: four bytes of length, which carry the descriptors, then JSON."""
    body = json.dumps(message, separators=(",", ":")).encode()
    socket.send_fds(channel, [_HEADER.pack(len(body))], list(descriptors))
    channel.sendall(body)


def receive(channel: socket.socket, seconds: float | None = None) -> tuple[Json, list[int]]:
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
        if length > MAX_FRAME:
            raise JailCrash(f"the parser's answer has {length} bytes, more than {MAX_FRAME}")
        message = json.loads(take(length))
    except TimeoutError:
        raise JailTimeout(f"no answer within {seconds:g} s") from None
    except (ConnectionError, ValueError):
        raise JailCrash("the parser's process broke the connection or sent no JSON") from None
    if not isinstance(message, dict):
        raise JailCrash("the parser's answer is not an object")
    return message, descriptors


def words_to_json(words: Sequence[Word]) -> list[list[Any]]:
    return [[w.text, w.line, w.confidence, w.decision, w.joins_next, *w.quad] for w in words]


def words_from_json(rows: Any) -> tuple[Word, ...]:
    words = []
    for text, line, confidence, decision, joins_next, *quad in rows:
        values = [float(value) for value in quad]
        if len(values) != 8 or not all(map(math.isfinite, values)) or not isinstance(text, str):
            raise ValueError("a word without 8 finite numbers and a text")
        # A lone surrogate can be said in JSON, but written to no table.
        text = text.encode("utf-8", "replace").decode()
        words.append(
            Word(
                text=text,
                quad=Quad(*values),
                line=int(line),
                confidence=None if confidence is None else float(confidence),
                decision=str(decision),
                joins_next=bool(joins_next),
            )
        )
    return tuple(words)


def inspection_to_json(inspection: Inspection) -> Json:
    pages = [
        [page.page, page.width_pt, page.height_pt, page.category, page.reason, words_to_json(page.words)]
        for page in inspection.pages
    ]
    return {"page_count": inspection.page_count, "signed": inspection.signed, "pages": pages}


def inspection_from_json(message: Json) -> Inspection:
    pages = tuple(
        PageInspection(
            page=int(page),
            width_pt=None if width is None else float(width),
            height_pt=None if height is None else float(height),
            category=None if category is None else str(category),
            reason=None if reason is None else str(reason),
            words=words_from_json(words),
        )
        for page, width, height, category, reason, words in message["pages"]
    )
    return Inspection(page_count=int(message["page_count"]), pages=pages, signed=bool(message["signed"]))


def image_to_json(image: PageImage) -> Json:
    height, width = image.pixels.shape[:2]
    return {"width": width, "height": height, "to_page": image.to_page.ravel().tolist()}


def image_size(message: Json) -> tuple[int, int]:
    """Width and height, in a sane range."""
    width, height = int(message["width"]), int(message["height"])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ValueError(f"a page image of {width} x {height}")
    return width, height


def image_from_json(message: Json, data: bytearray) -> PageImage:
    width, height = image_size(message)
    to_page = np.asarray(message["to_page"], dtype=np.float64)
    if to_page.size != 9 or not np.isfinite(to_page).all():
        raise ValueError("a page image without its matrix")
    pixels = np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3)
    return PageImage(pixels=pixels, to_page=to_page.reshape(3, 3))
