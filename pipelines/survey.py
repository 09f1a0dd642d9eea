"""A run that reads nothing but a sample: it counts files and pages, and says what a backfill would cost."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import apache_beam as beam

from pipelines import wave as whole_wave
from pipelines.options import Settings
from pipelines.report import wording
from transforms import storage
from transforms.classify_pages import ClassifyPages
from transforms.count_ends import CountEnds
from transforms.count_survey import TO_READ, CountSurvey, DrawPages, Survey, merged
from transforms.elements import DocumentHead, PageRun
from transforms.read_words import ReadWords
from transforms.rectify_pages import RectifyPages
from transforms.render_pages import RenderPages

SAMPLE = 100  # pages that are read, over all waves


def build(
    pipeline: beam.Pipeline, settings: Settings, wave: int, waves: int, progress_folder: str | None = None
) -> None:
    """Adds a wave of a survey to the pipeline. No table and no overlay is written."""
    screened, capped = whole_wave.look(pipeline, settings, wave)
    counted = progress_folder and f"{progress_folder}/{whole_wave.PROGRESS[1]}"
    heads = (capped.heads, capped.here | "HeadsHere" >> beam.Map(_head).with_output_types(DocumentHead))
    runs = (capped.here, capped.runs) | "Runs" >> beam.Flatten() | "SpreadPages" >> beam.Reshuffle()
    classified = runs | "ClassifyPages" >> ClassifyPages(settings.run, settings.min_isolation, settings.models)
    drawn = classified.pages | "DrawPages" >> DrawPages(-(-SAMPLE // waves))
    rendered = drawn | "RenderPages" >> RenderPages(settings.run, settings.min_isolation)
    rectified = rendered.pages | "RectifyPages" >> RectifyPages(settings.run, settings.models)
    read = rectified.pages | "ReadWords" >> ReadWords(
        settings.engines, settings.run, settings.embedded_text, gallery=False, models=settings.models
    )
    sampled = (rendered.ended_pages, rectified.ended_pages, read.ended_pages) | "SampledPages" >> beam.Flatten()
    ended = (screened.ended, capped.ended) | "EndedDocuments" >> beam.Flatten() | "CountDocuments" >> CountEnds(counted)
    pages = (
        (capped.ended_pages, classified.ended_pages)
        | "EndedPages" >> beam.Flatten()
        | "CountPages" >> CountEnds(counted)
    )
    _ = (
        (ended, heads | "Heads" >> beam.Flatten(), pages, classified.pages, sampled)
        | "CountSurvey" >> CountSurvey()
        | "WriteSurvey" >> beam.Map(_write_books, settings, wave)
    )


def _head(run: PageRun) -> DocumentHead:
    """Of a run of a document that is read where it was opened."""
    head = run.pages[0].head
    assert head is not None
    return head


def _write_books(survey: Survey, settings: Settings, wave: int) -> None:
    uri = whole_wave.books_uri(settings, wave, whole=False)
    storage.write(uri, json.dumps({"survey": dataclasses.asdict(survey)}).encode(), settings.scratch)


def finish(settings: Settings, waves: list[int]) -> Survey:
    """Writes survey.json of a run whose waves are whole, and prints what it says."""
    books = [json.loads(storage.read(whole_wave.books_uri(settings, number, whole=True))) for number in waves]
    survey = merged(Survey(**one["survey"]) for one in books)
    uri = f"{settings.folder}/survey.json"
    storage.write(uri, json.dumps(to_json(settings, survey), indent=1).encode(), settings.scratch)
    print("\n".join([*lines(settings, survey), "", f"  {uri}"]))
    return survey


def to_json(settings: Settings, survey: Survey) -> dict[str, Any]:
    """What survey.json holds."""
    seconds = survey.seconds_a_page
    return {
        "run": settings.run,
        "input": settings.input,
        "engine": settings.engine,
        "files": survey.files,
        "files_by_ending": survey.endings,  # `opened`, or "status: reason"
        "files_by_media_type": survey.media_types,
        "bytes": survey.bytes,  # of the files that were opened or fetched
        "capped": survey.capped,  # files with more than --max_pages
        "source_pages": survey.source_pages,  # of all opened files
        "pages_by_category": survey.pages,  # of those that would be looked at
        "sampled_pages": survey.sampled,
        "cpu_seconds_per_read_page": None if seconds is None else round(seconds, 4),  # of the sample
        "core_hours": round(core_hours(survey), 6),
        "core_hours_uncertainty": round(survey.uncertainty / 3600, 6),  # half of the 95 % interval
        "cpu_seconds_of_the_survey": round(survey.cpu_seconds + survey.sample_seconds, 2),
    }


def core_hours(survey: Survey) -> float:
    """Looking at all files, as measured, and reading all pages, as the sample was."""
    return (survey.cpu_seconds + survey.reading_seconds) / 3600


def lines(settings: Settings, survey: Survey) -> list[str]:
    """The same for a person."""

    def line(label: str, value: str, note: str = "") -> str:
        return f"  {label:<30}{value:>12}  {note}".rstrip()

    hours, unsure = core_hours(survey), survey.uncertainty / 3600
    return [
        f"Survey {wording.printable(settings.run)}: {wording.count(survey.files, 'file')}, "
        f"{wording.size(survey.bytes)} of them fetched.",
        "",
        line("Files", wording.number(survey.files)),
        *(line(f"  {name}", wording.number(survey.endings[name])) for name in _most_first(survey.endings)),
        line("Pages of opened files", wording.number(survey.source_pages)),
        *(line(f"  {name}", wording.number(survey.pages[name])) for name in _most_first(survey.pages)),
        line("Longer than --max_pages", wording.number(survey.capped)),
        "",
        line("CPU seconds to look", wording.figure(survey.cpu_seconds), "at all files, measured"),
        line(
            "CPU seconds a page",
            wording.figure(survey.seconds_a_page),
            f"to read one with {settings.engine}: {wording.count(survey.sampled, 'page')} were",
        ),
        line("Core-hours", wording.figure(hours), f"to look and to read {survey.pages.get(TO_READ, 0):,} pages"),
        line("  give or take", wording.figure(unsure), "as far as the sample tells (95 %)"),
    ]


def _most_first(counts: dict[str, int]) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))
