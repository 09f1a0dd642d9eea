"""The Word Net's training commands: ``python -m training.word_net COMMAND --help``."""

from __future__ import annotations

import argparse
from pathlib import Path

WEIGHTS = Path(__file__).parent.parent / "models" / "weights" / "word_net.onnx"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.word_net", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, help_: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_)
        sub.add_argument("--cache", type=Path, required=True, help="folder for the drawn fonts and the corpus")
        sub.add_argument("--seed", type=int, default=1)
        return sub

    for name, help_ in (
        ("train", "train on synthetic windows, or go on with it"),
        ("finetune", "go on with real lines"),
    ):
        sub = command(name, help_)
        sub.add_argument("--out", type=Path, required=True, help="folder of the checkpoint and the loss curve")
        sub.add_argument("--weights", type=Path, required=name == "finetune", help="checkpoint to start from")
        sub.add_argument("--steps", type=int, required=True)
        sub.add_argument(
            "--minutes", type=float, default=1e9, help="end of the run by time, if it comes before --steps"
        )
        sub.add_argument("--slice", type=float, default=1e9, help="stop after so many minutes; run again to go on")
        sub.add_argument("--rate", type=float, default=1.3e-3 if name == "train" else 3e-4)
        sub.add_argument("--width", type=float, default=1.0, help="factor on the channels")
        sub.add_argument("--without", nargs="*", default=[], help="groups of distortions to leave out")
        sub.add_argument("--device", default="cpu")
        sub.add_argument("--workers", type=int, default=1, help="drawing processes")
        sub.add_argument("--threads", type=int, default=1)
        if name == "finetune":
            sub.add_argument("--data", type=Path, required=True, help="folder of the development data")

    sub = command("export", "write the ONNX file and its card, checked against PyTorch")
    sub.add_argument("--checkpoint", type=Path, required=True)
    sub.add_argument("--out", type=Path, default=WEIGHTS)
    sub.add_argument("--windows", type=int, default=2000, help="synthetic windows to compare on")
    sub.add_argument("--weights", type=Path, help="also keep the weights here, to go on from")
    sub.add_argument("--int8", action="store_true", help="quantise after the check")
    sub.add_argument("--fields", type=Path, help="JSON of what else the card says")

    sub = command("calibrate", "fit the confidence on half of the validation data, into the model's card")
    sub.add_argument("--data", type=Path, required=True)
    sub.add_argument("--model", type=Path, default=WEIGHTS)
    sub.add_argument("--plot", type=Path)

    sub = command("evaluate", "scores and cost beside the peers")
    sub.add_argument("--data", type=Path, required=True)
    sub.add_argument("--models", type=Path, nargs="+", default=[WEIGHTS])
    sub.add_argument("--pdfs", type=Path, nargs="*", default=[], help="born-digital PDFs, a third set")
    sub.add_argument("--peers", action="store_true")
    sub.add_argument("--sample", type=int, default=1000, help="crops a set that the peers read")

    sub = command("sheet", "a picture of synthetic windows")
    sub.add_argument("--out", type=Path, required=True)

    sub = command("plot", "the loss of runs by iterations, with scores measured on the way")
    sub.add_argument("--runs", type=Path, nargs="+", required=True, help="folders of runs")
    sub.add_argument("--scores", type=Path, help='JSON: {"name": [[iteration, SWA], ...]}')
    sub.add_argument("--out", type=Path, required=True)

    sub = command("mean", "the mean of several checkpoints' weights")
    sub.add_argument("--checkpoints", type=Path, nargs="+", required=True)
    sub.add_argument("--out", type=Path, required=True)

    command("histogram", "how often each character is drawn")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse()
    from training import commands

    getattr(commands, options.command)(options)


if __name__ == "__main__":
    main()
