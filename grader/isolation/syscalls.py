"""The system calls that a confined process may make, and why it needs them.

A call that is in none of these tables is refused; `seccomp.build_filter` makes the filter.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

# The architectures by name, with the constants (AUDIT_ARCH_...) by which seccomp knows them.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# A call's number on each of these architectures, in this order; None where it does not exist.
Numbers = tuple[int | None, int | None]
# A call with a higher number came with a later kernel than these tables: as if it did not exist.
NEWEST = 469
X32_BIT = 0x40000000  # on x86_64: the same calls under other numbers

# Calls that no argument makes dangerous, and why they are needed.
COMPUTING: dict[str, Numbers] = {
    # memory and threads: the C library's allocator, `threading`, NumPy, TensorFlow
    "brk": (12, 214),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "gettid": (186, 178),
    "getcpu": (309, 168),
    # signals to itself: Ctrl-C, `signal`, `faulthandler`
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "pause": (34, None),
    "alarm": (37, None),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    # time and chance: `time`, `random`, `secrets`, `uuid`, hashing
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrandom": (318, 278),
    # reading files: imports, `os`, `pathlib`, `glob`; Landlock says which files
    "read": (0, 63),
    "readv": (19, 65),
    "pread64": (17, 67),
    "preadv": (295, 69),
    "close": (3, 57),
    "close_range": (436, 436),
    "lseek": (8, 62),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents": (78, None),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "umask": (95, 166),
    # writing to files that are open, pipes, and waiting: `select`, `asyncio`, the grader's channel
    "write": (1, 64),
    "writev": (20, 66),
    "pwrite64": (18, 68),
    "pwritev": (296, 70),
    "sendfile": (40, 71),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create": (213, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441),
    "eventfd": (284, None),
    "eventfd2": (290, 19),
    "recvfrom": (45, 207),
    "shutdown": (48, 210),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "getsockopt": (55, 209),
    # who and where it is: `os`, `platform`, `tempfile`, `resource`
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getgroups": (115, 158),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getpgrp": (111, None),
    "uname": (63, 160),
    "getrlimit": (97, 163),
    "setrlimit": (160, 164),
    "getrusage": (98, 165),
    "sched_getscheduler": (145, 120),
    "sched_getparam": (143, 121),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
}
# Changes in the scratch folder, for roles that have one: `tempfile`, `shutil`, `sqlite3`, `mmap`.
CHANGING_FILES: dict[str, Numbers] = {
    "creat": (85, None),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "ftruncate": (77, 46),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "msync": (26, 227),
}
# For roles that may load compiled libraries: TensorFlow sizes its buffers by the memory.
LOADING_LIBRARIES: dict[str, Numbers] = {
    "sysinfo": (99, 179),
}

# Calls that are allowed by their arguments.

PID = -1  # means the process's own number
CLONE_THREAD_FLAGS = 0x3D0F00  # of `pthread_create`
PROT_EXEC = 4
MAP_LOCKED, MAP_HUGETLB = 0x2000, 0x40000
WAIT, WAIT_JOINING = 0, 9 | 256  # FUTEX_WAIT, and FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME
FUTEX_PRIVATE = 128
FICLONE = 0x40049409
# Of the flags of `open`: whether the file is emptied (O_TRUNC), and what it is opened for. A file
# is emptied that is opened for reading, or for neither.
OPENING, EMPTIES = 0o1003, (0o1000, 0o1003)
# Of fcntl: F_DUPFD, F_DUPFD_CLOEXEC; F_GETFD, F_SETFD, F_GETFL, F_SETFL; F_GETLK, F_OFD_GETLK.
FCNTLS = (0, 1030, 1, 2, 3, 4, 5, 36)
SETTING_LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
# Of ioctl: TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX.
IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# Of madvise, on memory of the process's own: NORMAL, RANDOM, SEQUENTIAL, DONTNEED, FREE, DONTFORK,
# DOFORK, HUGEPAGE, NOHUGEPAGE, DONTDUMP, DODUMP, WIPEONFORK, KEEPONFORK, GUARD_INSTALL,
# GUARD_REMOVE.
ADVICE = (0, 1, 2, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 102, 103)
# WILLNEED, MERGEABLE, UNMERGEABLE, COLD, PAGEOUT, POPULATE_READ, POPULATE_WRITE, COLLAPSE.
ADVICE_ON_SHARED_PAGES = (3, 12, 13, 20, 21, 22, 23, 25)
# WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET, and a wait by the clock.
FUTEXES = tuple(FUTEX_PRIVATE | one for one in (0, 1, 3, 4, 5, 9, 10, 9 | 256))
STREAMS = (0x1, 0x801, 0x80001, 0x80801)  # SOCK_STREAM, with SOCK_NONBLOCK and SOCK_CLOEXEC
AF_UNIX = 1
GETTING_DUMPABLE, SETTING_NAME, GETTING_NAME = 3, 15, 16  # of prctl
MATRIX_REGISTERS = (0x1021, 0x1022, 0x1023)  # of arch_prctl: ARCH_GET_XCOMP_SUPP, _PERM; REQ
NOT_A_SIGNAL = 0xFFFFFFFF & ~31  # bits that the number of an ordinary signal does not have


@dataclass(frozen=True)
class AnyOf:
    """A test that an argument passes if it has one of some values.

    Attributes
    ----------
    argument : int
        Its place.
    values : tuple of int
        The values; `PID` is the process's own number.
    error : int
        The error for other values; 0 reports success.
    errors : tuple of (int, int)
        Values with an error that differs, and that error.
    """

    argument: int
    values: tuple[int, ...]
    error: int = errno.EPERM
    errors: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class NoneOf:
    """A test that an argument passes if it has none of some bits; otherwise the call fails."""

    argument: int
    bits: int
    error: int = errno.EPERM


@dataclass(frozen=True)
class NotMasked:
    """A test that an argument passes if some of its bits have none of some values."""

    argument: int
    mask: int
    values: tuple[int, ...]
    error: int = errno.EPERM


@dataclass(frozen=True)
class Null:
    """A test that an argument passes if it is a null pointer; otherwise the call fails."""

    argument: int
    error: int = errno.EPERM


Test = AnyOf | NoneOf | NotMasked | Null
# Only clocks of the machine and its own: others tell how long another process has computed.
CLOCKS = tuple(range(12))
# Each call is allowed if all its tests pass.
CHECKED: dict[str, tuple[Numbers, tuple[Test, ...]]] = {
    # Files. Who opens one for reading must not empty it, which Landlock controls since Linux 6.2.
    "open": ((2, None), (NotMasked(1, OPENING, EMPTIES),)),
    "openat": ((257, 56), (NotMasked(2, OPENING, EMPTIES),)),
    # Locks within the process. Without FUTEX_PRIVATE a call meets everyone who maps the same file:
    # the wait for a thread's end, the only one that the C library makes, is tried again at once.
    "futex": (
        (202, 98),
        (AnyOf(1, FUTEXES, errors=((WAIT, errno.EAGAIN), (WAIT_JOINING, errno.EAGAIN))),),
    ),
    # The grader's channel, and `asyncio`, which wakes itself: to the other end only.
    "sendto": ((44, 206), (Null(4),)),
    "socketpair": ((53, 199), (AnyOf(0, (AF_UNIX,)), AnyOf(1, STREAMS))),
    # Memory. Advice that others could notice (merge pages, read ahead, swap out) does nothing.
    "mmap": ((9, 222), (NoneOf(3, MAP_LOCKED | MAP_HUGETLB),)),
    "mprotect": ((10, 226), ()),
    "madvise": (
        (28, 233),
        (AnyOf(2, ADVICE, errno.EINVAL, tuple((one, 0) for one in ADVICE_ON_SHARED_PAGES)),),
    ),
    # Descriptors: duplicate; flags. Setting a lock on a file reports success and does nothing, for
    # `sqlite3` and HDF5, which ask for locks. So nobody finds one who asks whether there is one.
    "fcntl": (
        (72, 25),
        (AnyOf(1, FCNTLS, errors=tuple((one, 0) for one in SETTING_LOCKS)),),
    ),
    # Terminals, of which there are none; bytes to read; flags. Python copies a file in another way
    # where it cannot be cloned.
    "ioctl": (
        (16, 29),
        (AnyOf(1, IOCTLS, errors=((FICLONE, errno.EOPNOTSUPP),)),),
    ),
    "clock_gettime": ((228, 113), (AnyOf(0, CLOCKS, errno.EINVAL),)),
    "clock_getres": ((229, 114), (AnyOf(0, CLOCKS, errno.EINVAL),)),
    "clock_nanosleep": ((230, 115), (AnyOf(0, CLOCKS, errno.EINVAL),)),
    # Threads, but no processes; signals, limits and cores of its own. Real-time signals queue up,
    # and how many may is counted for all processes of a user. The C library asks for the cores of
    # a thread, and does without.
    "clone": ((56, 220), (AnyOf(0, (CLONE_THREAD_FLAGS,)),)),
    "kill": ((62, 129), (AnyOf(0, (PID,)), NoneOf(1, NOT_A_SIGNAL))),
    "tgkill": ((234, 131), (AnyOf(0, (PID,)), NoneOf(2, NOT_A_SIGNAL))),
    "prlimit64": ((302, 261), (AnyOf(0, (0, PID)),)),
    "sched_getaffinity": ((204, 123), (AnyOf(0, (0, PID), errno.ENOSYS),)),
    "sched_setaffinity": ((203, 122), (AnyOf(0, (0,)),)),
    "getpriority": ((140, 141), (AnyOf(0, (0,)), AnyOf(1, (0, PID)))),
    "getpgid": ((121, 155), (AnyOf(0, (0, PID)),)),
    "getsid": ((124, 156), (AnyOf(0, (0, PID)),)),
    # The names of threads. Not the death signal, or it could outlive the grader; nor what hides its
    # resource usage from the watchdog, or takes memory that no limit counts.
    "prctl": ((157, 167), (AnyOf(0, (GETTING_DUMPABLE, SETTING_NAME, GETTING_NAME)),)),
    # The processor's matrix registers, which oneDNN asks for.
    "arch_prctl": ((158, None), (AnyOf(0, MATRIX_REGISTERS),)),
}

# Calls that fail in a way for which their callers are prepared. All other calls that are refused
# fail with EPERM.
FAILING: dict[str, tuple[Numbers, int]] = {
    # Report success: `shutil.copy` sets modes and times, and would fail if it could not. Locks and
    # advice on files would be seen by others.
    "chmod": ((90, None), 0),
    "fchmod": ((91, 52), 0),
    "fchmodat": ((268, 53), 0),
    "fchmodat2": ((452, 452), 0),
    "utime": ((132, None), 0),
    "utimes": ((235, None), 0),
    "futimesat": ((261, None), 0),
    "utimensat": ((280, 88), 0),
    "flock": ((73, 32), 0),
    "fadvise64": ((221, 223), 0),
    # As if they did not exist: the C library or Python then calls an older one, whose arguments a
    # filter can see.
    "clone3": ((435, 435), errno.ENOSYS),
    "openat2": ((437, 437), errno.ENOSYS),
    "preadv2": ((327, 286), errno.ENOSYS),
    "pwritev2": ((328, 287), errno.ENOSYS),
    "futex_waitv": ((449, 449), errno.ENOSYS),
    "futex_wake": ((454, 454), errno.ENOSYS),
    "futex_wait": ((455, 455), errno.ENOSYS),
    "futex_requeue": ((456, 456), errno.ENOSYS),
    "membarrier": ((324, 283), errno.ENOSYS),
    # `shutil.copy` then does without.
    "copy_file_range": ((326, 285), errno.EXDEV),
    "getxattr": ((191, 8), errno.EOPNOTSUPP),
    "lgetxattr": ((192, 9), errno.EOPNOTSUPP),
    "fgetxattr": ((193, 10), errno.EOPNOTSUPP),
    "listxattr": ((194, 11), errno.EOPNOTSUPP),
    "llistxattr": ((195, 12), errno.EOPNOTSUPP),
    "flistxattr": ((196, 13), errno.EOPNOTSUPP),
}
