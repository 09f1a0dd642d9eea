from __future__ import annotations

import dataclasses
import math

import pytest

from schemas.pages import PageInspection
from tests.transforms.examples import document, document_end, page_end
from tests.transforms.examples import task as page_task
from transforms.count_survey import Survey, draw, merged, of_end, of_ended_page, of_head, of_sample, of_task
from transforms.elements import DocumentHead, PageTask


def test_parts_add_up() -> None:
    head = DocumentHead(document("/a"), page_count=12, pages=10, signed=False)
    skipped = document_end("/b", status="skipped", reason="encrypted", bytes=7)
    total = merged(
        [
            of_head(head),
            of_end(skipped),
            of_ended_page(page_end(category="embedded_text")),
            of_ended_page(page_end(category=None, status="failed")),
            of_task(page_task()),
            of_task(page_task(1)),
            of_sample(page_end()),
        ]
    )
    assert (total.files, total.bytes, total.source_pages, total.capped) == (2, 17, 12, 1)
    assert total.endings == {"opened": 1, "skipped: encrypted": 1}
    assert total.pages == {"embedded_text": 1, "failed": 1, "to_read": 2}
    assert total.media_types == {"application/pdf": 2}
    assert total.cpu_seconds == 1.5
    assert (total.sampled, total.sample_seconds) == (1, 0.25)
    assert merged([total, Survey()]) == total


def test_copies_are_counted_where_they_are_and_read_once() -> None:
    first = dataclasses.replace(document("/a"), copies=(document("/b"), document("/c")))
    head = DocumentHead(first, page_count=12, pages=2, signed=False)
    blank = dataclasses.replace(page_end(category="no_text"), document=first)
    total = merged([of_head(head), of_ended_page(blank), of_task(dataclasses.replace(page_task(1), document=first))])
    assert (total.files, total.bytes, total.source_pages, total.capped) == (3, 30, 36, 3)
    assert total.pages == {"no_text": 3, "to_read": 1, "copy": 2}
    assert total.cpu_seconds == 1.75


def test_the_cost_is_that_of_the_sample_times_the_pages() -> None:
    ends = [dataclasses.replace(page_end(number=number), cpu_seconds=seconds) for number, seconds in enumerate((1, 3))]
    survey = merged([Survey(pages={"to_read": 10, "no_text": 5}), *map(of_sample, ends)])
    assert survey.seconds_a_page == 2.0
    assert survey.reading_seconds == 20.0
    assert survey.uncertainty == pytest.approx(10 * 1.96 * math.sqrt(2) / math.sqrt(2))  # deviation 2 ** 0.5, 2 pages


def test_nothing_to_read_costs_nothing() -> None:
    assert (Survey().seconds_a_page, Survey().reading_seconds, Survey().uncertainty) == (None, 0.0, 0.0)


def test_pages_are_drawn_by_what_they_are_and_not_by_where() -> None:
    here = PageTask(document("/a"), PageInspection(3, None, None, None, None, ()))
    moved = dataclasses.replace(
        here, document=dataclasses.replace(document("/b"), document_id=here.document.document_id)
    )
    assert draw(here) == draw(moved)
    assert draw(here) != draw(dataclasses.replace(here, inspection=dataclasses.replace(here.inspection, page=4)))
