"""The filter's verdicts, by running its program as the kernel would, for both kinds of machine."""

from __future__ import annotations

import errno
import struct

import pytest

from documents.jail import seccomp, syscalls

ALLOWED, FATAL, REFUSED, UNKNOWN = 0x7FFF0000, 0x80000000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
MACHINES = sorted(syscalls.MACHINES)
PID = 4321


def verdict(machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """What the filter of process PID says to a call."""
    found = syscalls.MACHINES[machine].audit if audit is None else audit
    data = struct.pack("=IIQ6Q", number, found, 0, *arguments, *[0] * (6 - len(arguments)))
    program = list(struct.iter_unpack("=HBBI", seccomp.program(machine, PID)))
    at, loaded = 0, 0
    while True:
        code, yes, no, operand = program[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            (loaded,) = struct.unpack_from("=I", data, operand)
        else:
            true = {0x15: loaded == operand, 0x35: loaded >= operand, 0x45: bool(loaded & operand)}[code]
            at += yes if true else no


def number_of(numbers: syscalls.Numbers, machine: str) -> int:
    number = numbers[syscalls.MACHINES[machine].column]
    assert number is not None
    return number


@pytest.mark.parametrize("machine", MACHINES)
def test_each_listed_call_has_its_verdict(machine: str) -> None:
    column = syscalls.MACHINES[machine].column
    for table, expected in ((syscalls.ALLOWED, ALLOWED), (syscalls.FATAL, FATAL)):
        for name, numbers in table.items():
            if numbers[column] is not None:
                assert verdict(machine, number_of(numbers, machine)) == expected, name


@pytest.mark.parametrize("machine", MACHINES)
def test_no_call_stands_twice(machine: str) -> None:
    column = syscalls.MACHINES[machine].column
    numbers = [found[column] for table in (syscalls.ALLOWED, syscalls.FATAL) for found in table.values()]
    numbers = [number for number in numbers if number is not None]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("numbers", "arguments", "expected"),
    [
        ((257, 56), (0, 0, 0), REFUSED),  # openat
        ((437, 437), (0, 0, 0), REFUSED),  # openat2
        ((999, 999), (), REFUSED),  # of a kernel to come
        (syscalls.MMAP, (0, 4096, 3), ALLOWED),
        (syscalls.MMAP, (0, 4096, 7), REFUSED),  # code of its own making
        (syscalls.MPROTECT, (0, 4096, 5), REFUSED),
        (syscalls.TGKILL, (PID, PID, 6), ALLOWED),  # its own `abort`
        (syscalls.TGKILL, (1, 1, 9), FATAL),
        (syscalls.KILL, (PID, 6), ALLOWED),
        (syscalls.KILL, (0, 9), FATAL),  # its whole group
        (syscalls.CLONE, (17,), FATAL),  # a process
        (syscalls.CLONE, (0x3D0F00,), REFUSED),  # a thread
        (syscalls.CLONE3, (), UNKNOWN),
        (syscalls.PRLIMIT64, (0, 0), ALLOWED),
        (syscalls.PRLIMIT64, (1, 0), REFUSED),
        (syscalls.FCNTL, (3, 4), ALLOWED),
        (syscalls.FCNTL, (3, 8), REFUSED),  # F_SETOWN: whom signals go to
        (syscalls.IOCTL, (3, 0x5421), ALLOWED),
        (syscalls.IOCTL, (0, 0x5412), REFUSED),  # TIOCSTI: types into a terminal
        (syscalls.NEWFSTATAT, (3, 0, 0, 0x1000), ALLOWED),  # of an open file
        (syscalls.NEWFSTATAT, (3, 0, 0, 0), REFUSED),
    ],
)
@pytest.mark.parametrize("machine", MACHINES)
def test_arguments_decide(machine: str, numbers: syscalls.Numbers, arguments: tuple[int, ...], expected: int) -> None:
    assert verdict(machine, number_of(numbers, machine), *arguments) == expected


def test_another_calling_convention_is_fatal() -> None:
    for machine in MACHINES:
        assert verdict(machine, 0, audit=0x40000003) == FATAL  # i386's numbers mean other calls
    assert verdict("x86_64", 0x40000000) == FATAL  # x32


def test_a_machine_without_a_table_has_no_filter() -> None:
    with pytest.raises(OSError, match="riscv64"):
        seccomp.program("riscv64", PID)
