"""The job's own functions called one after the other, without Beam: what the job is measured against."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from models.engines import Engine
from pipelines.inputs import find
from pipelines.options import Settings
from schemas.records import SCHEMAS, DocumentRow, PageRow, TokenRow
from transforms import opened, storage
from transforms.cap_pages import Cap
from transforms.elements import Document, DocumentEnd, DocumentHead, ManifestEntry, Page, PageEnd, PageRun
from transforms.read_words import read
from transforms.render_pages import render
from transforms.screen_documents import Screen
from transforms.write_overlays import Overlays
from transforms.write_table import Packed, pack_rows, to_parquet


@dataclasses.dataclass
class Outcome:
    """What the loop came to."""

    documents: list[DocumentEnd]
    pages: list[PageEnd]


def run(settings: Settings, engine: Engine) -> Outcome:
    """Reads all that `settings.input` names, and writes the same tables and overlays as one wave of the job."""
    outcome = Outcome([], [])
    overlays = Overlays(settings.run, settings.output, settings.scratch, settings.redo, settings.overlay_signed)
    for entry in find(settings.input, settings.output):
        assert isinstance(entry, ManifestEntry)
        screened = Screen(settings.run, settings.max_bytes).look(entry)
        if isinstance(screened, DocumentEnd):
            outcome.documents.append(screened)
        else:
            outcome.documents.append(_read(screened, settings, engine, overlays, outcome.pages))
    opened.close()
    _write(settings, outcome)
    return outcome


def _read(
    document: Document, settings: Settings, engine: Engine, overlays: Overlays, pages: list[PageEnd]
) -> DocumentEnd:
    cap = Cap(settings.run, settings.max_pages, settings.redo, settings.embedded_text)
    head: DocumentHead | None = None
    ended: list[PageEnd] = []
    for part in cap.open(document):
        if isinstance(part, DocumentEnd):
            return part
        if isinstance(part, DocumentHead):
            head = part
        elif isinstance(part, PageEnd):
            ended.append(part)
        else:
            ended.extend(_ends(part, settings, engine))
    assert head is not None
    pages.extend(ended)
    return overlays.end(head, ended)


def _ends(run: PageRun, settings: Settings, engine: Engine) -> Iterator[PageEnd]:
    for task in run.pages:
        page = render(task, settings.run)
        yield read(page, engine, settings.run, settings.embedded_text)[0] if isinstance(page, Page) else page


def _write(settings: Settings, outcome: Outcome) -> None:
    tokens = [Packed(("", end.row.uri, end.row.page), end.tokens) for end in outcome.pages if end.tokens]
    rows = [pack_rows(end.owner, end.row.uri, end.row.page, [end.row]) for end in outcome.pages]
    documents = [pack_rows(end.row.owner, end.row.uri, None, [end.row]) for end in outcome.documents]
    for kind, packed in ((TokenRow, tokens), (PageRow, rows), (DocumentRow, documents)):
        uri = f"{settings.output}/tables/{kind.__name__}.parquet"
        storage.write(uri, to_parquet(SCHEMAS[kind], packed), settings.scratch)
