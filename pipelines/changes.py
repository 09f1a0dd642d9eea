"""The plan of a nightly run: what the input names now, held against what earlier runs left below the same output."""

from __future__ import annotations

import glob
import itertools
import json
from collections.abc import Callable

import apache_beam as beam
from apache_beam.io.filesystem import FileMetadata

from models.engines import open_engine
from pipelines import inputs
from pipelines.options import Settings
from schemas.errors import UsageError
from transforms import storage
from transforms.compare_entries import DELETED, NEW, Compare, CompareEntries
from transforms.elements import ManifestEntry
from transforms.plan_waves import PlanWaves, read_plan, write_entries
from transforms.read_history import ReadDocuments, ReadFailures, wave_of
from transforms.read_manifest import ReadManifest
from transforms.screen_documents import Screen
from transforms.slices import slices_for

LISTED_AT_ONCE = 10_000  # entries of a file of the listing
# A storage that is not mounted looks as if all had been deleted: more than this is to be confirmed.
MOST_DELETED = 0.1  # of the known files, ...
FEW_DELETED = 10  # ... where it is more than these, or all


def plan(
    settings: Settings,
    found: list[str] | list[ManifestEntry],
    run_pipeline: Callable[[Callable[[beam.Pipeline], None]], object],
) -> dict[str, int]:
    """Writes the waves of what is to be done; gives how many entries are new, unchanged and so on.

    Raises UsageError where so much is gone that something else must be wrong.
    """
    manifests = [one for one in found if isinstance(one, str)]
    listing = _write_listing(settings, [one for one in found if isinstance(one, ManifestEntry)])
    whole = whole_waves(settings.output)
    compare = Compare(
        screen=Screen(settings.run, settings.max_bytes),
        engines=settings.engines,
        versions={name: open_engine(name).version for name in settings.engines.names} if settings.reread else None,
        folder=inputs.listed_folder(settings.input),
        runs=_runs_over(settings.input, settings.output, {run for run, _ in whole}),
        manifest=bool(manifests),
    )
    documents, failures = (
        [part for part in _parts(settings.output, table) if wave_of(part.path) in whole]
        for table in ("documents", "failures")
    )
    sizes = [one.size_in_bytes for uri in [*manifests, *listing] for one in storage.listing(glob.escape(uri))]
    slices = slices_for(sum(sizes) + sum(part.size_in_bytes for part in documents))
    counted_uri = f"{settings.plan_folder}/changes.json"

    def build(pipeline: beam.Pipeline) -> None:
        entries = (
            pipeline | "Manifests" >> beam.Create(manifests) | "ReadManifest" >> ReadManifest()
            if manifests
            else pipeline
            | "Listing" >> beam.Create(listing)
            | "SpreadListing" >> beam.Reshuffle()
            | "ReadListing" >> beam.FlatMap(read_plan).with_output_types(ManifestEntry)
        )
        rows = (
            pipeline
            | "DocumentParts" >> beam.Create([part.path for part in documents])
            | "ReadDocuments" >> ReadDocuments()
        )
        failed = (
            pipeline
            | "FailureParts" >> beam.Create([part.path for part in failures])
            | "ReadFailures" >> ReadFailures()
        )
        compared = (entries, rows, failed) | "CompareEntries" >> CompareEntries(compare, slices, settings.owners_list)
        _ = compared.entries | "PlanWaves" >> PlanWaves(settings.plan_folder, settings.scratch, settings.wave_size)
        _ = (
            compared.kinds
            | "CountKinds" >> beam.combiners.Count.PerElement()
            | "AllKinds" >> beam.combiners.ToDict()
            | "WriteChanges" >> beam.Map(_write_counts, counted_uri, settings.scratch)
        )

    run_pipeline(build)
    counted: dict[str, int] = json.loads(storage.read(counted_uri))
    if not settings.accept_deleted:
        _check_deleted(settings, counted)
    storage.remove([*listing, counted_uri])
    return counted


def whole_waves(output: str) -> frozenset[tuple[str, int]]:
    """Run and number of each wave that has its marker. Of the others some tables may be there and others not."""
    markers = storage.listing(f"{glob.escape(output)}/runs/*/waves/wave-*.json")
    names = [marker.path.split("/") for marker in markers]
    return frozenset((name[-3], int(name[-1].removeprefix("wave-").removesuffix(".json"))) for name in names)


def _parts(output: str, table: str) -> list[FileMetadata]:
    return storage.listing(f"{glob.escape(output)}/tables/{table}/*/*.parquet")


def _runs_over(source: str, output: str, runs: set[str]) -> frozenset[str]:
    """Those of `runs` that had this very input."""

    def source_of(run: str) -> object:
        uri = f"{output}/runs/{run}/plan.json"
        return json.loads(storage.read(uri))["settings"]["input"] if storage.exists(uri) else None

    return frozenset(run for run in runs if source_of(run) == source)


def _write_listing(settings: Settings, entries: list[ManifestEntry]) -> list[str]:
    """What was listed here, in files from which workers read it: a graph has no room for it."""
    uris: list[str] = []
    for start in range(0, len(entries), LISTED_AT_ONCE):
        uris.append(f"{settings.plan_folder}/listing-{len(uris):05d}.parquet")
        write_entries(uris[-1], settings.scratch, itertools.islice(entries, start, start + LISTED_AT_ONCE))
    return uris


def _write_counts(counted: dict[str, int], uri: str, scratch: str) -> None:
    storage.write(uri, json.dumps(counted).encode(), scratch)


def _check_deleted(settings: Settings, counted: dict[str, int]) -> None:
    gone = counted.get(DELETED, 0)
    known = sum(count for kind, count in counted.items() if kind != NEW)
    if gone > MOST_DELETED * known and (gone > FEW_DELETED or gone == known):
        storage.remove_folder(settings.plan_folder)
        raise UsageError(
            f"--input {settings.input}: {gone:,} of {known:,} files that earlier runs saw are gone. Is a storage not "
            "mounted, or the manifest cut off? Nothing was done; --accept_deleted records them as deleted"
        )
