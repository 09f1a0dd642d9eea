from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from models.engines.standin import StandIn
from pipelines import check_start
from pipelines.compare import main
from pipelines.exit_codes import DONE, USAGE
from schemas.pages import PageImage, Word
from tests import small_files
from tests.pipelines.test_report import Parsed
from transforms import read_words

DOCS = Path(__file__).parents[2] / "docs" / "comparison.md"
REST = ("--run=test", "--direct_num_workers=1", "--no_gallery")


class Named(StandIn):
    """Stands for `native` and `tesseract`: one finds what the stand-in finds, the other one word less."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, image: PageImage) -> list[Word]:
        found = super().read(image)
        return found[1:] if self.name == "tesseract" else found


@pytest.fixture(autouse=True)
def _two_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_words, "engine_of_thread", Named)
    monkeypatch.setattr(check_start, "check_engine", lambda *_: None)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Two documents with five pages, one of which is empty and one not to be read."""
    small_files.put(tmp_path / "in" / "a.pdf", small_files.scan_pdf([2, 0, 4]))
    small_files.put(tmp_path / "in" / "b.png", small_files.png(3))
    small_files.put(tmp_path / "in" / "c.pdf", small_files.text_pdf(["Some words that were typed"]))
    return tmp_path / "in"


def _compared(source: Path, output: Path, *more: str) -> dict[str, Any]:
    assert main(["--engines=native,tesseract", str(source), f"--output={output}", *REST, *more]) == DONE
    found: dict[str, Any] = json.loads((output / "runs" / "test" / "comparison.json").read_text(encoding="utf-8"))
    return found


def test_files_in_comparison_out(scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out"
    found = _compared(scans, output)
    assert (found["input"], found["run"], found["pages"]) == (str(scans), "test", 3)
    assert (found["first"]["engine"], found["second"]["engine"]) == ("native 1", "tesseract 1")
    assert (found["first"]["words"], found["first"]["only"], found["first"]["only_loose"]) == (9, 3, 3)
    assert (found["second"]["words"], found["second"]["only"], found["second"]["only_loose"]) == (6, 0, 0)
    assert found["agreement"] == found["agreement_loose"] == 0.8  # 2 * 6 / (9 + 6)
    pages = [(Path(page["uri"]).name, page["page"], page["agreement"]) for page in found["pages_read_twice"]]
    assert pages == [("a.pdf", 0, 0.6667), ("a.pdf", 2, 0.8571), ("b.png", 0, 0.8)]
    assert [len(page["first"]["only_loose"]) for page in found["pages_read_twice"]] == [1, 1, 1]
    html = output / "runs" / "test" / "comparison.html"
    parsed = Parsed(html.read_text(encoding="utf-8"))
    assert len(parsed.all("article")) == len(parsed.all("image")) == 3
    printed = capsys.readouterr().out.splitlines()
    assert printed[-4].split()[:6] == ["native", "1", "0", "9", "3", "3"]
    assert printed[-3].split()[:6] == ["tesseract", "1", "0", "6", "0", "0"]
    assert printed[-2] == "3 pages; agreement (F1) 0.800, loose 0.800"
    assert printed[-1] == str(html)
    assert not (output / "runs" / "test" / "scratch").exists()


def test_options_of_the_job_go_to_the_job(scans: Path, tmp_path: Path) -> None:
    assert _compared(scans, tmp_path / "out", "--max_pages", "1")["pages"] == 2


def test_nothing_to_compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = small_files.put(tmp_path / "a.pdf", small_files.text_pdf(["Some words that were typed"]))
    assert main(["--engines=native,tesseract", str(source), f"--output={tmp_path / 'out'}", *REST]) == DONE
    assert "there is nothing to compare" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("comparison.*"))


@pytest.mark.parametrize(
    ("engines", "more", "message"),
    [
        ("native", [], "two different engines are wanted"),
        ("native,native", [], "two different engines are wanted"),
        ("native,tesseract,rapidocr", [], "two different engines are wanted"),
        ("native,nonsense", [], "there is no engine 'nonsense'"),
        ("native,tesseract", ["--shadow=rapidocr:10"], "have no place here"),
        ("native,tesseract", ["--experiment=rapidocr:10"], "have no place here"),
        ("native,tesseract", ["--engine", "rapidocr"], "have no place here"),
        ("native,tesseract", ["--nonsense"], "there is no option --nonsense"),
    ],
)
def test_what_cannot_start(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], engines: str, more: list[str], message: str
) -> None:
    assert main([f"--engines={engines}", str(scans), f"--output={tmp_path / 'out'}", *REST, *more]) == USAGE
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_docs_queries_run(scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ["--engines=tesseract,native", str(scans), f"--output={tmp_path / 'out'}", *REST]
    assert main(given) == DONE  # the second one has a word more on each page
    monkeypatch.chdir(tmp_path)
    queries = re.findall(r"```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    by_pair, pages, words = (duckdb.sql(query).fetchall() for query in queries)
    assert [row[:5] for row in by_pair] == [("tesseract", "native", 3, 0, 0.8)]
    found = [(Path(row[0]).name, *row[1:]) for row in pages]
    assert found == [("a.pdf", 0, 1, 2, 1), ("a.pdf", 2, 3, 4, 3), ("b.png", 0, 2, 3, 2)]
    only = json.loads(next((tmp_path / "out").rglob("comparison.json")).read_text())["pages_read_twice"]
    assert sorted(text for text, _ in words) == sorted(page["second"]["only_loose"][0] for page in only)


def test_the_docs_have_every_option_in_the_words_of_its_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit):
        main(["--help"])
    helped = dict(re.findall(r"^  (--\w+|INPUT)(?: \S+)?\s+(.+)$", capsys.readouterr().out, re.MULTILINE))
    described = re.findall(r"^\| `(--\w+|INPUT)(?: \S+)?` \| (.+) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(described) == helped
