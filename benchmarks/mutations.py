"""Damaged files, made from whole ones: thousands a minute, the same ones from the same seed.

A mutation is a function of (random, bytes) that gives bytes. Those of this module know nothing of formats; those that
do are in benchmarks.mutations_pdf and benchmarks.mutations_pictures.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks import mutations_pdf, mutations_pictures
from documents import media

Mutation = Callable[[random.Random, bytes], bytes]
MOST_BYTES = 4 << 20  # of a mutated file: what is longer is cut, for the size alone is no finding
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def _span(random: random.Random, data: bytes, most: int = 4096) -> tuple[int, int]:
    """A stretch of the file, short ones more often than long ones."""
    start = random.randrange(len(data))
    return start, min(len(data), start + int(most ** random.random()))


def flip_bits(random: random.Random, data: bytes) -> bytes:
    """A few bits anywhere."""
    damaged = bytearray(data)
    for _ in range(random.choice((1, 2, 8, 64))):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def flip_head(random: random.Random, data: bytes) -> bytes:
    """A few bytes of the beginning, where headers are."""
    damaged = bytearray(data)
    for _ in range(random.choice((1, 2, 4))):
        damaged[random.randrange(min(len(damaged), 256))] = random.randrange(256)
    return bytes(damaged)


def overwrite(random: random.Random, data: bytes) -> bytes:
    """A stretch of zeros, of ones, or of noise."""
    start, end = _span(random, data)
    filling = random.choice((b"\0" * (end - start), b"\xff" * (end - start), random.randbytes(end - start)))
    return data[:start] + filling + data[end:]


def extreme_integer(random: random.Random, data: bytes) -> bytes:
    """One number at the end of its range, in either byte order."""
    value = random.choice(_EXTREMES)
    size = 1 if value < 1 << 8 else 2 if value < 1 << 16 else 4
    start = random.randrange(max(1, len(data) - size))
    return data[:start] + value.to_bytes(size, random.choice(("big", "little"))) + data[start + size :]


def delete(random: random.Random, data: bytes) -> bytes:
    """A stretch is missing."""
    start, end = _span(random, data)
    return data[:start] + data[end:]


def repeat(random: random.Random, data: bytes) -> bytes:
    """A stretch comes several times."""
    start, end = _span(random, data)
    return data[:start] + data[start:end] * random.choice((2, 3, 50)) + data[end:]


def insert(random: random.Random, data: bytes) -> bytes:
    """Noise in between."""
    start = random.randrange(len(data))
    return data[:start] + random.randbytes(random.choice((1, 4, 1000))) + data[start:]


def move(random: random.Random, data: bytes) -> bytes:
    """A stretch at another place."""
    start, end = _span(random, data)
    rest = data[:start] + data[end:]
    place = random.randrange(len(rest) + 1)
    return rest[:place] + data[start:end] + rest[place:]


def cut_off(random: random.Random, data: bytes) -> bytes:
    """The end is missing."""
    return data[: random.randrange(1, len(data) + 1)]


def behead(random: random.Random, data: bytes) -> bytes:
    """Something stands before the beginning, or a little of it is missing."""
    return random.choice((random.randbytes(random.randrange(1, 2000)) + data, data[random.randrange(1, 16) :] or data))


BYTES: tuple[Mutation, ...] = (
    flip_bits, flip_head, overwrite, extreme_integer, delete, repeat, insert, move, cut_off, behead
)  # fmt: skip
STRUCTURE: Mapping[str, tuple[Mutation, ...]] = {media.PDF: mutations_pdf.ALL, **mutations_pictures.ALL}


def mutated(seed: int, sources: Sequence[tuple[str, bytes]], count: int) -> Iterator[tuple[str, str, bytes]]:
    """(name of the source, names of what was done, bytes) for each of `count` damaged files.

    `sources` are (name, bytes) of whole files. Every other file is damaged by one that knows its format; one in four
    is damaged twice, one in sixteen takes its end from another file.
    """
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        name, data = chance.choice(sources)
        done = []
        for _ in range(chance.choice((1, 1, 1, 2))):
            known = STRUCTURE.get(media.sniff(data) or "", ())
            mutation = chance.choice(known if known and chance.random() < 0.5 else BYTES)
            data = mutation(chance, data)[:MOST_BYTES] or b"\0"
            done.append(mutation.__name__)
        if chance.random() < 1 / 16:
            other = chance.choice(sources)[1]
            data = data[: chance.randrange(1, len(data) + 1)] + other[chance.randrange(len(other)) :]
            done.append("splice")
        yield name, "+".join(done), data[:MOST_BYTES]
