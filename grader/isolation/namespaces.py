"""Namespaces: what other processes, networks and files there are is out of a worker's sight.

Landlock refuses to open a file, but not to see that it exists, how large it is, or when it changed.
Where the kernel lets a user make user namespaces, a new interpreter enters a network, IPC, UTS,
cgroup, PID and mount namespace before it imports anything. Each worker that it forks gets a PID
namespace, a root with only the folders of its role, and a scratch folder in memory, whose size and
number of files the kernel bounds. No privileges are needed. Where any of this is refused, workers
are confined by Landlock and seccomp only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from grader.isolation.libc import LIBC, check_call
from grader.isolation.libc import PR_SET_PDEATHSIG as SET_PDEATHSIG
from grader.isolation.limits import ResourceLimits

NEW_MOUNTS, NEW_CGROUP, NEW_NAMES = 0x00020000, 0x02000000, 0x04000000
NEW_IPC, NEW_USER, NEW_PIDS, NEW_NETWORK = 0x08000000, 0x10000000, 0x20000000, 0x40000000
ALL_NAMESPACES = NEW_USER | NEW_NETWORK | NEW_IPC | NEW_NAMES | NEW_CGROUP | NEW_MOUNTS | NEW_PIDS
NO_SUID, NO_DEVICES, NO_PROGRAMS = 2, 4, 8
BIND, RECURSIVE, PRIVATE, DETACH = 0x1000, 0x4000, 1 << 18, 2
MOUNT_SETATTR = 442  # the same number on all architectures
READ_ONLY = 1  # of mount_setattr, whose next three flags are those above
HERE, AT_RECURSIVE = -100, 0x8000

# Where a worker sees its scratch folder.
SCRATCH = "/grader-scratch"
# The kernel's bounds exceed the watchdog's a little, so that the watchdog sees what reaches them.
SPARE_BYTES, SPARE_FILES = 1 << 20, 2
# Folders of the old root over which a new one can be put together.
STAGES = ("/mnt", "/media", "/srv", "/opt", "/var", "/run", "/boot")
MAX_HANDLES = 1024  # file descriptors of a new interpreter, at most
MAX_LINKS = 40  # symbolic links on the way to a file
NAME_OF_MACHINE = b"grader"
FOR_EVER = "2147483647"  # seconds
GO = b"\1"
SWITCHED_OFF = "switched off by GRADER_NO_NAMESPACES"


class View:
    """The files that a worker can see.

    Parameters
    ----------
    trees : iterable of str
        Files and folders, with everything in them. Those that do not exist are ignored.
    holes : iterable of str
        Folders within them that are empty, but for trees within them.
    """

    def __init__(self, trees: Iterable[str], holes: Iterable[str] = ()):
        self.trees, self.holes = list(trees), list(holes)

    def to_plain(self) -> dict[str, list[str]]:
        """Return it as a value that JSON can hold."""
        return {"trees": self.trees, "holes": self.holes}


class _State:
    """What this process knows of its namespaces; forks inherit it."""

    entered = False
    own_pids = -1  # descriptor of this process's PID namespace
    root = -1  # descriptor of the mount namespace with the root of this process's workers


def enter(allowed: bool = True) -> str:
    """Enter new namespaces, if the kernel allows them.

    This process must have one thread. It stays behind and waits; a fork of it, the first process of
    the new PID namespace, returns. When either ends, so does everything in the namespaces.

    Parameters
    ----------
    allowed : bool
        Whether to try.

    Returns
    -------
    str
        Why the namespaces were not entered; empty if they were.
    """
    if not allowed:
        return SWITCHED_OFF
    reason = _attempt(_try_everything)
    if not reason:
        _enter()
    return reason


def entered() -> bool:
    """Tell whether this process is in namespaces of the grader's."""
    return _State.entered


def prepare_root(view: View) -> str:
    """Make a root for the workers that this process will fork.

    Parameters
    ----------
    view : View
        What they can see.

    Returns
    -------
    str
        Why there is none; empty if there is one.
    """
    if not _State.entered:
        return "not in a namespace"
    try:
        root = _make_root(view)
    except OSError as error:
        return str(error)
    forget_root()
    _State.root = root
    return ""


def has_root() -> bool:
    """Tell whether there is a root for the workers that this process forks."""
    return _State.root >= 0


def forget_root() -> None:
    """Close the descriptor of the workers' root."""
    if _State.root >= 0:
        os.close(_State.root)
        _State.root = -1


def enter_root(limits: ResourceLimits | None) -> None:
    """Enter the root that `prepare_root` made, with a scratch folder of this process's.

    Parameters
    ----------
    limits : ResourceLimits or None
        The bounds of the scratch folder `SCRATCH`; if None, there is no such folder.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    check_call(LIBC.setns(_State.root, NEW_MOUNTS))
    forget_root()
    check_call(LIBC.unshare(NEW_MOUNTS))
    if limits is not None:
        size, files = limits.disk + SPARE_BYTES, limits.files + SPARE_FILES
        options = f"size={size},nr_inodes={files},mode=700"
        _mount("tmpfs", SCRATCH, "tmpfs", NO_SUID | NO_DEVICES, options)
    _mount("proc", "/proc", "proc", NO_SUID | NO_DEVICES | NO_PROGRAMS)


def fork_apart() -> tuple[int, int | None]:
    """Fork; where this process is in namespaces, into a PID namespace without other workers.

    Returns
    -------
    int
        As for `os.fork`: 0 in the child.
    int or None
        The first process of the new PID namespace, to be killed once the child has ended; None if
        there is none. The child itself is not the first one, because the kernel withholds from that
        the signals that it sends to itself.
    """
    if not _State.entered:
        return os.fork(), None
    check_call(LIBC.unshare(NEW_PIDS))
    first, pid = None, -1
    try:
        first = os.posix_spawn(_sleeper(), ["sleep", FOR_EVER], {}, setsid=True)
        pid = os.fork()
    finally:
        if pid == 0:
            os.close(_State.own_pids)
        else:
            check_call(LIBC.setns(_State.own_pids, NEW_PIDS))
        if pid < 0 and first is not None:
            os.kill(first, signal.SIGKILL)
            os.waitpid(first, 0)
    return pid, first


def _attempt(
    function: Callable[[], object],
    fork: Callable[[], tuple[int, int | None]] = lambda: (os.fork(), None),
) -> str:
    """Call a function in a fork; return the text of the error that it raised, or nothing."""
    ours, theirs = os.pipe()
    pid, first = fork()
    if pid == 0:
        try:
            function()
        except BaseException as error:
            os.write(theirs, (str(error) or type(error).__name__).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours, errors="replace") as said:
        reason = said.read()
    status = os.waitpid(pid, 0)[1]
    if first is not None:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
    return reason or (f"an attempt ended with status {status}" if status else "")


def _try_everything() -> None:
    """Enter namespaces and a root as a worker does, or raise an error."""
    _enter()
    view = View(["/dev/null", str(Path(__file__).parent)])
    if reason := prepare_root(view) or _attempt(_try_root, fork_apart):
        raise OSError(reason)


def _try_root() -> None:
    """Enter a root, and look around in it."""
    enter_root(ResourceLimits())
    if not os.path.exists(f"/proc/{os.getpid()}/status") or not os.path.exists(__file__):
        raise OSError("a new root lacks files")
    if os.statvfs(SCRATCH).f_files != ResourceLimits.files + SPARE_FILES:
        raise OSError("a scratch folder has no bound")


def _enter() -> None:
    """Enter all namespaces; the outer process never returns, but waits for the inner one."""
    write_maps = _start_writer_of_maps()
    check_call(LIBC.unshare(ALL_NAMESPACES))
    write_maps()
    pid = os.fork()
    if pid:
        _wait_outside(pid)
    check_call(LIBC.prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    os.setsid()
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    _mount("proc", "/proc", "proc", NO_SUID | NO_DEVICES | NO_PROGRAMS)
    LIBC.sethostname(NAME_OF_MACHINE, len(NAME_OF_MACHINE))
    # Should a worker find a way to make namespaces after all, the kernel still refuses.
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _State.own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    _State.entered = True


def _wait_outside(pid: int) -> None:
    """Wait for the inner process, without holding anything of it open."""
    os.closerange(3, MAX_HANDLES)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os._exit(status if status >= 0 else 1)


def _start_writer_of_maps() -> Callable[[], None]:
    """Start a process that maps this one's user and group to themselves, once it is asked to.

    From outside, root may map all users. Without them it could not read other users' files, which a
    course may belong to.
    """
    parent = os.getpid()
    user, group = os.getuid(), os.getgid()
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(theirs)
            if os.read(ours, 1) == GO:
                _map_all(parent)
        except OSError:
            os._exit(1)
        finally:
            os._exit(0)
    os.close(ours)

    def write() -> None:
        os.write(theirs, GO)
        os.close(theirs)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")

    return write


def _map_all(pid: int) -> None:
    """Map all users and groups of this process's user namespace to themselves in another one."""
    for name in ("gid_map", "uid_map"):
        ranges = [line.split() for line in Path(f"/proc/self/{name}").read_text().splitlines()]
        lines = [f"{first} {first} {count}" for first, _, count in ranges]
        with open(f"/proc/{pid}/{name}", "w") as file:
            file.write("\n".join(lines))


def _make_root(view: View) -> int:
    """Put a root together; return the descriptor of a mount namespace that consists of it."""
    ours, theirs = os.pipe()
    hold, release = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(release)
            _build_root(view)
            os.write(theirs, b"\0")
            os.read(hold, 1)
        except BaseException as error:
            os.write(theirs, repr(error).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    os.close(hold)
    said = os.read(ours, 1000)
    try:
        if said != b"\0":
            raise OSError(said.decode("utf-8", "replace"))
        return os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(ours)
        os.close(release)
        os.waitpid(pid, 0)


def _build_root(view: View) -> None:
    """Replace the root of this process by one that has only what a view shows."""
    check_call(LIBC.unshare(NEW_MOUNTS))
    trees = [path for path in map(os.path.abspath, view.trees) if os.path.exists(path)]
    stage = _choose_stage(trees)
    _mount("tmpfs", stage, "tmpfs", NO_SUID | NO_DEVICES, "size=4m,nr_inodes=10000,mode=755")
    root = _Root(stage)
    real = {os.path.realpath(path) for path in trees}
    holes = {path for path in map(os.path.realpath, view.holes) if os.path.isdir(path)}
    for path in sorted(real | holes, key=lambda one: (len(Path(one).parts), one)):
        root.show(path) if path in real else root.hide(path)
    for path in (*trees, *sys.path, sys.prefix):
        root.link(path)
    for name in ("/proc", SCRATCH):
        os.makedirs(stage + name, exist_ok=True)
    # A new proc can only be mounted where there is one already.
    _mount("proc", stage + "/proc", "proc", NO_SUID | NO_DEVICES | NO_PROGRAMS)
    root.seal()
    os.chdir(stage)
    check_call(LIBC.pivot_root(b".", b"."))
    check_call(LIBC.umount2(b".", DETACH))


def _choose_stage(trees: list[str]) -> str:
    """Return a folder of the old root that contains none of the trees."""
    for stage in STAGES:
        inside = stage + "/"
        if os.path.isdir(stage) and not any(
            (os.path.realpath(tree) + "/").startswith(inside) for tree in trees
        ):
            return stage
    raise OSError("there is no folder to put a root together in")


class _Root:
    """A root that is being put together in a folder."""

    def __init__(self, stage: str):
        self._stage = stage
        self._shown: dict[str, bool] = {}  # for each mount, whether it shows something
        self._made: list[tuple[str, int]] = [(stage, READ_ONLY | NO_SUID | NO_DEVICES)]

    def show(self, path: str) -> None:
        """Show a file or folder that is no link, with everything in it."""
        if self._is_visible(path):
            return
        target = self._stage + path
        is_folder = os.path.isdir(path)
        os.makedirs(target if is_folder else os.path.dirname(target), exist_ok=True)
        if not is_folder:
            with open(target, "w"):
                pass
        _mount(path, target, None, BIND | RECURSIVE)
        device = not is_folder and not os.path.isfile(path)
        no_devices = NO_PROGRAMS if device else NO_DEVICES
        _set_flags(target, READ_ONLY | NO_SUID | no_devices, AT_RECURSIVE)
        self._shown[path] = True

    def hide(self, path: str) -> None:
        """Show a folder as empty."""
        if self._is_visible(path):
            _mount("tmpfs", self._stage + path, "tmpfs", NO_SUID | NO_DEVICES, "size=1m,mode=755")
            self._made.append((self._stage + path, READ_ONLY | NO_SUID | NO_DEVICES))
            self._shown[path] = False

    def link(self, path: str) -> None:
        """Make the symbolic links by which a path leads to something that is shown."""
        path = os.path.abspath(path)
        for _ in range(MAX_LINKS):
            if not os.path.islink(path) and os.path.realpath(path) == path:
                return
            if not self._is_visible(os.path.realpath(path)):
                return
            path = self._link_first(path)

    def seal(self) -> None:
        """Make it read-only."""
        for path, flags in reversed(self._made):
            _set_flags(path, flags, 0)

    def _is_visible(self, path: str) -> bool:
        """Tell whether a path without links is shown."""
        for place in (path, *map(str, Path(path).parents)):
            if place in self._shown:
                return self._shown[place]
        return False

    def _link_first(self, path: str) -> str:
        """Make the first link on the way along a path; return the path after following it."""
        parts = Path(path).parts
        for count in range(1, len(parts) + 1):
            place = os.path.join(*parts[:count])
            if os.path.islink(place):
                aim = os.readlink(place)
                if not os.path.lexists(self._stage + place):
                    os.makedirs(os.path.dirname(self._stage + place), exist_ok=True)
                    os.symlink(aim, self._stage + place)
                rest = os.path.join(os.path.dirname(place), aim, *parts[count:])
                return os.path.abspath(rest)
        return path


def _sleeper() -> str:
    """Return the path of a program that does nothing for ever."""
    path = shutil.which("sleep", path="/usr/bin:/bin")
    if path is None:
        raise OSError("there is no program 'sleep'")
    return path


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount a file system, or change a mount."""
    encoded: list[Any] = [None if text is None else os.fsencode(text) for text in (kind, options)]
    result = LIBC.mount(os.fsencode(source), os.fsencode(target), encoded[0], flags, encoded[1])
    check_call(result)


def _set_flags(path: str, flags: int, how: int) -> None:
    """Add flags to a mount, and with `AT_RECURSIVE` to those within it."""
    attributes = b"".join(one.to_bytes(8, sys.byteorder) for one in (flags, 0, 0, 0))
    size = len(attributes)
    check_call(LIBC.syscall(MOUNT_SETATTR, HERE, os.fsencode(path), how, attributes, size))
