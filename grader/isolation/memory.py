"""Whether this machine is short of memory, so that the kernel or a service kills processes."""

from __future__ import annotations

SHORT_SHARE = 0.05  # of all memory, available


def oom_kills() -> int:
    """Return how many processes the kernel has killed for memory since it started."""
    return _read("/proc/vmstat").get("oom_kill", 0)


def is_short() -> bool:
    """Return whether hardly any memory is available."""
    memory = _read("/proc/meminfo")
    available, total = memory.get("MemAvailable"), memory.get("MemTotal")
    return available is not None and total is not None and available < SHORT_SHARE * total


def _read(path: str) -> dict[str, int]:
    """Return the numbers in a file of ``/proc`` by name; none where there is no such file."""
    try:
        with open(path, encoding="ascii") as lines:
            words = [line.replace(":", " ").split() for line in lines]
    except OSError:
        return {}
    return {name: int(number) for name, number, *_ in words if number.isdigit()}
