"""Restrict file access with Landlock (Linux 5.13 and later)."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from grader.isolation.libc import LIBC, check_call

# System calls by number. Landlock's are the same everywhere.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_VERSION = 1  # the flag that asks for the version
PATH_BENEATH = 1

# Landlock's rights, as <linux/landlock.h> numbers them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
FIRST_RIGHTS = (1 << 13) - 1  # those of the first version
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
NETWORK_RIGHTS = 0b11  # bind and connect over TCP
SCOPES = 0b11  # abstract Unix sockets, signals


def landlock_version() -> int:
    """Return which version of Landlock the kernel has; below 1 if it has none."""
    return LIBC.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_VERSION)


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


def apply_landlock(read: Iterable[str], write: Iterable[str]) -> None:
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
    rules = check_call(LIBC.syscall(LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    try:
        for path in read:
            _add_rule(rules, path, handled & (READ_FILE | READ_DIR))
        for path in write:
            _add_rule(rules, path, handled & ~EXECUTE)
        check_call(LIBC.syscall(LANDLOCK_RESTRICT_SELF, rules, 0))
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
        check_call(LIBC.syscall(LANDLOCK_ADD_RULE, rules, PATH_BENEATH, rule, 0))
    finally:
        os.close(place)
