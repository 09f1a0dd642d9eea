import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.own import WEIGHTS
from models.word_net import (
    FILE,
    HEIGHT,
    WIDTH,
    Reading,
    Window,
    WordNet,
    decode,
    join,
    stretch,
    used_columns,
    window_of,
    windows_of,
)


def scores(path: str, alphabet: str = "ab ", sure: float = 0.9) -> np.ndarray:
    """Log-probabilities whose best path is ``path`` ('-' is the blank)."""
    rest = (1 - sure) / len(alphabet)
    out = np.full((len(path), 1 + len(alphabet)), rest, np.float32)
    for step, character in enumerate(path):
        out[step, 0 if character == "-" else 1 + alphabet.index(character)] = sure
    return np.log(out)


def line(widths: list[int], rows: int = HEIGHT, gap: int = 14, letter: int = 10) -> np.ndarray:
    """White paper with words made of black bars; ``widths`` are letters a word."""
    parts = [np.full((rows, gap), 255, np.uint8)]
    for count in widths:
        for _ in range(count):
            bar = np.full((rows, letter), 255, np.uint8)
            bar[4:-4, 1:-1] = 0
            parts.append(bar)
        parts.append(np.full((rows, gap), 255, np.uint8))
    return np.hstack(parts)


@pytest.mark.parametrize(
    ("path", "text"), [("", ""), ("---", ""), ("aab", "ab"), ("a-a", "aa"), ("-aa-bb-", "ab"), ("a--  --b", "a b")]
)
def test_repeats_are_one_character_unless_a_blank_parts_them(path: str, text: str) -> None:
    if path:
        assert decode(scores(path), "ab ")[0] == text


def test_a_character_stands_where_it_is_surest() -> None:
    given_ = scores("-aaa--b-")
    given_[2, 1] = np.log(0.99)
    text, places, confidences, _ = decode(given_, "ab ")
    assert text == "ab"
    assert places == (10.0, 26.0)
    assert confidences == pytest.approx((0.99, 0.9), rel=1e-5)


def test_spaces_at_the_ends_are_dropped_with_their_places() -> None:
    text, places, confidences, _ = decode(scores(" -a- "), "ab ")
    assert (text, len(places), len(confidences)) == ("a", 1, 1)


def test_a_surer_path_scores_higher() -> None:
    assert decode(scores("a-b", sure=0.99), "ab ")[3] > decode(scores("a-b", sure=0.8), "ab ")[3]


@given(st.integers(3, WIDTH), st.integers(0, 255), st.integers(0, 255))
def test_a_window_is_stretched_and_padded_with_its_background(columns: int, low: int, high: int) -> None:
    part = np.full((HEIGHT, columns), high, np.uint8)
    part[10:20, : columns // 2] = low
    window = window_of(part)
    assert window.shape == (HEIGHT, WIDTH)
    assert window.dtype == np.uint8
    assert (window[:, columns:] == (255 if window[:, :columns].mean() >= 112 else 0)).all()


def test_faint_noise_is_not_stretched_to_the_full() -> None:
    paper = np.random.default_rng(1).integers(250, 253, (HEIGHT, 100)).astype(np.uint8)
    assert np.ptp(stretch(paper).astype(int)) < 40


def test_padding_is_not_read() -> None:
    window = window_of(line([3]))
    assert used_columns(window) <= 80
    assert used_columns(np.full((HEIGHT, WIDTH), 255, np.uint8)) == 32


@given(st.lists(st.integers(1, 4), min_size=1, max_size=25), st.integers(10, 90))
def test_a_line_is_cut_at_gaps_and_nothing_is_lost(widths: list[int], rows: int) -> None:
    windows = windows_of(line(widths, rows, gap=rows // 2 + 4, letter=rows // 3 + 3))
    assert all(window.pixels.shape == (HEIGHT, WIDTH) and window.columns <= WIDTH for window in windows)
    assert all(window.after_space for window in windows[1:])
    ends = [window.left + window.columns for window in windows]
    assert all(0 <= window.left - end <= 64 for window, end in zip(windows[1:], ends, strict=False))


def test_a_word_longer_than_a_window_is_chopped_where_ink_is_least() -> None:
    windows = windows_of(line([80], letter=11))
    assert len(windows) > 1
    assert not any(window.after_space for window in windows)


def test_an_empty_crop_has_no_window() -> None:
    assert windows_of(np.zeros((0, 10), np.uint8)) == []


def test_windows_are_joined_with_a_space_where_they_were_cut_at_one() -> None:
    blank = np.zeros((HEIGHT, WIDTH), np.uint8)
    windows = [Window(blank, 0, 300, False), Window(blank, 310, 200, True), Window(blank, 510, 100, False)]
    readings = [
        Reading("ab", (5.0, 9.0), (0.9, 0.8), 0.9),
        Reading("cd", (4.0, 8.0), (0.7, 0.9), 0.5),
        Reading("e", (4.0,), (0.9,), 0.8),
    ]
    whole = join(windows, readings, zoom=2.0)
    assert whole.text == "ab cde"
    assert whole.places == (2.5, 4.5, 155.0, 157.0, 159.0, 257.0)
    assert whole.confidences == (0.9, 0.8, 0.7, 0.7, 0.9, 0.9)
    assert whole.confidence == 0.5


@pytest.fixture(scope="module")
def net() -> WordNet:
    pytest.importorskip("onnxruntime")
    if not (WEIGHTS / FILE).exists():
        pytest.skip("models/weights/word_net.onnx is not there yet")
    return WordNet.open(WEIGHTS / FILE)


def printed(text: str) -> np.ndarray:
    """A crop of black text on white, uint8."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (24 * len(text) + 40, 60), 255)
    ImageDraw.Draw(page).text((20, 10), text, fill=0, font=ImageFont.load_default(28))
    ink = np.asarray(page)
    rows, columns = np.flatnonzero((ink < 128).any(1)), np.flatnonzero((ink < 128).any(0))
    return ink[rows[0] - 3 : rows[-1] + 4, columns[0] - 4 : columns[-1] + 5]


def test_print_is_read_with_places_that_rise(net: WordNet) -> None:
    crop = printed("Total 1985")
    reading = net.read_line(crop)
    assert reading.text == "Total 1985"
    assert len(reading.places) == len(reading.confidences) == len(reading.text)
    assert list(reading.places) == sorted(reading.places)
    assert 0 <= reading.places[0] < reading.places[-1] < crop.shape[1]
    assert all(0 <= c <= 1 for c in (*reading.confidences, reading.confidence))


def test_a_reading_does_not_depend_on_its_neighbours(net: WordNet) -> None:
    crops = [printed(text) for text in ("Invoice", "a", "12.50", "Jalan Selangor 43200")]
    windows = np.stack([windows_of(crop)[0].pixels for crop in crops])
    together = net.read(windows)
    assert together == [net.read(window[None])[0] for window in windows]
    assert together == net.read(windows[::-1].copy())[::-1]


def test_white_paper_has_no_words(net: WordNet) -> None:
    assert net.read(np.full((1, HEIGHT, WIDTH), 255, np.uint8))[0].text == ""
