import pytest

pytest.importorskip("torch")

from models.word_net import Reading
from training.real import picture_case


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
