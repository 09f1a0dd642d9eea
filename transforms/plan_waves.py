"""Entries in, waves out: stable slices of the manifest, one Parquet file each, from which every later start goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from transforms import storage
from transforms.elements import Gone, ManifestEntry, shard_of

PLAN = pa.schema(
    [
        pa.field("uri", pa.string(), nullable=False),
        pa.field("owner", pa.string()),
        pa.field("source_version", pa.string()),
        pa.field("eligible", pa.bool_(), nullable=False),
        pa.field("overlay_name", pa.string()),
        pa.field("error", pa.string()),
        pa.field("duplicate", pa.bool_(), nullable=False),
        pa.field("gone", pa.struct([pa.field(field.name, pa.string()) for field in dataclasses.fields(Gone)])),
    ]
)


def wave_uri(folder: str, wave: int) -> str:
    """Where the plan of a wave lies."""
    return f"{folder}/wave-{wave:05d}.parquet"


def mark_duplicates(entries: Iterable[ManifestEntry]) -> list[ManifestEntry]:
    """In the order of their URIs, all but the first of those that name the same file marked.

    A row that cannot be used names no file.
    """
    marked: list[ManifestEntry] = []
    for entry in sorted(entries, key=_order):
        same = bool(marked) and marked[-1].uri == entry.uri and marked[-1].error is None and entry.error is None
        marked.append(dataclasses.replace(entry, duplicate=same))
    return marked


def _order(entry: ManifestEntry) -> tuple[tuple[bool, str], ...]:
    """The same whatever order they came in, eligible ones first: null differs from every text."""
    ineligible = not entry.eligible
    values = (entry.uri, entry.error, ineligible, entry.owner, entry.source_version, entry.overlay_name)
    return tuple((value is not None, str(value)) for value in values)


def write_plan(folder: str, scratch: str, wave: int, entries: Iterable[ManifestEntry]) -> int:
    """Writes one wave's plan; gives how many entries it has."""
    marked = mark_duplicates(entries)
    write_entries(wave_uri(folder, wave), scratch, marked)
    return len(marked)


def write_entries(uri: str, scratch: str, entries: Iterable[ManifestEntry]) -> None:
    """Writes entries as they are, for `read_plan`."""
    table = pa.Table.from_pylist([dataclasses.asdict(entry) for entry in entries], schema=PLAN)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    storage.write(uri, bytes(sink.getvalue()), scratch)


def read_plan(uri: str) -> list[ManifestEntry]:
    """The entries of one file that was written here."""
    table = pq.read_table(pa.BufferReader(storage.read(uri)), schema=PLAN)
    return [ManifestEntry(**{**row, "gone": row["gone"] and Gone(**row["gone"])}) for row in table.to_pylist()]


def entries_of(uri: str) -> int:
    """How many entries one wave has."""
    return int(pq.read_metadata(pa.BufferReader(storage.read(uri))).num_rows)


@beam.typehints.with_input_types(ManifestEntry)
@beam.typehints.with_output_types(int)
@dataclasses.dataclass(eq=False)
class PlanWaves(beam.PTransform):
    """Slices entries by a hash of their URI into waves of about `wave_size`; gives how many each wave has."""

    folder: str
    scratch: str
    wave_size: int

    def expand(self, entries: beam.PCollection[ManifestEntry]) -> beam.PCollection[int]:
        count = entries | "CountEntries" >> beam.combiners.Count.Globally()
        return (
            entries
            | "AssignWave" >> beam.Map(_with_wave, beam.pvalue.AsSingleton(count), self.wave_size)
            | "GroupByWave" >> beam.GroupByKey()
            | "WritePlan" >> beam.Map(_write, self.folder, self.scratch)
        )


def waves_for(entries: int, wave_size: int) -> int:
    """How many waves a manifest takes."""
    return max(1, -(-entries // wave_size))


def _with_wave(entry: ManifestEntry, count: int, wave_size: int) -> tuple[int, ManifestEntry]:
    return shard_of(entry.uri, waves_for(count, wave_size)), entry


def _write(wave: tuple[int, Iterable[ManifestEntry]], folder: str, scratch: str) -> int:
    return write_plan(folder, scratch, *wave)
