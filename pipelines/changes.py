"""The plan of a nightly run: what the input names now, held against what earlier runs left below the same output."""

from __future__ import annotations

import glob
import itertools
import json
import re
from collections.abc import Callable

import apache_beam as beam

from models.classifier import Classifier
from models.engines import open_engine
from pipelines import inputs
from pipelines.options import Settings
from schemas.errors import UsageError
from transforms import storage
from transforms.clouds import Found
from transforms.compare_entries import DELETED, NEW, Compare, CompareEntries
from transforms.elements import ManifestEntry
from transforms.models_folder import folder_of
from transforms.plan_waves import PlanWaves, read_plan, write_entries
from transforms.read_history import ReadHistory, read_documents, read_failures, wave_of
from transforms.read_manifest import ReadManifest
from transforms.screen_documents import Screen
from transforms.slices import slices_for

_MARKER = re.compile(r"/runs/([^/]+)/waves/wave-(\d+)\.json$")
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
        versions=_versions(settings) if settings.reread else None,
        folder=inputs.listed_folder(settings.input),
        runs=_runs_over(settings.input, settings.output, {run for run, _ in whole}),
        manifest=bool(manifests),
    )
    documents, failures = (_parts(settings.output, table, whole) for table in ("documents", "failures"))
    sizes = [one.size_in_bytes for uri in [*manifests, *listing] for one in storage.listing(glob.escape(uri))]
    slices = slices_for(sum(sizes) + sum(part.size_in_bytes for part in documents))
    counted_uri = f"{settings.plan_folder}/changes.json"
    broken_uri = f"{settings.plan_folder}/broken.json"

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
            | "ReadDocuments" >> ReadHistory(read_documents)
        )
        failed = (
            pipeline
            | "FailureParts" >> beam.Create([part.path for part in failures])
            | "ReadFailures" >> ReadHistory(read_failures)
        )
        _ = (
            (rows.broken, failed.broken)
            | "Broken" >> beam.Flatten()
            | "AllBroken" >> beam.combiners.ToList()
            | "WriteBroken" >> beam.Map(_write_json, broken_uri, settings.scratch)
        )
        compared = (entries, rows.rows, failed.rows) | "CompareEntries" >> CompareEntries(
            compare, slices, settings.owners_list
        )
        _ = compared.entries | "PlanWaves" >> PlanWaves(settings.plan_folder, settings.scratch, settings.wave_size)
        _ = (
            compared.kinds
            | "CountKinds" >> beam.combiners.Count.PerElement()
            | "AllKinds" >> beam.combiners.ToDict()
            | "WriteChanges" >> beam.Map(_write_json, counted_uri, settings.scratch)
        )

    run_pipeline(build)
    counted: dict[str, int] = json.loads(storage.read(counted_uri))
    try:
        _check_tables(json.loads(storage.read(broken_uri)))
        if not settings.accept_deleted:
            _check_deleted(settings, counted)
    except UsageError:
        storage.remove_folder(settings.plan_folder)
        raise
    storage.remove([*listing, counted_uri, broken_uri])
    return counted


def _versions(settings: Settings) -> dict[str | None, str]:
    models = folder_of(settings.models)
    versions: dict[str | None, str] = {None: Classifier(models).version}
    return versions | {name: open_engine(name, models).version for name in settings.engines.names}


def whole_waves(output: str) -> frozenset[tuple[str, int]]:
    """Run and number of each wave that has its marker. Of the others some tables may be there and others not."""
    markers = storage.listing(f"{glob.escape(output)}/runs/*/waves/wave-*.json")
    found = [_MARKER.search(marker.path) for marker in markers]
    return frozenset((marker[1], int(marker[2])) for marker in found if marker is not None)


def _parts(output: str, table: str, waves: frozenset[tuple[str, int]]) -> list[Found]:
    """The part files of whole waves. Raises UsageError where there are Parquet files of other names."""
    listed = storage.listing(f"{glob.escape(output)}/tables/{table}/*/*.parquet")
    try:
        return [part for part in listed if wave_of(part.path) in waves]
    except ValueError as error:
        raise UsageError(f"{error}, and among the tables there may be no others: move it away") from error


def _runs_over(source: str, output: str, runs: set[str]) -> frozenset[str]:
    """Those of `runs` that had this very input."""

    def source_of(run: str) -> object:
        uri = f"{output}/runs/{run}/plan.json"
        try:
            return json.loads(storage.read(uri))["settings"]["input"] if storage.exists(uri) else None
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{uri} is no plan of a run ({type(error).__name__}): move the folder away") from error

    return frozenset(run for run in runs if source_of(run) == source)


def _write_listing(settings: Settings, entries: list[ManifestEntry]) -> list[str]:
    """What was listed here, in files from which workers read it: a graph has no room for it."""
    uris: list[str] = []
    for start in range(0, len(entries), LISTED_AT_ONCE):
        uris.append(f"{settings.plan_folder}/listing-{len(uris):05d}.parquet")
        write_entries(uris[-1], settings.scratch, itertools.islice(entries, start, start + LISTED_AT_ONCE))
    return uris


def _write_json(value: dict[str, int] | list[tuple[str, str]], uri: str, scratch: str) -> None:
    storage.write(uri, json.dumps(value).encode(), scratch)


def _check_tables(broken: list[tuple[str, str]]) -> None:
    """Without their rows, files would be read again as new ones."""
    if broken:
        part, cause = min(broken)
        run, wave = wave_of(part)
        others = f" ({len(broken) - 1:,} others neither)" if len(broken) > 1 else ""
        raise UsageError(
            f"{part} cannot be read{others}: {cause}. Nothing was done. Put it back, or move it away together with "
            f"runs/{run}/waves/wave-{wave:05d}.json: then the files of that wave are read again"
        )


def _check_deleted(settings: Settings, counted: dict[str, int]) -> None:
    gone = counted.get(DELETED, 0)
    known = sum(count for kind, count in counted.items() if kind != NEW)
    if gone > MOST_DELETED * known and (gone > FEW_DELETED or gone == known):
        raise UsageError(
            f"--input {settings.input}: {gone:,} of {known:,} files that earlier runs saw are gone. Is a storage not "
            "mounted, or the manifest cut off? Nothing was done; --accept_deleted records them as deleted"
        )
