"""Rows into the Parquet files of a wave: a retried bundle or wave replaces its files, and never doubles a row."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.records import SCHEMAS, TABLES, Row, to_arrow
from transforms import storage
from transforms.tokens import stream

ROWS_A_GROUP = 100_000  # row group: what a writer holds, and a reader reads, at once
_SCHEMAS = {TABLES[kind]: schema for kind, schema in SCHEMAS.items()}
_JOINED = 1_000  # batches that are made one: a batch of a single row takes 20 KB


@dataclasses.dataclass(frozen=True)
class Packed:
    """Rows on their way to a part file, as an Arrow IPC stream; an empty one keeps its shard's file in being."""

    order: tuple[str, str, int]  # owner, uri, page: the order within a file
    rows: bytes | None


def pack_rows(owner: str | None, uri: str, page: int | None, rows: list[Row]) -> Packed:
    """Rows of one kind. A row that does not fit its schema raises here, alone."""
    return Packed((owner or "", uri, -1 if page is None else page), stream(to_arrow(type(rows[0]), rows)))


def part_uri(output: str, table: str, run: str, wave: int, shard: int) -> str:
    """Where a part file lies."""
    return f"{output}/tables/{table}/run={run}/part-{wave:05d}-{shard:05d}.parquet"


def shard_of_wave(uri: str, shards: int) -> int:
    """A stable number below `shards` that knows nothing of `shard_of`, by which a wave got its documents.

    By the same hash a wave's rows would all lie in one part wherever the waves are a multiple of the parts.
    """
    return int.from_bytes(hashlib.blake2b(uri.encode(), digest_size=8).digest(), "big") % shards


def to_parquet(schema: pa.Schema, packed: Iterable[Packed]) -> bytes:
    """One part file: sorted by owner, zstd, dictionaries, row groups of a bounded size."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for table in _groups(schema, packed):
            writer.write_table(table)
    return bytes(sink.getvalue())


def _groups(schema: pa.Schema, packed: Iterable[Packed]) -> Iterator[pa.Table]:
    """The rows in order, in tables of about ROWS_A_GROUP."""
    joined: list[pa.Table] = []
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for item in sorted(packed, key=lambda item: item.order):
        if item.rows is None:
            continue
        for batch in pa.ipc.open_stream(item.rows):
            waiting.append(batch)
            rows += batch.num_rows
        if len(waiting) >= _JOINED or rows >= ROWS_A_GROUP:
            joined.append(pa.Table.from_batches(waiting, schema).combine_chunks())
            waiting = []
        if rows >= ROWS_A_GROUP:
            yield pa.concat_tables(joined)
            joined, rows = [], 0
    if rows:
        yield pa.concat_tables([*joined, pa.Table.from_batches(waiting, schema)])


@beam.typehints.with_output_types(int)
@dataclasses.dataclass(eq=False)
class WriteTables(beam.PTransform):
    """Writes tables of a wave into `shards` part files each; gives the bytes of every part.

    Takes the rows of each table by its name. All tables go through one shuffle: they are ready at the same time.
    """

    output: str
    scratch: str
    run: str
    wave: int
    shards: int

    def expand(self, tables: Mapping[str, beam.PCollection[Packed]]) -> beam.PCollection[int]:
        parts = [((table, shard), Packed(("", "", -1), None)) for table in tables for shard in range(self.shards)]
        pipeline = next(iter(tables.values())).pipeline
        every_part = pipeline | "EveryPart" >> beam.Create(parts, reshuffle=False).with_output_types(
            tuple[tuple[str, int], Packed]
        )
        keyed = [
            rows
            | f"ToPartsOf{table.capitalize()}"
            >> beam.Map(_with_part, table, self.shards).with_output_types(tuple[tuple[str, int], Packed])
            for table, rows in tables.items()
        ]
        return (
            (*keyed, every_part)
            | beam.Flatten()
            | beam.GroupByKey()
            | "WritePart" >> beam.MapTuple(self._write).with_output_types(int)
        )

    def _write(self, part: tuple[str, int], packed: Iterable[Packed]) -> int:
        table, shard = part
        data = to_parquet(_SCHEMAS[table], packed)
        storage.write(part_uri(self.output, table, self.run, self.wave, shard), data, self.scratch)
        return len(data)


def _with_part(packed: Packed, table: str, shards: int) -> tuple[tuple[str, int], Packed]:
    # By document: a document's rows lie in the part of the same number in every table.
    return (table, shard_of_wave(packed.order[1], shards)), packed
