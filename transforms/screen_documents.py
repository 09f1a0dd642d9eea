"""The first look at a file: is it to be read at all, and what is it?"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from documents.media import sniff
from schemas.errors import BadManifestRow
from transforms import opened, sources, storage
from transforms.elements import Document, DocumentEnd, ManifestEntry
from transforms.endings import describe, failure, unopened
from transforms.opened import Stopwatch

STAGE = "ScreenDocuments"


@dataclasses.dataclass(frozen=True)
class Screen:
    """Who and what is let in."""

    run: str
    max_bytes: int
    owners: frozenset[str] | None = None  # None: everyone

    def look(self, entry: ManifestEntry) -> Document | DocumentEnd:
        """Cheapest questions first; the file is opened only when nothing else spoke against it."""
        started_at, watch = time.time(), Stopwatch()
        known: dict[str, Any] = {}

        def skipped(reason: str) -> DocumentEnd:
            return DocumentEnd(unopened(entry, self.run, "skipped", reason, started_at, watch.cpu_seconds, **known))

        if entry.gone is not None:
            known = {"document_id": entry.gone.document_id}
            row = unopened(entry, self.run, "deleted", entry.gone.reason, started_at, watch.cpu_seconds, **known)
            return DocumentEnd(dataclasses.replace(row, overlay_uri=entry.gone.overlay_uri))
        if entry.error is not None:
            return self._failed(entry, BadManifestRow(entry.error), started_at, watch, known)
        refused = self.refused(entry)
        if refused is not None:
            return skipped(refused[1])
        try:
            with watch.running():
                found = sources.metadata(entry.uri)
                known = {
                    "size": found.size_in_bytes,
                    "source_version": entry.source_version or sources.version_of(found),
                }
                if found.size_in_bytes == 0:
                    return skipped("empty")
                if found.size_in_bytes > self.max_bytes:
                    return skipped("too_large")
                source = opened.fetch(entry.uri)
                known |= {"size": source.size, "document_id": source.document_id}
                media_type = sniff(source.head)
        except Exception as error:
            return self._failed(entry, error, started_at, watch, known)
        if media_type is None:
            return skipped("unsupported_type")
        return Document(
            entry=entry,
            document_id=source.document_id,
            source_version=known["source_version"],
            media_type=media_type,
            size=source.size,
            started_at=started_at,
            cpu_seconds=watch.cpu_seconds,
        )

    def refused(self, entry: ManifestEntry) -> tuple[str, str] | None:
        """Status and reason of an entry that ends without a look at its file; None where it is worth a look."""
        if entry.error is not None:
            return "failed", BadManifestRow.reason
        if entry.duplicate:
            return "skipped", "duplicate_entry"
        if not entry.eligible:
            return "skipped", "not_eligible"
        if self.owners is not None and entry.owner not in self.owners:
            return "skipped", "owner_not_listed"
        return None

    def _failed(
        self, entry: ManifestEntry, error: Exception, started_at: float, watch: Stopwatch, known: dict[str, Any]
    ) -> DocumentEnd:
        reason, _ = describe(error)
        row = unopened(entry, self.run, "failed", reason, started_at, watch.cpu_seconds, **known)
        return DocumentEnd(row, (failure(error, STAGE, self.run, entry.uri, row.document_id),))


def listed_owners(data: bytes) -> frozenset[str]:
    """The lines of a list of owners, the empty ones left out. Raises UnicodeDecodeError."""
    return frozenset(line.strip() for line in data.decode("utf-8-sig").splitlines() if line.strip())


@functools.lru_cache(1)
def _read_owners(uri: str) -> frozenset[str]:
    return listed_owners(storage.read(uri))


def with_owners(screen: Screen, uri: str | None) -> Screen:
    """The same, for the owners of a list alone. It is a worker that reads it: a long one has no place in a graph."""
    return screen if uri is None else dataclasses.replace(screen, owners=_read_owners(uri))


class _ScreenDocuments(beam.DoFn):
    def __init__(self, screen: Screen, owners_uri: str | None) -> None:
        self._screen = screen
        self._owners_uri = owners_uri

    def setup(self) -> None:
        self._screen = with_owners(self._screen, self._owners_uri)

    def process(self, entry: ManifestEntry) -> Iterator[Any]:
        result = self._screen.look(entry)
        yield result if isinstance(result, Document) else beam.pvalue.TaggedOutput("ended", result)

    def finish_bundle(self) -> None:
        opened.close()


@beam.typehints.with_input_types(ManifestEntry)
@dataclasses.dataclass(eq=False)
class ScreenDocuments(beam.PTransform):
    """Lets documents in: gives `documents` and, for what is skipped or failed, `ended`."""

    screen: Screen
    owners_uri: str | None = None  # a list of owners; None: everyone

    def expand(self, entries: beam.PCollection[ManifestEntry]) -> beam.pvalue.DoOutputsTuple:
        return entries | "Screen" >> beam.ParDo(_ScreenDocuments(self.screen, self.owners_uri)).with_outputs(
            "ended", main="documents"
        )
