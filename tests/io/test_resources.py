"""The resources that are left, read from an imitation of /proc and of control groups."""

from collections import namedtuple

import pytest

from firth.io import resources

KB = 1024


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def proc(tmp_path):
    write(tmp_path / "proc/meminfo", "MemTotal: 9000 kB\nMemFree: 10 kB\nMemAvailable:   5000 kB\n")
    return tmp_path / "proc"


def available(proc):
    return resources.available_memory(proc, proc.parent / "groups")


def test_memory_is_what_the_kernel_says_to_be_available(proc):
    assert available(proc) == 5000 * KB


VERSION_2 = ("memory.max", "memory.current", "memory.stat")
VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat")
CACHE_2 = "anon 600\ninactive_file 200\nactive_file 100\nfile 999\n"
CACHE_1 = "inactive_file 1\ntotal_inactive_file 50\ntotal_active_file 60\n"
NO_LIMIT = f"{2**63 - 4096}\n"
BEYOND = f"{8000 * KB}\n"
# The groups of the process; the limit, the use and the statistics of each; what is available.
GROUPS = {
    "cache does not count": ("0::/job\n", {"job": ("1000\n", "900\n", CACHE_2)}, 1000 - 900 + 300),
    "the tightest above counts": (
        "0::/job/step\n",
        {"job/step": ("max\n", "10\n", ""), "job": ("700\n", "100\n", "")},
        600,
    ),
    "a container is at the root": ("0::/of/the/machine\n", {"": ("800\n", "100\n", "")}, 700),
    "version 1": (
        "5:cpu,cpuacct:/x\n4:memory:/job\n0::/\n",
        {"memory/job": ("1000\n", "400\n", CACHE_1), "memory": (NO_LIMIT, "0\n", "")},
        1000 - 400 + 110,
    ),
    "nothing is left beyond it": ("0::/job\n", {"job": ("100\n", "150\n", "")}, 0),
    "more than available": ("0::/job\n", {"job": (BEYOND, "0\n", "")}, 5000 * KB),
}


@pytest.mark.parametrize(("own", "groups", "expected"), GROUPS.values(), ids=GROUPS)
def test_limits_of_control_groups_count(proc, own, groups, expected):
    write(proc / "self/cgroup", own)
    for group, contents in groups.items():
        names = VERSION_1 if group.startswith("memory") else VERSION_2
        for name, content in zip(names, contents, strict=True):
            write(proc.parent / "groups" / group / name, content)
    assert available(proc) == expected


def test_without_proc_it_is_all_the_memory_or_unknown(tmp_path, monkeypatch):
    sizes = {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(resources.os, "sysconf", sizes.__getitem__, raising=False)
    assert available(tmp_path / "none") == 4_096_000
    monkeypatch.delattr(resources.os, "sysconf")
    assert available(tmp_path / "none") is None


def test_this_machine_has_memory_left():
    left = resources.available_memory()
    assert left is None or left > 2**20


def test_disk_of_a_folder_that_is_not_there_yet(tmp_path, monkeypatch):
    asked = []
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(
        resources.shutil, "disk_usage", lambda folder: asked.append(folder) or usage(10, 3, 7)
    )
    assert resources.free_disk(tmp_path / "not" / "there") == 7
    assert asked == [tmp_path]


def test_a_file_system_that_does_not_tell_is_unknown(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(resources.shutil, "disk_usage", lambda _: usage(0, 0, 0))
    assert resources.free_disk(tmp_path) is None
