"""Models in eight bits: the layers and the weights' range are as asked, and nearly the same is computed."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from models.card import Card  # noqa: E402
from models.word_net import WordNet, window_of  # noqa: E402
from training import export  # noqa: E402
from training.network import WordNetwork  # noqa: E402
from training.onnx_files import write_card, write_model  # noqa: E402
from training.quantised import quantise  # noqa: E402


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A model of one convolution and one product, in float32."""
    torch.manual_seed(1)
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.Linear(8, 3, bias=False))
    fields = {"input": {}, "trained_on": []}
    write_model(network, tmp_path / "whole.onnx", torch.zeros(1, 1, 8, 8), "picture", ("out",), [], 0.0, fields)
    return tmp_path / "whole.onnx"


def weights(model: Path) -> list[np.ndarray]:
    """Those that are kept as int8."""
    arrays = [onnx.numpy_helper.to_array(each) for each in onnx.load(model).graph.initializer]
    return [each for each in arrays if each.dtype == np.int8 and each.ndim > 1]


@pytest.mark.parametrize(("seven_bits", "most"), [(True, 64), (False, 127)])
@pytest.mark.parametrize(("layers", "count"), [(None, 2), (["Conv"], 1)])
def test_layers_and_weights_are_as_asked(
    whole: Path, seven_bits: bool, most: int, layers: list[str] | None, count: int
) -> None:
    small, generator = whole.with_name("small.onnx"), np.random.default_rng(1)
    pictures = [generator.uniform(-1, 1, (1, 1, 8, 8)).astype(np.float32) for _ in range(8)]
    quantise(whole, small, "picture", iter(pictures), seven_bits=seven_bits, layers=layers)
    assert len(weights(small)) == count
    assert max(int(abs(each.astype(int)).max()) for each in weights(small)) == most
    write_card(small, dict(Card.open(whole).fields))
    before, after = (Card.open(each).session().run(None, {"picture": pictures[0]})[0] for each in (whole, small))
    assert 0 < np.abs(before - after).max() < 0.05


def test_a_word_net_in_eight_bits_reads_nearly_alike(tmp_path: Path) -> None:
    torch.manual_seed(1)
    path, small = tmp_path / "word_net.onnx", tmp_path / "small.onnx"
    network = WordNetwork(0.25)
    export.write_onnx(network, path)
    write_card(path, export.describe(network, trained_on=[]))
    windows = [window_of(np.random.default_rng(seed).integers(0, 256, (32, 90), np.uint8)) for seed in range(4)]
    export.quantise(path, small, windows)
    kinds = {node.op_type for node in onnx.load(small).graph.node}
    assert {"DynamicQuantizeLSTM", "QuantizeLinear"} <= kinds
    assert kinds.isdisjoint({"LSTM", "MatMul"})
    write_card(small, dict(Card.open(path).fields))
    nets = WordNet.open(path), WordNet.open(small)
    for window in windows:
        one, other = (np.exp(net.log_probabilities(window)) for net in nets)
        assert 0 < np.abs(one - other).max() < 0.05
