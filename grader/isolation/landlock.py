"""Restrict file access with Landlock (Linux 5.13 and later).

The three system calls are made with ctypes: the Python packages for Landlock are alpha releases,
too young for the part of the grader that everything else relies on.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from grader.isolation.libc import LIBC, check_call

# Landlock's system calls have the same numbers on all architectures.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION = 1  # flag of the first call: return the supported version
LANDLOCK_RULE_PATH_BENEATH = 1

# Access rights, as <linux/landlock.h> numbers them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
REFER, TRUNCATE, IOCTL_DEV, RESOLVE_UNIX = (1 << bit for bit in range(13, 17))
VERSION_1_RIGHTS = (1 << 13) - 1
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # valid for a plain file
TCP_RIGHTS, UDP_RIGHTS = 0b0011, 0b1100  # bind, and connect or send to an address
SCOPES = 0b11  # abstract Unix sockets, signals
# What each version denies in addition, in words.
DENIED_SINCE = {
    1: "files",
    4: "TCP",
    5: "devices",
    6: "signals and abstract sockets",
    9: "named sockets",
    10: "UDP",
}


def landlock_version() -> int:
    """Return the version of Landlock that the kernel supports; less than 1 if it has none."""
    flags = LANDLOCK_CREATE_RULESET_VERSION
    return LIBC.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), flags)


def describe_landlock() -> str:
    """Return which version of Landlock the kernel supports, and what it denies."""
    version = landlock_version()
    denied = [words for since, words in DENIED_SINCE.items() if since <= version]
    return f"Landlock (version {version}: {', '.join(denied)})"


def apply_landlock(read: Iterable[str], write: Iterable[str]) -> None:
    """Deny this process access to all files except these.

    Parameters
    ----------
    read, write : iterable of str
        Files and folders, with everything in them. Paths that do not exist are ignored.
    """
    version = landlock_version()
    handled = _handled_rights(version)
    rules = _create_ruleset(version, handled)
    try:
        for path in read:
            _add_rule(rules, path, handled & (READ_FILE | READ_DIR))
        for path in write:
            _add_rule(rules, path, handled & ~(EXECUTE | RESOLVE_UNIX))
        check_call(LIBC.syscall(LANDLOCK_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def carve(tree: Path, holes: Sequence[Path]) -> Iterator[Path]:
    """Yield paths that together cover a tree except for the holes.

    A Landlock rule applies to a folder and everything in it, so to leave out a hole, each of its
    siblings needs a rule.
    """
    tree = tree.resolve()
    if any(hole == tree for hole in holes):
        return
    holes_inside = [hole for hole in holes if tree in hole.parents]
    if not holes_inside:
        yield tree
        return
    with suppress(OSError):
        for child in sorted(tree.iterdir()):
            # The target of a symbolic link needs a rule for its own path.
            if not child.is_symlink():
                yield from carve(child, holes_inside)


def _handled_rights(version: int) -> int:
    """Return all rights that this version can deny."""
    handled = VERSION_1_RIGHTS
    for since, right in [(2, REFER), (3, TRUNCATE), (5, IOCTL_DEV), (9, RESOLVE_UNIX)]:
        handled |= right if version >= since else 0
    return handled


def _create_ruleset(version: int, handled: int) -> int:
    """Return the descriptor of a new ruleset, which denies all that no rule allows."""
    network = (TCP_RIGHTS if version >= 4 else 0) | (UDP_RIGHTS if version >= 10 else 0)
    attributes = struct.pack("=QQQ", handled, network, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    return check_call(LIBC.syscall(LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))


def _add_rule(rules: int, path: str, rights: int) -> None:
    """Allow access to a path, if it exists."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        rule = struct.pack("=Qi", rights, handle)
        check_call(LIBC.syscall(LANDLOCK_ADD_RULE, rules, LANDLOCK_RULE_PATH_BENEATH, rule, 0))
    finally:
        os.close(handle)
