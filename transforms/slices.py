"""Rows of one hash slice in one packet: a comparison by place that holds a slice at a time, however many there are.

A row of its own costs the runner kilobytes and a tenth of a millisecond; a packet of thousands costs little more.
"""

from __future__ import annotations

import dataclasses
import pickle
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils import timestamp
from apache_beam.utils.windowed_value import WindowedValue

from transforms.elements import shard_of

SLICE_BYTES = 512 << 10  # of the files that rows are read from: some ten thousand rows a slice
MOST_HELD = 20_000  # rows that a packer holds


def slices_for(size: int) -> int:
    """How many slices `size` bytes of input take."""
    return max(1, -(-size // SLICE_BYTES))


def unpack(packets: Iterable[bytes]) -> dict[str, list[Any]]:
    """The rows of packets by their place."""
    found: dict[str, list[Any]] = defaultdict(list)
    for packet in packets:
        for place, row in pickle.loads(packet):
            found[place].append(row)
    return found


class _Pack(beam.DoFn):
    def __init__(self, slices: int) -> None:
        self._slices = slices

    def start_bundle(self) -> None:
        self._held: dict[int, list[tuple[str, Any]]] = defaultdict(list)
        self._count = 0

    def process(self, row: tuple[str, Any]) -> Iterator[tuple[int, bytes]]:
        self._held[shard_of(row[0], self._slices)].append(row)
        self._count += 1
        if self._count >= MOST_HELD:
            yield from self._packets()
            self.start_bundle()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        for packet in self._packets():
            yield WindowedValue(packet, timestamp.MIN_TIMESTAMP, (GlobalWindow(),))

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        for number, rows in self._held.items():
            yield number, pickle.dumps(rows, protocol=5)


@beam.typehints.with_output_types(tuple[int, bytes])
@dataclasses.dataclass(eq=False)
class PackSlices(beam.PTransform):
    """Rows by their place in, packets by the number of their slice out."""

    slices: int

    def expand(self, rows: beam.PCollection[tuple[str, Any]]) -> beam.PCollection[tuple[int, bytes]]:
        return rows | "Pack" >> beam.ParDo(_Pack(self.slices)).with_output_types(tuple[int, bytes])
