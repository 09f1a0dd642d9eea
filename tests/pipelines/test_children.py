"""How often a document is fetched and opened: what it costs hangs on that."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from documents.jail import Jail, JailedDocument
from pipelines.exit_codes import DONE
from schemas.errors import JailCrash
from tests import small_files
from tests.small_runs import endings, job, overlays, rows
from transforms import opened, render_pages, sources
from transforms.elements import Page, PageEnd, PageTask
from transforms.endings import fail_page


class CountingJail(Jail):
    """Knows how many children it had, by the size of their documents."""

    def __init__(self) -> None:
        super().__init__()
        self.children: Counter[int] = Counter()

    @contextlib.contextmanager
    def open(self, source: int, size: int, *arguments: Any) -> Iterator[JailedDocument]:
        self.children[size] += 1
        with super().open(source, size, *arguments) as document:
            yield document


@pytest.fixture
def jail(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingJail]:
    counting = CountingJail()
    monkeypatch.setattr(opened, "jail", lambda: counting)
    yield counting
    counting.close()


def test_a_picture_or_short_document_is_opened_once_and_a_long_one_where_it_is_spread(
    tmp_path: Path, jail: CountingJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = small_files.joined_pdf([small_files.text_pdf(["Four words of text"]), small_files.scan_pdf([1])])
    files = {
        # Name: bytes, children, fetches (one of them by ScreenDocuments).
        "picture.png": (small_files.png(3), 1, 2),
        "short.pdf": (small_files.scan_pdf([1, 0, 2]), 1, 2),
        "text.pdf": (small_files.text_pdf(["Some words of text"]), 1, 2),
        "mixed.pdf": (mixed, 1, 2),
        "long.pdf": (small_files.scan_pdf([1] * 9, seed=1), 3, 4),  # a look, its three runs, the overlay
    }
    fetches: Counter[str] = Counter()
    fetch = sources.fetched

    def watched(uri: str) -> Any:
        fetches[Path(uri).name] += 1
        return fetch(uri)

    monkeypatch.setattr(sources, "fetched", watched)
    for name, (data, _, _) in files.items():
        small_files.put(tmp_path / "in" / name, data)
    assert job(tmp_path / "in", tmp_path / "out") == DONE
    counted = {name: (jail.children[len(data)], fetches[name]) for name, (data, _, _) in files.items()}
    assert counted == {name: (children, fetched) for name, (_, children, fetched) in files.items()}


def test_a_child_that_dies_costs_its_page_and_the_others_have_a_fresh_one(
    tmp_path: Path, jail: CountingJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = render_pages.render

    def crash(task: PageTask, run: str, min_isolation: str) -> Page | PageEnd:
        if task.inspection.page != 1:
            return render(task, run, min_isolation)
        opened.open_document(task.document).close()
        return fail_page(task, render_pages.STAGE, run, JailCrash("the parser died"))

    monkeypatch.setattr(render_pages, "render", crash)
    path = small_files.put(tmp_path / "in" / "a.pdf", small_files.scan_pdf([1, 1, 2]))
    assert job(path, tmp_path / "out") == DONE
    assert endings(tmp_path / "out") == {str(path): ("done", "pages_failed")}
    found = [(row["page"], row["reason"], row["words"]) for row in rows(tmp_path / "out", "pages")]
    assert found == [(0, None, 1), (1, "parser_crash", 0), (2, None, 2)]
    assert list(overlays(tmp_path / "out")) == ["a.pdf"]
    assert jail.children[path.stat().st_size] == 3  # until the page, after it, and for the overlay when all have met
