"""What is new since the earlier runs, what has changed, what may go better now, and what is gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam

from schemas.errors import BadManifestRow, SourceMissing, SourceUnreadable
from transforms import sources
from transforms.elements import Gone, ManifestEntry
from transforms.endings import INTERNAL_ERROR, describe
from transforms.engine_choice import EngineChoice
from transforms.plan_waves import mark_duplicates
from transforms.read_history import Past, latest
from transforms.screen_documents import Screen, with_owners
from transforms.slices import PackSlices, unpack

# Errors that may be over by the next run. A storage's are tried again every time, since that costs little ...
STORAGE_ERRORS = frozenset({"source_missing", "source_unreadable", "source_changed", "output_unwritable"})
# ... and the machine's or the job's own MOST_TRIES times in all: a file that hangs must not cost its limit every night.
PASSING_ERRORS = frozenset({"timeout", "parser_crash", "jail", "engine_error", "model", INTERNAL_ERROR})
MOST_TRIES = 3

NEW, CHANGED, RETRIED, REREAD, DELETED = "new", "changed", "retried", "reread", "deleted"  # these are done
UNCHANGED = "unchanged"
UNKNOWN = "not_compared"  # the storage did not say what is there now
WITHHELD = "deletions_withheld"  # no longer named, but the manifest could not be read in full
KINDS = (NEW, CHANGED, RETRIED, REREAD, DELETED, UNCHANGED, UNKNOWN, WITHHELD)
NOT_IN_MANIFEST = "not_in_manifest"
_UNASKED = {("failed", "bad_manifest_row"), ("skipped", "not_eligible"), ("skipped", "owner_not_listed")}


class Verdict(NamedTuple):
    """What becomes of a place."""

    kind: str  # of KINDS
    entries: list[ManifestEntry]  # all that name the place; of one that is gone, one
    named: bool = True  # whether the input names it still


@dataclasses.dataclass(frozen=True)
class Compare:
    """Holds what the input names now against what earlier runs left."""

    screen: Screen
    engines: EngineChoice
    # Of the engines, and under None of the classifier: what another version read, or ended, is done anew; None: left.
    versions: dict[str | None, str] | None
    folder: str | None  # the input, where that is a folder: what lies below it was all listed
    runs: frozenset[str]  # earlier ones over the same input
    manifest: bool  # it is a manifest that says what there is, and not the storage

    def judge(
        self, uri: str, entries: list[ManifestEntry], rows: list[Past], failures: list[tuple[str, str]]
    ) -> Verdict | None:
        """The verdict on one place; None where there is nothing to be said any more.

        Args:
            entries: what names it now.
            rows: what earlier runs said of it.
            failures: run and error of those that failed.
        """
        past = latest(rows)
        if not entries:
            return self._missed(uri, past)
        entries = mark_duplicates(entries)
        kind = self._kind(entries[0], past, rows, failures)
        if kind == DELETED:
            assert past is not None
            return Verdict(DELETED, [_gone(uri, past, SourceMissing.reason)])
        return Verdict(kind, entries)

    def _kind(self, entry: ManifestEntry, past: Past | None, rows: list[Past], failures: list[tuple[str, str]]) -> str:
        refused = self.screen.refused(entry)
        if past is None:
            return NEW
        if refused is not None:
            same = refused == (past.status, past.reason) and entry.owner == past.owner
            return UNCHANGED if same else CHANGED
        if past.status != "deleted" and ((past.status, past.reason) in _UNASKED or entry.owner != past.owner):
            return CHANGED
        version = entry.source_version
        if version is None:
            try:
                version = sources.version_of(sources.metadata(entry.uri))
            except Exception as error:
                return _without_version(describe(error)[0], past)
        if past.status == "deleted":
            return NEW
        if past.source_version != version:
            return CHANGED
        if past.reason == "too_large" and (past.bytes or 0) <= self.screen.max_bytes:
            return CHANGED
        if _may_go_better(past, rows, failures):
            return RETRIED
        return REREAD if self._is_outdated(past) else UNCHANGED

    def _is_outdated(self, past: Past) -> bool:
        if self.versions is None or past.engine_version is None or past.document_id is None:
            return False
        engine = self.engines.reader(past.document_id) if past.engine is not None else None
        return (past.engine, past.engine_version) != (engine, self.versions[engine])

    def _missed(self, uri: str, past: Past | None) -> Verdict | None:
        """Of what the input does not name any more."""
        if past is None or past.status == "deleted" or past.reason == BadManifestRow.reason:
            return None  # the place of a row that could not be used is a line of the manifest
        if past.run not in self.runs and not (self.folder and uri.startswith(f"{self.folder}/")):
            return None  # another input's
        if self.manifest:
            return Verdict(DELETED, [_gone(uri, past, NOT_IN_MANIFEST)], named=False)
        # What a listing passed over, for instance in a folder that cannot be listed, may still be there.
        return Verdict(DELETED, [_gone(uri, past, SourceMissing.reason)]) if _is_gone(uri) else None


def _without_version(error: str, past: Past) -> str:
    """Of a file that the input names, and of which the storage does not tell the version."""
    if error == SourceMissing.reason:
        return UNCHANGED if past.status == "deleted" or past.reason == error else DELETED
    return UNCHANGED if past.reason == error else UNKNOWN


def _is_gone(uri: str) -> bool:
    try:
        sources.metadata(uri)
    except SourceMissing:
        return True
    except SourceUnreadable as error:
        return isinstance(error.__cause__, NotADirectoryError)  # what was its folder is a file now
    return False


def _gone(uri: str, past: Past, reason: str) -> ManifestEntry:
    gone = Gone(reason, past.document_id, past.overlay_uri)
    return ManifestEntry(uri, past.owner, past.source_version, gone=gone)


def _may_go_better(past: Past, rows: Iterable[Past], failures: Iterable[tuple[str, str]]) -> bool:
    """Whether what went wrong may be over; pages and overlays that failed count as their documents do."""
    errors = {error for run, error in failures if run == past.run}
    if errors & STORAGE_ERRORS:
        return True
    if not errors & PASSING_ERRORS:
        return False
    failed = {run for run, _ in failures}
    tries = sum(row.source_version == past.source_version and row.run in failed for row in rows)
    return tries < MOST_TRIES


class _Judge(beam.DoFn):
    def __init__(self, compare: Compare, owners_uri: str | None) -> None:
        self._compare = compare
        self._owners_uri = owners_uri

    def setup(self) -> None:
        screen = with_owners(self._compare.screen, self._owners_uri)
        self._compare = dataclasses.replace(self._compare, screen=screen)

    def process(self, element: tuple[int, dict[str, Iterable[bytes]]], unreadable_rows: int) -> Iterator[Any]:
        entries, rows, failures = (unpack(element[1][name]) for name in ("entries", "rows", "failures"))
        for uri in entries.keys() | rows.keys():
            verdict = self._compare.judge(uri, entries.get(uri, []), rows.get(uri, []), failures.get(uri, []))
            if verdict is None:
                continue
            kind = verdict.kind
            if kind == DELETED and not verdict.named and unreadable_rows:
                kind = WITHHELD  # it may be what one of those rows names
            if kind not in (UNCHANGED, UNKNOWN, WITHHELD):
                yield from verdict.entries
            for _ in verdict.entries:
                yield beam.pvalue.TaggedOutput("kinds", kind)


@dataclasses.dataclass(eq=False)
class CompareEntries(beam.PTransform):
    """Gives the `entries` that are to be done, those of gone files among them, and of each entry its `kinds` (KINDS).

    From three collections: ManifestEntry; (URI, Past); (URI, (run, error)).
    """

    compare: Compare
    slices: int
    owners_uri: str | None = None

    def expand(self, found: tuple[beam.PCollection[Any], ...]) -> beam.pvalue.DoOutputsTuple:
        entries, rows, failures = found
        unreadable = (
            entries
            | "Unreadable" >> beam.Filter(lambda entry: entry.error is not None)
            | "CountUnreadable" >> beam.combiners.Count.Globally()
        )
        packed = {
            "entries": entries
            | "ByUri" >> beam.Map(_by_uri).with_output_types(tuple[str, ManifestEntry])
            | "PackEntries" >> PackSlices(self.slices),
            "rows": rows | "PackRows" >> PackSlices(self.slices),
            "failures": failures | "PackFailures" >> PackSlices(self.slices),
        }
        judge = beam.ParDo(_Judge(self.compare, self.owners_uri), beam.pvalue.AsSingleton(unreadable))
        return packed | "GroupBySlice" >> beam.CoGroupByKey() | "Judge" >> judge.with_outputs("kinds", main="entries")


def _by_uri(entry: ManifestEntry) -> tuple[str, ManifestEntry]:
    return entry.uri, entry
