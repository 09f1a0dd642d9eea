"""Damage to pictures that leaves them well-formed enough to be believed for a while: headers, blocks, loops."""

from __future__ import annotations

import functools
import random
import struct
import zlib
from collections.abc import Callable, Mapping

from documents import media

SIDES = (0, 1, 2, 3, 7, 100, 4096, 10_000, 16_383, 40_000, 65_535)
_MANY = 300  # blocks where one is expected


# JPEG -----------------------------------------------------------------------------------------------------------------


def _jpeg_segments(data: bytes) -> list[bytes]:
    """Marker segments; the last one holds everything from the first scan on."""
    segments, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != 0xDA:
        length = 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        segments.append(data[place : place + length])
        place += length
    return [*segments, data[place:]]


def jpeg_frame(random: random.Random, data: bytes) -> bytes:
    """Another size, precision, number of components or sampling in the frame header."""
    segments = _jpeg_segments(data)
    for number, segment in enumerate(segments):
        if len(segment) > 11 and segment[:2] in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc2"):
            frame = bytearray(segment)
            what = random.choice(("size", "size", "precision", "components", "sampling", "kind"))
            if what == "size":
                frame[5:9] = struct.pack(">HH", random.choice(SIDES), random.choice(SIDES))
            elif what == "kind":
                frame[1] = random.choice((0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC9, 0xCA))
            else:
                frame[{"precision": 4, "components": 9, "sampling": 11}[what]] = random.randrange(256)
            segments[number] = bytes(frame)
    return b"".join(segments)


def jpeg_segments(random: random.Random, data: bytes) -> bytes:
    """A segment is missing, doubled, many times there, at another place, or as long as it says it is not."""
    return b"".join(_shuffled(random, _jpeg_segments(data)))


def jpeg_exif(random: random.Random, data: bytes) -> bytes:
    """An EXIF block whose directory is nonsense, or leads to itself."""
    count = random.choice((1, 2, 400))
    entry = struct.pack(">HHII", 0x0112, random.choice((0, 3, 4, 5, 13, 99)), random.choice((1, 0xFFFFFFFF)), 8)
    block = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, count) + entry * min(count, 50) + struct.pack(">I", 8)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(block)) + block + data[2:]


# PNG ------------------------------------------------------------------------------------------------------------------


def _png_chunks(data: bytes) -> list[bytes]:
    chunks, place = [data[:8]], 8
    while place + 12 <= len(data):
        length = 12 + int.from_bytes(data[place : place + 4], "big")
        chunks.append(data[place : place + length])
        place += length
    return [*chunks, data[place:]]


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(random: random.Random, data: bytes) -> bytes:
    """Another size, depth, kind of colour or interlacing, with the right checksum."""
    header = bytearray(data[16:29])
    if random.random() < 0.6:
        header[:8] = struct.pack(">II", random.choice((*SIDES, 0x7FFFFFFF)), random.choice((*SIDES, 0x80000000)))
    else:
        header[random.randrange(8, 13)] = random.choice((0, 1, 2, 3, 4, 6, 8, 16, 255))
    return data[:8] + _png_chunk(b"IHDR", bytes(header)) + data[33:]


def png_chunks(random: random.Random, data: bytes) -> bytes:
    """A chunk is missing, doubled, many times there, at another place or cut."""
    return b"".join(_shuffled(random, _png_chunks(data)))


@functools.cache
def _bomb(length: int) -> bytes:
    return zlib.compress(bytes(length), 1)


def png_extra(random: random.Random, data: bytes) -> bytes:
    """A chunk that says what it should not: a text that unpacks to megabytes, an odd resolution, a palette."""
    bomb = _bomb(8 << 20)
    extra = random.choice(
        (
            _png_chunk(b"zTXt", b"k\0\0" + bomb),
            _png_chunk(b"iCCP", b"k\0\0" + bomb),
            _png_chunk(b"iTXt", b"k\0\1\0\0\0" + bomb),
            _png_chunk(b"pHYs", struct.pack(">IIB", random.choice((0, 1, 0xFFFFFFFF)), 1, random.randrange(3))),
            _png_chunk(b"PLTE", random.randbytes(random.choice((0, 1, 3, 1000)))),
            _png_chunk(b"tRNS", random.randbytes(random.choice((0, 1, 7, 300)))),
            _png_chunk(b"gAMA", b"") * _MANY,
            _png_chunk(b"acTL", struct.pack(">II", random.choice((0, 2, 0xFFFFFFFF)), 0)),
            _png_chunk(b"eXIf", b"MM\0*" + random.randbytes(40)),
        )
    )
    return data[:33] + extra + data[33:]


def png_pixels(random: random.Random, data: bytes) -> bytes:
    """Pixel data of another length than the header says, or that unpacks to very much."""
    length = random.choice((0, 1, 10_000, 16 << 20))
    return data[:33] + _png_chunk(b"IDAT", _bomb(length)) + _png_chunk(b"IEND", b"")


# GIF ------------------------------------------------------------------------------------------------------------------


def gif_screen(random: random.Random, data: bytes) -> bytes:
    """Another size of the whole, other flags, a table of colours that is not there."""
    head = struct.pack("<HHB", random.choice(SIDES), random.choice(SIDES), random.randrange(256))
    return data[:6] + head + data[11:]


def gif_frames(random: random.Random, data: bytes) -> bytes:
    """Frames many times over, or of a size and place of their own."""
    place = data.find(b",", 13)
    if place < 0:
        return data
    frame = bytearray(data[place : data.rfind(b";")])
    if random.random() < 0.5:
        frame[1:9] = struct.pack("<HHHH", *(random.choice(SIDES) for _ in range(4)))
    return data[:place] + bytes(frame) * random.choice((1, 2, _MANY)) + b";"


# TIFF -----------------------------------------------------------------------------------------------------------------


def _tiff_order(data: bytes) -> str:
    return "<" if data[:2] == b"II" else ">"


def _tiff_directories(data: bytes) -> list[tuple[int, int]]:
    """(place, entries) of each directory of a classic TIFF."""
    order, found = _tiff_order(data), []
    place = struct.unpack_from(f"{order}I", data, 4)[0] if len(data) >= 8 else 0
    while 0 < place <= len(data) - 6 and len(found) < 50:
        entries = struct.unpack_from(f"{order}H", data, place)[0]
        if place + 6 + 12 * entries > len(data):
            break
        found.append((place, entries))
        place = struct.unpack_from(f"{order}I", data, place + 2 + 12 * entries)[0]
    return found


def tiff_entry(random: random.Random, data: bytes) -> bytes:
    """An entry of a directory with another tag, type, count or value."""
    directories = [one for one in _tiff_directories(data) if one[1]]
    if not directories:
        return data
    damaged = bytearray(data)
    place, entries = random.choice(directories)
    for _ in range(random.choice((1, 1, 3))):
        at = place + 2 + 12 * random.randrange(entries)
        offset, code = random.choice(((0, "H"), (2, "H"), (4, "I"), (8, "I"), (8, "I")))
        value = random.choice((0, 1, 2, 3, 4, 7, 32_773, 0xFFFF, *([0x7FFFFFFF, 0xFFFFFFFF] if code == "I" else [])))
        struct.pack_into(f"{_tiff_order(data)}{code}", damaged, at + offset, value)
    return bytes(damaged)


def tiff_chain(random: random.Random, data: bytes) -> bytes:
    """The way from directory to directory leads in a circle, or out of the file."""
    directories = _tiff_directories(data)
    if not directories:
        return data
    damaged, order = bytearray(data), _tiff_order(data)
    place, entries = random.choice(directories)
    target = random.choice((random.choice(directories)[0], 0, 8, len(data) - 2, 0xFFFFFFFF))
    struct.pack_into(f"{order}I", damaged, place + 2 + 12 * entries, target)
    return bytes(damaged)


def _shuffled(random: random.Random, parts: list[bytes]) -> list[bytes]:
    """One part but the first is dropped, doubled, repeated, moved or cut; or lies about its length."""
    if len(parts) < 3:
        return parts
    number = random.randrange(1, len(parts))
    part, rest = parts[number], parts[:number] + parts[number + 1 :]
    what = random.choice(("drop", "double", "many", "move", "cut", "lie"))
    if what == "drop":
        return rest
    if what == "move":
        place = random.randrange(1, len(rest) + 1)
        return [*rest[:place], part, *rest[place:]]
    if what in ("double", "many"):
        times = 2 if what == "double" or len(part) > 10_000 else _MANY
        return [*parts[:number], *[part] * times, *parts[number + 1 :]]
    if what == "cut":
        return [*parts[:number], part[: len(part) // 2], *parts[number + 1 :]]
    lie = part[:2] + random.randbytes(2) + part[4:]
    return [*parts[:number], lie, *parts[number + 1 :]]


ALL: Mapping[str, tuple[Callable[[random.Random, bytes], bytes], ...]] = {
    media.JPEG: (jpeg_frame, jpeg_segments, jpeg_exif),
    media.PNG: (png_header, png_chunks, png_extra, png_pixels),
    media.GIF: (gif_screen, gif_frames),
    media.TIFF: (tiff_entry, tiff_chain),
}
