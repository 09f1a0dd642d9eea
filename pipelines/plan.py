"""The plan of a run: which files, in which waves. Made once; every later start of the same run goes by it."""

from __future__ import annotations

import collections
import dataclasses
import glob
import hashlib
import json
from collections.abc import Callable
from typing import cast

import apache_beam as beam

from pipelines import changes, inputs
from pipelines.options import Settings
from schemas.errors import UsageError
from transforms import storage
from transforms.elements import ManifestEntry, shard_of
from transforms.plan_waves import PlanWaves, entries_of, wave_uri, waves_for, write_plan
from transforms.read_manifest import ReadManifest

_OPTIONS = {  # that are not called as the setting is
    "embedded_text": "--no_embedded_text",
    "listed_owners": "--owners",
    "nightly": "command",
}


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is to be done in all."""

    waves: dict[int, int]  # entries of each wave by its number; a wave that got none is left out
    changes: dict[str, int] | None = None  # of a nightly run: entries by what became of them (`compare_entries.KINDS`)

    @property
    def entries(self) -> int:
        """Of all waves."""
        return sum(self.waves.values())


def load_or_make(
    settings: Settings,
    owners: frozenset[str] | None,
    run_pipeline: Callable[[Callable[[beam.Pipeline], None]], object],
) -> Plan:
    """The run's plan; `run_pipeline` runs what a function adds to a pipeline.

    Raises UsageError where the input names nothing, or the run was planned with other settings or other `owners`.
    """
    uri = f"{settings.folder}/plan.json"
    identity = {**settings.identity(), "listed_owners": _digest(owners)}
    if storage.exists(uri):
        return _load(settings.run, identity, uri)
    # The output is not touched before it is known that there is something to be done.
    found = inputs.find(settings.input, settings.output, settings.accept_deleted)
    try:
        storage.make_folder(settings.folder)
    except OSError as error:
        raise UsageError(f"--output {settings.output} cannot be written: {type(error).__name__}") from error
    storage.remove_folder(settings.plan_folder)  # of a start that was killed before its plan was whole
    if settings.owners_list is not None:
        storage.write(settings.owners_list, "\n".join(sorted(owners or ())).encode(), settings.scratch)
    counted: dict[str, int] | None = None
    if settings.nightly:
        counted = changes.plan(settings, found, run_pipeline)
    elif found and isinstance(found[0], ManifestEntry):
        _write_listing(settings, found)
    else:
        manifests = cast(list[str], found)
        run_pipeline(lambda pipeline: _build(pipeline, settings, manifests))
    plans = storage.listing(f"{glob.escape(settings.plan_folder)}/wave-*.parquet")
    numbers = [int(one.path.rpartition("-")[2].partition(".")[0]) for one in plans]
    waves = {number: entries_of(wave_uri(settings.plan_folder, number)) for number in numbers}
    if not waves and not counted:
        raise UsageError(f"--input {settings.input}: the manifest has no rows")
    stored = {"waves": list(waves.items()), "changes": counted, "settings": identity}
    storage.write(uri, json.dumps(stored, indent=1).encode(), settings.scratch)
    return Plan(waves, counted)


def _digest(owners: frozenset[str] | None) -> str | None:
    """What a list of owners comes to: a run is not to go on with another one."""
    return None if owners is None else hashlib.sha256("\n".join(sorted(owners)).encode()).hexdigest()[:16]


def _load(run: str, ours: dict[str, object], uri: str) -> Plan:
    stored = json.loads(storage.read(uri))
    changed = sorted(name for name in ours if stored["settings"].get(name) != ours[name])
    if changed:
        name = changed[0]
        option = _OPTIONS.get(name, f"--{name}")
        raise UsageError(
            f"run {run} was begun with another {option} ({name} = {stored['settings'].get(name)!r}, "
            f"now {ours[name]!r}): go on with the same options, or choose another --run"
        )
    return Plan(dict(stored["waves"]), stored.get("changes"))


def _write_listing(settings: Settings, entries: list[ManifestEntry]) -> None:
    """What was listed here is planned here."""
    count = waves_for(len(entries), settings.wave_size)
    waves: dict[int, list[ManifestEntry]] = collections.defaultdict(list)
    for entry in entries:
        waves[shard_of(entry.uri, count)].append(entry)
    for wave, members in waves.items():
        write_plan(settings.plan_folder, settings.scratch, wave, members)


def _build(pipeline: beam.Pipeline, settings: Settings, manifests: list[str]) -> None:
    _ = (
        pipeline
        | "Manifests" >> beam.Create(manifests)
        | "ReadManifest" >> ReadManifest()
        | "PlanWaves" >> PlanWaves(settings.plan_folder, settings.scratch, settings.wave_size)
    )
