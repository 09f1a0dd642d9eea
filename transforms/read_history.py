"""What earlier runs left in their tables, keyed by the places of the files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import PagebeamError
from schemas.records import SCHEMAS, DocumentRow, FailureRow, Row
from transforms import storage
from transforms.storage_errors import explain

_BATCH = 10_000  # rows held at once
_PART = re.compile(r"/run=([^/]+)/part-(\d+)-\d+\.parquet$")


class ForeignTable(PagebeamError):
    """A Parquet file that is none of ours."""

    reason = "foreign_table"


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
    for batch in _batches(part, DocumentRow, ["uri", *Past._fields]):
        started_at = batch["started_at"].cast(pa.int64()).to_pylist()
        columns = [batch[name].to_pylist() for name in Past._fields[1:]]
        yield from zip(batch["uri"].to_pylist(), map(Past, started_at, *columns), strict=True)


def read_failures(part: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Run and error of the rows of a part of `failures`, by their URI."""
    for batch in _batches(part, FailureRow, ["uri", "run", "error"]):
        uris, runs, errors = (batch[name].to_pylist() for name in ("uri", "run", "error"))
        yield from zip(uris, zip(runs, errors, strict=True), strict=True)


def _batches(part: str, kind: type[Row], columns: list[str]) -> Iterator[pa.RecordBatch]:
    with storage.open_file(part) as file:
        try:
            table = pq.ParquetFile(file)
            for name in columns:
                expected = SCHEMAS[kind].field(name)
                if name not in table.schema_arrow.names or table.schema_arrow.field(name).type != expected.type:
                    raise ForeignTable(f"its column {name} is missing or of another type")
            yield from table.iter_batches(_BATCH, columns=columns)
        except pa.ArrowException as error:
            raise ForeignTable("it is no whole Parquet file") from error


def _read(part: str, read: Callable[[str], Iterator[Any]]) -> Iterator[Any]:
    try:
        yield from read(part)
    except Exception as error:  # each storage has classes of its own, and Arrow
        yield beam.pvalue.TaggedOutput(
            "broken", (part, str(error) if isinstance(error, ForeignTable) else explain(error))
        )


@beam.typehints.with_input_types(str)
@dataclasses.dataclass(eq=False)
class ReadHistory(beam.PTransform):
    """Reads part files, all of them side by side: gives what `read` makes of them as `rows`, and as `broken` the names
    of those that cannot be read, each with the cause."""

    read: Callable[[str], Iterator[Any]]  # read_documents or read_failures

    def expand(self, parts: beam.PCollection[str]) -> beam.pvalue.DoOutputsTuple:
        return (
            parts
            | "SpreadParts" >> beam.Reshuffle()
            | "ReadPart" >> beam.FlatMap(_read, self.read).with_outputs("broken", main="rows")
        )
