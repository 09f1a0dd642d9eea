"""Counts the tests of a JUnit report. Fails where one was skipped for another reason than absent shared data."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree

ALLOWED = "PAGEBEAM_SHARED_DATA"  # what the reason of an allowed skip names


def main(path: str) -> int:
    """Prints the counts; 1 where there is a skip that should not be, or no test at all."""
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except ElementTree.ParseError:
        cases = []
    skips = {_name(case): skip.get("message", "") for case in cases if (skip := case.find("skipped")) is not None}
    broken = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    print(f"{len(cases)} tests: {len(cases) - len(skips) - broken} passed, {broken} failed, {len(skips)} skipped")
    unwanted = {name: reason for name, reason in skips.items() if ALLOWED not in reason}
    for name, reason in unwanted.items():
        print(f"must not be skipped here: {name}: {reason}")
    return 1 if unwanted or not cases else 0


def _name(case: ElementTree.Element) -> str:
    return f"{case.get('classname')}.{case.get('name')}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
