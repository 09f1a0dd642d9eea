"""The whole path over the sample archive: what is true of its files is what the job says of them."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from pipelines.samples.archive import FILES, TRUTH, write
from schemas import errors
from schemas.errors import PagebeamError
from tests.processes import MARK, ended_at_last, marked, wait_for
from tests.small_runs import RUN, endings, rows, started_job

REASONS = {one.reason for one in vars(errors).values() if isinstance(one, type) and issubclass(one, PagebeamError)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, dict[str, Any]]]:
    """The archive, what the job left of it, and the truth by file name."""
    folder = tmp_path_factory.mktemp("samples")
    write(folder, 0)
    truth = [json.loads(line) for line in (folder / TRUTH).read_text().splitlines()]
    mark = uuid.uuid4().hex
    with pytest.MonkeyPatch.context() as patch, ended_at_last(mark):
        patch.setenv(MARK, mark)
        process: subprocess.Popen[bytes] = started_job(folder / FILES, folder / "out", "--direct_num_workers=2")
        assert process.wait(240) == 0
        wait_for(lambda: not marked(mark), 15)  # neither a worker nor a jail is left
    return folder / FILES, folder / "out", {row["name"]: row for row in truth}


Made = tuple[Path, Path, dict[str, dict[str, Any]]]


@pytest.mark.slow
def test_each_file_has_the_ending_that_is_true_of_it(made: Made) -> None:
    folder, output, truth = made
    found = {str(Path(uri).relative_to(folder)): ending for uri, ending in endings(output).items()}
    assert found == {name: (row["status"], row["reason"]) for name, row in truth.items()}


def test_each_page_has_the_category_that_is_true_of_it(made: Made) -> None:
    folder, output, truth = made
    found = {(str(Path(row["uri"]).relative_to(folder)), row["page"]): row["category"] for row in rows(output, "pages")}
    wanted = {
        (name, page["page"]): page["category"]
        for name, row in truth.items()
        if row["status"] == "done"
        for page in row["pages"][:10]
    }
    assert set(found) == set(wanted)
    # The stand-in cannot read: to it, what is dark in a photograph is a word.
    differing = {key: found[key] for key in wanted if found[key] != wanted[key]}
    assert {(wanted[key], category) for key, category in differing.items()} <= {("no_text", "image_text")}
    assert len(differing) <= 3


def test_embedded_text_comes_through_word_by_word(made: Made) -> None:
    folder, output, truth = made
    tokens = rows(output, "tokens")
    for name, row in truth.items():
        for page in row["pages"][:10]:
            if row["status"] == "done" and page["category"] == "embedded_text":
                here = [one for one in tokens if (one["uri"], one["page"]) == (str(folder / name), page["page"])]
                assert sorted(one["text"] for one in here) == sorted(page["words"]), name
                assert {one["engine"] for one in here} == {"embedded"}


def test_failures_have_a_type_and_nothing_is_left_behind(made: Made) -> None:
    _, output, _ = made
    failures = rows(output, "failures")
    assert failures
    assert {row["error"] for row in failures} <= REASONS
    documents = {row["uri"] for row in rows(output, "documents") if row["status"] == "failed"}
    assert documents == {row["uri"] for row in failures}
    assert sorted(path.name for path in (output / "runs" / RUN).iterdir()) == [
        "plan",
        "plan.json",
        "report.html",
        "summary.json",
        "waves",
    ]
    named = {Path(row["overlay_uri"]) for row in rows(output, "documents") if row["overlay_uri"]}
    assert named == {path for path in (output / "overlays").rglob("*") if path.is_file()}
