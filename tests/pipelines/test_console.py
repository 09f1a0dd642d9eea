from __future__ import annotations

import dataclasses
import datetime

from pipelines.console import WIDTH, render_summary
from pipelines.report import RunFacts
from transforms.summarise import Summary

FACTS = RunFacts(
    run="nightly",
    input="/archive",
    output="/out",
    engine="rapidocr",
    workers=2,
    started_at=datetime.datetime(2026, 1, 14, tzinfo=datetime.timezone.utc),
    wall_seconds=125.0,
    waves=3,
    waves_resumed=0,
    isolation="limits",
)
SUMMARY = Summary(
    documents=12_000,
    pages=34_000,
    words=5_678_901,
    overlays=7_000,
    cpu_seconds=51_000.0,
    confidence_sum=93.0,
    confidence_count=100,
    statuses={"done": 11_000, "skipped": 998, "failed": 2},
    reasons={"skipped: unsupported_type": 900, "skipped: duplicate_entry": 98, "failed: corrupt": 2},
    categories={"image_text": 33_998, "failed": 2},
    page_reasons={"too_many_pixels": 2},
    failures={"CapPages: corrupt": 2, "RenderPages: too_many_pixels": 2},
)
PATHS = {"tables": "/out/tables", "PDFs": "/out/overlays", "report": "/out/runs/nightly/report.html"}

GOLDEN = """\
Run nightly: 12,000 files in 2 min 5 s, with rapidocr and 2 workers.

  Files                       12,000
    done                      11,000  Opened and read.
    skipped                      998  Left out on purpose.
      unsupported_type           900  Neither a picture nor a PDF.
      duplicate_entry             98  An earlier row of the manifest names the
                                      same file.
    failed                         2  Could not be read.
      corrupt                      2  The file is broken or cut off.

  Pages                       34,000
    image_text                33,998  Read by the OCR engine.
    failed                         2  Could not be read.
      too_many_pixels              2  The picture would unpack to more pixels
                                      than allowed.

  Words                    5,678,901
  Mean confidence               0.93
  Overlay PDFs                 7,000
  Pages a second                 272
  CPU seconds a page            1.50

  Tables  /out/tables
  PDFs    /out/overlays
  Report  /out/runs/nightly/report.html

  4 failures: the file, page and message of each are in the failures table.
  /out/tables/failures/run=nightly"""


def test_summary_reads_as_it_should() -> None:
    assert render_summary(FACTS, SUMMARY, PATHS) == GOLDEN


def test_nothing_but_a_path_is_wider_than_the_console() -> None:
    reasons = {f"failed: {reason}": 1_000_000_000 for reason in ("internal_error", "memory_limit", "overlay_failed")}
    summary = dataclasses.replace(SUMMARY, statuses={"failed": 3_000_000_000}, reasons=reasons, internal_errors=3)
    facts = dataclasses.replace(FACTS, waves=1000, waves_resumed=999, wall_seconds=1e6)
    lines = render_summary(facts, summary, PATHS).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "999 of 1,000 waves were done before." in " ".join(lines[:2])


def test_a_long_path_is_whole() -> None:
    path = "/out/" + "folder/" * 30
    assert f"  Tables  {path}" in render_summary(FACTS, SUMMARY, {"tables": path}).splitlines()


def test_one_is_not_many() -> None:
    summary = Summary(
        documents=1, pages=1, statuses={"failed": 1}, failures={"CapPages: corrupt": 1}, internal_errors=1
    )
    text = render_summary(dataclasses.replace(FACTS, workers=1, waves_resumed=1), summary, PATHS)
    assert "1 file in" in text
    assert "1 worker." in text.replace("\n", " ")
    assert "1 of 3 waves was done before." in text.replace("\n", " ")
    assert "1 failure: the file" in text
    assert "1 was not foreseen" in text.replace("\n  ", " ")


def test_no_hint_when_nothing_failed() -> None:
    text = render_summary(FACTS, dataclasses.replace(SUMMARY, failures={}), PATHS)
    assert "failures" not in text
    assert text.endswith("report.html")


def test_an_empty_run() -> None:
    text = render_summary(dataclasses.replace(FACTS, wall_seconds=0.0, workers=None), Summary(), PATHS)
    assert text.startswith("Run nightly: 0 files in 0.0 s, with rapidocr.\n")
    assert "Pages a second                   -" in text


def test_a_name_cannot_break_the_lines() -> None:
    text = render_summary(dataclasses.replace(FACTS, run="a\nb\x1b[31m"), SUMMARY, PATHS)
    assert text.startswith(r"Run a\nb\x1b[31m: ")


def test_calls_of_a_storage_that_were_tried_again_are_told() -> None:
    text = render_summary(FACTS, dataclasses.replace(SUMMARY, retries={"2": 2, "3": 1, "lost": 1}), PATHS)
    line = next(line for line in text.splitlines() if "retried" in line)
    assert line == "  Storage calls retried            4  A second or third try saved 75% of them."


def test_files_that_failed_are_named() -> None:
    names = [(0, f"/archive/Büro/{number}.pdf", "failed", "corrupt") for number in range(7)]
    part, skipped = (1, "/archive/x\n.pdf", "done", "pages_failed"), (3, "/archive/y.pdf", "skipped", "encrypted")
    few = render_summary(FACTS, dataclasses.replace(SUMMARY, unread=[*names[:2], part, skipped]), PATHS)
    assert "\n\n  corrupt: Büro/0.pdf\n  corrupt: Büro/1.pdf\n  pages_failed: x\\n.pdf\n\n  4 failures:" in few
    many = render_summary(FACTS, dataclasses.replace(SUMMARY, unread=[*names, skipped]), PATHS)
    assert "\n  corrupt: Büro/4.pdf\n  ...\n\n  4 failures:" in many
