"""The job's own functions called one after the other, without Beam: what the job is measured against."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from models.engines import Engine
from pipelines.inputs import find
from pipelines.options import Settings
from schemas.records import SCHEMAS, DocumentRow, PageRow, TokenRow
from transforms import opened, storage
from transforms.cap_pages import Cap
from transforms.classify_pages import classify
from transforms.elements import DocumentEnd, DocumentHead, ManifestEntry, Page, PageEnd, PageTask
from transforms.overlays import Overlays
from transforms.read_words import read
from transforms.rectify_pages import rectify
from transforms.render_pages import render
from transforms.retries import Patience
from transforms.screen_documents import Screen
from transforms.write_table import Packed, pack_rows, to_parquet


@dataclasses.dataclass
class Loop:
    """One wave of the job, as plain calls."""

    settings: Settings
    engine: Engine

    def run(self, by_stage: bool) -> None:
        """Reads all that `settings.input` names, and writes the same tables and overlays as the job.

        `by_stage` does one stage for all documents before the next, as the job's shuffles make it; otherwise each
        document is fetched once, and done with before the next.
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
        cap = Cap(self.settings.run, self.settings.max_pages, False, True)
        found = [Screen(self.settings.run, self.settings.max_bytes).look(entry) for entry in entries]
        self.ends.extend(end for end in found if isinstance(end, DocumentEnd))
        close()
        spread: list[tuple[DocumentHead, list[PageTask]]] = []
        for document in found:
            if isinstance(document, DocumentEnd):
                continue
            for part in cap.open(document):
                if isinstance(part, DocumentEnd):
                    self.ends.append(part)
                elif isinstance(part, PageEnd):
                    self.pages.append(part)
                elif isinstance(part, DocumentHead):
                    spread.append((part, []))
                elif part.pages[0].head is None:
                    spread[-1][1].extend(part.pages)
                else:
                    self._end(part.pages[0].head, [self._read(task) for task in part.pages])
        close()
        read = [(head, [self._read(task) for task in tasks]) for head, tasks in spread]
        close()
        for head, pages in read:
            self._end(head, pages)

    def _read(self, task: PageTask) -> PageEnd:
        run = self.settings.run
        asked = classify(task, run)
        page = render(asked, run) if isinstance(asked, PageTask) else asked
        page = rectify(page, run) if isinstance(page, Page) else page
        return read(page, self.engine, run, True)[0] if isinstance(page, Page) else page

    def _end(self, head: DocumentHead, pages: list[PageEnd]) -> None:
        overlays = Overlays(self.settings.run, self.settings.output, self.settings.scratch, False, False)
        self.ends.extend(overlays.ends(head, pages, Patience()))
        self.pages.extend(pages)

    def _write(self) -> None:
        tokens = [Packed(("", end.row.uri, end.row.page), end.tokens) for end in self.pages if end.tokens]
        rows = [pack_rows(end.owner, end.row.uri, end.row.page, [end.row]) for end in self.pages]
        documents = [pack_rows(end.row.owner, end.row.uri, None, [end.row]) for end in self.ends]
        for kind, packed in ((TokenRow, tokens), (PageRow, rows), (DocumentRow, documents)):
            uri = f"{self.settings.output}/tables/{kind.__name__}.parquet"
            storage.write(uri, to_parquet(SCHEMAS[kind], packed), self.settings.scratch)
