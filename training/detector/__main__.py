"""The Line Net's training commands: ``python -m training.detector COMMAND --help``."""

from __future__ import annotations

import argparse
import math
from pathlib import Path


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.detector", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    sub = commands.add_parser("examples", help="write files of examples, 240 in each; goes on where it was stopped")
    sub.add_argument("--data", type=Path, required=True, help="folder of the development data")
    sub.add_argument("--cache", type=Path, required=True, help="folder of the drawn fonts and the corpus")
    sub.add_argument("--pdfs", type=Path, nargs="*", default=[], help="born-digital PDFs")
    sub.add_argument("--out", type=Path, required=True)
    sub.add_argument("--seed", type=int, default=1)
    sub.add_argument("--drawn", type=int, default=96, help="files of made pages")
    sub.add_argument("--receipts", type=int, default=14, help="files of the receipts' training split")
    sub.add_argument("--printed", type=int, default=10, help="files of the PDFs' pages")

    sub = commands.add_parser("train", help="train, or go on with it")
    sub.add_argument("--examples", type=Path, required=True)
    sub.add_argument("--out", type=Path, required=True, help="folder of the checkpoint and the loss curve")
    sub.add_argument("--weights", type=Path, help="checkpoint to start from")
    sub.add_argument("--steps", type=int, default=10**6)
    sub.add_argument("--minutes", type=float, default=math.inf)
    sub.add_argument("--batch", type=int, default=8)
    sub.add_argument("--seed", type=int, default=1)
    sub.add_argument("--rate", type=float, default=2.5e-3)

    sub = commands.add_parser("export", help="write the ONNX file and its card, checked against PyTorch")
    sub.add_argument("--checkpoint", type=Path, required=True)
    sub.add_argument(
        "--examples", type=Path, required=True, help="what the network computes in eight bits is fitted to"
    )
    sub.add_argument("--weights", type=Path, help="also keep the weights here, to go on from")
    sub.add_argument("--fields", type=Path, required=True, help="JSON of what else the card says")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse()
    from training.detector import commands

    getattr(commands, options.command)(options)


if __name__ == "__main__":
    main()
