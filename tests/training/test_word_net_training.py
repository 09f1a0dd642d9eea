"""The generator, the network and the trainer, on fonts drawn by OpenCV so that no font package is needed."""

import itertools
import random
import string
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.word_net import WIDTH, stretch, window_of  # noqa: E402
from training import batches, corpus, fonts  # noqa: E402
from training.alphabet import ALPHABET, encode  # noqa: E402
from training.batches import Drawn, finish  # noqa: E402
from training.corpus import Corpus  # noqa: E402
from training.distort import GROUPS, normalise  # noqa: E402
from training.draw import STEP  # noqa: E402
from training.fonts import Face, Glyph, faults  # noqa: E402
from training.network import WordNetwork, parameters, prepare  # noqa: E402
from training.train import Plan, Trainer, keep_weights, load_network, mean_weights  # noqa: E402
from training.typesetting import crop_box, ligated, set_line, visible  # noqa: E402

WORDS = [
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "a",
    "lazy",
    "dog",
    "while",
    "five",
    "boxing",
    "wizards",
    "vex",
    "Jack",
    "Total",
    "Invoice",
    "Date",
]


def glyph(character: str, font: int = cv2.FONT_HERSHEY_SIMPLEX) -> Glyph:
    ink = np.zeros((80, 80), np.uint8)
    cv2.putText(ink, character, (20, 50), font, 1.4, 255, 3, cv2.LINE_AA)
    rows, columns = np.flatnonzero(ink.max(1)), np.flatnonzero(ink.max(0))
    if not len(rows):
        return Glyph(np.zeros((0, 0), np.uint8), 0, 0, 14)
    part = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Glyph(part, 2, int(rows[0]) - 50, part.shape[1] + 5)


@pytest.fixture(scope="module")
def glyphs() -> dict[str, Glyph]:
    return {c: glyph(c) for c in string.ascii_letters + string.digits + string.punctuation + " "}


@pytest.fixture
def drawn(glyphs: dict[str, Glyph], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Drawn:
    face = Face("opencv", "sans", 1.0, glyphs, False)
    monkeypatch.setattr(fonts, "load", lambda _: [face])
    monkeypatch.setattr(corpus, "load", lambda _: Corpus(WORDS * 40, WORDS, ["Jack", "Ann"]))
    monkeypatch.setattr(batches, "COLUMNS", 640)
    return Drawn(tmp_path, 1, 10**6)


def test_a_sound_face_has_no_faults(glyphs: dict[str, Glyph]) -> None:
    assert faults(glyphs, [glyphs]) == ""


def test_missing_doubled_wrong_and_small_capital_glyphs_are_found(glyphs: dict[str, Glyph]) -> None:
    assert "missing Q" in faults({c: g for c, g in glyphs.items() if c != "Q"}, [glyphs])
    assert "doubled AB" in faults({**glyphs, "B": glyphs["A"]}, [glyphs])
    shifted = dict(zip(string.ascii_letters, string.ascii_letters[7:] + string.ascii_letters[:7], strict=True))
    assert "unlike" in faults({**glyphs, **{a: glyphs[b] for a, b in shifted.items()}}, [glyphs])
    small = {c: glyph(c.upper()) for c in string.ascii_lowercase}
    for g in small.values():
        g.ink.setflags(write=False)
    capitals = {**glyphs, **{c: Glyph(g.ink[:-1], g.left, g.top + 1, g.advance) for c, g in small.items()}}
    assert faults(capitals, [glyphs]) == "small capitals"


def test_every_line_and_word_is_within_the_alphabet() -> None:
    rng, text = random.Random(1), Corpus(WORDS * 40, WORDS, ["Jack", "Ann"])
    said = [text.line(rng) for _ in range(3000)] + [text.word(rng) for _ in range(3000)]
    assert set("".join(said)) <= set(ALPHABET)
    assert set(string.printable[:95]) <= set("".join(said))
    assert all(encode(line) for line in said)


def test_a_character_is_seen_when_more_than_half_of_it_is(glyphs: dict[str, Glyph]) -> None:
    layout = set_line(Face("opencv", "sans", 1.0, glyphs, False), "ab cd", 0, 1, None)
    assert visible(layout, -10, 1000) == "ab cd"
    middle = (layout.lefts[1] + layout.rights[1]) / 2
    assert visible(layout, middle + 1, 1000) == "cd"
    assert visible(layout, middle - 1, 1000) == "b cd"


def test_some_crops_clip_their_letters_at_each_side_but_never_by_much(glyphs: dict[str, Glyph]) -> None:
    layout = set_line(Face("opencv", "sans", 1.0, glyphs, False), "RESULTS", 0, 1, None)
    top = min(glyphs[c].top for c in layout.text)
    bottom = max(glyphs[c].top + len(glyphs[c].ink) for c in layout.text)
    boxes = [crop_box(random.Random(seed), layout, "word") for seed in range(400)]
    clipped = np.array(
        [
            [left - min(layout.lefts), upper - top, layout.width - right, bottom - lower]
            for left, upper, right, lower in boxes
        ]
    ) / (bottom - top)
    assert ((clipped > 0.08).mean(0) > 0.02).all()
    assert ((clipped > 0.0).mean(0) < 0.4).all()
    assert (clipped.max(0) <= [0.3, 0.2, 0.3, 0.2]).all()


def test_a_ligature_is_drawn_as_one_sign_and_read_as_its_letters(glyphs: dict[str, Glyph]) -> None:
    face = Face("opencv", "serif", 1.0, glyphs | {"\ufb01": glyphs["A"]}, False)
    text = ligated("fit off", face)
    assert text == "\ufb01t off"
    assert visible(set_line(face, text, 0, 1, None), -10, 1000) == "fit off"
    assert ligated("fit", Face("opencv", "mono", 1.0, face.glyphs, True)) == "fit"


def test_every_window_has_room_for_its_text(drawn: Drawn) -> None:
    for index in range(12):
        ink, widths, texts = drawn[index]
        assert ink.shape[1] == 48
        for width, text in zip(widths.tolist(), texts, strict=True):
            repeats = sum(a == b for a, b in itertools.pairwise(text))
            assert len(text) + repeats <= width / STEP
            assert width <= ink.shape[2] * 2 // 3


def test_some_windows_hold_nothing_to_read(drawn: Drawn) -> None:
    texts = [text for index in range(40) for text in drawn[index][2]]
    assert 0.005 < sum(not text for text in texts) / len(texts) < 0.1


@pytest.mark.parametrize("left_out", ["", *GROUPS])
def test_a_batch_is_the_same_whenever_it_is_drawn(drawn: Drawn, left_out: str) -> None:
    groups = frozenset(GROUPS) - {left_out}
    first, again = (finish(drawn[3], 1, 3, torch.device("cpu"), groups) for _ in range(2))
    assert first.texts == again.texts
    assert torch.equal(first.windows, again.windows)
    assert first.windows.dtype == torch.uint8
    assert first.windows.shape[1] == 32


def test_training_and_reading_normalise_alike() -> None:
    rng = np.random.default_rng(3)
    for columns in (5, 37, 160):
        part = rng.integers(60, 200, (32, columns)).astype(np.uint8)
        padded = np.pad(part, ((0, 0), (0, WIDTH - columns)))
        ours = normalise(torch.from_numpy(padded)[None, None].float() / 255, torch.tensor([columns]))[0].numpy()
        theirs = window_of(part)
        assert np.abs(ours.astype(int) - theirs).max() <= 1
        assert np.abs(stretch(part).astype(int) - ours[:, :columns]).max() <= 1


def test_the_network_is_small_and_gives_a_step_every_four_columns() -> None:
    network = WordNetwork().eval()
    assert parameters(network) <= 3_000_000
    with torch.inference_mode():
        out = network(prepare(torch.zeros(2, 32, 96, dtype=torch.uint8)))
    assert out.shape == (2, 96 // STEP, len(ALPHABET) + 1)
    assert torch.allclose(out.exp().sum(-1), torch.ones(2, 24), atol=1e-4)


def curve(drawn: Drawn, steps: int, resume_at: int = 0, folder: Path | None = None) -> list[float]:
    trainer, losses = Trainer(Plan(100, warm_up=4, width=0.25), torch.device("cpu")), []
    for index in range(steps):
        if index == resume_at and folder is not None:
            trainer.save(folder / "checkpoint.pt")
            trainer = Trainer(trainer.plan, torch.device("cpu"))
            trainer.load(folder / "checkpoint.pt")
        losses.append(trainer.train(finish(drawn[index], 1, index, torch.device("cpu"))))
    return losses


def test_kept_weights_are_enough_to_go_on_from(tmp_path: Path) -> None:
    trainer = Trainer(Plan(100, width=0.25), torch.device("cpu"))
    trainer.save(tmp_path / "checkpoint.pt")
    keep_weights(tmp_path / "checkpoint.pt", tmp_path / "weights.pt")
    again = Trainer(trainer.plan, torch.device("cpu"))
    again.load(tmp_path / "weights.pt")
    assert again.step == 0
    assert load_network(tmp_path / "weights.pt").lstm.input_size == trainer.network.lstm.input_size
    assert (tmp_path / "weights.pt").stat().st_size < (tmp_path / "checkpoint.pt").stat().st_size / 3


def test_the_mean_of_weights_lies_between_them(tmp_path: Path) -> None:
    paths = [tmp_path / f"{seed}.pt" for seed in (1, 2)]
    for seed, path in enumerate(paths, 1):
        Trainer(Plan(10, seed=seed), torch.device("cpu")).save(path)
    mean_weights(paths, tmp_path / "mean.pt")
    one, two, between = (load_network(path).classes.weight for path in (*paths, tmp_path / "mean.pt"))
    assert not torch.equal(one, two)
    assert torch.allclose(between, (one + two) / 2)


def test_the_same_seed_gives_the_same_loss_curve_also_across_a_resumption(drawn: Drawn, tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        whole = curve(drawn, 8)
        assert whole == curve(drawn, 8)
        assert whole == curve(drawn, 8, 4, tmp_path)
        assert whole[-1] < whole[0]
    finally:
        torch.set_num_threads(threads)
