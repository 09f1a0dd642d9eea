"""The page models' training commands: ``python -m training.page_models COMMAND --help``."""

from __future__ import annotations

import argparse
from pathlib import Path

MODELS = ("ocrable", "orientation", "corners", "corners_close")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.page_models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, help_: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help_)

    def model(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("model", choices=MODELS)

    sub = command("split", "write photos.csv: which photographs are trained on, which are held back")
    sub.add_argument("--data", type=Path, required=True, help="folder of the development data")

    sub = command("collect", "draw and collect upright pages, of which every example is made")
    sub.add_argument("--data", type=Path, required=True)
    sub.add_argument("--cache", type=Path, required=True, help="folder of the drawn fonts and the corpus")
    sub.add_argument("--out", type=Path, required=True)
    sub.add_argument("--part", choices=("train", "held"), default="train")
    sub.add_argument("--count", type=int, default=2250, help="synthetic pages")
    sub.add_argument("--pdfs", type=Path, nargs="*", default=[], help="born-digital PDFs")
    sub.add_argument("--most", type=int, default=25, help="pages of a PDF")

    sub = command("examples", "make a model's examples of the pool")
    sub.add_argument("model", choices=MODELS[:3], help="corners: for corners_close as well")
    sub.add_argument("--data", type=Path, required=True)
    sub.add_argument("--pool", type=Path, required=True)
    sub.add_argument("--out", type=Path, required=True)
    sub.add_argument("--part", choices=("train", "held"), default="train")
    sub.add_argument("--seed", type=int, default=1)
    sub.add_argument("--count", type=int, required=True, help="ocrable, corners: pictures; orientation: pages")

    sub = command("train", "train, or go on with it")
    model(sub)
    sub.add_argument("--examples", type=Path, nargs="+", required=True)
    sub.add_argument("--out", type=Path, required=True, help="folder of the checkpoint and the loss curve")
    sub.add_argument("--weights", type=Path, help="checkpoint to start from")
    sub.add_argument("--steps", type=int, required=True)
    sub.add_argument("--seed", type=int, default=1)
    sub.add_argument("--rate", type=float, default=2e-3)

    sub = command("decide", "weigh what the corner networks say into the card: is there a document?")
    sub.add_argument("--data", type=Path, required=True)
    sub.add_argument("--pool", type=Path, required=True, help="pages that are held back")
    sub.add_argument("--count", type=int, default=400, help="photographs, and as many pictures of no document")
    sub.add_argument("--threshold", type=float, default=-3.5, help="log-odds from which on a document is cut out")
    sub.add_argument("--sure", type=float, default=4.25, help="... from which on print need not be seen")

    sub = command("export", "write the ONNX file and its card, checked against PyTorch")
    model(sub)
    sub.add_argument("--checkpoint", type=Path, required=True)
    sub.add_argument("--weights", type=Path, help="also keep the weights here, to go on from")
    sub.add_argument("--fields", type=Path, required=True, help="JSON of what else the card says")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse()
    from training.page_models import commands

    getattr(commands, options.command)(options)


if __name__ == "__main__":
    main()
