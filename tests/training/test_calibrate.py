import numpy as np
import pytest

pytest.importorskip("torch")

from models.word_net import calibration_kind
from training import calibrate as calibration
from training.calibrate import apply, calibrate, fit, see


class Net:
    """Reads the first pixel of a window as the number of a text; the second is how sure it is (0..255)."""

    card = {"alphabet": ""}  # noqa: RUF012

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def log_probabilities(self, window: np.ndarray) -> tuple[str, float]:
        return self.texts[window[0, 0]], (float(window[0, 1]) - 255) / 100


@pytest.fixture(autouse=True)
def decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "decode", lambda scores, _: (scores[0], (), (), scores[1]))


def window(text: int, sure: int) -> np.ndarray:
    pixels = np.zeros((32, 320), np.uint8)
    pixels[0, :2] = text, sure
    return pixels


def test_a_window_is_right_by_its_letters_and_where_it_has_none_by_its_signs() -> None:
    net = Net("total", ".", "")
    seen = see(
        net,
        [("p", window(0, 9), "TOTAL:"), ("p", window(1, 9), "- -"), ("p", window(1, 9), "."), ("p", window(2, 9), "")],
    )
    assert [each.right for each in seen] == [True, False, True, True]
    assert [each.kind for each in seen] == ["words", "short", "short", "short"]


def test_a_sign_that_is_mostly_a_blot_is_not_believed_and_a_word_is() -> None:
    net = Net("total", ".")
    windows = [(f"p{n:03}", window(0, n % 250), "TOTAL") for n in range(300)]
    windows += [(f"p{n:03}", window(1, n % 250), "." if n % 11 == 0 else "") for n in range(300)]
    curves, error = calibrate(net, windows)
    assert apply(curves["words"], np.array([-1.0]))[0] == 1
    assert apply(curves["short"], np.array([-1.0]))[0] == pytest.approx(0.1, abs=0.06)
    assert error < 0.05


def test_the_curve_never_falls() -> None:
    rng = np.random.default_rng(1)
    scores = -rng.exponential(1, 500)
    curve = np.array(fit(scores, rng.random(500) < np.exp(scores)))
    assert (np.diff(curve[:, 0]) > 0).all()
    assert (np.diff(curve[:, 1]) >= 0).all()


@pytest.mark.parametrize(
    ("text", "kind"), [("", "short"), (".", "short"), ("7%", "short"), ("12", "words"), ("a b", "words")]
)
def test_texts_of_less_than_two_letters_are_short(text: str, kind: str) -> None:
    assert calibration_kind(text) == kind
