"""A filter over the system calls of this process and of all that it starts; it cannot be taken off again.

What becomes of each call is in documents.jail.syscalls; this assembles it to the kernel's classic BPF, see
https://docs.kernel.org/userspace-api/seccomp_filter.html, and installs it.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import struct
from collections.abc import Iterable

from documents.jail import kernel, syscalls

_ALLOW = 0x7FFF0000  # SECCOMP_RET_ALLOW
_FATAL = 0x80000000  # SECCOMP_RET_KILL_PROCESS: ends with SIGSYS
_REFUSE = 0x00050000 | errno.EPERM  # SECCOMP_RET_ERRNO
_UNKNOWN = 0x00050000 | errno.ENOSYS
_SET_MODE_FILTER, _FLAG_SPEC_ALLOW = 1, 4
_LOAD, _RETURN = 0x20, 0x06  # BPF_LD | BPF_W | BPF_ABS, BPF_RET | BPF_K
_IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT = 0x15, 0x35, 0x45  # BPF_JMP | BPF_JEQ, BPF_JGE, BPF_JSET, each with BPF_K
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000  # numbers from here on are those of another calling convention
_OWN_PID = 0x7EADBEEF  # stands for the process's own number, which only the process knows
_CLONE_THREAD, _PROT_EXEC, _AT_EMPTY_PATH, _FIONBIO = 0x10000, 4, 0x1000, 0x5421
_HARMLESS_FCNTLS = (1, 2, 3, 4)  # F_GETFD, F_SETFD, F_GETFL, F_SETFL

Instruction = tuple[int, int, int, int]  # code, steps over where true, where false, operand


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def prepare() -> None:
    """Assembles this machine's filter; processes that are forked from this one then have it."""
    _assembled(platform.machine())


def install() -> None:
    """Puts this process behind the filter. Raises OSError where the kernel or the machine has none for it."""
    instructions = program(platform.machine(), os.getpid())
    described = _Program(len(instructions) // 8, instructions)
    number = syscalls.SECCOMP[syscalls.MACHINES[platform.machine()].column]
    assert number is not None
    kernel.gain_no_privileges()
    try:
        # Without the flag some kernels slow the whole process down, to protect secrets that this one does not have.
        kernel.call(number, _SET_MODE_FILTER, _FLAG_SPEC_ALLOW, ctypes.byref(described))
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        kernel.call(number, _SET_MODE_FILTER, 0, ctypes.byref(described))


def program(machine: str, pid: int) -> bytes:
    """The filter for the process of this number, as the kernel takes it: 8 bytes an instruction. Raises OSError."""
    return _assembled(machine).replace(struct.pack("=I", _OWN_PID), struct.pack("=I", pid))


@functools.cache
def _assembled(name: str) -> bytes:
    machine = syscalls.MACHINES.get(name)
    if machine is None:
        raise OSError(errno.ENOSYS, f"no table of system calls for {name}")
    code = [(_LOAD, 0, 0, _MACHINE_AT), *_if_not(machine.audit, _FATAL), (_LOAD, 0, 0, _NUMBER_AT)]
    if name == "x86_64":
        code += [(_IF_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _FATAL)]
    for numbers, block in _rules():
        number = numbers[machine.column]
        if number is not None:
            code += [(_IF_EQUAL, 0, len(block), number), *block]
    code.append((_RETURN, 0, 0, _REFUSE))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _rules() -> Iterable[tuple[syscalls.Numbers, list[Instruction]]]:
    """Each call and what is done when it is this one."""
    yield syscalls.MMAP, _unless_bit(2, _PROT_EXEC, _REFUSE)
    yield syscalls.MPROTECT, _unless_bit(2, _PROT_EXEC, _REFUSE)
    yield from ((numbers, [(_RETURN, 0, 0, _ALLOW)]) for numbers in syscalls.ALLOWED.values())
    yield syscalls.PRLIMIT64, _only_if(0, (0, _OWN_PID), _REFUSE)
    yield syscalls.FCNTL, _only_if(1, _HARMLESS_FCNTLS, _REFUSE)
    yield syscalls.IOCTL, _only_if(1, (_FIONBIO,), _REFUSE)
    # Of an open file; but a name is taken, too, where the flag is given: then what a `stat` tells can be learnt.
    yield syscalls.NEWFSTATAT, [*_argument(3), (_IF_ANY_BIT, 0, 1, _AT_EMPTY_PATH), *_end(_ALLOW), *_end(_REFUSE)]
    yield syscalls.KILL, _only_if(0, (_OWN_PID,), _FATAL)
    yield syscalls.TGKILL, _only_if(0, (_OWN_PID,), _FATAL)  # an `abort` of its own is a crash like others
    yield syscalls.CLONE, [*_argument(0), (_IF_ANY_BIT, 0, 1, _CLONE_THREAD), *_end(_REFUSE), *_end(_FATAL)]
    yield syscalls.CLONE3, _end(_UNKNOWN)  # its flags cannot be seen from here; libraries then use `clone`
    yield from ((numbers, _end(_FATAL)) for numbers in syscalls.FATAL.values())


def _end(verdict: int) -> list[Instruction]:
    return [(_RETURN, 0, 0, verdict)]


def _argument(index: int) -> list[Instruction]:
    """Loads the lower half of an argument; both machines are little-endian."""
    return [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * index)]


def _if_not(value: int, verdict: int) -> list[Instruction]:
    return [(_IF_EQUAL, 1, 0, value), *_end(verdict)]


def _only_if(index: int, values: Iterable[int], otherwise: int) -> list[Instruction]:
    """Allowed where an argument has one of these values."""
    block = _argument(index)
    for value in values:
        block += [(_IF_EQUAL, 0, 1, value), *_end(_ALLOW)]
    return [*block, *_end(otherwise)]


def _unless_bit(index: int, bit: int, otherwise: int) -> list[Instruction]:
    """Allowed where an argument lacks a bit."""
    return [*_argument(index), (_IF_ANY_BIT, 0, 1, bit), *_end(otherwise), *_end(_ALLOW)]
