"""The examples, networks and batches of the corner models."""

import itertools
import json
import random
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models import corner_patches, corner_search  # noqa: E402
from models.corner_patches import DENSITY, clockwise  # noqa: E402
from models.corners import Look  # noqa: E402
from models.own import WEIGHTS  # noqa: E402
from training.page_models import corner_decision, corner_examples, corner_fit, desk  # noqa: E402
from training.page_models.corner_examples import SMALL, WIDE, example, write_examples  # noqa: E402
from training.page_models.corner_networks import Refine, Search  # noqa: E402
from training.page_models.desk import OUTSIDE, with_document, without_document  # noqa: E402
from training.page_models.export import export  # noqa: E402
from training.page_models.grounds import ground  # noqa: E402
from training.page_models.pool import Pool  # noqa: E402


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    folder = tmp_path_factory.mktemp("pool")
    page = np.full((500, 360, 3), 240, np.uint8)
    for y in range(40, 460, 20):
        cv2.putText(page, "some lines of text", (30, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 30, 30), 1, cv2.LINE_AA)
    cv2.imwrite(str(folder / "drawn-00000.jpg"), page)
    (folder / "photo").mkdir()
    cv2.imwrite(str(folder / "photo" / "a.jpg"), ground(random.Random(1), 320, 240))
    return Pool(folder, [folder / "photo" / "a.jpg"])


class Upright:
    """A pool of one page."""

    def __init__(self, page: np.ndarray) -> None:
        self._page = page

    def page(self, rng: random.Random) -> np.ndarray:
        return self._page


def test_documents_lie_where_they_are_said_to(pool: Pool) -> None:
    for seed in range(10):
        shot = with_document(random.Random(seed), pool, 240)
        height, width = shot.pixels.shape[:2]
        places = shot.corners / [width, height]
        assert max(width, height) == 240
        assert places.min() > -OUTSIDE
        assert places.max() < 1 + OUTSIDE
        again = with_document(random.Random(seed), pool, 240)
        assert (again.pixels == shot.pixels).all()


def test_pictures_without_documents_are_pictures(pool: Pool) -> None:
    shown = []
    for seed in range(60):
        pixels, edges = without_document(random.Random(seed), pool, 240)
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3
        assert 100 <= max(pixels.shape) <= 300
        shown.append(edges)
    assert 0.1 < np.mean(shown) < 0.6


@pytest.mark.parametrize(("fill", "edges"), [(0, True), (240, False)])
def test_a_skewed_scan_shows_edges_where_what_comes_in_is_not_as_the_paper(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, fill: int, edges: bool
) -> None:
    def skewed(rng: random.Random, page: np.ndarray, degrees: float) -> np.ndarray:
        matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), 5, 1.0)
        return cv2.warpAffine(page, matrix, page.shape[1::-1], borderValue=[fill] * 3)

    class Rolls(random.Random):
        """Draws a scan that is turned and nothing else."""

        def random(self) -> float:
            return next(rolls)

    rolls = iter([0.9, 0.1, *[0.99] * 20])
    monkeypatch.setattr(desk, "turned", skewed)
    monkeypatch.setattr(desk, "scan", lambda rng, page: page)
    assert desk.without_document(Rolls(1), Upright(pool.page(random.Random(1))), 240)[1] is edges


def test_a_scan_before_the_lid_shows_edges(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Rolls(random.Random):
        """Draws a scan that has a border and nothing else."""

        def random(self) -> float:
            return next(rolls)

    rolls = iter([0.9, 0.5, 0.1, *[0.99] * 20])
    monkeypatch.setattr(desk, "scan", lambda rng, page: page)
    monkeypatch.setattr(desk, "bordered", lambda rng, page: page[::-1])
    pixels, edges = desk.without_document(Rolls(1), Upright(page := pool.page(random.Random(1))), max(page.shape))
    assert edges
    assert (pixels == page[::-1]).all()


def test_nothing_is_learned_of_whether_edges_are_a_document_where_either_is_right() -> None:
    maps = torch.zeros(2, 5, corner_search.GRID, corner_search.GRID)
    places, area = torch.zeros_like(maps[:, :4]), torch.zeros_like(maps[:, 4])
    pictures, there = torch.zeros(2, 3, 1, 1), torch.tensor([float("nan"), 0.0])

    def loss(odds: float) -> float:
        answer = maps, torch.tensor([[odds], [-2.0]])
        return float(corner_fit.search_loss(lambda _: answer, (pictures, places, area, there)))  # type: ignore[arg-type]

    assert loss(-5) == loss(5)
    picture, quad = np.zeros((SMALL, SMALL, 3), np.uint8), np.full((4, 2), np.inf, np.float32)
    assert np.isnan(corner_fit.vary(picture, quad, np.random.default_rng(1))[3])
    assert corner_fit.vary(picture, np.full_like(quad, np.nan), np.random.default_rng(1))[3] == 0


def test_examples_can_be_resumed_and_are_the_same(pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corner_examples, "A_PART", 6)
    write_examples(tmp_path, pool, 1, 6)
    small, quads, patches = (np.load(tmp_path / f"1-000000.{name}.npy") for name in ("small", "quads", "patches"))
    assert small.shape == (6, SMALL, SMALL, 3)
    there = np.isfinite(quads).all((1, 2))
    assert there.any()
    assert patches.shape == (4 * there.sum(), WIDE, WIDE, 4)
    pixels, corners = example(random.Random("corners-1-2"), pool)
    assert (corner_examples.small(pixels) == small[2]).all()
    if np.isfinite(corners).all():
        assert np.allclose(quads[2] * pixels.shape[1::-1], corners, atol=1e-3)
    before = (tmp_path / "1-000000.patches.npy").stat().st_mtime_ns
    write_examples(tmp_path, pool, 1, 6)
    assert (tmp_path / "1-000000.patches.npy").stat().st_mtime_ns == before


def test_a_varied_pictures_answers_are_varied_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corner_fit, "coloured", lambda pixels, rng: pixels)
    quad = np.array([[0.2, 0.15], [0.75, 0.25], [0.8, 0.9], [0.1, 0.8]])
    picture = np.zeros((SMALL, SMALL, 3), np.uint8)
    cv2.fillConvexPoly(picture, np.rint(quad * SMALL).astype(np.int32), (255, 255, 255))
    for seed in range(20):
        given, places, area, there = corner_fit.vary(picture, quad.astype(np.float32), np.random.default_rng(seed))
        assert there == 1
        assert given.shape == (3, corner_search.SIDE, corner_search.SIDE)
        seen = cv2.resize((given[0] > 0).astype(np.float32), None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
        margin = corner_search.MARGIN
        inner = area[margin:-margin, margin:-margin]
        assert np.abs(inner - (seen > 0.5)).mean() < 0.08
        with np.errstate(divide="ignore"):
            found = corner_search.quads_of(np.concatenate([np.log(places), area[None] - 0.5]))[0][0]
        cells = found * corner_search.SIDE / corner_search.CELL + margin
        assert np.abs(corner_search.covered(found).astype(float) - area).mean() < 0.02
        assert (np.abs(cells[0] - cells[2]) > 5).all()  # the first and third are opposite


def test_a_strayed_patchs_answer_is_where_its_corner_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corner_fit, "coloured", lambda pixels, rng: pixels)
    patch = np.zeros((WIDE, WIDE, 4), np.uint8)
    patch[..., 3] = 255
    patch[WIDE // 2 :, WIDE // 2 :, :3] = 255
    for seed in range(20):
        out, place = corner_fit.stray(patch, np.random.default_rng(seed))
        assert out.shape == (corner_patches.SIDE, corner_patches.SIDE, 4)
        assert np.abs(place).max() <= max(corner_fit.STRAY * DENSITY, 0.4 * corner_patches.SIDE)
        x, y = place + corner_patches.SIDE / 2
        assert out[int(y + 8), int(x + 8), 0] > 200
        assert out[int(y - 8), int(x - 8), 0] < 50
        ys, xs = np.nonzero(out[..., 0] > 127)
        assert abs(float((xs + ys).min()) - (x + y)) < 8


def test_batches_go_on_where_they_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    np.save(tmp_path / "1-000000.small.npy", rng.integers(0, 256, (4, SMALL, SMALL, 3)).astype(np.uint8))
    quads = np.full((4, 4, 2), np.nan, np.float32)
    quads[:2] = clockwise(np.array([[0.2, 0.15], [0.75, 0.25], [0.8, 0.9], [0.1, 0.8]]))
    np.save(tmp_path / "1-000000.quads.npy", quads)
    np.save(tmp_path / "1-000000.patches.npy", rng.integers(0, 256, (8, WIDE, WIDE, 4)).astype(np.uint8))
    monkeypatch.setattr(corner_fit, "BATCH", 4)
    monkeypatch.setattr(corner_fit, "PATCHES", 5)
    for batches, loss, network in (
        (corner_fit.search_batches, corner_fit.search_loss, Search()),
        (corner_fit.refine_batches, corner_fit.refine_loss, Refine()),
    ):
        every = list(itertools.islice(batches([tmp_path], 5, 0), 3))
        (later,) = itertools.islice(batches([tmp_path], 5, 2), 1)
        assert all(torch.equal(one, other) for one, other in zip(every[2], later, strict=True))
        value = loss(network, later)
        value.backward()
        assert torch.isfinite(value)


def test_the_exported_networks_compute_the_same(tmp_path: Path) -> None:
    shape = (1, 3, corner_search.SIDE, corner_search.SIDE)
    for network, size, outputs in (
        (Search(), shape, ("maps", "odds")),
        (Refine(), (4, 4, corner_patches.SIDE, corner_patches.SIDE), ("scores",)),
    ):
        torch.save({"average": network.state_dict()}, tmp_path / "net.pt")
        out = tmp_path / "net.onnx"
        assert export(network, tmp_path / "net.pt", out, "x", size, outputs, trained_on=["nothing"]) < 1e-3


def test_what_shows_edges_all_the_same_decides_nothing(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    edges = iter([True, False, True])
    monkeypatch.setattr(corner_decision, "without_document", lambda rng, pool, long: (np.zeros((9, 9, 3)), next(edges)))
    corners = [corners for _, corners in corner_decision.pictures(pool, 3)]
    assert [quad is None for quad in corners] == [False, False, False, True]


def test_a_quad_that_is_elsewhere_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder:
        def look(self, pixels: np.ndarray) -> Look:
            return Look(quad, quad, 0.9, 1.5, (2.0, 3.0))

    quad = np.array([[10.0, 10], [90, 10], [90, 90], [10, 90]])
    noise = np.random.default_rng(1).integers(0, 256, (100, 100, 3), np.uint8)
    shots = [(noise, quad + 5), (noise, quad + 60), (noise, None), (np.full_like(noise, 255), quad)]
    monkeypatch.setattr(corner_decision, "pictures", lambda pool, count: iter(shots))
    rows, right = corner_decision.evidence(Finder(), None, 4)  # type: ignore[arg-type]
    assert right.tolist() == [True, False, False]  # and the drawn one is not asked
    assert rows.tolist() == [[1.0, 2.0, 3.0, 1.5]] * 3


def test_the_decision_weighs_what_tells_documents_from_others() -> None:
    rng = np.random.default_rng(1)
    rows = np.column_stack([np.ones(3000), rng.normal(0, 2, (3000, 3))])
    truth = np.array([-0.5, 1.0, 0.5, -1.5])
    right = rng.random(3000) < 1 / (1 + np.exp(-rows @ truth))
    weights, loss = corner_decision.fitted(rows, right)
    assert weights == pytest.approx(truth, abs=0.25)
    assert loss == pytest.approx(-np.mean(np.log(1 / (1 + np.exp(-np.where(right, 1, -1) * (rows @ truth))))), abs=0.01)


def test_the_decision_is_written_into_the_card(pool: Pool, tmp_path: Path) -> None:
    for name in ("corners", "corners_close"):
        for suffix in (".onnx", ".json"):
            (tmp_path / f"{name}{suffix}").write_bytes((WEIGHTS / f"{name}{suffix}").read_bytes())
    card = tmp_path / "corners.json"
    before = json.loads(card.read_text(encoding="utf-8"))
    loss = corner_decision.decide(card, pool, 6, 0.25, 3.5)
    after = json.loads(card.read_text(encoding="utf-8"))
    assert 0 <= loss < 0.7
    assert (after["threshold"], after["sure"]) == (0.25, 3.5)
    assert len(after["decision"]) == 4
    assert {name for name in before if before[name] != after[name]} <= {"decision", "sure", "threshold"}
