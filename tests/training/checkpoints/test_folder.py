"""Checkpoints: what is written, what is kept, what is refused, and what a full disk does."""

import dataclasses
import os
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, FirthError, FirthWarning, FormatError
from firth.io import scratch
from firth.training.checkpoints import folder as module
from firth.training.checkpoints.folder import Checkpoints, list_checkpoints, parse_duration
from firth.training.checkpoints.state import RunSpec, RunState
from firth.vectors.table import Table

RUN = RunSpec(
    identity={"dim": 2, "corpus": "abc", "losses_of": ("a", "b")},
    made_by={"firth": "0.1.0", "vector": 8, "features": ("avx", "fma")},
    same_bytes=False,
    words=("tea", "milk", "bread"),
    dim=2,
    epochs=3,
    size=100,
    most_pairs=10,
    held_out=True,
    keeps_best=False,
)
BEST_RUN = dataclasses.replace(RUN, keeps_best=True)
STATE = RunState(2, 40, 2.5, 7, (3.0, 0.1 + 0.2), (2.0, 1.0), 0.5)


def make_table(value=1.0):
    return Table(
        words=["tea", "milk", "bread"],
        input_vectors=np.full((3, 2), value, np.float32),
        output_vectors=np.full((3, 2), -value, np.float32),
        counts=np.array([3, 2, 1]),
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "checkpoints"


def write(folder, *values, resume=True, best=None, **options):
    checkpoints = Checkpoints(folder, resume=resume, **options)
    checkpoints.begin(RUN if best is None else BEST_RUN)
    for value in values:
        checkpoints.write(make_table(value), STATE, best)
        checkpoints.wait()
        assert checkpoints.take_failure() is None
    return checkpoints


def test_gives_back_what_was_written(folder):
    best = (np.full((3, 2), 5.0, np.float32), np.full((3, 2), 6.0, np.float32))
    write(folder, 4.0, best=best)
    last = Checkpoints(folder, resume=True).begin(BEST_RUN)
    assert last.state == STATE
    assert last.path == folder / "checkpoint-000001"
    np.testing.assert_array_equal(last.tables[0], make_table(4.0).input_vectors)
    np.testing.assert_array_equal(last.tables[1], make_table(4.0).output_vectors)
    np.testing.assert_array_equal(last.best, best)


def test_is_a_folder_of_vectors_too(folder):
    write(folder, 4.0)
    assert firth.load(folder / "checkpoint-000001")["milk"].tolist() == [4.0, 4.0]


def test_keeps_the_last_ones_and_goes_on_counting(folder):
    write(folder, 1.0, 2.0, 3.0, keep=2)
    write(folder, 4.0, keep=2)
    names = [path.name for path in list_checkpoints(folder)]
    assert names == ["checkpoint-000003", "checkpoint-000004"]


def test_one_that_is_half_removed_does_not_count_and_goes_next_time(folder, monkeypatch):
    remove = shutil.rmtree

    def write_both(checkpoints):
        for value in (1.0, 2.0):
            checkpoints.write(make_table(value), STATE, None)
        checkpoints.wait()

    def half(path, **options):
        for file in Path(path).glob("checkpoint-000001/*"):
            return file.unlink()
        return remove(path, **options)

    checkpoints = Checkpoints(folder, keep=1)
    checkpoints.begin(RUN)
    with monkeypatch.context() as patched:
        patched.setattr(scratch.shutil, "rmtree", half)
        with pytest.warns(FirthWarning, match=r"cannot remove .*checkpoint-000001"):
            write_both(checkpoints)
    assert checkpoints.take_failure() is None
    assert [path.name for path in list_checkpoints(folder)] == ["checkpoint-000002"]
    assert len(list(folder.iterdir())) == 3
    checkpoints._lock.release()
    Checkpoints(folder, resume=True)
    assert {path.name for path in folder.iterdir()} == {".lock", "checkpoint-000002"}


def test_the_next_one_waits_for_the_last(folder, monkeypatch):
    written = module.native.write_files

    def slow(*arguments):
        time.sleep(0.05)
        written(*arguments)

    monkeypatch.setattr(module.native, "write_files", slow)
    checkpoints = Checkpoints(folder, keep=9)
    checkpoints.begin(RUN)
    for value in (1.0, 2.0, 3.0):
        checkpoints.write(make_table(value), STATE, None)
    checkpoints.wait()
    firsts = [firth.load(path).input_vectors[0, 0] for path in list_checkpoints(folder)]
    assert firsts == [1.0, 2.0, 3.0]


def test_nothing_is_read_where_there_is_none(folder):
    assert Checkpoints(folder, resume=True).begin(RUN) is None


def test_is_not_mixed_up_with_a_run_of_before(folder):
    write(folder, 1.0)
    with pytest.raises(ConfigError, match=r"holds the checkpoints of a run; go on .*--resume"):
        Checkpoints(folder)


def test_tells_what_differs(folder):
    write(folder, 1.0)
    with pytest.raises(ConfigError, match=r"another run: dim was 2, is now 3; "):
        Checkpoints(folder, resume=True).begin(
            dataclasses.replace(RUN, identity={**RUN.identity, "dim": 3})
        )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize(
    ("owner", "name", "stays"),
    [
        (module.native, "write_files", "checkpoint-000001"),
        (module, "write_state", "checkpoint-000001"),
        (scratch.shutil, "rmtree", "checkpoint-000002"),
    ],
)
def test_what_a_killed_run_leaves_is_removed_by_the_next(folder, owner, name, stays):
    write(folder, 1.0, keep=1)._lock.release()
    child = os.fork()
    if child == 0:
        done = getattr(owner, name)

        def die(*arguments, **options):
            # Other scratch folders are removed before.
            if name != "rmtree" or Path(arguments[0], "checkpoint-000001").exists():
                os._exit(9)
            done(*arguments, **options)

        setattr(owner, name, die)
        write(folder, 2.0, keep=1)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    left = [path.name for path in folder.iterdir() if path.name.startswith(".checkpoint-")]
    assert len(left) == 1
    Checkpoints(folder, resume=True)
    assert {path.name for path in folder.iterdir()} == {".lock", stays}


def test_folders_and_files_of_others_are_left_alone(folder):
    others = [
        ".checkpoint-old/keep.txt",
        ".checkpoint-000001/model.safetensors",
        ".checkpoint-000001.x1y2z3a4/checkpoint-000001/state.json",
        ".checkpoint-000001.firth-mine/notes.txt",
        ".checkpoint-000001.firth-0123456/notes.txt",
        ".checkpoint-000001.firth-0123abcd/notes.txt",
        "checkpoint-000003.old/state.json",
        "notes.txt",
        ".checkpoint-notes",
    ]
    for name in others:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "elsewhere" / "checkpoint-000003").mkdir(parents=True)
    (folder / ".checkpoint-000003.firth-01234567").symlink_to("elsewhere")
    before = set(folder.rglob("*"))
    write(folder, 1.0, 2.0, keep=1)
    assert before <= set(folder.rglob("*"))
    assert [path.name for path in list_checkpoints(folder)] == ["checkpoint-000002"]


def test_a_file_with_the_name_of_a_checkpoint_is_passed_over(folder):
    folder.mkdir()
    (folder / "checkpoint-000004").touch()
    write(folder, 1.0)
    assert [path.name for path in list_checkpoints(folder)] == ["checkpoint-000005"]
    assert (folder / "checkpoint-000004").is_file()


def test_numbers_may_have_more_than_six_digits(folder):
    write(folder, 1.0)
    (folder / "checkpoint-000001").rename(folder / "checkpoint-999998")
    write(folder, 1.0, 2.0, 3.0, keep=2)
    names = [path.name for path in list_checkpoints(folder)]
    assert names == ["checkpoint-1000000", "checkpoint-1000001"]
    last = Checkpoints(folder, resume=True).begin(RUN)
    assert last.path == folder / "checkpoint-1000001"
    assert last.tables[0][0, 0] == 3.0


def test_a_disk_that_fills_leaves_the_last_one(folder, monkeypatch):
    checkpoints = write(folder, 1.0, keep=1)

    def full(_inputs, _outputs, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.native, "write_matrices", full)
    checkpoints.write(make_table(2.0), STATE, None)
    checkpoints.wait()
    failure = checkpoints.take_failure()
    assert isinstance(failure, FirthError)
    assert "No space left" in str(failure)
    assert checkpoints.take_failure() is None
    assert [path.name for path in list_checkpoints(folder)] == ["checkpoint-000001"]
    assert checkpoints.read_last().tables[0][0, 0] == 1.0


def test_is_due_after_some_time_and_not_while_one_is_written(folder, monkeypatch):
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    checkpoints = Checkpoints(folder, every=10.0)
    checkpoints.begin(RUN)
    assert not checkpoints.is_due()
    now = 110.0
    assert checkpoints.is_due()
    goes_on = threading.Event()
    written = module.native.write_files

    def slow(*arguments):
        assert goes_on.wait(timeout=60)
        written(*arguments)

    monkeypatch.setattr(module.native, "write_files", slow)
    checkpoints.write(make_table(), STATE, None)
    now = 200.0
    assert not checkpoints.is_due()
    goes_on.set()
    checkpoints.wait()
    assert checkpoints.is_due()


def test_a_folder_serves_one_run_at_a_time(folder):
    with Checkpoints(folder) as first:
        with pytest.raises(FirthError, match=r"another run is using .*checkpoints"):
            Checkpoints(folder, resume=True)
        first.begin(RUN)
    Checkpoints(folder)


def test_stays_where_it_was_though_the_working_directory_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpoints = Checkpoints(Path("here"))
    checkpoints.begin(RUN)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    checkpoints.write(make_table(), STATE, None)
    checkpoints.wait()
    assert list_checkpoints(tmp_path / "here")


@pytest.mark.parametrize(
    "name",
    ["model.safetensors", "best.safetensors", "vocabulary.json", "config.json", "state.json"],
)
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damage_is_noticed_and_the_way_back_is_told(folder, name, damage):
    tables = make_table()
    write(folder, 1.0, 2.0, best=(tables.input_vectors, tables.output_vectors))
    path = folder / "checkpoint-000002" / name
    content = bytearray(path.read_bytes())
    assert content
    if damage == "remove":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[:-3])
    else:
        content[-2] ^= 1
        path.write_bytes(content)
    expected = rf"{name}.*remove the folder .*-000002 to go on from checkpoint-000001"
    with pytest.raises(FormatError, match=expected):
        Checkpoints(folder, resume=True).begin(BEST_RUN)
    (folder / "checkpoint-000001").rename(folder / "away")
    with pytest.raises(FormatError, match=r"remove the folder .*-000002 to begin anew"):
        Checkpoints(folder, resume=True).begin(BEST_RUN)


@pytest.mark.parametrize("every", [0.0, -1.0, float("nan")])
def test_the_time_between_must_be_above_0(folder, every):
    with pytest.raises(ConfigError, match="checkpoint_every must be above 0"):
        Checkpoints(folder, every=every)


@pytest.mark.parametrize(
    "name",
    ["model.safetensors", "best.safetensors", "vocabulary.json", "config.json"],
)
def test_files_of_another_checkpoint_are_noticed(folder, name):
    best = [(np.full((3, 2), value, np.float32),) * 2 for value in (1.0, 2.0)]
    checkpoints = Checkpoints(folder, resume=True)
    checkpoints.begin(BEST_RUN)
    for value, tables in zip((1.0, 2.0), best, strict=True):
        table = dataclasses.replace(make_table(value), config={"lr": value})
        table = dataclasses.replace(table, counts=np.array([3, 2, int(value)]))
        checkpoints.write(table, STATE, tables)
    checkpoints.wait()
    assert checkpoints.read_last().state == STATE
    first, second = (path / name for path in list_checkpoints(folder))
    assert first.read_bytes() != second.read_bytes()
    shutil.copy(first, second)
    with pytest.raises(FormatError, match=rf"{name}: damaged: it is not what was written"):
        checkpoints.read_last()


@pytest.mark.parametrize(
    "change",
    [{"words": ("tea", "milk", "salt")}, {"dim": 3}, {"words": ("tea", "milk")}],
)
def test_vectors_that_are_not_those_of_the_run_are_refused(folder, change):
    write(folder, 1.0)
    with pytest.raises(FormatError, match=r"the words are not those|vectors of shape \(3, 3\)"):
        Checkpoints(folder, resume=True).begin(dataclasses.replace(RUN, **change))


def test_files_that_the_run_does_not_have_are_refused(folder):
    write(folder, 1.0)
    with pytest.raises(FormatError, match=r"expected digests of best\.safetensors, config"):
        Checkpoints(folder, resume=True).begin(BEST_RUN)


def test_what_another_processor_made_is_told_once(folder):
    write(folder, 1.0)
    here = dataclasses.replace(RUN, made_by={**RUN.made_by, "vector": 16})
    checkpoints = Checkpoints(folder, resume=True)
    with pytest.warns(FirthWarning, match=r"vectors of 8 numbers .*; the run goes on") as told:
        checkpoints.begin(here)
    assert len(told) == 1
    # Not again, where the run goes back to it.
    assert checkpoints.read_last() is not None


def test_what_another_version_or_processor_made_is_refused_where_bytes_are_promised(folder):
    write(folder, 1.0)
    here = {"firth": "0.2.0", "vector": 16, "features": ["avx", "avx512f", "fma"]}
    checkpoints = Checkpoints(folder, resume=True)
    expected = (
        r"checkpoint-000001 was made with Firth 0\.1\.0 \(this is 0\.2\.0\), on a processor with "
        r"vectors of 8 numbers \(this one has 16\), so the run would not end with the bytes that "
        r"deterministic promises; go on there, or begin anew in another folder$"
    )
    with pytest.raises(ConfigError, match=expected):
        checkpoints.begin(dataclasses.replace(RUN, made_by=here, same_bytes=True))


def test_a_folder_that_cannot_be_read_is_told(folder, monkeypatch):
    write(folder, 1.0)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "check_usable_folder", lambda folder: None)
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(FirthError, match=r"^cannot read .*checkpoints: Permission denied$"):
        Checkpoints(folder)


def test_a_file_that_cannot_be_read_is_told(folder, monkeypatch):
    write(folder, 1.0)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    checkpoints = Checkpoints(folder, resume=True)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(FirthError, match=r"^cannot read .*-000001: Permission denied$"):
        checkpoints.begin(RUN)


def test_the_folder_is_held_until_what_is_being_written_is_written(folder, monkeypatch):
    goes_on, written = threading.Event(), module.native.write_files

    def slow(*arguments):
        assert goes_on.wait(timeout=60)
        written(*arguments)

    monkeypatch.setattr(module.native, "write_files", slow)
    with Checkpoints(folder) as checkpoints:
        checkpoints.begin(RUN)
        checkpoints.write(make_table(), STATE, None)
    with pytest.raises(FirthError, match="another run is using"):
        Checkpoints(folder, resume=True)
    goes_on.set()
    checkpoints.wait()
    for _ in range(6_000):
        if not checkpoints._lock.is_locked:
            break
        time.sleep(0.01)
    assert Checkpoints(folder, resume=True).begin(RUN).state == STATE


def test_a_checkpoint_without_output_vectors_is_an_error(folder):
    checkpoints = Checkpoints(folder, resume=True)
    checkpoints.begin(RUN)
    checkpoints.write(dataclasses.replace(make_table(), output_vectors=None), STATE, None)
    checkpoints.wait()
    with pytest.raises(FormatError, match=r"input and output vectors of shape \(3, 2\)"):
        checkpoints.read_last()


def test_an_unwritable_folder_is_told_at_once(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FirthError, match="file is not a folder"):
        Checkpoints(tmp_path / "file")


def test_lists_in_order(folder):
    for number in (10, 9, 100):
        (folder / f"checkpoint-{number:06d}").mkdir(parents=True)
    (folder / "checkpoint-best").mkdir()
    assert [path.name for path in list_checkpoints(folder)] == [
        "checkpoint-000009",
        "checkpoint-000010",
        "checkpoint-000100",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("10m", 600), ("1.5h", 5400), ("2", 2), (0.5, 0.5), (1e-6, 1e-6)],
)
def test_durations(text, seconds):
    assert parse_duration("every", text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10x",
        "m",
        "-1s",
        0,
        "0s",
        "nan",
        "1e400",
        True,
        "9" * 30,
        None,
        9e99,
        10**400,
        float("nan"),
    ],
)
def test_what_is_no_duration_is_an_error(text):
    with pytest.raises(ConfigError, match=r"every must be a time .* 30s, 10m"):
        parse_duration("every", text)
