from __future__ import annotations

import dataclasses
import errno
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from apache_beam.utils import retry

from models.engines.standin import StandIn
from schemas.errors import EngineError, OutputUnwritable
from tests import small_files
from tests.transforms.examples import RUN, document, page_end, screened
from transforms import opened, render_pages, retries, storage
from transforms.cap_pages import Cap
from transforms.elements import DocumentEnd, DocumentHead, ManifestEntry, PageEnd, PageRun
from transforms.endings import fail_page
from transforms.overlays import Overlays
from transforms.read_words import read
from transforms.retries import MOST_TRIES, Patience


def overlays(folder: Path, **options: Any) -> Overlays:
    return Overlays(RUN, str(folder / "out"), str(folder / "scratch"), **{"redo": False, "signed": False, **options})


def ended(path: Path, fail: tuple[int, ...] = ()) -> tuple[DocumentHead, list[PageEnd]]:
    """A file's head and its pages, each read; those of `fail` failed."""
    head: Any = None
    pages: list[PageEnd] = []
    for part in Cap(RUN, 10, False, True).open(screened(path)):
        if isinstance(part, DocumentHead):
            head = part
        elif isinstance(part, PageRun):
            head = part.pages[0].head
            for task in part.pages:
                if task.inspection.page in fail:
                    pages.append(fail_page(task, "ReadWords", RUN, EngineError("no answer")))
                else:
                    rendered: Any = render_pages.render(task, RUN)
                    pages.append(read(rendered, StandIn(), RUN, True)[0])
    opened.close()
    return head, pages


def end_of(written: Overlays, head: DocumentHead, pages: Sequence[PageEnd]) -> DocumentEnd:
    """The end of a document that has no copies."""
    (end,) = written.ends(head, pages, Patience())
    opened.close()
    return end


def test_a_document_whose_pages_gained_words_has_an_overlay(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([2, 0, 3]))
    head, pages = ended(path)
    end = end_of(overlays(tmp_path), head, list(reversed(pages)))
    assert end.row.overlay_uri == f"{tmp_path}/out/overlays/a.pdf.pdf"
    assert (end.row.status, end.row.reason, end.row.words, end.row.pages_read) == ("done", None, 5, 3)
    assert (end.row.page_count, end.row.capped, end.row.engine) == (3, False, "standin")
    assert end.row.mean_confidence == pytest.approx(sum(page.confidence_sum for page in pages) / 5)
    assert end.row.cpu_seconds > sum(page.cpu_seconds for page in pages)
    with pikepdf.open(end.row.overlay_uri) as pdf:
        assert len(pdf.pages) == 3


def test_no_page_gained_words_no_overlay(tmp_path: Path) -> None:
    head, pages = ended(small_files.put(tmp_path / "a.pdf", small_files.text_pdf(["Some words", ""])))
    end = end_of(overlays(tmp_path), head, pages)
    assert (end.row.overlay_uri, end.row.status, end.row.words, end.row.engine) == (None, "done", 2, None)
    assert not (tmp_path / "out").exists()


def test_without_a_name_of_its_own_it_has_the_documents(tmp_path: Path) -> None:
    head, pages = ended(small_files.put(tmp_path / "a.png", small_files.png()))
    entry = dataclasses.replace(head.document.entry, overlay_name=None)
    head = dataclasses.replace(head, document=dataclasses.replace(head.document, entry=entry))
    end = end_of(overlays(tmp_path), head, pages)
    name = head.document.document_id
    assert end.row.overlay_uri == f"{tmp_path}/out/overlays/{name[:2]}/{name}.pdf"


@pytest.mark.parametrize(
    ("fail", "status", "reason"), [((1,), "done", "pages_failed"), ((0, 1), "failed", "engine_error")]
)
def test_pages_that_failed_are_told(tmp_path: Path, fail: tuple[int, ...], status: str, reason: str) -> None:
    head, pages = ended(small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([2, 2])), fail)
    end = end_of(overlays(tmp_path), head, pages)
    assert (end.row.status, end.row.reason, end.row.pages_read) == (status, reason, 2 - len(fail))
    assert [failure.page for failure in end.failures] == list(fail)
    assert (end.row.overlay_uri is not None) == (status == "done")


def test_an_overlay_that_fails_costs_no_words(tmp_path: Path) -> None:
    path = small_files.put(tmp_path / "a.png", small_files.png(3))
    head, pages = ended(path)
    path.write_bytes(small_files.png(2))
    end = end_of(overlays(tmp_path), head, pages)
    assert (end.row.status, end.row.reason, end.row.words) == ("done", "overlay_failed", 3)
    assert [(failure.stage, failure.error) for failure in end.failures] == [("WriteOverlays", "source_changed")]


@pytest.mark.parametrize("read", [(), (1,), (0, 1)])
def test_the_row_names_the_engine_or_else_the_classifier(tmp_path: Path, read: tuple[int, ...]) -> None:
    head = DocumentHead(document(), page_count=3, pages=3, signed=False)
    judges = [("standin", "7") if number in read else (None, "ocrable-1") for number in range(2)]
    judges.append((None, None))  # its text was in the file
    pages = [
        dataclasses.replace(page_end(number=number), engine=engine, engine_version=version)
        for number, (engine, version) in enumerate(judges)
    ]
    row = end_of(overlays(tmp_path), head, pages).row
    assert (row.engine, row.engine_version) == (("standin", "7") if read else (None, "ocrable-1"))


def _signed() -> bytes:
    with pikepdf.open(io.BytesIO(small_files.scan_pdf([2]))) as pdf:
        signature = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"))
        signature.ByteRange, signature.Contents = pikepdf.Array([0, 1, 2, 3]), pikepdf.String("x")
        field = pdf.make_indirect(
            pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String("s"), V=pdf.make_indirect(signature))
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3)
        sink = io.BytesIO()
        pdf.save(sink)
        return sink.getvalue()


@pytest.mark.parametrize(("allowed", "reason"), [(False, "signed"), (True, None)])
def test_a_signed_document_has_one_only_where_it_is_asked_for(
    tmp_path: Path, allowed: bool, reason: str | None
) -> None:
    head, pages = ended(small_files.put(tmp_path / "a.pdf", _signed()))
    assert head.signed
    end = end_of(overlays(tmp_path, signed=allowed), head, pages)
    assert (end.row.status, end.row.reason, end.row.words) == ("done", reason, 2)
    assert (end.row.overlay_uri is not None) is allowed
    assert not end.failures


def test_pages_that_did_not_come_are_noticed(tmp_path: Path) -> None:
    head = DocumentHead(document(), page_count=3, pages=2, signed=False)
    for numbers in ([], [0], [0, 0], [0, 2], [0, 1, 2]):
        end = end_of(overlays(tmp_path), head, [page_end(number=number) for number in numbers])
        assert [failure.error for failure in end.failures] == ["internal_error"]
        assert (end.row.status, end.row.reason) == ("done" if numbers else "failed", "overlay_failed")
    assert end_of(overlays(tmp_path), head, [page_end(number=number) for number in (1, 0)]).row.capped


def test_copies_end_as_the_first_with_a_pdf_at_each_place(tmp_path: Path) -> None:
    head, pages = ended(small_files.put(tmp_path / "a.pdf", small_files.scan_pdf([2, 1])), fail=(1,))
    first = head.document
    entries = [ManifestEntry(f"/gone/{name}.pdf", overlay_name=f"{name}.pdf") for name in "bc"]
    copies = tuple(dataclasses.replace(first, entry=entry, source_version=entry.uri) for entry in entries)
    head = dataclasses.replace(head, document=dataclasses.replace(first, copies=copies))
    ends = list(overlays(tmp_path).ends(head, pages, Patience()))
    opened.close()
    assert [(end.row.uri, end.row.source_version) for end in ends[1:]] == [(entry.uri,) * 2 for entry in entries]
    assert {(end.row.status, end.row.reason, end.row.words) for end in ends} == {("done", "pages_failed", 2)}
    assert [[(failure.uri, failure.page) for failure in end.failures] for end in ends] == [
        [(end.row.uri, 1)] for end in ends
    ]
    written = {Path(str(end.row.overlay_uri)).read_bytes() for end in ends}
    assert len({end.row.overlay_uri for end in ends}) == 3
    assert len(written) == 1
    assert all(end.row.cpu_seconds < ends[0].row.cpu_seconds for end in ends[1:])


@pytest.mark.parametrize("fails", [False, True])
def test_places_without_names_of_their_own_have_one_pdf_that_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    asked: list[str] = []

    def watched(uri: str, *_: object) -> None:
        asked.append(uri)
        if fails:
            raise OutputUnwritable("it is full")

    head, pages = ended(small_files.put(tmp_path / "a.png", small_files.png(2)))
    monkeypatch.setattr(storage, "write", watched)
    first = dataclasses.replace(head.document, entry=ManifestEntry(head.document.entry.uri))
    entries = [ManifestEntry("/b"), ManifestEntry("/c", overlay_name="c.pdf"), ManifestEntry("/d")]
    copies = tuple(dataclasses.replace(first, entry=entry) for entry in entries)
    head = dataclasses.replace(head, document=dataclasses.replace(first, copies=copies))
    ends = list(overlays(tmp_path).ends(head, pages, Patience()))
    opened.close()
    uris = [f"{tmp_path}/out/overlays/{name}" for name in (f"{first.document_id[:2]}/{first.document_id}.pdf", "c.pdf")]
    assert asked == uris
    told = [(end.row.overlay_uri, [failure.uri for failure in end.failures]) for end in ends]
    if fails:
        assert told == [(None, [place.entry.uri]) for place in head.document.places]
    else:
        assert told == [(uri, []) for uri in (uris[0], uris[0], uris[1], uris[0])]


def test_an_overlay_that_cannot_be_written_is_a_typed_failure_and_the_words_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        error = OSError(errno.ENOSPC, "No space left on device")
        error.attempts = 3  # type: ignore[attr-defined]
        raise error

    head, pages = ended(small_files.put(tmp_path / "a.png", small_files.png(2)))
    monkeypatch.setattr(retries, "patiently", full)
    end = end_of(overlays(tmp_path), head, pages)
    assert (end.row.status, end.row.reason, end.row.overlay_uri, end.row.words) == ("done", "overlay_failed", None, 2)
    (failure,) = end.failures
    assert (failure.stage, failure.error, failure.attempts) == ("WriteOverlays", "output_unwritable", 3)
    assert failure.message.endswith("cannot be written: No space left on device")


def test_a_storage_that_is_down_is_not_asked_with_all_tries_for_every_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    back = {"d.pdf"}  # the storage is back when it is asked for this one, and then down again

    def down(_: str, uri: str, __: bytes) -> None:
        asked.append(Path(uri).name)
        if asked[-1] not in back:
            raise ConnectionError("nobody is there")

    monkeypatch.setattr(storage, "_write", down)
    monkeypatch.setattr(retry.Clock, "sleep", lambda *_: None)
    head, pages = ended(small_files.put(tmp_path / "a.png", small_files.png(2)))
    first = dataclasses.replace(head.document, entry=ManifestEntry(str(tmp_path / "a.png"), overlay_name="a.pdf"))
    entries = [ManifestEntry(f"/{name}", overlay_name=f"{name}.pdf") for name in "bcdef"]
    copies = tuple(dataclasses.replace(first, entry=entry) for entry in entries)
    head = dataclasses.replace(head, document=dataclasses.replace(first, copies=copies))
    patience = Patience()
    ends = list(overlays(tmp_path).ends(head, pages, patience))
    tries = [MOST_TRIES, 1, 1, 1, MOST_TRIES, 1]
    assert asked == [f"{name}.pdf" for name, count in zip("abcdef", tries, strict=True) for _ in range(count)]
    assert [[failure.attempts for failure in end.failures] for end in ends] == [[5], [1], [1], [], [5], [1]]
    asked.clear()
    list(overlays(tmp_path).ends(head, pages, patience))  # the next document of the bundle
    opened.close()
    assert asked[:2] == ["a.pdf", "b.pdf"]
