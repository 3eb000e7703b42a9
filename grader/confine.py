"""Give up rights for good, on plain Linux, without root and without containers.

Landlock (kernel 5.13 and later) takes away files, seccomp takes away system calls, resource limits
bound the rest. All three hold for the calling thread and for all that it starts, and cannot be
undone. A process that runs as root gives up root's capabilities as well.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# System calls by number. Landlock's are the same everywhere.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_VERSION = 1  # the flag that asks for the version
PATH_BENEATH = 1
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_FILTER = 2

# Landlock's rights, as <linux/landlock.h> numbers them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
FIRST_RIGHTS = (1 << 13) - 1  # those of the first version
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
NETWORK_RIGHTS = 0b11  # bind and connect over TCP
SCOPES = 0b11  # abstract Unix sockets, signals

# By machine: the number that seccomp knows it by, and the system calls that nobody may make here.
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
DENIED = {
    # programs and processes
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "unshare": (272, 97),
    "setns": (308, 268),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "personality": (135, 92),
    # the network, and what else leads out
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semctl": (66, 191),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # what belongs to files and is no opening of them, so that Landlock does not see it
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "truncate": (76, 45),
    "fallocate": (285, 47),  # any size at once, sooner than anybody looks
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # memory that no limit counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # the machine
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "adjtimex": (159, 171),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "acct": (163, 89),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "fanotify_init": (300, 262),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "iopl": (172, None),
    "ioperm": (173, None),
}
# A file's mode and times: these calls do nothing and say that all is well, since copying a file in
# the standard library makes them, and fails if they do.
IGNORED = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
}
# Those of which it depends on their arguments.
CLONE, CLONE3 = (56, 220), (435, 435)
KILL, TGKILL, TKILL = (62, 129), (234, 131), (200, 130)
PRCTL, PRLIMIT, AFFINITY = (157, 167), (302, 261), (203, 122)
FCNTL, IOCTL = (72, 25), (16, 29)
MMAP, MPROTECT, PKEY_MPROTECT = (9, 222), (10, 226), (329, 288)
CLONE_THREAD = 0x00010000
PROT_EXEC = 4
SIGNAL_BY_FCNTL = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
# Input for a terminal (TIOCSTI, TIOCLINUX), signals (FIOSETOWN, SIOCSPGRP), and the attributes of
# files (FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR).
DENIED_IOCTLS = (0x5412, 0x541C, 0x8901, 0x8902, 0x40086602, 0x40046602, 0x401C5820)

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Unavailable(Exception):
    """Here a process cannot be confined; the text says what is missing."""


@dataclass(frozen=True)
class Limits:
    """What one process may use.

    Attributes
    ----------
    memory : int
        Bytes beyond what it starts with.
    file_size : int
        Bytes in one file.
    files : int
        Files open at the same time.
    """

    memory: int = 2_000_000_000
    file_size: int = 100_000_000
    files: int = 256


def check_available() -> str:
    """Return in words what confines a process here.

    Raises
    ------
    Unavailable
        If anything is missing.
    """
    if sys.platform != "linux":
        raise Unavailable(f"it needs Linux, and this is {platform.system()}")
    if platform.machine() not in MACHINES:
        raise Unavailable(f"the system calls of {platform.machine()} are not known to it")
    version = landlock_version()
    if version < 1:
        raise Unavailable(
            f"the kernel ({platform.release()}) has no Landlock, or has it switched off; "
            "it came with Linux 5.13"
        )
    # A filter that is not there is a bad address; without seccomp it is a bad argument.
    LIBC.prctl(PR_SET_SECCOMP, SECCOMP_FILTER, None, 0, 0)
    if ctypes.get_errno() != errno.EFAULT:
        raise Unavailable("the kernel has no seccomp filters")
    return f"Landlock (version {version}) and seccomp"


def landlock_version() -> int:
    """Return which version of Landlock the kernel has; below 1 if it has none."""
    return LIBC.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_VERSION)


def confine(
    read: Iterable[str],
    write: Iterable[str] = (),
    limits: Limits = Limits(),
    *,
    load_code: bool = True,
) -> None:
    """Give up, for good, all rights of this process but these.

    It keeps its own threads, signals to itself, and the sockets and files that it has open.

    Parameters
    ----------
    read : iterable of str
        Files and folders, with all that is in them, that may be read.
    write : iterable of str
        Those that may also be written to.
    limits : Limits
        What it may use.
    load_code : bool
        Whether machine code may still be loaded: without it no library that is not there yet.

    Raises
    ------
    OSError
        If the kernel refuses, so that the process is not confined.
    """
    _limit(limits)
    _drop_capabilities()
    _call(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _apply_landlock(read, write)
    _apply_seccomp(load_code)


def carve(tree: Path, holes: Sequence[Path]) -> Iterator[Path]:
    """Yield paths that together are a tree without some of what is in it.

    A Landlock rule is for a folder with all that it holds, so a hole takes a rule for each of its
    neighbours.
    """
    tree = tree.resolve()
    if any(hole == tree for hole in holes):
        return
    inside = [hole for hole in holes if tree in hole.parents]
    if not inside:
        yield tree
        return
    with suppress(OSError):
        for child in sorted(tree.iterdir()):
            # What a link leads to has a rule of its own, or none.
            if not child.is_symlink():
                yield from carve(child, inside)


def die_with_parent() -> None:
    """Let the kernel kill this process when the thread that forked it ends."""
    _call(LIBC.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0))


def _call(result: int) -> int:
    """Raise what a system call reports."""
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _limit(limits: Limits) -> None:
    """Set resource limits, memory's beyond what the process has now."""
    with open("/proc/self/status") as lines:
        used = {
            key: 1024 * int(value.split()[0])
            for key, _, value in (line.partition(":") for line in lines)
            if key in ("VmSize", "VmData")
        }
    # Private memory is what counts. Address space is cheap, but shared memory is of no other kind;
    # libraries reserve more of it than they use.
    for what, most in [
        (resource.RLIMIT_DATA, used["VmData"] + limits.memory),
        (resource.RLIMIT_AS, used["VmSize"] + 4 * limits.memory),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ]:
        resource.setrlimit(what, (most, most))


def _drop_capabilities() -> None:
    """Give up what root may do beyond its own files."""
    header = struct.pack("=Ii", 0x20080522, 0)  # the third version of the call, this process
    LIBC.capset(header, bytes(24))


def _apply_landlock(read: Iterable[str], write: Iterable[str]) -> None:
    """Take away all files but these."""
    version = landlock_version()
    handled = FIRST_RIGHTS
    for since, right in [(2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)]:
        handled |= right if version >= since else 0
    attributes = struct.pack(
        "=QQQ",
        handled,
        NETWORK_RIGHTS if version >= 4 else 0,
        SCOPES if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _call(LIBC.syscall(LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    try:
        for path in read:
            _add_rule(rules, path, handled & (READ_FILE | READ_DIR))
        for path in write:
            _add_rule(rules, path, handled & ~EXECUTE)
        _call(LIBC.syscall(LANDLOCK_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def _add_rule(rules: int, path: str, rights: int) -> None:
    """Allow one path, if it is there."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        rule = struct.pack("=Qi", rights, place)
        _call(LIBC.syscall(LANDLOCK_ADD_RULE, rules, PATH_BENEATH, rule, 0))
    finally:
        os.close(place)


def _apply_seccomp(load_code: bool) -> None:
    """Take away system calls."""
    program = _Filter(platform.machine()).build(os.getpid(), load_code)
    buffer = ctypes.create_string_buffer(program)
    filter_ = struct.pack("HL", len(program) // 8, ctypes.addressof(buffer))
    _call(LIBC.prctl(PR_SET_SECCOMP, SECCOMP_FILTER, filter_, 0, 0))


class _Filter:
    """A program for seccomp: for each system call, whether it may be made.

    The instructions are classic BPF's; jumps count instructions from the next one.
    """

    LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
    NUMBER, MACHINE, ARGUMENTS = 0, 4, 16
    ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000

    def __init__(self, machine: str):
        self._machine = MACHINES[machine]
        self._column = list(MACHINES).index(machine)
        self._code: list[bytes] = []

    def build(self, pid: int, load_code: bool) -> bytes:
        """Return the program for the process ``pid``."""
        self._add(self.LOAD, self.MACHINE)
        self._add(self.EQUAL, self._machine, 1, 0)
        self._add(self.RETURN, self.KILL)
        self._add(self.LOAD, self.NUMBER)
        if self._machine == MACHINES["x86_64"]:
            self._add(self.AT_LEAST, 0x40000000, 0, 1)  # the same calls by other numbers
            self._add(self.RETURN, self.KILL)
        for numbers in DENIED.values():
            self._deny(numbers)
        for numbers in IGNORED.values():
            self._deny(numbers, code=0)
        # The C library asks for clone3 first, whose arguments cannot be seen, then for clone.
        self._deny(CLONE3, code=errno.ENOSYS)
        self._argument(CLONE, 0, [(self.ANY_BIT, CLONE_THREAD)], then_allow=True)
        for numbers in (KILL, TGKILL):
            self._argument(numbers, 0, [(self.EQUAL, pid)], then_allow=True)
        self._deny(TKILL)
        # It would outlive the grader; the grader could not look at what it uses.
        kept = (PR_SET_PDEATHSIG, PR_SET_DUMPABLE)
        self._argument(PRCTL, 0, [(self.EQUAL, one) for one in kept], then_allow=False)
        self._argument(PRLIMIT, 0, [(self.EQUAL, 0), (self.EQUAL, pid)], then_allow=True)
        self._argument(AFFINITY, 0, [(self.EQUAL, 0)], then_allow=True)
        self._argument(FCNTL, 1, [(self.EQUAL, one) for one in SIGNAL_BY_FCNTL], then_allow=False)
        self._argument(IOCTL, 1, [(self.EQUAL, one) for one in DENIED_IOCTLS], then_allow=False)
        if not load_code:
            for numbers in (MMAP, MPROTECT, PKEY_MPROTECT):
                self._argument(numbers, 2, [(self.ANY_BIT, PROT_EXEC)], then_allow=False)
        self._add(self.RETURN, self.ALLOW)
        return b"".join(self._code)

    def _add(self, code: int, value: int, yes: int = 0, no: int = 0) -> None:
        self._code.append(struct.pack("=HBBI", code, yes, no, value))

    def _deny(self, numbers: tuple[int | None, int | None], code: int = errno.EPERM) -> None:
        """Let a call fail."""
        number = numbers[self._column]
        if number is not None:
            self._add(self.EQUAL, number, 0, 1)
            self._add(self.RETURN, self.FAIL | code)

    def _argument(
        self,
        numbers: tuple[int | None, int | None],
        index: int,
        tests: list[tuple[int, int]],
        *,
        then_allow: bool,
    ) -> None:
        """Let a call pass, or fail, if any test of its argument holds; else the other way."""
        held, else_ = self.ALLOW, self.FAIL | errno.EPERM
        if not then_allow:
            held, else_ = else_, held
        number = numbers[self._column]
        if number is None:
            return
        self._add(self.EQUAL, number, 0, len(tests) + 3)
        self._add(self.LOAD, self.ARGUMENTS + 8 * index)  # the lower half, on these machines
        for place, (kind, value) in enumerate(tests):
            self._add(kind, value, len(tests) - place, 0)
        self._add(self.RETURN, else_)
        self._add(self.RETURN, held)
