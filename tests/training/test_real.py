import pytest

pytest.importorskip("torch")

import cv2
import numpy as np

from models.word_net import Reading, WordNet
from training.case import picture_case
from training.crops import Crop, Page
from training.real import RealWindow, of_crops, of_pages, shown
from training.real_batches import EMPTY, RealBatches


def read(text: str, confidence: float = 0.9) -> Reading:
    return Reading(text, tuple(range(len(text))), (confidence,) * len(text), confidence)


@pytest.mark.parametrize(
    ("truth", "seen", "cased"),
    [
        ("TOTAL", "TOTAL", "TOTAL"),
        ("TOTAL", "Total", "Total"),
        ("CASHIER : ANN", "Cashier: Ann", "Cashier : Ann"),
        ("THANK YOU", "Thark you", "Thank you"),
        ("12.50", "12.5", "12.50"),
        ("ROUNDING", "ROuNDlNG", "ROUNDING"),
    ],
)
def test_letters_are_the_truths_and_case_is_the_pictures(truth: str, seen: str, cased: str) -> None:
    assert picture_case(truth, read(seen)) == cased


def test_a_line_that_is_read_otherwise_is_left_out() -> None:
    assert picture_case("TOTAL SALES", read("Tx")) is None
    assert picture_case("TOTAL", read("Total", 0.3)) is None


@pytest.mark.parametrize(
    ("truth", "read_", "part"),
    [
        ("TOTAL SALES 12.50", "Total Sales", "TOTAL SALES"),
        ("TOTAL SALES 12.50", "Sa1es 12.50", "SALES 12.50"),
        ("TOTAL SALES 12.50", "TotalSales12.50", "TOTAL SALES 12.50"),
        ("TOTAL SALES 12.50", "Sale", "SALES"),
        ("TOTAL SALES 12.50", "Sa", None),
        ("TOTAL SALES 12.50", "Visa Card", None),
        ("TOTAL", "", None),
    ],
)
def test_a_window_is_given_the_whole_words_that_it_shows(truth: str, read_: str, part: str | None) -> None:
    assert shown(truth, read_) == part


class Teacher:
    """Reads every window as the next of some texts."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def read(self, windows: np.ndarray) -> list[Reading]:
        return [read(self.texts.pop(0)) for _ in windows]


def page(*lines: tuple[str, int]) -> np.ndarray:
    """Lines of text (text, row of the baseline) on white."""
    pixels = np.full((300, 500), 255, np.uint8)
    for text, row in lines:
        cv2.putText(pixels, text, (20, row), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 3, cv2.LINE_AA)
    return pixels


def test_a_long_line_gives_a_window_for_each_of_its_cuts() -> None:
    pixels = np.full((40, 900), 255, np.uint8)
    for place, word in ((10, "THANK YOU"), (520, "COME AGAIN")):
        cv2.putText(pixels, word, (place, 32), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 3, cv2.LINE_AA)
    windows = list(of_crops([Crop("p", pixels, "THANK YOU COME AGAIN")], _teacher("Thank you", "Come again")))
    assert [window.text for window in windows] == ["Thank you", "Come again"]
    assert all(window.pixels.shape[0] == 32 and window.pixels.shape[1] <= 320 for window in windows)


def test_what_the_detector_finds_has_the_truths_text_or_none() -> None:
    pixels = page(("TOTAL", 60), ("MARK", 160))
    found = list(of_pages([Page("p", pixels, [((15, 30, 150, 70), "TOTAL")])], _teacher("Total", "1l")))
    assert [window.text for window in found] == ["Total", ""]


def test_text_that_the_truth_forgot_is_not_taught_as_empty() -> None:
    pixels = page(("TOTAL", 60), ("MARK", 160))
    found = list(of_pages([Page("p", pixels, [((15, 30, 150, 70), "TOTAL")])], _teacher("Total", "MARK")))
    assert [window.text for window in found] == ["Total"]


def test_a_batch_holds_its_share_of_empty_windows_whatever_was_found() -> None:
    some = np.full((32, 40), 128, np.uint8)
    windows = [RealWindow(some, "a")] * 3 + [RealWindow(some, "")] * 30
    texts = [text for index in range(20) for text in RealBatches(windows, 1).batch(index, 48, 50).texts]
    assert texts.count("") / len(texts) == pytest.approx(EMPTY, abs=0.03)


def _teacher(*texts: str) -> WordNet:
    return Teacher(*texts)  # type: ignore[return-value]
