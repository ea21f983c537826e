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


def write_group(folder, names, limit, usage, stat):
    for name, content in zip(names, (limit, usage, stat), strict=True):
        write(folder / name, content)


VERSION_2 = ("memory.max", "memory.current", "memory.stat")
VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat")


def test_memory_is_what_the_kernel_says_to_be_available(proc):
    assert available(proc) == 5000 * KB


def test_a_group_s_limit_counts_less_what_it_uses_without_cache(proc):
    write(proc / "self/cgroup", "0::/job/step\n")
    stat = "anon 600\ninactive_file 200\nactive_file 100\nfile 999\n"
    write_group(proc.parent / "groups/job/step", VERSION_2, "1000\n", "900\n", stat)
    assert available(proc) == 1000 - 900 + 300


def test_the_tightest_group_above_counts(proc):
    write(proc / "self/cgroup", "0::/job/step\n")
    write_group(proc.parent / "groups/job/step", VERSION_2, "max\n", "10\n", "")
    write_group(proc.parent / "groups/job", VERSION_2, "700\n", "100\n", "")
    assert available(proc) == 600


def test_a_container_sees_its_own_group_at_the_root(proc):
    write(proc / "self/cgroup", "0::/of/the/machine/outside\n")
    write_group(proc.parent / "groups", VERSION_2, "800\n", "100\n", "")
    assert available(proc) == 700


def test_groups_of_version_1(proc):
    write(proc / "self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/job\n0::/\n")
    stat = "inactive_file 1\ntotal_inactive_file 50\ntotal_active_file 60\n"
    write_group(proc.parent / "groups/memory/job", VERSION_1, "1000\n", "400\n", stat)
    write_group(proc.parent / "groups/memory", VERSION_1, f"{2**63 - 4096}\n", "0\n", "")
    assert available(proc) == 1000 - 400 + 110


def test_a_group_beyond_its_limit_leaves_nothing(proc):
    write(proc / "self/cgroup", "0::/job\n")
    write_group(proc.parent / "groups/job", VERSION_2, "100\n", "150\n", "")
    assert available(proc) == 0


def test_a_limit_above_what_is_available_changes_nothing(proc):
    write(proc / "self/cgroup", "0::/job\n")
    write_group(proc.parent / "groups/job", VERSION_2, f"{8000 * KB}\n", "0\n", "")
    assert available(proc) == 5000 * KB


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
