"""Manifest files in, entries out. JSONL, CSV and Parquet, told apart by the ending of their name."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import BadManifestRow
from transforms import storage
from transforms.elements import ManifestEntry
from transforms.storage_errors import is_transient

ENDINGS = (".jsonl", ".csv", ".parquet")
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_COLUMNS = ("uri", "owner", "source_version", "eligible")
_BATCH = 10_000  # rows of a Parquet file held at once


def is_manifest(uri: str) -> bool:
    """Whether the name is a manifest's."""
    return uri.lower().endswith(ENDINGS)


def read_rows(uri: str) -> Iterator[tuple[int, Any]]:
    """Line (in a Parquet file the 1-based row) and raw row; what does not parse is given as a BadManifestRow."""
    with storage.open_file(uri) as file:
        if uri.lower().endswith(".parquet"):
            yield from _parquet_rows(uri, file)
        elif uri.lower().endswith(".csv"):
            yield from _csv_rows(file)
        else:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _json_row(line)


def _csv_rows(file: BinaryIO) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader(io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline=""))
    while True:
        row: Any
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # it goes on with the next line
            row = BadManifestRow(f"the line is not CSV: {error}")
        yield reader.reader.line_num, row


def _parquet_rows(uri: str, file: BinaryIO) -> Iterator[tuple[int, Any]]:
    number = 0
    try:
        opened = pq.ParquetFile(file)
        columns = [name for name in _COLUMNS if name in opened.schema_arrow.names]
        for batch in opened.iter_batches(_BATCH, columns=columns):
            for row in _plain_rows(batch):
                number += 1
                yield number, row
    except (pa.ArrowException, OSError) as error:
        if is_transient(error):
            raise
        yield number + 1, BadManifestRow(f"{uri} is no Parquet file that can be read from here on")


def _plain_rows(batch: pa.RecordBatch) -> list[Any]:
    try:
        return list(batch.to_pylist())
    except (ValueError, ArithmeticError):  # text that is not UTF-8, a time beyond Python's
        return [_plain_row(batch.slice(index, 1)) for index in range(batch.num_rows)]


def _plain_row(row: pa.RecordBatch) -> Any:
    try:
        return row.to_pylist()[0]
    except (ValueError, ArithmeticError):
        return BadManifestRow("the row holds a value that is not UTF-8, or none that Python knows")


def _json_row(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return BadManifestRow("the line is not JSON")


def to_entry(row: Any) -> ManifestEntry:
    """The entry that a raw row stands for. Raises BadManifestRow, naming what is wrong."""
    if isinstance(row, BadManifestRow):
        raise row
    if not isinstance(row, dict):
        raise BadManifestRow("the row is not an object with a uri")
    uri = row.get("uri")
    if not isinstance(uri, str) or not uri.strip():
        raise BadManifestRow("the row has no uri")
    return ManifestEntry(
        uri=_text(uri, "uri").strip(),
        owner=_text(row.get("owner"), "owner"),
        source_version=_text(row.get("source_version"), "source_version"),
        eligible=_flag(row.get("eligible")),
    )


def _text(value: Any, name: str) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, (bytes, dict, list)):
        raise BadManifestRow(f"{name} is not a text")
    text = str(value)
    if "\x00" in text or (not text.isprintable() and any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in text)):
        raise BadManifestRow(f"{name} has control characters or is not UTF-8")
    return text


def _flag(value: Any) -> bool:
    if value is None or value == "":
        return True
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise BadManifestRow(f"eligible is {word[:20]!r}, not true or false")
    return word in _TRUE


def read_entries(manifest: str) -> Iterator[ManifestEntry]:
    """The entries of one manifest file. A row that cannot be used becomes an entry with `error`, known by its line."""
    for number, row in read_rows(manifest):
        try:
            entry = to_entry(row)
        except BadManifestRow as error:
            yield ManifestEntry(uri=f"{manifest}#{number}", error=f"line {number}: {error}")
        else:
            yield dataclasses.replace(entry, uri=_resolve(entry.uri, manifest))


def _resolve(uri: str, manifest: str) -> str:
    """A relative path is meant from where the manifest lies."""
    if "://" in uri or os.path.isabs(uri):
        return uri
    return os.path.join(os.path.dirname(manifest) or ".", uri)


@beam.typehints.with_input_types(str)
@beam.typehints.with_output_types(ManifestEntry)
@dataclasses.dataclass(eq=False)
class ReadManifest(beam.PTransform):
    """Reads manifest files, each in one go and all of them side by side."""

    def expand(self, manifests: beam.PCollection[str]) -> beam.PCollection[ManifestEntry]:
        return manifests | "SpreadShards" >> beam.Reshuffle() | "ReadShard" >> beam.FlatMap(_read_all)


def _read_all(manifest: str) -> Iterable[ManifestEntry]:
    return read_entries(manifest)
