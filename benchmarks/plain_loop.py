"""The job's own functions called one after the other, without Beam: what the job is measured against."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from models.engines import Engine
from pipelines.inputs import find
from pipelines.options import Settings
from schemas.keys import DocumentKey
from schemas.records import SCHEMAS, DocumentRow, PageRow, TokenRow
from transforms import opened, storage
from transforms.cap_pages import Cap
from transforms.elements import DocumentEnd, DocumentHead, ManifestEntry, Page, PageEnd, PageRun, PageTask
from transforms.read_words import read
from transforms.render_pages import render
from transforms.screen_documents import Screen
from transforms.write_overlays import Overlays
from transforms.write_table import Packed, pack_rows, to_parquet


@dataclasses.dataclass
class Loop:
    """One wave of the job, as plain calls."""

    settings: Settings
    engine: Engine

    def run(self, by_stage: bool) -> None:
        """Reads all that `settings.input` names, and writes the same tables and overlays as the job.

        `by_stage` does one stage for all documents before the next, as the job does between its shuffles; otherwise
        each document is done with, in one open child, before the next.
        """
        entries = [
            entry for entry in find(self.settings.input, self.settings.output) if isinstance(entry, ManifestEntry)
        ]
        self.ends: list[DocumentEnd] = []
        self.pages: list[PageEnd] = []
        for batch in [entries] if by_stage else [[entry] for entry in entries]:
            self._batch(batch, close=opened.close if by_stage else lambda: None)
        opened.close()
        self._write()

    def _batch(self, entries: list[ManifestEntry], close: Callable[[], None]) -> None:
        heads: list[DocumentHead] = []
        tasks: list[PageTask] = []
        pages: dict[DocumentKey, list[PageEnd]] = {}
        for entry in entries:
            document = Screen(self.settings.run, self.settings.max_bytes).look(entry)
            if isinstance(document, DocumentEnd):
                self.ends.append(document)
                continue
            for part in Cap(self.settings.run, self.settings.max_pages, False, True).open(document):
                if isinstance(part, DocumentEnd):
                    self.ends.append(part)
                elif isinstance(part, DocumentHead):
                    heads.append(part)
                elif isinstance(part, PageRun):
                    tasks.extend(part.pages)
                else:
                    pages.setdefault(part.key, []).append(part)
        close()
        for task in tasks:
            page = render(task, self.settings.run)
            end = read(page, self.engine, self.settings.run, True)[0] if isinstance(page, Page) else page
            pages.setdefault(end.key, []).append(end)
        close()
        overlays = Overlays(self.settings.run, self.settings.output, self.settings.scratch, False, False)
        self.ends.extend(overlays.end(head, pages.get(head.document.key, [])) for head in heads)
        self.pages.extend(page for found in pages.values() for page in found)

    def _write(self) -> None:
        tokens = [Packed(("", end.row.uri, end.row.page), end.tokens) for end in self.pages if end.tokens]
        rows = [pack_rows(end.owner, end.row.uri, end.row.page, [end.row]) for end in self.pages]
        documents = [pack_rows(end.row.owner, end.row.uri, None, [end.row]) for end in self.ends]
        for kind, packed in ((TokenRow, tokens), (PageRow, rows), (DocumentRow, documents)):
            uri = f"{self.settings.output}/tables/{kind.__name__}.parquet"
            storage.write(uri, to_parquet(SCHEMAS[kind], packed), self.settings.scratch)
