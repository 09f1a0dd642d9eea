"""The generator of pages and photographs, the networks and the trainer of the page models."""

import csv
import itertools
import random
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models import densest, ocrable, orientation  # noqa: E402
from models.card import Card  # noqa: E402
from training.page_models import fit, networks, readable_fit, standing  # noqa: E402
from training.page_models.camera import photograph, scan, turned  # noqa: E402
from training.page_models.export import export  # noqa: E402
from training.page_models.fit import Fitter, Plan, keep_weights, load_weights  # noqa: E402
from training.page_models.grounds import ground, lined  # noqa: E402
from training.page_models.photos import HELD, LIST, photos  # noqa: E402
from training.page_models.pool import Pool  # noqa: E402
from training.page_models.readable import example, write_examples  # noqa: E402


def written(path: Path, seed: int) -> Path:
    """A page of lines in a file."""
    pixels = np.full((900, 640, 3), 245, np.uint8)
    rng = random.Random(seed)
    for y in range(60, 860, 34):
        text = "".join(rng.choice("abcdefgh ijklmn opqrst") for _ in range(34))
        cv2.putText(pixels, text, (40, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 1, cv2.LINE_AA)
    cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    folder = tmp_path_factory.mktemp("pool")
    for number in range(3):
        written(folder / f"drawn-{number:05d}.jpg", number)
    picture = folder / "photo"
    picture.mkdir()
    cv2.imwrite(str(picture / "a.jpg"), ground(random.Random(1), 640, 480))
    return Pool(folder, [picture / "a.jpg"])


def test_the_photographs_are_parted_once_and_for_all() -> None:
    with LIST.open(newline="") as file:
        rows = list(csv.DictReader(file))
    parts = Counter(row["part"] for row in rows)
    assert set(parts) == {"train", "held", "document", "unclear"}
    assert HELD >= parts["held"] >= 300
    assert len({row["name"] for row in rows}) == len(rows)
    assert not set(photos(Path("x"), "held")) & set(photos(Path("x"), "train"))


@pytest.mark.parametrize("make", [ground, lined])
def test_grounds_are_the_same_from_the_same_seed(make) -> None:  # type: ignore[no-untyped-def]
    for seed in range(12):
        first = make(random.Random(seed), 160, 120)
        assert first.shape == (120, 160, 3)
        assert first.dtype == np.uint8
        assert (first == make(random.Random(seed), 160, 120)).all()


@pytest.mark.parametrize("turn", [0, 30, 90, 180, 270])
def test_a_photographs_corners_are_the_pages(turn: int) -> None:
    page = np.zeros((400, 300, 3), np.uint8)
    colours = [(255, 40, 40), (40, 255, 40), (40, 40, 255), (255, 255, 40)]  # clockwise from the top left
    for (y, x), colour in zip(((0, 0), (0, 150), (200, 150), (200, 0)), colours, strict=True):
        page[y : y + 200, x : x + 150] = colour
    ground_ = np.full((480, 640, 3), 128, np.uint8)
    for seed in range(6):
        shot = photograph(random.Random(seed), page, ground_, turn, (0.6, 0.9), bend=False)
        middle = shot.corners.mean(0)
        for corner, colour in zip(shot.corners, colours, strict=True):
            x, y = (corner * 0.6 + middle * 0.4).astype(int)
            seen = shot.pixels[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).mean(0)
            likest = min(colours, key=lambda each: float(np.abs(seen / seen.max() - np.array(each) / 255).sum()))
            assert likest == colour


def test_scans_and_turned_pages_stay_pages() -> None:
    page = np.full((300, 200, 3), 240, np.uint8)
    page[50:60, 20:180] = 10
    for seed in range(10):
        out = scan(random.Random(seed), page)
        assert out.dtype == np.uint8
        assert np.ptp(out) > 30
    assert turned(random.Random(1), page, 5).shape == page.shape


def test_examples_can_be_resumed_and_are_the_same(pool: Pool, tmp_path: Path) -> None:
    write_examples(tmp_path / "a", pool, 1, 200)
    (path,) = sorted((tmp_path / "a").glob("*.npy"))
    stored = np.load(path)
    assert stored.shape == (200, 8, 128, 128)
    found = example(random.Random("1-4"), pool, True)
    assert (stored[4, 0] == found[0]).all()
    before = path.stat().st_mtime_ns
    write_examples(tmp_path / "a", pool, 1, 200)
    assert path.stat().st_mtime_ns == before


def test_batches_go_on_where_they_stopped(tmp_path: Path) -> None:
    windows = np.random.default_rng(1).integers(0, 256, (40, 8, 128, 128)).astype(np.uint8)
    np.save(tmp_path / "1-000000.npy", windows)
    every = list(itertools.islice(readable_fit.batches([tmp_path], 5, 0), 6))
    later = list(itertools.islice(readable_fit.batches([tmp_path], 5, 3), 3))
    for (ours, labels), (theirs, others) in zip(every[3:], later, strict=True):
        assert (ours == theirs).all()
        assert (labels == others).all()


def test_a_windows_label_is_the_turns_that_set_it_upright(tmp_path: Path) -> None:
    window = np.zeros((standing.WIDER, standing.WIDER), np.uint8)
    window[: standing.WIDER // 2] = 200  # light above
    np.save(tmp_path / "1-000000.npy", np.stack([window] * 4))
    pictures, labels = next(standing.batches([tmp_path], 1, 0))
    for picture, label in zip(pictures.numpy(), labels.tolist(), strict=True):
        upright = np.rot90(picture, -label).astype(int)
        top, bottom = upright[:8].mean(), upright[-8:].mean()
        assert abs(top - bottom) > 100  # light and dark lie above each other, or the other way round where inverted
        assert (top > bottom) or picture.max() == 255


def test_the_networks_take_what_the_models_give_them() -> None:
    window = np.random.default_rng(2).integers(90, 160, (96, 96)).astype(np.uint8)
    ours = networks.as_input(torch.from_numpy(window[None]))[0, 0].numpy()
    assert np.abs(ours - densest.as_input(window)[0, 0]).max() < 1e-4


def test_training_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    torch.manual_seed(1)
    data = torch.randint(0, 256, (6, 3, ocrable.SIDE, ocrable.SIDE), dtype=torch.uint8)
    batch = (data, torch.tensor([1.0, 0, 1, 0, 1, 0]))
    fitter = Fitter(networks.ocrable(), Plan(4, warm_up=1), tmp_path)
    fitter.run(itertools.repeat(batch), readable_fit.loss)
    assert fitter.step == 4
    again = Fitter(networks.ocrable(), Plan(6, warm_up=1), tmp_path)
    assert again.step == 4
    again.run(itertools.repeat(batch), readable_fit.loss)
    assert again.step == 6
    keep_weights(tmp_path / "checkpoint.pt", tmp_path / "kept.pt")
    kept, whole = load_weights(tmp_path / "kept.pt"), load_weights(tmp_path / "checkpoint.pt")
    assert all(torch.allclose(kept[name].float(), whole[name].float(), atol=2e-2, rtol=2e-3) for name in whole)


def test_the_rate_rises_and_falls() -> None:
    plan = Plan(1000, rate=1.0, warm_up=100)
    rates = [plan.rate_at(step, 0.0) for step in range(1000)]
    assert rates[0] < rates[50] < rates[99] <= 1.0
    assert rates[999] < 0.02
    assert fit.Plan(10, minutes=1).done(0, 60) == 1.0


def test_an_exported_network_computes_the_same(tmp_path: Path) -> None:
    network = networks.orientation()
    torch.save({"average": network.state_dict()}, tmp_path / "o.pt")
    fields = {"trained_on": ["nothing"], "margin": 1.0, "upright_margin": 2.0}
    shape = (1, 1, orientation.SIDE, orientation.SIDE)
    worst = export(networks.orientation(), tmp_path / "o.pt", tmp_path / "orientation.onnx", "windows", shape, **fields)
    assert worst < 1e-3
    net = orientation.OrientationNet(Card.open(tmp_path / "orientation.onnx"))
    window = np.random.default_rng(3).integers(0, 256, shape[2:]).astype(np.uint8)
    with torch.inference_mode():
        wanted = network.eval()(networks.as_input(torch.from_numpy(window[None]))).log_softmax(1).numpy()
    assert np.abs(net.log_probabilities([window]) - wanted).max() < 1e-3
