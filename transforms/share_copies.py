"""The same bytes at several places of one owner: their pages are read once, and recorded for each place."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa

from schemas.errors import PagebeamError
from transforms import opened
from transforms.elements import Document, PageEnd, PageRun
from transforms.opened import Stopwatch
from transforms.tokens import stream

Place = tuple[str, str, int]  # document_id, URI and page of what is read


def share(runs: Iterable[PageRun]) -> tuple[PageRun, list[Document]]:
    """Of runs of the same pages: the one that is read, and the documents of the others.

    It is the first by its URI of which the bytes are still there, and its file stays open for what this thread reads
    next. Where none is, the first of all, which will end with its own error.
    """
    by_uri = sorted(runs, key=lambda run: run.pages[0].document.entry.uri)
    if len(by_uri) == 1:
        return by_uri[0], []
    watch = Stopwatch()
    chosen = next((number for number, run in enumerate(by_uri) if _is_there(run, watch)), 0)
    first, *more = by_uri.pop(chosen).pages
    fetched = first.spent("fetch", watch.milliseconds, watch.cpu_seconds)
    return PageRun((fetched, *more)), [run.pages[0].document for run in by_uri]


def _is_there(run: PageRun, watch: Stopwatch) -> bool:
    document = run.pages[0].document
    with contextlib.suppress(PagebeamError), watch.running():
        return opened.fetch(document.entry.uri).document_id == document.document_id
    return False


def copied(end: PageEnd, document: Document) -> PageEnd:
    """A page's end as that of the same page of a copy. What it cost was spent once."""
    uri = document.entry.uri
    return dataclasses.replace(
        end,
        key=document.key,
        row=dataclasses.replace(end.row, uri=uri, times={}),
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


def _by_content(run: PageRun) -> tuple[tuple[str, str, int], PageRun]:
    document = run.pages[0].document
    return (document.entry.owner or "", document.document_id, run.pages[0].inspection.page), run


class _Share(beam.DoFn):
    def process(self, group: tuple[Any, Iterable[PageRun]]) -> Iterator[Any]:
        run, others = share(group[1])
        yield run
        for task in run.pages:
            for document in others:
                place = (*task.document.key, task.inspection.page)
                yield beam.pvalue.TaggedOutput("copies", (place, document))

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_input_types(PageRun)
@dataclasses.dataclass(eq=False)
class ShareCopies(beam.PTransform):
    """Spreads runs of pages over the workers: gives the `runs` that are to be read, and `copies` for CopyPages."""

    def expand(self, runs: beam.PCollection[PageRun]) -> beam.pvalue.DoOutputsTuple:
        return (
            runs
            | "ByContent" >> beam.Map(_by_content).with_output_types(tuple[tuple[str, str, int], PageRun])
            | "GroupByContent" >> beam.GroupByKey()
            | "Share" >> beam.ParDo(_Share()).with_outputs("copies", main="runs")
        )


@dataclasses.dataclass(eq=False)
class CopyPages(beam.PTransform):
    """Ends of pages that were read and `copies` in, the ends of all places' pages out."""

    def expand(
        self, parts: tuple[beam.PCollection[PageEnd], beam.PCollection[tuple[Place, Document]]]
    ) -> beam.PCollection[PageEnd]:
        ends, copies = parts
        keyed = ends | "ByPlace" >> beam.Map(_by_place).with_output_types(tuple[Place, PageEnd])
        typed = copies | "Copies" >> beam.Map(_as_it_is).with_output_types(tuple[Place, Document])
        return (
            {"ends": keyed, "copies": typed}
            | "GroupByPlace" >> beam.CoGroupByKey()
            | "Copy" >> beam.FlatMap(_copy).with_output_types(PageEnd)
        )


def _by_place(end: PageEnd) -> tuple[Place, PageEnd]:
    return (*end.key, end.row.page), end


def _as_it_is(copy: tuple[Place, Document]) -> tuple[Place, Document]:
    return copy


def _copy(group: tuple[Place, dict[str, Iterable[Any]]]) -> Iterator[PageEnd]:
    documents = list(group[1]["copies"])
    for end in group[1]["ends"]:
        yield end
        yield from (copied(end, document) for document in documents)
