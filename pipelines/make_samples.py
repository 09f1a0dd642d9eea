"""Makes the sample archive: python -m pipelines.make_samples FOLDER [--seed 0]"""

from __future__ import annotations

import argparse
import pathlib
import sys

from pipelines.samples.archive import FILES, TRUTH, write


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Makes some forty files whose true text and ending are known.")
    parser.add_argument("folder", type=pathlib.Path, help=f"gets {FILES}/ and {TRUTH}")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same bytes (default: 0)")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Makes it and says where."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        count = write(options.folder, options.seed)
    except OSError as error:
        print(f"cannot write to {options.folder}: {error}", file=sys.stderr)
        return 2
    print(f"{count} files in {options.folder / FILES}, what is true of them in {options.folder / TRUTH}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
