from __future__ import annotations

import base64
import dataclasses
import datetime
import html.parser
import json
import re
from pathlib import Path

import pytest

import transforms.screen_documents
from pipelines.report import RunFacts, explanations, render_report, rows, summary_json, wording
from schemas import errors
from schemas.records import CATEGORIES, DOCUMENT_STATUSES, STAGES
from transforms.elements import Thumbnail
from transforms.engine_sums import EngineSums, ShadowSums
from transforms.summarise import UNREAD, Summary

FACTS = RunFacts(
    run="2026-01-14T09-30-12",
    input="/archive/",
    output="/out",
    engine="rapidocr",
    workers=2,
    started_at=datetime.datetime(2026, 1, 14, 10, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
    wall_seconds=50.0,
    waves=3,
    waves_resumed=1,
    isolation="limits",
)
SUMMARY = Summary(
    documents=1200,
    pages=1000,
    words=54321,
    overlays=700,
    bytes=1_234_567,
    internal_errors=1,
    cpu_seconds=1500.0,
    confidence_sum=80.0,
    confidence_count=100,
    statuses={"failed": 50, "done": 1000, "skipped": 150},
    reasons={
        "done: signed": 3,
        "skipped: empty": 50,
        "skipped: unsupported_type": 100,
        "failed: corrupt": 49,
        "failed: internal_error": 1,
    },
    media_types={"image/jpeg": 400, "application/pdf": 600},
    categories={"embedded_text": 300, "image_text": 600, "no_text": 80, "failed": 20},
    page_reasons={"blank": 80, "timeout": 20},
    failures={"CapPages: corrupt": 49, "RenderPages: timeout": 20, "ReadWords: internal_error": 1},
    milliseconds={"inspect": 5000.0, "read": 600_000.0},
    stage_pages={"inspect": 1000, "read": 600},
    engines={"rapidocr 3.10.0": 600},
    slowest=[(20.0, "/archive/maps/large.tiff", 10), (5.0, "/archive/b.pdf", 1), (0.001, "/archive/empty.txt", 0)],
)


def picture(uri: str = "/archive/a.jpg", confidence: float = 0.5, **changes: object) -> Thumbnail:
    item = Thumbnail(uri, 0, confidence, b"\xff\xd8 not quite a JPEG", 1.5, ((0.1, 0.2, 0.3, 0.4, 0.95),))
    return dataclasses.replace(item, **changes)  # type: ignore[arg-type]


class Parsed(html.parser.HTMLParser):
    """Tags with their attributes and all text, and a check that what is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_report_shows_the_headline_figures() -> None:
    text = Parsed(render_report(FACTS, SUMMARY, [])).text
    assert "Files 1,200 Pages 1,000 Words 54,321" in text
    assert "Pages a second 20.0 CPU seconds a page 1.50 Mean confidence 0.80" in text
    assert "Started 2026-01-14 09:30 UTC" in text
    assert "Waves 3, 1 of them from an earlier start" in text
    assert "1 failure was not foreseen" in text


def test_report_explains_every_reason_and_names_stages_and_slow_files() -> None:
    text = Parsed(render_report(FACTS, SUMMARY, [])).text
    assert "unsupported_type Neither a picture nor a PDF. 100 8 %" in text
    assert "RenderPages: timeout" in text
    assert "/out/tables/failures/run=2026-01-14T09-30-12" in text
    assert "maps/large.tiff 10 20.00" in text
    assert "empty.txt" not in text  # took no time worth telling


def test_report_names_files_to_look_after() -> None:
    named = [(0, "/archive/Büro/<b>.pdf", "failed", "corrupt"), (3, "/archive/b.pdf", "skipped", "encrypted")]
    text = Parsed(render_report(FACTS, dataclasses.replace(SUMMARY, unread=named), [])).text
    assert "Büro/<b>.pdf failed The file is broken or cut off. b.pdf skipped The PDF asks for a password." in text
    assert "No more than" not in text
    most = dataclasses.replace(SUMMARY, unread=named[:1] * UNREAD)
    assert f"No more than {UNREAD} are named here. All are in" in Parsed(render_report(FACTS, most, [])).text
    assert "Files to look after" not in Parsed(render_report(FACTS, SUMMARY, [])).text
    assert summary_json(FACTS, most)["unread"][0] == {
        "uri": "/archive/Büro/<b>.pdf", "status": "failed", "reason": "corrupt",
    }  # fmt: skip


def test_report_needs_nothing_from_outside() -> None:
    parsed = Parsed(render_report(FACTS, SUMMARY, [picture()]))
    names = {name for name, _ in parsed.tags}
    assert not names & {"script", "link", "iframe", "object", "base", "form"}
    places = [value for _, attributes in parsed.tags for key, value in attributes.items() if key in ("src", "href")]
    assert places
    assert all(place and place.startswith(("#", "data:image/jpeg;base64,")) for place in places)
    assert "default-src 'none'" in str(parsed.all("meta"))
    style = next(text for text in parsed.texts if ":root" in text)
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.pdf",
        '"><img src=x onerror=alert(1)>.jpg',
        "{{ 7 * 7 }}.jpg",
        "Größe №7 領収書.jpg",
        "a" * 300 + ".pdf",
        "two\nlines.pdf",
        "undecodable \udcff.pdf",
        "turned \u202egpj.exe",
    ],
)
def test_names_are_shown_as_names(name: str) -> None:
    summary = dataclasses.replace(SUMMARY, slowest=[(1.0, f"/archive/{name}", 1)])
    text = render_report(dataclasses.replace(FACTS, run=name, output=name), summary, [picture(f"/archive/{name}")])
    text.encode()
    parsed = Parsed(text)
    shown = wording.printable(name)
    assert not parsed.all("script")
    assert not parsed.all("img")
    assert parsed.text.count(shown) >= 2  # the title and the slowest files
    assert shown in {attributes.get("title") for attributes in parsed.all("bdi")}


def test_gallery_shows_the_least_confident_first_and_at_most_40() -> None:
    items = [picture(f"/archive/{number:02d}.jpg", number / 100, page=number) for number in range(60, 0, -1)]
    parsed = Parsed(render_report(FACTS, SUMMARY, items))
    names = [attributes["title"] for attributes in parsed.all("bdi") if "title" in attributes]
    assert names == [f"{number:02d}.jpg" for number in range(1, 41)]
    assert "0.01 01.jpg page 2, 1 word" in parsed.text


def test_gallery_draws_boxes_where_the_words_are_in_the_colour_of_their_confidence() -> None:
    boxes = (
        (0.0, 0.0, 1.0, 1.0, 0.95),
        (0.1, 0.2, 0.3, 0.4, 0.7),
        (0.5, 0.5, 0.6, 0.6, 0.69),
        (0.0, 0.0, 0.1, 0.1, -1.0),
        (0.2, 0.0, 0.3, 0.1, 0.9),
    )
    parsed = Parsed(render_report(FACTS, SUMMARY, [picture(aspect=2.0, boxes=boxes)]))
    (frame,) = parsed.all("svg")
    assert frame["viewbox"] == "0 0 1000 2000"
    # The least sure last, so that no other box covers them.
    assert [(attributes["class"], attributes["d"]) for attributes in parsed.all("path")] == [
        ("none", "M0 0H100V200H0z"),
        ("sure", "M0 0H1000V2000H0zM200 0H300V200H200z"),
        ("fair", "M100 400H300V800H100z"),
        ("poor", "M500 1000H600V1200H500z"),
    ]
    (image,) = parsed.all("image")
    assert base64.b64decode((image["href"] or "").partition(",")[2]) == picture().jpeg


def test_a_run_without_files_has_a_report() -> None:
    facts = dataclasses.replace(FACTS, wall_seconds=0.0, workers=None, waves=0, waves_resumed=0)
    text = Parsed(render_report(facts, Summary(), [])).text
    assert "There were no files to read." in text
    assert "Pages a second - " in text
    assert "How the files ended" not in text
    assert "least confidence" not in text


def test_files_by_ending_tell_reasons_below_their_status() -> None:
    lines = [(row.label, row.count, row.detail) for row in rows.files_by_ending(SUMMARY)]
    assert lines == [
        ("done", 1000, False),
        ("signed", 3, True),
        ("skipped", 150, False),
        ("unsupported_type", 100, True),
        ("empty", 50, True),
        ("failed", 50, False),
        ("corrupt", 49, True),
        ("internal_error", 1, True),
    ]
    assert sum(row.share for row in rows.files_by_ending(SUMMARY) if not row.detail) == pytest.approx(1.0)


def test_reasons_of_pages_stand_below_what_they_are_reasons_of() -> None:
    lines = [(row.label, row.count) for row in rows.pages_by_category(SUMMARY)]
    assert lines[2:] == [("no_text", 80), ("blank", 80), ("failed", 20), ("timeout", 20)]


def test_a_status_that_nobody_knows_is_counted_all_the_same() -> None:
    lines = rows.files_by_ending(Summary(documents=2, statuses={"done": 1, "odd": 1}, reasons={"odd: strange": 1}))
    assert [row.label for row in lines] == ["done", "odd", "strange"]


def test_every_reason_has_its_sentence() -> None:
    classes = [errors.PagebeamError]
    for kind in classes:
        classes.extend(kind.__subclasses__())
    ours = {kind.reason for kind in classes if kind.__module__ == errors.__name__} - {"error", "usage"}  # end no file
    skips = set(re.findall(r'skipped\("(\w+)"\)', Path(transforms.screen_documents.__file__).read_text()))
    assert skips
    assert ours | skips <= set(explanations.REASONS)
    assert set(explanations.STAGES) == set(STAGES)
    assert set(explanations.ENDINGS) == set(DOCUMENT_STATUSES)
    assert set(explanations.CATEGORIES) == {*CATEGORIES, "failed"}


def test_summary_json_tells_the_figures() -> None:
    value = summary_json(FACTS, SUMMARY)
    assert value["started_at"] == "2026-01-14T09:30:00+00:00"
    assert value["files"] == sum(value["files_by_status"].values()) == 1200
    assert value["files_by_status"]["deleted"] == 0
    assert list(value["files_by_reason"])[:2] == ["skipped: unsupported_type", "skipped: empty"]
    assert value["pages_by_category"] == {"embedded_text": 300, "image_text": 600, "no_text": 80, "failed": 20}
    assert (value["pages_per_second"], value["cpu_seconds_per_page"], value["mean_confidence"]) == (20.0, 1.5, 0.8)
    assert value["milliseconds_by_stage"]["read"] == 1000.0
    assert value["milliseconds_by_stage"]["rectify"] is None
    assert value["failures"] == 70
    assert value["slowest"][0] == {"uri": "/archive/maps/large.tiff", "cpu_seconds": 20.0, "pages": 10}
    assert value["report_file"] == "/out/runs/2026-01-14T09-30-12/report.html"


def test_engines_are_told_apart_when_there_are_several() -> None:
    sums = {
        "native 1": EngineSums(3, 6, 0, copies=2, words=60, confidence_sum=4.5, confidence_count=9, cpu_seconds=1.0),
        "rapidocr 3": EngineSums(1, 1, 1, words=5, cpu_seconds=4.0),
    }
    summary = dataclasses.replace(SUMMARY, engine_sums=sums)
    facts = dataclasses.replace(FACTS, experiment="rapidocr:10")
    text = Parsed(render_report(facts, summary, [])).text
    # Files, pages, failed, words, words a page, confidence, CPU seconds a page.
    assert "native 1 3 6 0 60 10.0 0.50 0.250 rapidocr 3 1 1 1 5 5.00 - 2.00" in text
    assert "Experiment rapidocr:10" in text
    value = summary_json(facts, summary)
    assert value["experiment"] == "rapidocr:10"
    assert [one["cpu_seconds_per_page"] for one in value["engines"]] == [0.25, 2.0]
    alone = dataclasses.replace(SUMMARY, engine_sums={"native 1": sums["native 1"]})
    assert "Words a page" not in Parsed(render_report(FACTS, alone, [])).text


def test_pages_that_were_read_twice_are_told() -> None:
    sums = ShadowSums(
        pages=2, shadow_failed=1, words=10, words_loose=8, shadow_words=20, shadow_words_loose=16, common=6,
        common_loose=6, confidence_sum=5.0, confidence_count=10, cpu_seconds=0.5, shadow_cpu_seconds=4.0,
    )  # fmt: skip
    facts = dataclasses.replace(FACTS, shadow="rapidocr:10")
    text = Parsed(render_report(facts, dataclasses.replace(SUMMARY, shadow_sums={"native:rapidocr": sums}), [])).text
    assert "native and, in its shadow, rapidocr 2 pages that both read" in text
    # Failed, words, only here, only here loose, confidence, CPU seconds a page.
    assert "native 0 10 4 2 0.50 0.250 rapidocr 1 20 14 10 - 2.00" in text
    assert "an F1 of 0.50 over words without case and punctuation, and of 0.40 over words as they are" in text
    assert "Shadow rapidocr:10" in text
    assert "in its shadow" not in Parsed(render_report(FACTS, SUMMARY, [])).text


def test_summary_json_has_the_same_keys_for_every_run() -> None:
    empty = summary_json(dataclasses.replace(FACTS, wall_seconds=0.0, workers=None), Summary())
    full = summary_json(FACTS, SUMMARY)
    assert list(empty) == list(full)
    assert json.loads(json.dumps(full, allow_nan=False)) == full
    for key in ("files_by_status", "pages_by_category", "milliseconds_by_stage"):
        assert list(empty[key]) == list(full[key])
    assert empty["pages_per_second"] is empty["cpu_seconds_per_page"] is empty["mean_confidence"] is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0"),
        (0.00123, "0.0012"),
        (0.1234, "0.123"),
        (1.234, "1.23"),
        (9.996, "10.0"),
        (12.34, "12.3"),
        (99.96, "100"),
        (12345.6, "12,346"),
    ],
)
def test_figure(value: float | None, text: str) -> None:
    assert wording.figure(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.999, ">99 %"), (1, "100 %")]
)
def test_percent_keeps_little_from_nothing_and_most_from_all(share: float, text: str) -> None:
    assert wording.percent(share) == text


@pytest.mark.parametrize(("value", "text"), [(None, "-"), (0.5, "0.50"), (0.999, "0.99"), (1.0, "1.00")])
def test_confidence_is_not_rounded_up_to_certain(value: float | None, text: str) -> None:
    assert wording.confidence(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.7, "1 min"),
        (185, "3 min 5 s"),
        (3600, "1 h"),
        (8040, "2 h 14 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1500, "1.5 kB"), (999_700, "1.0 MB"), (48 * 10**9, "48 GB")],
)
def test_size(amount: int, text: str) -> None:
    assert wording.size(amount) == text


def test_shortened_keeps_both_ends() -> None:
    assert wording.shortened("abcdefghij", 10) == "abcdefghij"
    assert wording.shortened("abcdefghijk", 6) == "ab\N{HORIZONTAL ELLIPSIS}ijk"
