"""Compiled code on disk: it is found again, and not used if damaged or of another user."""

import os
import stat
import time
import warnings
from pathlib import Path

import numba
import pytest
from numba.core.registry import cpu_target

from firth.compilation import code_cache, compiled
from firth.errors import FirthWarning
from firth.io import cache

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX owners, modes and links")


def add_one(number):
    return number + 1


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A cache folder for the test; warnings from other tests are forgotten."""
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "cache"))
    cache.warn_once_per_process.cache_clear()
    yield tmp_path / "cache"
    cache.warn_once_per_process.cache_clear()


def call(argument=1):
    """Call the function as a new process would; return whether code was loaded or compiled."""
    function = compiled(add_one)
    assert function(argument) == argument + 1
    return "loaded" if function.stats.cache_hits else "compiled"


def call_warned(match):
    with pytest.warns(FirthWarning, match=match) as caught:
        outcome = call()
    assert len(caught) == 1
    return outcome


def entries(folder):
    return sorted((folder / "compiled").iterdir())


def keep(folder):
    """Call the function, and return the entry that holds its code."""
    call()
    (entry,) = entries(folder)
    return entry


def test_code_is_kept_and_found_again(folder):
    assert [call(), call()] == ["compiled", "loaded"]
    assert len(entries(folder)) == 1


def test_signatures_are_told_apart(folder):
    assert [call(1), call(1.5), call(1), call(1.5)] == ["compiled"] * 2 + ["loaded"] * 2
    assert len(entries(folder)) == 2


def test_types_that_are_written_alike_are_told_apart(folder, monkeypatch):
    entry = keep(folder)
    # As if both types had the same name.
    monkeypatch.setattr(code_cache.CodeCache, "_path", lambda *_: entry)
    assert call(1.5) == "compiled"


@posix_only
def test_folders_and_files_are_for_their_owner_only(folder):
    before = os.umask(0o002)
    try:
        call()
    finally:
        os.umask(before)
    for place in (folder, folder / "compiled"):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert [stat.S_IMODE(entry.stat().st_mode) for entry in entries(folder)] == [0o600]


def test_numba_registers_its_implementations_only_for_code_that_needs_more(monkeypatch):
    call()
    registered = []
    monkeypatch.setattr(cpu_target.target_context, "refresh", lambda: registered.append(True))
    assert call() == "loaded"
    assert not registered
    monkeypatch.setattr(code_cache, "address_of_symbol", lambda name: None)
    assert call() == "loaded"
    assert registered


def test_code_refers_to_what_it_does_not_define():
    function = compiled(add_one)
    function(1)
    (result,) = function.overloads.values()
    names = code_cache._externals(result.library)
    assert "PyLong_FromLongLong" in names
    assert result.fndesc.llvm_cpython_wrapper_name not in names
    assert not [name for name in names if name.startswith("llvm.")]


DAMAGE = {
    "empty": lambda content: b"",
    "cut": lambda content: content[:-1],
    "cut in the header": lambda content: content[:30],
    "longer": lambda content: content + b"\0",
    "a flipped bit": lambda content: content[:1000] + bytes([content[1000] ^ 1]) + content[1001:],
    "no entry": lambda content: b"cos\nabort\n(tR.",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_told_once_not_unpickled_and_replaced(folder, damage, monkeypatch):
    entry = keep(folder)
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    with monkeypatch.context() as patched:
        patched.setattr("pickle.loads", lambda *_: pytest.fail("unpickled"))
        assert call_warned("was damaged, and is compiled again") == "compiled"
    assert call() == "loaded"
    assert entries(folder) == [entry]


def test_an_entry_under_the_name_of_another_is_not_run(folder):
    first = keep(folder)
    call(1.5)
    (second,) = set(entries(folder)) - {first}
    first.write_bytes(second.read_bytes())
    assert call_warned("was damaged") == "compiled"


def give_away(path, monkeypatch):
    """Make a path belong to another user."""
    if os.geteuid() == 0:
        os.chown(path, 12345, 12345)
    else:
        monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)


@posix_only
@pytest.mark.parametrize("place", [".", "cache", "cache/compiled"])
def test_a_folder_of_another_user_is_bypassed(folder, monkeypatch, place):
    call()
    give_away(folder.parent / place, monkeypatch)
    before = entries(folder)
    assert call_warned("belongs to another user.*FIRTH_CACHE_DIR") == "compiled"
    assert entries(folder) == before


@posix_only
@pytest.mark.parametrize("place", [".", "cache", "cache/compiled"])
@pytest.mark.parametrize("mode", [0o777, 0o707])
def test_a_folder_that_others_may_write_is_bypassed(folder, place, mode):
    call()
    (folder.parent / place).chmod(mode)
    assert call_warned("other users may write .*FIRTH_CACHE_DIR") == "compiled"


@posix_only
def test_a_folder_above_may_be_sticky(folder):
    call()
    folder.chmod(0o1777)
    assert call() == "loaded"
    (folder / "compiled").chmod(0o1777)
    assert call_warned("other users may write") == "compiled"


@posix_only
def test_the_group_may_write_only_if_it_is_the_users_own(folder, monkeypatch):
    import grp
    import pwd

    call()
    folder.chmod(0o770)
    group = folder.stat().st_gid
    user = pwd.struct_passwd(("me", "x", os.geteuid(), group, "", "/", "/bin/sh"))
    own = ["me", "x", group, []]
    monkeypatch.setattr("pwd.getpwuid", lambda _: user)
    monkeypatch.setattr("grp.getgrgid", lambda _: grp.struct_group(own))
    assert call() == "loaded"
    own[3] = ["somebody"]
    assert call_warned("other users may write") == "compiled"


@posix_only
@pytest.mark.parametrize("owner", ["same", "other"])
def test_a_file_that_others_may_have_written_is_replaced(folder, owner):
    entry = keep(folder)
    if owner == "same":
        entry.chmod(0o666)
    elif os.geteuid() == 0:
        os.chown(entry, 12345, 12345)
    else:
        pytest.skip("chown needs root")
    assert call_warned("other users may have written") == "compiled"
    assert call() == "loaded"


@posix_only
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_is_never_read(folder, tmp_path, kind):
    entry = keep(folder)
    moved = entry.rename(tmp_path / "moved")
    if kind == "link":
        entry.symlink_to(moved)
    elif kind == "pipe":
        os.mkfifo(entry)
    else:
        entry.mkdir()
    with pytest.warns(FirthWarning):
        assert call() == "compiled"
    # An entry replaces whatever has its name, except a folder.
    assert entry.is_dir() == (kind == "folder")


@posix_only
def test_a_link_to_a_folder_of_another_user_is_followed_and_refused(folder, monkeypatch, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "compiled").mkdir(mode=0o700)
    folder.mkdir()
    (folder / "compiled").symlink_to(other / "compiled")
    assert call() == "compiled"
    assert len(list((other / "compiled").iterdir())) == 1
    give_away(other, monkeypatch)
    assert call_warned("other.* belongs to another user") == "compiled"


@pytest.mark.parametrize("changed", [0, 1, 2], ids=["triple", "processor", "features"])
def test_code_of_another_processor_is_not_loaded(folder, monkeypatch, changed):
    """Machines can share a home: each kind of processor has its own entries."""
    entry = keep(folder)
    codegen = compiled(add_one).targetctx.codegen()
    target = list(codegen.magic_tuple())
    target[changed] += "x"
    monkeypatch.setattr(type(codegen), "magic_tuple", lambda _: tuple(target))
    assert [call(), call()] == ["compiled", "loaded"]
    assert len(entries(folder)) == 2
    assert entry in entries(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("numba.__version__", "0.0"),
        ("llvmlite.__version__", "0.0"),
        ("numpy.__version__", "0.0"),
        ("numba.config.BOUNDSCHECK", 1),
        ("numba.config.OPT", 1),
    ],
)
def test_code_of_another_version_or_switch_is_not_loaded(folder, monkeypatch, name, value):
    call()
    monkeypatch.setattr(name, value)
    assert call() == "compiled"
    assert len(entries(folder)) == 2


def test_a_full_disk_stops_nothing(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert call_warned("not kept for the next process.*No space left on device") == "compiled"
    assert entries(folder) == []


def test_what_nobody_used_for_long_is_removed(folder):
    old = keep(folder)
    left = old.with_name(f".{old.name}.killed.code")
    left.touch()
    for days, remain in ((80, 2), (100, 0)):
        then = time.time() - days * 24 * 3600
        for path in (old, left):
            os.utime(path, (then, then))
        code_cache._remove_old(folder / "compiled")
        assert len(entries(folder)) == remain
    other = folder / "compiled/notes.txt"
    other.touch()
    os.utime(other, (0, 0))
    call(1.5)
    assert len(entries(folder)) == 2
    assert other in entries(folder)


def test_two_processes_write_the_same_entry(folder):
    """Both compile, and the entry is whole, whichever wrote last."""
    first, second = compiled(add_one), compiled(add_one)
    for function in (first, second):
        result = numba.typeof(1)
        function._cache.load_overload((result,), function.targetctx)
    assert first(1) == second(1) == 2
    assert len(entries(folder)) == 1
    assert call() == "loaded"


def test_nothing_is_kept_without_a_place(monkeypatch, tmp_path):
    """Not even where Numba's own cache would be."""
    for name in ("FIRTH_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "file").touch()
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "file"))
    places = [Path(__file__).parent / "__pycache__", tmp_path]
    before = [set(place.rglob("*")) for place in places if place.exists()]
    assert call_warned("compiled code is not kept.*FIRTH_CACHE_DIR") == "compiled"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert call() == "compiled"
    after = [set(place.rglob("*")) for place in places if place.exists()]
    assert before == after
    assert not list(places[0].rglob("*.nb*"))


def test_a_function_must_not_depend_on_what_no_source_tells():
    number = 3

    def add(other):
        return other + number

    with pytest.raises(TypeError, match="variables around it"):
        compiled(add)
