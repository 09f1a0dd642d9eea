"""What a page costs: every stage, the whole job beside other programmes, and how it grows.

    python -m benchmarks.speed DATA [--sets receipts forms books] [--pages 12] [--parts PART ...] [--ocrmypdf FILE]

DATA has a folder for each set; of a set with a split.csv the validation part is taken. Prints Markdown. Parts:

stages      CPU milliseconds a page of each stage of the job, one worker
programmes  CPU seconds a page of the job, Tesseract, RapidOCR and OCRmyPDF, one thread each
cores       pages a second of the same by the clock, on all cores, over the pages of all sets
words       the job and Tesseract on made pages of 0 to 1,500 words
documents   the job over 10 to 160 made documents of 200 words

CPU seconds are user + system, with all child processes. What a programme pays once however many its pages are (its
start, measured by a run without a page) is given apart and left out of the cost a page. A programme that is not there
is named and left out.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks import costs, speed_pages
from benchmarks.costs import Cost, measured
from benchmarks.speed_programmes import Programme, cores, folder_without_pages, job, programmes

PARTS = ("stages", "programmes", "cores", "words", "documents")
ENGINE = ("detect", "windows", "recognise", "wordinate")
STAGES = ("fetch", "inspect", "classify", "render", "rectify", *ENGINE, "tokens", "gallery", "overlay", "write")
WORDS, PAGES_OF_WORDS = (0, 50, 200, 800, 1500), 4
DOCUMENTS, WORDS_OF_DOCUMENTS = (10, 40, 160), 200


class Bench:
    """The pages of one run of the benchmark, and what there is to run over them."""

    def __init__(self, scratch: Path, sets: dict[str, list[Path]], found: Sequence[Programme]) -> None:
        self.scratch = scratch
        self.sets = sets
        self.programmes = found

    def fresh(self) -> Path:
        """An empty folder."""
        folder = self.scratch / uuid.uuid4().hex
        folder.mkdir()
        return folder

    def cost(self, programme: Programme, pages: Sequence[Path], processes: int = 1) -> Cost:
        """Of a programme over pages."""
        folder = self.fresh()
        with measured() as cost:
            programme.read(pages, folder, processes)
        told = f"{programme.name}: {len(pages)} pages, {cost.cpu:.1f} s of CPU, {cost.wall:.1f} s by the clock"
        print(told, file=sys.stderr, flush=True)
        return cost

    def start(self, programme: Programme) -> Cost:
        """Of starting and ending it."""
        folder = self.fresh()
        with measured() as cost:
            if programme.start is not None:
                programme.start(folder)
        return cost

    def stages(self) -> str:
        """Rows are stages, columns sets."""
        spent = {name: self.spent(pages[0].parent) for name, pages in self.sets.items()}
        each = {
            name: {stage: 1000 * spent[name][stage] / len(pages) for stage in STAGES}
            for name, pages in self.sets.items()
        }
        rows = [[stage, *(f"{each[name][stage]:.1f}" for name in each)] for stage in STAGES]
        rows.append(["together", *(f"{sum(each[name].values()):.1f}" for name in each)])
        empty = self.spent(folder_without_pages(self.fresh() / "no pages"))
        once = ", ".join(f"{one['all'] - sum(one[stage] for stage in STAGES):.1f}" for one in (*spent.values(), empty))
        note = f"CPU seconds of all else, once a run (start, models, Beam, report): {once}; the last without a page."
        return f"{table(['CPU ms a page', *each], rows)}\n\n{note}"

    def spent(self, folder: Path) -> Counter[str]:
        """CPU seconds of the job over a folder, by stage, and in `all`."""
        command = [sys.executable, "-m", "benchmarks.speed_stages", str(folder), str(self.fresh())]
        return Counter(json.loads(costs.run(command).splitlines()[-1]))

    def one_thread(self) -> str:
        """A row for each set and programme."""
        starts = {programme.name: self.start(programme).cpu for programme in self.programmes}
        rows = []
        for name, pages in self.sets.items():
            spent = {one.name: self.cost(one, pages).cpu for one in self.programmes}
            each = {peer: (cpu - starts[peer]) / len(pages) for peer, cpu in spent.items()}
            for peer, cpu in each.items():
                row = [name, peer, f"{cpu:.3f}", f"{1 / cpu:.2f}", f"{starts[peer]:.1f}"]
                rows.append([*row, f"{cpu / each['Pagebeam']:.1f}"])
        head = ["set", "programme", "CPU s a page", "pages a second a core", "CPU s to start", "times Pagebeam's CPU"]
        return table(head, rows)

    def all_cores(self) -> str:
        """By the clock, over the pages of all sets at once."""
        together = self.fresh() / "all"
        together.mkdir()
        pages = [(together / page.name) for each in self.sets.values() for page in each]
        for page in (page for each in self.sets.values() for page in each):
            (together / page.name).hardlink_to(page)
        rows = []
        for programme in self.programmes:
            cost, start = self.cost(programme, pages, cores()), self.start(programme)
            rows.append([programme.name, f"{cost.wall:.1f}", f"{len(pages) / cost.wall:.2f}", f"{start.wall:.1f}"])
            rows[-1] += [f"{cost.cpu / cost.wall:.2f}", f"{(cost.cpu - start.cpu) / len(pages):.3f}"]
        head = ["programme", "seconds", "pages a second", "seconds to start", "cores in use", "CPU s a page"]
        return f"{len(pages)} pages, {cores()} processes.\n\n" + table(head, rows)

    def by_words(self) -> str:
        """Of the job by stage, and of Tesseract."""
        tesseract = next((one for one in self.programmes if one.name == "Tesseract"), None)
        rows = []
        for words in WORDS:
            pages = speed_pages.make(words, PAGES_OF_WORDS, self.fresh() / "pages")
            found = self.spent(pages[0].parent)
            spent = {stage: 1000 * found[stage] / len(pages) for stage in STAGES}
            peer = f"{self.cost(tesseract, pages).cpu / len(pages):.2f}" if tesseract else "-"
            rest = sum(spent.values()) - sum(spent[stage] for stage in ENGINE)
            rows.append([str(words), f"{sum(spent.values()):.0f}", *(f"{spent[stage]:.0f}" for stage in ENGINE)])
            rows[-1] += [f"{rest:.0f}", peer]
        head = ["words a page", "CPU ms a page", *ENGINE, "all else", "Tesseract, CPU s a page"]
        return table(head, rows)

    def by_documents(self) -> str:
        """Of the whole job, its start included."""
        rows = []
        for count in DOCUMENTS:
            pages = speed_pages.make(WORDS_OF_DOCUMENTS, count, self.fresh() / "pages")
            output = self.fresh()
            with measured() as cost:
                costs.run(job(pages[0].parent, output, 1))
            rows.append([str(count), f"{cost.cpu:.1f}", f"{cost.cpu / count:.3f}"])
        return table(["documents", "CPU s", "CPU s a page"], rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """As Markdown."""
    lines = [head, ["---", *["--:" if _is_figure(cell) else "---" for cell in rows[0][1:]]], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _is_figure(cell: str) -> bool:
    return cell == "-" or cell.replace(".", "").replace("-", "").isdigit()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=["receipts", "forms", "books"])
    parser.add_argument("--pages", type=int, default=12, help="of each set, evenly spread (default: %(default)s)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--ocrmypdf", metavar="FILE", help="the program, where it is not on the PATH")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pagebeam-speed-") as scratch:
        sets = {
            name: speed_pages.sample(arguments.data, name, arguments.pages, Path(scratch, name))
            for name in arguments.sets
        }
        found = programmes(arguments.ocrmypdf)
        for name, pages in sets.items():
            print(f"- {name}: {speed_pages.describe(pages)}")
        for programme in found:
            if programme.absent:
                print(f"- left out: {programme.name} {programme.absent}")
        bench = Bench(Path(scratch), sets, [programme for programme in found if not programme.absent])
        parts = (bench.stages, bench.one_thread, bench.all_cores, bench.by_words, bench.by_documents)
        for name, part in zip(PARTS, parts, strict=True):
            if name in arguments.parts:
                print(f"\n## {name}\n\n{part()}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
