"""The resources that are left for this process: memory, disk space, processors."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# The files of a control group: limit, usage; and the fields of its `memory.stat` that count memory
# which the system can take back.
_VERSION_2 = ("memory.max", "memory.current", ("inactive_file", "active_file"))
_VERSION_1 = (
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    ("total_inactive_file", "total_active_file"),
)


def available_memory(
    proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")
) -> int | None:
    """Return the bytes of memory that this process can still take without swapping.

    On Linux, this is the memory that the kernel reports as available, or what the control groups of
    the process leave if that is less. On other systems it is an upper bound, the memory of the
    machine, or None if the system does not report it.

    Parameters
    ----------
    proc, groups : Path
        Where Linux reports on processes and on control groups.
    """
    left = [_available_of_machine(proc), *_rooms_of_groups(proc, groups)]
    return min((room for room in left if room is not None), default=None)


def free_disk(path: Path) -> int | None:
    """Return the bytes that can still be written below `path`, which need not exist yet.

    None if the file system does not report it.
    """
    try:
        folder = path.absolute()
        # Unlike `Path.exists`, this never raises.
        while not os.path.exists(folder):  # noqa: PTH110
            folder = folder.parent
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    # Some file systems without a disk report a size of 0 bytes.
    return usage.free if usage.total else None


def available_processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _available_of_machine(proc: Path) -> int | None:
    lines = _read(proc / "meminfo").splitlines()
    for name, _, value in (line.partition(":") for line in lines):
        if name == "MemAvailable":
            return int(value.removesuffix("kB")) * 1024
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _rooms_of_groups(proc: Path, groups: Path) -> Iterator[int | None]:
    """Return the bytes that each control group of this process, and each above it, leaves."""
    for line in _read(proc / "self" / "cgroup").splitlines():
        _, controllers, place = line.split(":", 2)
        if controllers == "":
            root, names = groups, _VERSION_2
        elif "memory" in controllers.split(","):
            root, names = groups / "memory", _VERSION_1
        else:
            continue
        # In a container the path may be that on the host. Then only the root exists.
        group = root / place.lstrip("/")
        for folder in (group, *group.parents):
            yield _room_of_group(folder, *names)
            if folder == root:
                break


def _room_of_group(
    folder: Path, limit_name: str, usage_name: str, cache_names: tuple[str, ...]
) -> int | None:
    limit, usage = _read(folder / limit_name).strip(), _read(folder / usage_name).strip()
    if not (limit.isdigit() and usage.isdigit()):
        return None  # no such group, or "max"
    fields = (line.partition(" ") for line in _read(folder / "memory.stat").splitlines())
    cache = sum(int(value) for name, _, value in fields if name in cache_names)
    return max(0, int(limit) - int(usage) + cache)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""
