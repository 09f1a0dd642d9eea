"""What is joined to what: one wave of a run, from its plan to its tables and overlays."""

from __future__ import annotations

import base64
import dataclasses
import glob
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import apache_beam as beam

from pipelines.comparison.agreement import shadow_row
from pipelines.options import Settings
from schemas.records import ShadowRow
from transforms import storage
from transforms.cap_pages import Cap, CapPages
from transforms.classify_pages import ClassifyPages
from transforms.count_ends import CountEnds
from transforms.elements import DocumentEnd, ManifestEntry, PageEnd, PageRun, Thumbnail, TwoReadings
from transforms.fit_rows import FitDocuments, FitPages, fitted
from transforms.gallery import LeastConfident
from transforms.note_progress import NoteProgress
from transforms.overlays import Overlays
from transforms.plan_waves import read_plan, wave_uri
from transforms.read_words import ReadWords
from transforms.rectify_pages import RectifyPages
from transforms.render_pages import RenderPages
from transforms.screen_documents import Screen, ScreenDocuments
from transforms.share_copies import CopyPages, ShareCopies
from transforms.summarise import Summarise, Summary
from transforms.write_overlays import WriteOverlays
from transforms.write_table import Packed, WriteTables, pack_rows

PROGRESS = ("noted", "counted")  # folders of a local run's progress: done with, in the tables


def build(
    pipeline: beam.Pipeline,
    settings: Settings,
    wave: int,
    progress_folder: str | None = None,
) -> None:
    """Adds a whole wave to the pipeline. Its books are not its marker yet: the launcher makes them that at the end.

    Args:
        progress_folder: with the folders of PROGRESS in it; None: nobody looks.
    """
    run = settings.run
    screened, capped = look(pipeline, settings, wave)
    noted, counted = (progress_folder and f"{progress_folder}/{kind}" for kind in PROGRESS)
    here = read_pages(capped.here | "NoteHere" >> NoteProgress(noted), settings, "Here")
    runs = capped.runs | "SpreadPages" >> beam.Reshuffle()
    spread = read_pages(runs | "NoteSpread" >> NoteProgress(noted), settings)
    heads = capped.heads | "NoteHeads" >> NoteProgress(noted)
    elsewhere = (*here.ended_early, *spread.ended_early, spread.read) | "EndedElsewhere" >> beam.Flatten()
    pages = (
        (capped.ended_pages, here.read, elsewhere)
        | "EndedPages" >> beam.Flatten()
        | "FitPages" >> FitPages(run)
        | "CopyPages" >> CopyPages()
        | "CountPages" >> CountEnds(counted)
    )
    finished = (heads, here.read, elsewhere) | "WriteOverlays" >> WriteOverlays(
        Overlays(run, settings.output, settings.scratch, settings.redo, settings.overlay_signed, settings.min_isolation)
    )
    documents = (
        (screened.ended | "NoteScreened" >> NoteProgress(noted), capped.ended, finished)
        | "EndedDocuments" >> beam.Flatten()
        | "FitDocuments" >> FitDocuments(run)
        | "CountDocuments" >> CountEnds(counted)
    )

    tables = {
        "tokens": pages | "PackTokens" >> beam.FlatMap(_tokens).with_output_types(Packed),
        "pages": pages | "PackPages" >> beam.Map(_page).with_output_types(Packed),
        "documents": documents | "PackDocuments" >> beam.Map(_document).with_output_types(Packed),
        "failures": documents | "PackFailures" >> beam.FlatMap(_failures).with_output_types(Packed),
    }
    ends: tuple[Any, ...] = (documents, pages)
    if settings.shadow is not None:
        shadows = (
            (here.read_twice, spread.read_twice)
            | "ReadTwice" >> beam.Flatten()
            | "CompareReadings" >> beam.Map(shadow_row).with_output_types(ShadowRow)
        )
        tables["shadow"] = shadows | "PackShadow" >> beam.Map(_shadow).with_output_types(Packed)
        ends = (*ends, shadows)
    _ = tables | "WriteTables" >> WriteTables(settings.output, settings.scratch, run, wave, settings.shards)
    thumbnails = (here.thumbnails, spread.thumbnails) | "Thumbnails" >> beam.Flatten()
    gallery = thumbnails | "ChooseThumbnails" >> beam.CombineGlobally(LeastConfident())
    _ = (
        ends
        | "Summarise" >> Summarise()
        | "WriteSummary" >> beam.Map(write_books, beam.pvalue.AsSingleton(gallery), settings, wave)
    )


def look(
    pipeline: beam.Pipeline, settings: Settings, wave: int
) -> tuple[beam.pvalue.DoOutputsTuple, beam.pvalue.DoOutputsTuple]:
    """Screens and opens the files of a wave: the outputs of ScreenDocuments and of CapPages."""
    run = settings.run
    screened = (
        pipeline
        | "Wave" >> beam.Create([wave_uri(settings.plan_folder, wave)])
        | "ReadManifest" >> beam.FlatMap(read_plan).with_output_types(ManifestEntry)
        | "SpreadEntries" >> beam.Reshuffle()
        | "ScreenDocuments" >> ScreenDocuments(Screen(run, settings.max_bytes), settings.owners_list)
    )
    cap = Cap(run, settings.max_pages, settings.redo, settings.embedded_text, settings.min_isolation)
    shared = screened.documents | "ShareCopies" >> ShareCopies()
    return screened, shared | "CapPages" >> CapPages(cap)


class PageEnds(NamedTuple):
    """What comes of runs of pages."""

    read: beam.PCollection[PageEnd]
    ended_early: tuple[beam.PCollection[PageEnd], ...]
    read_twice: beam.PCollection[TwoReadings]
    thumbnails: beam.PCollection[Thumbnail]


def read_pages(runs: beam.PCollection[PageRun], settings: Settings, where: str = "") -> PageEnds:
    """Pages from references to words, in one fused stage: pixels cross no shuffle. `where` ends the stages' names."""
    run, isolation = settings.run, settings.min_isolation
    reading = ReadWords(settings.engines, run, settings.embedded_text, settings.gallery, settings.models)
    classified = runs | f"ClassifyPages{where}" >> ClassifyPages(run, isolation, settings.models)
    rendered = classified.pages | f"RenderPages{where}" >> RenderPages(run, isolation)
    rectified = rendered.pages | f"RectifyPages{where}" >> RectifyPages(run, settings.models)
    read = rectified.pages | f"ReadWords{where}" >> reading
    early = (classified.ended_pages, rendered.ended_pages, rectified.ended_pages)
    return PageEnds(read.ended_pages, early, read.read_twice, read.thumbnails)


def _tokens(end: PageEnd) -> Iterable[Packed]:
    if end.tokens is not None:
        yield Packed((end.owner or "", end.row.uri, end.row.page), end.tokens)


def _page(end: PageEnd) -> Packed:
    return pack_rows(end.owner, end.row.uri, end.row.page, [end.row])


def _shadow(row: ShadowRow) -> Packed:
    return pack_rows(None, row.uri, row.page, [fitted(row)[0]])


def _document(end: DocumentEnd) -> Packed:
    return pack_rows(end.row.owner, end.row.uri, None, [end.row])


def _failures(end: DocumentEnd) -> Iterable[Packed]:
    if end.failures:
        yield pack_rows(end.row.owner, end.row.uri, None, list(end.failures))


def books_uri(settings: Settings, wave: int, whole: bool) -> str:
    """The books of a wave: under their own name once it is whole, which is its marker."""
    return f"{settings.folder}/waves/wave-{wave:05d}.json{'' if whole else '.partial'}"


def write_books(summary: Summary, gallery: list[Thumbnail], settings: Settings, wave: int) -> None:
    """Writes what the wave came to, not yet as its marker."""
    books = {"summary": summary.to_json(), "gallery": [_thumbnail_to_json(item) for item in gallery]}
    storage.write(books_uri(settings, wave, whole=False), json.dumps(books).encode(), settings.scratch)


def is_whole(settings: Settings, wave: int) -> bool:
    """Whether the wave has its marker."""
    return storage.exists(books_uri(settings, wave, whole=True))


def mark_whole(settings: Settings, wave: int, wall_seconds: float, counted: dict[str, dict[str, int]]) -> None:
    """Turns the books that the pipeline wrote into the wave's marker.

    `counted` is what the workers' metrics tell, by the summary's field.
    """
    partial = books_uri(settings, wave, whole=False)
    books = {**json.loads(storage.read(partial)), "wall_seconds": wall_seconds}
    books.setdefault("summary", {}).update(counted)
    storage.write(books_uri(settings, wave, whole=True), json.dumps(books).encode(), settings.scratch)
    storage.remove([partial])


def remove_partial(settings: Settings) -> None:
    """Removes books that a killed start had made into a marker, and not removed yet."""
    found = storage.listing(f"{glob.escape(settings.folder)}/waves/wave-*.json.partial")
    storage.remove([one.path for one in found])


def read_books(settings: Settings, wave: int) -> tuple[Summary, list[Thumbnail], float]:
    """What a whole wave came to, and the seconds that it took."""
    books = json.loads(storage.read(books_uri(settings, wave, whole=True)))
    gallery = [_thumbnail_from_json(item) for item in books["gallery"]]
    return Summary.from_json(books["summary"]), gallery, float(books["wall_seconds"])


def _thumbnail_to_json(item: Thumbnail) -> dict[str, Any]:
    return {**dataclasses.asdict(item), "jpeg": base64.b64encode(item.jpeg).decode()}


def _thumbnail_from_json(value: dict[str, Any]) -> Thumbnail:
    boxes = tuple(tuple(box) for box in value["boxes"])
    return Thumbnail(**{**value, "jpeg": base64.b64decode(value["jpeg"]), "boxes": boxes})
