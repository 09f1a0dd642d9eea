from __future__ import annotations

import pytest

from pipelines.comparison import page_html
from pipelines.comparison.compared_pages import ComparedPage, compared
from pipelines.comparison.figures import comparison
from pipelines.comparison.page_html import LISTED, SHOWN, render_page
from pipelines.comparison.pictures import Picture
from pipelines.report import wording
from schemas.records import ShadowRow
from tests.pipelines.test_report import Parsed
from tests.transforms.examples import shadow_row, shadow_token, word

SEEN = Picture("data:image/jpeg;base64,AAAA", 100, 200)


@pytest.fixture(autouse=True)
def _pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one of every page but those of `gone`."""

    def picture(row: ShadowRow) -> Picture | None:
        return None if row.uri.endswith("gone") else SEEN

    monkeypatch.setattr(page_html, "picture", picture)


def _page(uri: str = "/in/a.pdf", number: int = 0, tokens: tuple[str, ...] = ("Same", "theirs")) -> ComparedPage:
    row = shadow_row(uri, number, shadow_tokens=tuple(map(shadow_token, tokens)))
    return compared(row, [word("same"), word("<b>&mine", line=1)])


def _html(pages: list[ComparedPage]) -> str:
    return render_page(comparison(pages), pages, "/in/")


def test_the_page_has_the_figures() -> None:
    text = Parsed(_html([_page()])).text
    assert "standin 1 and native 7 1 page that both read, of /in/" in text
    assert "standin 1 0 2 1 1 0.50 0.25" in text  # failed, words, only here loose and strict, confidence, CPU seconds
    assert "native 7 0 2 1 1 0.75 0.50" in text
    assert "0.5 or more 1 0 or more 0" in text
    assert "a.pdf , 1 0.500 2 2 1 1 0.250 0.500" in text


def test_both_texts_stand_side_by_side_with_what_differs_marked() -> None:
    html = _html([_page()])
    assert '<li><mark class="alike">same</mark> </li>' in html
    assert '<li><mark class="wrong">&lt;b&gt;&amp;mine</mark> </li>' in html
    assert '<li><mark class="alike">Same</mark> <mark class="wrong">theirs</mark> </li>' in html


def test_boxes_are_drawn_on_one_picture_by_what_became_of_them() -> None:
    parsed = Parsed(_html([_page()]))
    assert [frame["viewbox"] for frame in parsed.all("svg")] == ["0 0 100 200"] * 2
    (image,) = parsed.all("image")
    assert [used["href"] for used in parsed.all("use")] == [f"#{image['id']}"]
    box, theirs = "M10 20L30 20L30 40L10 40z", "M25 100L25 100L25 100L25 100z"
    assert [(path["class"], path["d"]) for path in parsed.all("path")] == [
        ("alike", box), ("wrong", box), ("alike", theirs), ("wrong", theirs)
    ]  # fmt: skip


def test_a_page_without_picture_has_its_boxes_all_the_same() -> None:
    parsed = Parsed(_html([_page("/in/gone")]))
    assert "the file is not there any more, or has changed" in parsed.text
    assert not parsed.all("image") + parsed.all("use")
    assert len(parsed.all("path")) == 4


def test_pages_on_which_nothing_differs_or_one_failed_are_listed_alone() -> None:
    same = compared(shadow_row("/in/same", common_loose=2), [word("one"), word("three")])
    nothing = {"shadow_words": None, "shadow_words_loose": None, "common": None, "common_loose": None}
    failed = compared(shadow_row("/in/failed", shadow_reason="engine_error", shadow_tokens=(), **nothing), [])
    parsed = Parsed(_html([same, failed]))
    assert "same , 1 1.000 2 2 0 0" in parsed.text
    assert "failed , 1 - 2 engine_error - -" in parsed.text
    assert not parsed.all("svg")


def test_an_engine_that_failed_on_every_page_agrees_with_nobody() -> None:
    nothing = {"shadow_words": None, "shadow_words_loose": None, "common": None, "common_loose": None}
    failed = [compared(shadow_row("/in/a", shadow_reason="engine_error", shadow_tokens=(), **nothing), [])]
    assert comparison(failed)["agreement"] is comparison(failed)["agreement_loose"] is None
    assert "Agreement, loose - Agreement, strict -" in Parsed(_html(failed)).text


def test_many_pages_are_cut_and_said_to_be() -> None:
    parsed = Parsed(_html([_page(number=number) for number in range(LISTED + 3)]))
    assert len(parsed.all("article")) == SHOWN
    assert "3 pages more in comparison.json" in parsed.text
    links = {place["href"] for place in parsed.all("a")}
    ids = {f"#{attributes['id']}" for _, attributes in parsed.tags if "id" in attributes}
    assert links <= ids


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7 * 7 }}", "turned \u202egpj.exe"])
def test_names_and_words_are_shown_as_such_and_nothing_comes_from_outside(name: str) -> None:
    html = _html([_page(f"/in/{name}", tokens=("same", wording.printable(name)))])
    html.encode()
    parsed = Parsed(html)
    assert not {tag for tag, _ in parsed.tags} & {"script", "img", "link", "iframe", "object", "base", "form"}
    places = [value for _, attributes in parsed.tags for key, value in attributes.items() if key in ("src", "href")]
    assert all(place and place.startswith(("#", "data:image/jpeg;base64,")) for place in places)
    assert "default-src 'none'" in str(parsed.all("meta"))
    assert parsed.text.count(wording.printable(name)) >= 3
