"""Checkpoints: what is written, what is kept, what is refused, and what a full disk does."""

import dataclasses
import json
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, FirthError, FormatError
from firth.training import checkpoint as module
from firth.training.checkpoint import Checkpoints, RunState, list_checkpoints, parse_duration
from firth.vectors.table import Table

RUN = {"dim": 2, "corpus": "abc", "losses_of": ("a", "b")}
STATE = RunState(1, 40, 2.5, 7, (3.0, 0.1 + 0.2), (2.0,), 0.5)


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
    checkpoints.begin(RUN)
    for value in values:
        checkpoints.write(make_table(value), STATE, best)
        checkpoints.wait()
        assert checkpoints.take_failure() is None
    return checkpoints


def test_gives_back_what_was_written(folder):
    best = (np.full((3, 2), 5.0, np.float32), np.full((3, 2), 6.0, np.float32))
    write(folder, 4.0, best=best)
    last = Checkpoints(folder, resume=True).begin(RUN)
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


def test_one_that_is_half_removed_does_not_count(folder, monkeypatch):
    remove = shutil.rmtree

    def half(path, **options):
        if not Path(path).name.endswith("checkpoint-000001"):
            return remove(path, **options)
        next(path.iterdir()).unlink()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module.shutil, "rmtree", half)
    checkpoints = Checkpoints(folder, keep=1)
    for value in (1.0, 2.0):
        checkpoints.write(make_table(value), STATE, None)
    checkpoints.wait()
    assert isinstance(checkpoints.take_failure(), OSError)
    assert [path.name for path in list_checkpoints(folder)] == ["checkpoint-000002"]


def test_the_next_one_waits_for_the_last(folder, monkeypatch):
    written = module.native.write_files

    def slow(*arguments):
        time.sleep(0.05)
        written(*arguments)

    monkeypatch.setattr(module.native, "write_files", slow)
    checkpoints = Checkpoints(folder, keep=9)
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
        Checkpoints(folder, resume=True).begin({**RUN, "dim": 3})


def test_leftovers_of_a_killed_run_are_removed_and_other_files_are_not(folder):
    (folder / ".checkpoint-000003.x1y2").mkdir(parents=True)
    (folder / ".checkpoint-000003.x1y2" / "half").touch()
    (folder / "notes.txt").touch()
    (folder / ".checkpoint-notes").touch()
    write(folder, 1.0)
    names = sorted(path.name for path in folder.iterdir())
    assert names == [".checkpoint-notes", ".lock", "checkpoint-000001", "notes.txt"]


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


@pytest.mark.parametrize("name", ["model.safetensors", "best.safetensors", "vocabulary.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damage_is_noticed_and_the_way_back_is_told(folder, name, damage):
    tables = make_table()
    write(folder, 1.0, 2.0, best=(tables.input_vectors, tables.output_vectors))
    path = folder / "checkpoint-000002" / name
    content = bytearray(path.read_bytes())
    if damage == "remove":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[:-3])
    else:
        content[-2] ^= 1
        path.write_bytes(content)
    expected = rf"{name}.*remove the folder .*-000002 to go on from checkpoint-000001"
    with pytest.raises(FormatError, match=expected):
        Checkpoints(folder, resume=True).begin(RUN)
    (folder / "checkpoint-000001").rename(folder / "away")
    with pytest.raises(FormatError, match=r"remove the folder .*-000002 to begin anew"):
        Checkpoints(folder, resume=True).begin(RUN)


@pytest.mark.parametrize("every", [0.0, -1.0, float("nan")])
def test_the_time_between_must_be_above_0(folder, every):
    with pytest.raises(ConfigError, match="checkpoint_every must be above 0"):
        Checkpoints(folder, every=every)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.pop("state"),
        lambda content: content["state"].pop("loss"),
        lambda content: content["state"].update(epoch=-1),
        lambda content: content["state"].update(position="7"),
        lambda content: content["state"].update(losses=[None]),
        lambda content: content.update(run=3),
        lambda content: content.pop("files"),
    ],
)
def test_a_damaged_state_is_an_error(folder, damage):
    write(folder, 1.0)
    path = folder / "checkpoint-000001" / "state.json"
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    with pytest.raises(FormatError, match=r"state\.json"):
        Checkpoints(folder, resume=True).begin(RUN)


def test_a_checkpoint_without_output_vectors_is_an_error(folder):
    checkpoints = Checkpoints(folder, resume=True)
    checkpoints.begin(RUN)
    checkpoints.write(dataclasses.replace(make_table(), output_vectors=None), STATE, None)
    checkpoints.wait()
    with pytest.raises(FormatError, match="input and output vectors of one shape"):
        checkpoints.read_last()


def test_an_unwritable_folder_is_told_at_once(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FirthError, match="file is no folder"):
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
