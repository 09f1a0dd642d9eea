"""What earlier runs left in their tables, keyed by the places of the files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from transforms import storage

_BATCH = 10_000  # rows held at once
_PART = re.compile(r"/run=([^/]+)/part-(\d+)-\d+\.parquet$")


class Past(NamedTuple):
    """What a row of `documents` says, as far as a later run asks."""

    started_at: int  # milliseconds since the epoch
    run: str
    document_id: str | None
    source_version: str | None
    owner: str | None
    bytes: int | None
    status: str
    reason: str | None
    overlay_uri: str | None
    engine: str | None
    engine_version: str | None


def wave_of(part: str) -> tuple[str, int]:
    """Run and wave that a part file belongs to; raises ValueError where the name is none of a part file."""
    found = _PART.search(part)
    if found is None:
        raise ValueError(f"{part} is no part file of a run")
    return found[1], int(found[2])


def latest(rows: Iterable[Past]) -> Past | None:
    """The row that stands for a file: the query of docs/tables.md. One of a repeated entry says nothing about it."""
    return max(
        (row for row in rows if row.reason != "duplicate_entry"),
        key=lambda row: (row.started_at, row.run),
        default=None,
    )


def read_documents(part: str) -> Iterator[tuple[str, Past]]:
    """The rows of a part of `documents` by their URI."""
    for batch in _batches(part, ["uri", *Past._fields]):
        started_at = batch["started_at"].cast(pa.int64()).to_pylist()
        columns = [batch[name].to_pylist() for name in Past._fields[1:]]
        yield from zip(batch["uri"].to_pylist(), map(Past, started_at, *columns), strict=True)


def read_failures(part: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Run and error of the rows of a part of `failures`, by their URI."""
    for batch in _batches(part, ["uri", "run", "error"]):
        uris, runs, errors = (batch[name].to_pylist() for name in ("uri", "run", "error"))
        yield from zip(uris, zip(runs, errors, strict=True), strict=True)


def _batches(part: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with storage.open_file(part) as file:
        yield from pq.ParquetFile(file).iter_batches(_BATCH, columns=columns)


@beam.typehints.with_input_types(str)
@beam.typehints.with_output_types(tuple[str, Past])
@dataclasses.dataclass(eq=False)
class ReadDocuments(beam.PTransform):
    """Reads part files of `documents`, all of them side by side."""

    def expand(self, parts: beam.PCollection[str]) -> beam.PCollection[tuple[str, Past]]:
        return parts | "SpreadParts" >> beam.Reshuffle() | "ReadPart" >> beam.FlatMap(read_documents)


@beam.typehints.with_input_types(str)
@beam.typehints.with_output_types(tuple[str, tuple[str, str]])
@dataclasses.dataclass(eq=False)
class ReadFailures(beam.PTransform):
    """Reads part files of `failures`, all of them side by side."""

    def expand(self, parts: beam.PCollection[str]) -> beam.PCollection[tuple[str, tuple[str, str]]]:
        return parts | "SpreadParts" >> beam.Reshuffle() | "ReadPart" >> beam.FlatMap(read_failures)
