"""The generator of pages with known lines, the labels, the network and the export of the Line Net."""

from __future__ import annotations

import random
import string
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.detector.strips import find_strips  # noqa: E402
from models.line_net import LineNet, Maps  # noqa: E402
from training import corpus, fonts  # noqa: E402
from training.corpus import Corpus  # noqa: E402
from training.detector import examples, fit  # noqa: E402
from training.detector.additions import add  # noqa: E402
from training.detector.damage import scanned  # noqa: E402
from training.detector.dirt import blots, dashes, grime  # noqa: E402
from training.detector.export import export  # noqa: E402
from training.detector.labels import STEP, UNIT, maps  # noqa: E402
from training.detector.layouts import Compositor  # noqa: E402
from training.detector.network import DISTANCE, LineNetwork  # noqa: E402
from training.detector.pen import signature  # noqa: E402
from training.detector.sheet import Sheet, Type  # noqa: E402
from training.detector.slips import ledger, stretched, till  # noqa: E402
from training.fonts import CAP_HEIGHT, Face, Glyph  # noqa: E402
from training.onnx_files import ExportDiffers  # noqa: E402
from training.page_models.fit import Plan, keep_weights  # noqa: E402

WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "and", "runs"]


def glyph(character: str) -> Glyph:
    """Of OpenCV's own font, an H `CAP_HEIGHT` high."""
    if character == " ":
        return Glyph(np.zeros((0, 0), np.uint8), 0, 0, 14.0)
    canvas = np.zeros((90, 90), np.uint8)
    cv2.putText(canvas, character, (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 3, cv2.LINE_AA)
    rows, columns = np.flatnonzero(canvas.any(1)), np.flatnonzero(canvas.any(0))
    ink = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Glyph(ink, 1, int(rows[0]) - 60, float(ink.shape[1] + 4))


@pytest.fixture(scope="module")
def face() -> Face:
    characters = string.ascii_letters + string.digits + string.punctuation + " "
    return Face("opencv", "sans", 1.0, {c: glyph(c) for c in characters}, True)


@pytest.fixture
def compositor(face: Face, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compositor:
    monkeypatch.setattr(fonts, "load", lambda _: [face])
    monkeypatch.setattr(corpus, "load", lambda _: Corpus(WORDS * 400, WORDS, ["Jack", "Ann"]))
    return Compositor(tmp_path)


def sheet(width: int = 700, height: int = 200) -> Sheet:
    return Sheet(random.Random(1), width, height, 255, 0)


def test_a_sheet_knows_where_its_words_stand(face: Face) -> None:
    paper = sheet()
    paper.write(50, 100, "Hills and lakes", Type(face, 20))
    (line,) = paper.lines
    assert len(line) == 3
    ink = np.argwhere(paper.pixels < 128)
    assert [line[:, 1].min(), line[:, 3].max()] == pytest.approx([ink[:, 0].min(), ink[:, 0].max() + 1], abs=2)
    assert [line[0, 0], line[-1, 2]] == pytest.approx([ink[:, 1].min(), ink[:, 1].max() + 1], abs=2)
    assert (np.diff(line[:, 0]) > 0).all()


def test_leaders_and_wide_gaps_part_lines(face: Face) -> None:
    paper = sheet()
    paper.write(10, 60, "Name ....... Ann", Type(face, 14))
    assert len(paper.lines) == 2
    apart = sheet()
    apart.write(10, 60, "one two", Type(face, 14, gap=6))
    assert len(apart.lines) == 2


def test_what_is_covered_is_forgotten(face: Face) -> None:
    paper = sheet()
    paper.write(10, 100, "left middle right", Type(face, 16))
    middle = paper.lines[0][1]
    paper.paste(np.zeros((60, round(middle[2] - middle[0])), np.uint8), round(middle[0]), 70)
    assert [len(line) for line in paper.lines] == [1, 1]


def test_pages_are_the_same_from_the_same_seed(compositor: Compositor) -> None:
    def page(seed: int) -> tuple[np.ndarray, int]:
        made = compositor.sheet(random.Random(seed))
        add(made, compositor, [])
        pixels, strips = scanned(made)
        return pixels, len(strips)

    assert all(np.array_equal(page(seed)[0], page(seed)[0]) for seed in range(3))
    assert sum(page(seed)[1] for seed in range(8)) > 40


@pytest.mark.parametrize("kind", [till, ledger])
def test_slips_and_lists_have_lone_signs_far_from_their_neighbours(compositor: Compositor, kind) -> None:  # type: ignore[no-untyped-def]
    lone, near, beside = 0, 0, 0
    for seed in range(6):
        paper = kind(compositor, random.Random(seed))
        assert len(paper.lines) > 15
        boxes = np.array([[line[0, 0], line[0, 1], line[-1, 2], line[0, 3]] for line in paper.lines])
        high, middle = boxes[:, 3] - boxes[:, 1], (boxes[:, 1] + boxes[:, 3]) / 2
        lone += int((boxes[:, 2] - boxes[:, 0] < 1.2 * high).sum())
        for box, y, height in zip(boxes, middle, high, strict=True):
            gaps = boxes[(boxes[:, 0] > box[0]) & (abs(middle - y) < 0.4 * height), 0] - box[2]
            beside += len(gaps) > 0
            near += len(gaps) > 0 and gaps.min() < 0.8 * height
    assert lone > 40
    assert beside > 40
    assert near < 0.03 * beside


def test_what_matters_on_a_slip_is_of_twice_the_height_or_width(face: Face) -> None:
    plain, paper = Type(face, 10), sheet()
    shapes = [stretched(random.Random(seed), plain) for seed in range(60)]
    tall = [shape for shape in shapes if shape.cap > 1.5 * plain.cap and shape.aspect < 0.65 * plain.aspect]
    wide = [shape for shape in shapes if shape.cap == plain.cap and shape.aspect > 1.4]
    assert len(tall) > 15
    assert len(wide) > 5
    assert all(paper.measure("TAX", shape) == pytest.approx(paper.measure("TAX", plain)) for shape in tall)


def test_a_signature_is_drawn_and_is_no_text() -> None:
    for seed in range(8):
        paper = Sheet(random.Random(seed), 600, 300, 255, 0)
        signature(paper)
        assert (paper.pixels < 255).sum() > 60
        assert not paper.lines


@pytest.mark.parametrize("dirt", [blots, dashes, grime])
def test_dirt_is_drawn_and_is_no_text(dirt) -> None:  # type: ignore[no-untyped-def]
    drawn = []
    for seed in range(8):
        paper = Sheet(random.Random(seed), 600, 400, 255, 0)
        dirt(paper)
        drawn.append((paper.pixels < 255).mean())
        assert not paper.lines
    assert 0 < np.median(drawn) < 0.3


@pytest.mark.parametrize("seed", range(6))
def test_strips_follow_the_page_when_it_is_scanned_askew(face: Face, seed: int) -> None:
    paper = Sheet(random.Random(seed), 600, 400, 255, 0)
    paper.write(60, 200, "Hills and lakes and more", Type(face, 20))
    pixels, (strip,) = scanned(paper, harshness=0)
    ys, xs = np.nonzero(pixels < 128)
    assert [strip[0, 0], strip[-1, 0]] == pytest.approx([xs.min(), xs.max() + 1], abs=4)
    below = ys > np.interp(xs, strip[:, 0], strip[:, 2]) + 2
    above = ys < np.interp(xs, strip[:, 0], strip[:, 1]) - 2
    assert (above | below).mean() < 0.01


def test_labels_read_back_as_lines() -> None:
    strips = [np.array([[40.0, top, top + 14], [400.0, top + 6, top + 20]]) for top in (60, 84, 108)]
    packed = maps(strips, 512, 256).astype(np.float32)
    found = find_strips(Maps(packed[0] / 25.5 - 5, packed[1] / UNIT * 2, packed[2] / UNIT * 2))
    assert len(found.boxes) == 3
    assert found.slope == pytest.approx(6 / 360, abs=2e-3)
    assert np.sort(found.boxes[:, 1]) == pytest.approx([(top - 40 * 6 / 360) * 2 for top in (60, 84, 108)], abs=2)
    assert found.boxes[:, 0] == pytest.approx(80, abs=10)


def test_small_print_keeps_a_kernel_and_cut_lines_do_not_count() -> None:
    small = maps([np.array([[40.0, 50, 56], [44.0, 50, 56]])], 128, 128)
    assert small[0].max() > 60
    cut = maps([np.array([[10.0, -6, 8], [100.0, -6, 8]])], 128, 128)
    assert (cut[3][:2, 5:20] == 0).all()
    assert (cut[3][4:] == 255).all()


def test_examples_are_written_once_and_read_in_batches(compositor: Compositor, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(examples, "PER_FILE", 4)
    examples.write(tmp_path, "drawn", examples.drawn(tmp_path, []), 1, 0, 1)
    written = (tmp_path / "drawn-00000-x.npy").stat().st_mtime_ns
    examples.write(tmp_path, "drawn", examples.drawn(tmp_path, []), 1, 0, 1)
    assert (tmp_path / "drawn-00000-x.npy").stat().st_mtime_ns == written
    pictures, targets = fit.Shelf(tmp_path).batch(random.Random(1), 4)
    assert pictures.shape == (4, examples.SIDE, examples.SIDE)
    assert targets.shape == (4, 4, examples.SIDE // STEP, examples.SIDE // STEP)
    assert targets[:, 0].max() == 255


def test_the_loss_falls_and_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    x = generator.integers(200, 256, (4, 64, 64)).astype(np.uint8)
    strip = np.array([[4.0, 24, 40], [60.0, 24, 40]])
    x[:, 24:40:2, 4:60:3] = 0
    np.save(tmp_path / "drawn-00000-x.npy", x)
    np.save(tmp_path / "drawn-00000-y.npy", np.stack([maps([strip], 64, 64)] * 4))
    fit.train(tmp_path, tmp_path / "run", Plan(50, seed=1, rate=5e-3, warm_up=5), 4)
    fit.train(tmp_path, tmp_path / "run", Plan(100, seed=1, rate=5e-3, warm_up=5), 4)
    rows = [row.split(",") for row in (tmp_path / "run" / "loss.csv").read_text().split()]
    assert [row[0] for row in rows] == ["50", "100"]
    assert float(rows[1][1]) < float(rows[0][1])


def test_distances_cost_by_the_height_of_the_line() -> None:
    def cost(high: float) -> float:
        out = torch.zeros(1, 3, 8, 8)
        out[:, 1:] = high / 2 / DISTANCE + 0.5 * high / DISTANCE
        target = torch.zeros(1, 4, 8, 8)
        target[:, 0], target[:, 3], target[:, 1:3] = 255, 255, high / 2 * UNIT
        return float(fit.loss(lambda _: out, (striped(), target)))  # type: ignore[arg-type]

    assert cost(10) == pytest.approx(cost(40), rel=1e-4)


def striped() -> torch.Tensor:
    """A picture [1, 1, 32, 32] in which something is to be seen everywhere."""
    return torch.arange(32.0).remainder(2).expand(1, 1, 32, 32)


@pytest.mark.parametrize(("x", "y"), [(40.0, 40.0), (42.0, 40.0), (42.0, 42.0), (43.0, 41.0)])
def test_a_lone_digit_is_to_be_seen_surely_wherever_it_stands_between_the_cells(x: float, y: float) -> None:
    strip = np.array([[x - 1.5, y - 5, y + 5], [x + 1.5, y - 5, y + 5]])
    kernel = torch.from_numpy(maps([strip], 96, 96)[:1].astype(np.float32) / 255)
    assert fit.raised(kernel).max() == 1
    assert (fit.weights(fit.raised(kernel)) > 0.9 * fit.LONE_WEIGHT).sum() >= 1


def test_long_lines_stay_as_they_are_and_count_as_the_paper_does() -> None:
    strip = np.array([[8.0, 30, 54], [88.0, 30, 54]])
    kernel = torch.from_numpy(maps([strip], 96, 96)[:1].astype(np.float32) / 255)
    assert torch.equal(fit.raised(kernel), kernel)
    assert fit.weights(kernel)[0, 10, 8:16].max() == 1
    assert fit.weights(torch.zeros(1, 24, 24)).max() == 1


def test_a_gap_in_a_row_counts_more_than_the_paper_and_a_wide_one_does_not() -> None:
    kernel = torch.zeros(1, 8, 40)
    kernel[0, 4, :10] = kernel[0, 4, 14:20] = kernel[0, 4, 36:] = 1
    counted = fit.weights(kernel)[0, 4]
    assert counted[10:14].tolist() == [fit.GAP_WEIGHT] * 4
    assert counted[20:36].tolist() == [1] * 16


def test_a_lone_digit_costs_more_and_as_much_between_the_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    def cost(kernel: float) -> float:
        target = torch.zeros(1, 4, 8, 8)
        target[:, 3], target[:, 0, 3:5, 3:5] = 255, kernel * 255
        return float(fit.loss(lambda _: torch.zeros(1, 3, 8, 8), (striped(), target)))  # type: ignore[arg-type]

    whole = cost(1.0)
    assert cost(0.4) == pytest.approx(whole)
    monkeypatch.setattr(fit, "LONE_WEIGHT", 1.0)
    assert cost(1.0) < whole


def test_what_is_found_on_empty_paper_costs() -> None:
    target = torch.zeros(1, 4, 8, 8)
    target[:, 3] = 255
    flat, none, much = torch.zeros(1, 1, 32, 32), torch.zeros(1, 3, 8, 8), torch.full((1, 3, 8, 8), 3.0)
    wrong, right = (float(fit.loss(lambda _, out=out: out, (flat, target))) for out in (much, none))  # type: ignore
    assert wrong > right + 1


def test_print_that_vanished_from_the_picture_does_not_count() -> None:
    target = torch.zeros(1, 4, 8, 8)
    target[:, 3], target[:, :3, 3:5, 2:6] = 255, 255
    none = torch.zeros(1, 3, 8, 8)

    def cost(picture: torch.Tensor) -> float:
        return float(fit.loss(lambda _: none, (picture, target)))  # type: ignore[arg-type]

    assert cost(torch.zeros(1, 1, 32, 32)) < 0.8 * cost(striped())


def test_the_export_is_what_pytorch_computes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    network = LineNetwork()
    network.head.bias.data[0] += 1  # so that there are kernels
    torch.save({"average": network.state_dict()}, tmp_path / "whole.pt")
    keep_weights(tmp_path / "whole.pt", tmp_path / "kept.pt")
    pictures = [np.random.default_rng(seed).normal(0.5, 0.3, (1, 1, 64, 64)).astype(np.float32) for seed in range(8)]
    changed = export(tmp_path / "kept.pt", tmp_path / "line_net.onnx", pictures, trained_on=[])
    assert changed.greatest < 2e-3
    assert 0 < changed.odds < 0.1
    assert (tmp_path / "line_net.onnx").stat().st_size < 1.2 * sum(each.numel() for each in network.parameters())
    found = LineNet.open(tmp_path / "line_net.onnx").maps(np.full((100, 333), 200, np.uint8))
    assert found.kernel.shape == (13, 42)
    for limit in ("GREATEST_DIFFERENCE", "ODDS_APART"):
        with monkeypatch.context() as patched:
            patched.setattr(f"training.detector.export.{limit}", -1.0)
            with pytest.raises(ExportDiffers):
                export(tmp_path / "kept.pt", tmp_path / "other.onnx", pictures, trained_on=[])
        assert not (tmp_path / "other.onnx").exists()


def test_pictures_are_taken_from_all_files(tmp_path: Path) -> None:
    for number, kind in enumerate(("drawn", "printed", "receipt")):
        np.save(tmp_path / f"{kind}-00000-x.npy", np.full((4, 32, 32), 100 * number, np.uint8))
    shown = fit.Shelf(tmp_path).spread(6)
    assert shown[0].shape == (1, 1, 32, 32)
    assert sorted({round(float((picture[0, 0, 0, 0] + 1) * 127.5)) for picture in shown}) == [0, 100, 200]


def test_capitals_are_as_high_as_they_should_be(face: Face) -> None:
    assert face.glyphs["H"].ink.shape[0] == pytest.approx(CAP_HEIGHT, abs=3)
