"""What each worker may read and write."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.isolation.confine import confine
from grader.isolation.landlock import carve
from grader.isolation.limits import ResourceLimits
from utils.checks.byhand import ALLOWED_PACKAGES

# A NumPy lesson takes a hundred megabytes, TensorFlow in training a thousand.
SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"),
    *("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/zoneinfo", "/usr/share/mime"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/mime.types"),
)
DEVICES = (
    *("/dev/zero", "/dev/random", "/dev/urandom", "/dev/full"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"),
)


@functools.cache
def site_folders() -> tuple[Path, ...]:
    """Return where installed packages lie, those of the interpreter itself included."""
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
    """Return the top-level names that can be imported beyond the standard library."""
    names = {"utils", "grader"}
    for folder in site_folders():
        for entry in os.listdir(folder):
            stem = entry.split(".")[0]
            if stem.isidentifier() and (entry.endswith((".py", ".so")) or stem == entry):
                names.add(stem)
    return frozenset(names - set(sys.stdlib_module_names) - {"__pycache__", *ALLOWED_PACKAGES})


@functools.cache
def readable(role: str) -> tuple[str, ...]:
    """Return what a process may read of the system."""
    standard = Path(sysconfig.get_path("stdlib")).resolve()
    if role == "answers":
        numpy = [folder / name for folder in site_folders() for name in ("numpy", "numpy.libs")]
        trees = [*carve(standard, site_folders()), *filter(Path.is_dir, numpy)]
    elif role == "keras":
        holes = [folder / name for folder in site_folders() for name in ("utils", "grader")]
        roots = [standard, *site_folders(), *map(Path, SYSTEM)]
        trees = [path for root in roots for path in carve(root, holes)]
    else:
        trees = [standard, *site_folders(), *map(Path, SYSTEM)]
    return (*map(str, dict.fromkeys(trees)), *DEVICES)


def course_files(role: str, root: str | None) -> Iterator[str]:
    """Yield what a process may read of the course: never solutions, tests or gradebooks."""
    if role in ("judge", "notebook"):
        home = Path(__file__).resolve().parents[2] if root is None else Path(root)
        yield str(home / "utils")
        yield str(home / "data")
        yield from map(str, _package_folders())


@functools.cache
def _package_folders() -> tuple[Path, ...]:
    """Return where the package ``utils`` lies that this environment has installed, and its data."""
    import importlib.util

    spec = importlib.util.find_spec("utils")
    folders = map(Path, spec.submodule_search_locations or ()) if spec else ()
    return tuple(path for folder in folders for path in (folder, folder.parent / "data"))


def enter(role: str, folder: str | None, root: str | None, limits: ResourceLimits) -> None:
    """Confine this process to its part, its own folder the only one that it may write to."""
    write = ["/dev/null"]
    if folder is not None:
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = folder
        write.append(folder)
        tempfile.tempdir = folder
    read = [*readable(role), *course_files(role, root), f"/proc/{os.getpid()}"]
    confine(read, write, limits, load_code=role != "answers")
