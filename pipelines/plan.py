"""The plan of a run: which files, in which waves. Made once; every later start of the same run goes by it."""

from __future__ import annotations

import collections
import dataclasses
import glob
import json
from collections.abc import Callable

import apache_beam as beam

from pipelines import inputs
from pipelines.options import Settings
from schemas.errors import UsageError
from transforms import storage
from transforms.elements import ManifestEntry, shard_of
from transforms.plan_waves import PlanWaves, entries_of, wave_uri, waves_for, write_plan
from transforms.read_manifest import ReadManifest


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is to be done in all."""

    waves: dict[int, int]  # entries of each wave by its number; a wave that got none is left out

    @property
    def entries(self) -> int:
        """Of all waves."""
        return sum(self.waves.values())


def load_or_make(settings: Settings, run_pipeline: Callable[[Callable[[beam.Pipeline], None]], None]) -> Plan:
    """The run's plan; `run_pipeline` runs what a function adds to a pipeline.

    Raises UsageError where the input names nothing, or the run was planned with other settings.
    """
    uri = f"{settings.folder}/plan.json"
    if storage.exists(uri):
        return _load(settings, uri)
    found = inputs.find(settings.input, settings.output)
    try:
        storage.make_folder(settings.folder)
    except OSError as error:
        raise UsageError(f"--output {settings.output} cannot be written: {type(error).__name__}") from error
    storage.remove_folder(settings.plan_folder)  # of a start that was killed before its plan was whole
    if isinstance(found[0], ManifestEntry):
        _write_listing(settings, found)
    else:
        run_pipeline(lambda pipeline: _build(pipeline, settings, found))
    plans = storage.listing(f"{glob.escape(settings.plan_folder)}/wave-*.parquet")
    numbers = [int(one.path.rpartition("-")[2].partition(".")[0]) for one in plans]
    waves = {number: entries_of(wave_uri(settings.plan_folder, number)) for number in numbers}
    if not waves:
        raise UsageError(f"--input {settings.input}: the manifest has no rows")
    stored = {"waves": list(waves.items()), "settings": settings.identity()}
    storage.write(uri, json.dumps(stored, indent=1).encode(), settings.scratch)
    return Plan(waves)


def _load(settings: Settings, uri: str) -> Plan:
    stored = json.loads(storage.read(uri))
    ours = settings.identity()
    changed = sorted(name for name in ours if stored["settings"].get(name) != ours[name])
    if changed:
        name = changed[0]
        option = "--no_embedded_text" if name == "embedded_text" else f"--{name}"
        raise UsageError(
            f"run {settings.run} was begun with another {option} ({name} = {stored['settings'].get(name)!r}, "
            f"now {ours[name]!r}): go on with the same options, or choose another --run"
        )
    return Plan(dict(stored["waves"]))


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
