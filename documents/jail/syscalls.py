"""System calls by their numbers, and what becomes of each in a jailed process.

Allowed is what works on that which the process holds already: its memory, its socket, the file for its answers. Fatal
is what no parser has a reason to do and an intruder would begin with. All the rest is refused with an error, files by
name among it: a library may look for one, and does without. So are the calls of kernels to come.
"""

from __future__ import annotations

from typing import NamedTuple


class Machine(NamedTuple):
    """A kind of processor: the kernel's name for it, and where its numbers stand in the tables below."""

    audit: int  # AUDIT_ARCH_*, from linux/audit.h
    column: int


MACHINES = {"x86_64": Machine(0xC000003E, 0), "aarch64": Machine(0xC00000B7, 1)}

Numbers = tuple[int | None, int | None]  # on x86_64 and on aarch64; None: it has no such call

# Calls that are allowed whatever their arguments are; the frequent ones first, for they are looked up in this order.
ALLOWED: dict[str, Numbers] = {
    "read": (0, 63),
    "write": (1, 64),
    "munmap": (11, 215),
    "brk": (12, 214),
    "madvise": (28, 233),
    "mremap": (25, 216),
    "close": (3, 57),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "ftruncate": (77, 46),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "readv": (19, 65),
    "writev": (20, 66),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "futex": (202, 98),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getcpu": (309, 168),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "restart_syscall": (219, 128),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "membarrier": (324, 283),
    "rseq": (334, 293),
    "set_robust_list": (273, 99),
    "getcwd": (79, 17),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "exit": (60, 93),
    "exit_group": (231, 94),
}

# Calls that end the process: the network, programs, other processes, and the kernel's less trodden paths.
FATAL: dict[str, Numbers] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "kcmp": (312, 272),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_by_handle_at": (304, 265),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
}

# Calls whose arguments decide; see documents.jail.seccomp.
CLONE: Numbers = (56, 220)
CLONE3: Numbers = (435, 435)
KILL: Numbers = (62, 129)
TGKILL: Numbers = (234, 131)
MMAP: Numbers = (9, 222)
MPROTECT: Numbers = (10, 226)
PRLIMIT64: Numbers = (302, 261)
NEWFSTATAT: Numbers = (262, 79)
FCNTL: Numbers = (72, 25)
IOCTL: Numbers = (16, 29)

# Calls that put up the walls themselves.
SECCOMP: Numbers = (317, 277)
LANDLOCK_CREATE_RULESET = 444  # on every machine, as the next
LANDLOCK_RESTRICT_SELF = 446
