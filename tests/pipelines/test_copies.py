from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from models.engines.standin import StandIn
from pipelines.exit_codes import DONE
from schemas.pages import PageImage, Word
from tests import small_files
from tests.small_runs import RUN, endings, job, overlays, rows, tables
from transforms import read_words, share_copies
from transforms.elements import Document


class Counting(StandIn):
    """Knows how many pages it was asked for."""

    pages = 0

    def read(self, image: PageImage) -> list[Word]:
        self.pages += 1
        return super().read(image)


def test_the_same_bytes_of_one_owner_are_read_once_and_recorded_for_each_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = small_files.scan_pdf([2, 0, 3])
    owners = {"a.pdf": "ann", "sub/b.pdf": "ann", "c.pdf": "bob"}
    for name in owners:
        small_files.put(tmp_path / "in" / name, data)
    manifest = tmp_path / "list.jsonl"
    manifest.write_text(
        "".join(
            json.dumps({"uri": str(tmp_path / "in" / name), "owner": owner}) + "\n" for name, owner in owners.items()
        )
    )
    engine = Counting()
    monkeypatch.setattr(read_words, "engine_of_thread", lambda _: engine)
    assert job(manifest, tmp_path / "out", "--no_gallery") == DONE
    assert "3 of 3 files ended, 9 pages seen" in capsys.readouterr().err  # as the summary has them
    assert engine.pages == 4  # two of ann's and two of bob's: the blank one is not asked for
    found = tables(tmp_path / "out")
    for row in found["documents"]:
        del row["source_version"]  # which has the file's own time
    own = {table: [row for row in found[table] if row["uri"].endswith("c.pdf")] for table in found}
    for name, owner in owners.items():
        uri = str(tmp_path / "in" / name)
        for table, expected in own.items():
            moved = [{**row, "uri": uri, **({"owner": owner} if "owner" in row else {})} for row in expected]
            assert [row for row in found[table] if row["uri"] == uri] == moved, (name, table)
    assert [row["words"] for row in found["documents"]] == [5, 5, 5]
    summary = json.loads((tmp_path / "out" / "runs" / RUN / "summary.json").read_text())
    assert (summary["pages"], summary["words"]) == (9, 15)
    (engine_of_it,) = summary["engines"]
    assert (engine_of_it["pages"], engine_of_it["copies"]) == (6, 2)
    seconds = engine_of_it["cpu_seconds"] / 4  # pages that it was asked for
    assert engine_of_it["cpu_seconds_per_page"] == pytest.approx(seconds, abs=0.0005)


def test_each_place_of_a_folder_has_a_pdf_of_its_own(tmp_path: Path) -> None:
    for name in ("a.png", "sub/b.png"):
        small_files.put(tmp_path / "in" / name, small_files.png())
    assert job(tmp_path / "in", tmp_path / "out", "--no_gallery") == DONE
    first, second = overlays(tmp_path / "out").items()
    assert (first[0], second[0]) == ("a.png.pdf", "sub/b.png.pdf")
    assert first[1] == second[1]
    assert [row["status"] for row in rows(tmp_path / "out", "documents")] == ["done", "done"]


def test_copies_are_read_where_they_still_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = {name: small_files.put(tmp_path / "in" / name, small_files.png()) for name in ("a.png", "b.png", "c.png")}
    share = share_copies.share

    def share_later(documents: Iterable[Document]) -> Iterator[Document]:
        """After they were screened, one is gone and one is another file."""
        places["a.png"].unlink(missing_ok=True)
        places["b.png"].write_bytes(small_files.png(words=5))
        return share(documents)

    monkeypatch.setattr(share_copies, "share", share_later)
    assert job(tmp_path / "in", tmp_path / "out", "--no_gallery") == DONE
    assert endings(tmp_path / "out") == {str(path): ("done", None) for path in places.values()}
    assert [row["words"] for row in rows(tmp_path / "out", "documents")] == [3, 3, 3]
    assert not rows(tmp_path / "out", "failures")
    assert list(overlays(tmp_path / "out")) == ["a.png.pdf", "b.png.pdf", "c.png.pdf"]


def test_copies_that_cannot_be_opened_or_are_gone_end_each_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(name: str, data: bytes) -> list[str]:
        return [str(small_files.put(tmp_path / "in" / number / name, data)) for number in "12"]

    cut = put("cut.pdf", small_files.cut_pdf())
    locked = put("locked.pdf", small_files.encrypted_pdf())
    gone = put("gone.png", small_files.png())
    share = share_copies.share

    def share_later(documents: Iterable[Document]) -> Iterator[Document]:
        for path in gone:
            Path(path).unlink(missing_ok=True)
        return share(documents)

    monkeypatch.setattr(share_copies, "share", share_later)
    assert job(tmp_path / "in", tmp_path / "out", "--no_gallery") == DONE
    assert endings(tmp_path / "out") == {
        **dict.fromkeys(cut, ("failed", "corrupt")),
        **dict.fromkeys(locked, ("skipped", "encrypted")),
        **dict.fromkeys(gone, ("failed", "source_missing")),
    }
    told = {row["uri"]: (row["stage"], row["error"]) for row in rows(tmp_path / "out", "failures")}
    assert told == {
        **dict.fromkeys(cut, ("CapPages", "corrupt")),
        **dict.fromkeys(gone, ("CapPages", "source_missing")),
    }
