"""The same bytes at several places of one owner: they are read once, and recorded for each place."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa

from transforms.elements import Document, PageEnd
from transforms.tokens import stream

MOST_PLACES = 1000  # that share one reading: each of its pages carries them all


def share(documents: Iterable[Document]) -> Iterator[Document]:
    """Of documents of the same bytes the first by its URI, the others as its copies.

    Of more than MOST_PLACES the first of each so many as they come: no more of them are held at once.
    """
    coming = iter(documents)
    while chunk := sorted(itertools.islice(coming, MOST_PLACES), key=lambda document: document.entry.uri):
        first, *others = chunk
        yield dataclasses.replace(first, copies=tuple(others))


def at_all_places(end: PageEnd) -> Iterator[PageEnd]:
    """A page's end, and the same for each copy of its document."""
    yield end
    yield from (copied(end, document) for document in end.document.copies)


def copied(end: PageEnd, document: Document) -> PageEnd:
    """A page's end as that of the same page of a copy. What it cost was spent once."""
    uri = document.entry.uri
    return dataclasses.replace(
        end,
        document=document,
        row=dataclasses.replace(end.row, uri=uri, times={}),
        head=None,  # it is the first place's, and holds all the others
        tokens=None if end.tokens is None else _moved(end.tokens, uri),
        cpu_seconds=0.0,
        engine_cpu_seconds=0.0,
        copied=True,
        failure=None if end.failure is None else dataclasses.replace(end.failure, uri=uri),
    )


def _moved(tokens: bytes, uri: str) -> bytes:
    batch = pa.ipc.open_stream(tokens).read_all().combine_chunks().to_batches()[0]
    place = batch.schema.get_field_index("uri")
    columns = batch.columns
    columns[place] = pa.array([uri] * batch.num_rows, batch.schema.field(place).type)
    return stream(pa.record_batch(columns, schema=batch.schema))


def _by_content(document: Document) -> tuple[tuple[str, str], Document]:
    return (document.entry.owner or "", document.document_id), document  # an empty owner is none (read_manifest)


def _share(group: tuple[Any, Iterable[Document]]) -> Iterator[Document]:
    return share(group[1])


@beam.typehints.with_input_types(Document)
@beam.typehints.with_output_types(Document)
@dataclasses.dataclass(eq=False)
class ShareCopies(beam.PTransform):
    """Brings documents of the same bytes and owner together, and spreads them over the workers."""

    def expand(self, documents: beam.PCollection[Document]) -> beam.PCollection[Document]:
        return (
            documents
            | "ByContent" >> beam.Map(_by_content).with_output_types(tuple[tuple[str, str], Document])
            | "GroupByContent" >> beam.GroupByKey()
            | "Share" >> beam.FlatMap(_share).with_output_types(Document)
        )


@beam.typehints.with_input_types(PageEnd)
@beam.typehints.with_output_types(PageEnd)
@dataclasses.dataclass(eq=False)
class CopyPages(beam.PTransform):
    """Ends of pages that were read in, the ends of all places' pages out."""

    def expand(self, ends: beam.PCollection[PageEnd]) -> beam.PCollection[PageEnd]:
        return ends | "Copy" >> beam.FlatMap(at_all_places)
