"""What each worker may read and write."""

from __future__ import annotations

import functools
import importlib.util
import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.isolation import namespaces
from grader.isolation.confine import confine
from grader.isolation.landlock import carve
from grader.isolation.limits import ResourceLimits
from utils.checks.byhand import ALLOWED_PACKAGES

# Shared libraries, fonts and settings, for the roles that may import any library.
SYSTEM_PATHS = """
    /lib /lib64 /usr/lib /usr/lib64 /usr/local/lib
    /usr/share/fonts /usr/local/share/fonts /usr/share/zoneinfo /usr/share/mime
    /etc/ld.so.cache /etc/localtime /etc/fonts /etc/mime.types
""".split()  # noqa: SIM905
# For all roles.
DEVICE_PATHS = """
    /dev/zero /dev/random /dev/urandom /dev/full /proc/cpuinfo /sys/devices/system/cpu
""".split()  # noqa: SIM905

# What a process may read about itself: not the environment, and not ``net``, which lists the
# sockets of the whole machine.
PROC_FILES = "cmdline comm fd fdinfo io limits maps smaps stat statm status".split()  # noqa: SIM905
# Shared libraries that a system offers in several versions are links by way of this folder.
LINKS_OF_LIBRARIES = ("/etc/alternatives",)


def enter(role: str, folder: str | None, root: str | None, limits: ResourceLimits) -> None:
    """Confine this process to what its role may read and write.

    Parameters
    ----------
    role : {"judge", "answers", "keras", "notebook"}
        The role of the worker.
    folder : str or None
        Its scratch folder, which becomes the current, home and temporary folder. It is the only
        folder that the worker may write to.
    root : str or None
        The course folder.
    limits : ResourceLimits
        The limits that the kernel enforces.
    """
    if namespaces.has_root():
        namespaces.enter_root(limits if folder is not None else None)
    write = ["/dev/null"]
    if folder is not None:
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = folder
        write.append(folder)
        tempfile.tempdir = folder
    about_itself = [f"/proc/{os.getpid()}/{name}" for name in PROC_FILES]
    read = [*readable(role), *course_files(role, root), *about_itself]
    confine(read, write, limits, load_code=role != "answers", change_files=folder is not None)


@functools.cache
def readable(role: str) -> tuple[str, ...]:
    """Return the paths of the system that a worker may read."""
    trees, holes = _trees_and_holes(role)
    paths = [path for tree in trees for path in (carve(tree, holes) if holes else [tree])]
    return (*map(str, dict.fromkeys(paths)), *DEVICE_PATHS)


def visible(role: str, root: str | None) -> namespaces.View:
    """Return the files that a worker can see where it gets a root of its role's.

    Parameters
    ----------
    role, root
        As for `course_files`.
    """
    trees, holes = _trees_and_holes(role)
    devices = [path for path in DEVICE_PATHS if not path.startswith("/proc/")]
    course = list(course_files(role, root))
    paths = [*map(str, trees), *devices, "/dev/null", *LINKS_OF_LIBRARIES, *course]
    return namespaces.View(paths, map(str, holes))


def _trees_and_holes(role: str) -> tuple[list[Path], list[Path]]:
    """Return the folders that a worker may read, and those within them that it may not.

    A folder may be within a hole of another one.
    """
    standard_library = Path(sysconfig.get_path("stdlib")).resolve()
    if role == "answers":
        numpy = [folder / name for folder in site_folders() for name in ("numpy", "numpy.libs")]
        return [standard_library, *filter(Path.is_dir, numpy)], list(site_folders())
    everything = [standard_library, *site_folders(), *map(Path, SYSTEM_PATHS)]
    if role == "keras":
        return everything, [f / name for f in site_folders() for name in ("utils", "grader")]
    return everything, []


def course_files(role: str, root: str | None) -> Iterator[str]:
    """Yield the paths of the course that a worker may read: never solutions, tests or gradebooks.

    Parameters
    ----------
    role : {"judge", "answers", "keras", "notebook"}
        The role of the worker.
    root : str or None
        The course folder; if None, the one that the grader belongs to.
    """
    if role in ("judge", "notebook"):
        course = Path(__file__).resolve().parents[2] if root is None else Path(root)
        yield str(course / "utils")
        yield str(course / "data")
        yield from map(str, _installed_course_folders())


@functools.cache
def site_folders() -> tuple[Path, ...]:
    """Return the folders of installed packages, of this environment and of the system."""
    names = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    names.add(site.getusersitepackages())
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for prefix in (sys.prefix, sys.base_prefix, "/usr", "/usr/local"):
        for kind in ("site-packages", "dist-packages"):
            names.add(f"{prefix}/lib/{version}/{kind}")
            names.add(f"{prefix}/lib/python3/{kind}")
    return tuple(sorted({Path(name).resolve() for name in names if os.path.isdir(name)}))


@functools.cache
def installed_names() -> frozenset[str]:
    """Return the top-level names of all packages that must not be imported in by-hand exercises."""
    names = {"utils", "grader"}
    for folder in site_folders():
        for entry in os.listdir(folder):
            stem = entry.split(".")[0]
            if stem.isidentifier() and (entry.endswith((".py", ".so")) or stem == entry):
                names.add(stem)
    return frozenset(names - set(sys.stdlib_module_names) - {"__pycache__", *ALLOWED_PACKAGES})


@functools.cache
def _installed_course_folders() -> tuple[Path, ...]:
    """Return the folders of the installed package ``utils`` and of its data."""
    spec = importlib.util.find_spec("utils")
    folders = map(Path, spec.submodule_search_locations or ()) if spec else ()
    return tuple(path for folder in folders for path in (folder, folder.parent / "data"))
