from __future__ import annotations

import json

import apache_beam as beam
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import FailureRow
from tests.transforms.examples import RUN, document_end, document_row, page_end
from transforms.elements import DocumentEnd
from transforms.engine_sums import EngineSums, ShadowSums
from transforms.summarise import SLOWEST, UNREAD, Summarise, Summary, merged, of_document, of_page

names = st.sampled_from("abc")
counts = st.dictionaries(st.sampled_from("abc"), st.integers(0, 1000), max_size=3)
# Sums of halves are exact: what is tested is the merging, not floating point.
small = st.integers(0, 1000)
halves = st.integers(0, 1000).map(lambda value: value / 2)
seconds = st.dictionaries(st.sampled_from("abc"), halves, max_size=3)
unread = st.lists(st.tuples(st.integers(0, 6), names, st.just("failed"), names), max_size=UNREAD)
slowest = st.lists(st.tuples(halves, st.sampled_from("abcdef"), st.integers(0, 3)), max_size=SLOWEST)
summaries = st.builds(
    Summary,
    documents=st.integers(0, 1000),
    words=st.integers(0, 1000),
    cpu_seconds=halves,
    confidence_sum=halves,
    confidence_count=st.integers(0, 1000),
    statuses=counts,
    milliseconds=seconds,
    engine_sums=st.dictionaries(names, st.builds(EngineSums, pages=small, cpu_seconds=halves), max_size=3),
    shadow_sums=st.dictionaries(names, st.builds(ShadowSums, words=small, cpu_seconds=halves), max_size=3),
    slowest=slowest.map(lambda items: sorted(items, reverse=True)),
    unread=unread.map(sorted),
)


@given(summaries, summaries, summaries)
def test_parts_add_up_in_any_order_and_grouping(a: Summary, b: Summary, c: Summary) -> None:
    assert merged([a, b]) == merged([b, a])
    assert merged([merged([a, b]), c]) == merged([a, merged([b, c])]) == merged([a, b, c])
    assert merged([a, Summary()]) == merged([a]) == a


@given(st.lists(summaries, max_size=4))
def test_merging_leaves_the_parts_as_they_are(parts: list[Summary]) -> None:
    before = json.dumps([part.to_json() for part in parts])
    merged(parts)
    assert json.dumps([part.to_json() for part in parts]) == before


@given(summaries)
def test_a_summary_survives_its_file(summary: Summary) -> None:
    assert Summary.from_json(json.loads(json.dumps(summary.to_json()))) == summary


def test_the_slowest_are_kept_and_bounded() -> None:
    total = merged(of_document(document_end(f"/{number}", cpu_seconds=float(number))) for number in range(50))
    assert [uri for _, uri, _ in total.slowest] == [f"/{number}" for number in range(49, 49 - SLOWEST, -1)]
    assert total.documents == 50


def test_what_a_document_and_a_page_add() -> None:
    unforeseen = FailureRow(
        document_id=None, uri="/a", page=None, stage="CapPages", error="internal_error", message="", attempts=1, run=RUN
    )
    row = document_row("/a", status="failed", reason="internal_error", overlay_uri="/o.pdf")
    of_it = of_document(DocumentEnd(row, (unforeseen,)))
    assert (of_it.statuses, of_it.reasons) == ({"failed": 1}, {"failed: internal_error": 1})
    assert (of_it.internal_errors, of_it.overlays, of_it.bytes) == (1, 1, 10)
    assert of_it.failures == {"CapPages: internal_error": 1}
    assert of_document(document_end("/a", document_id=None)).bytes == 0  # it was not read

    page = of_page(page_end("/a"))
    assert (page.pages, page.words, page.categories) == (1, 2, {"image_text": 1})
    assert (page.milliseconds, page.stage_pages) == ({"fetch": 1.0, "read": 2.0}, {"fetch": 1, "read": 1})
    assert page.engines == {"standin 1": 1}
    assert of_page(page_end("/a", category=None, reason="corrupt")).categories == {"failed": 1}


def test_the_transform_sums_both_and_nothing_is_nothing() -> None:
    with Pipeline() as pipeline:
        documents = pipeline | "Documents" >> beam.Create([document_end("/a"), document_end("/b")])
        pages = pipeline | "Pages" >> beam.Create([page_end("/a", number) for number in range(3)])
        total = (documents, pages) | Summarise() | beam.Map(lambda all_: (all_.documents, all_.pages, all_.words))
        assert_that(total, equal_to([(2, 3, 6)]))


def test_what_was_not_read_is_named_the_worst_first_and_bounded() -> None:
    ends = [
        document_end("/note", status="skipped", reason="unsupported_type"),
        document_end("/secret", status="skipped", reason="encrypted"),
        document_end("/left out", status="skipped", reason="not_eligible"),  # as the manifest says
        document_end("/part", reason="pages_failed"),
        document_end("/gone", status="deleted", reason="source_missing"),
        document_end("/good"),
        *(document_end(f"/{number:02}", status="failed", reason="corrupt") for number in range(UNREAD - 1)),
    ]
    named = merged(map(of_document, ends)).unread
    assert [uri for _, uri, _, _ in named] == [*(f"/{number:02}" for number in range(UNREAD - 1)), "/part"]
    some = merged(map(of_document, ends[:6])).unread
    assert [(uri, status, reason) for _, uri, status, reason in some] == [
        ("/part", "done", "pages_failed"),
        ("/secret", "skipped", "encrypted"),
        ("/note", "skipped", "unsupported_type"),
    ]
