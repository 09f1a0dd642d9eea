"""Landlock: this process, and all that it starts, gives up files, TCP ports and signals to others, for good.

See https://docs.kernel.org/userspace-api/landlock.html. What a kernel does not know yet is not asked of it.
"""

from __future__ import annotations

import ctypes

from documents.jail import kernel, syscalls

_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_FILES = ((1, 13), (2, 14), (3, 15), (5, 16))  # from which version on there are so many rights over files
_TCP_SINCE, _TCP = 4, 0b11  # to bind and to connect
_SCOPES_SINCE, _SCOPES = 6, 0b11  # sockets without a file, and signals, to processes outside


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "tcp", "scopes")]


def ruleset() -> int:
    """The descriptor of a set of rules that leaves no right. Raises OSError where the kernel has none."""
    version = kernel.call(syscalls.LANDLOCK_CREATE_RULESET, 0, 0, _VERSION)
    rights = max(count for since, count in _FILES if version >= since)
    rules = _Ruleset(
        files=(1 << rights) - 1,
        tcp=_TCP if version >= _TCP_SINCE else 0,
        scopes=_SCOPES if version >= _SCOPES_SINCE else 0,
    )
    size = 8 if version < _TCP_SINCE else 16 if version < _SCOPES_SINCE else 24
    return kernel.call(syscalls.LANDLOCK_CREATE_RULESET, ctypes.byref(rules), size, 0)


def restrict(rules: int) -> None:
    """Puts this process under the rules. Raises OSError."""
    kernel.gain_no_privileges()
    kernel.call(syscalls.LANDLOCK_RESTRICT_SELF, rules, 0)
