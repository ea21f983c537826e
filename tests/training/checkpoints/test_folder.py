"""Checkpoints: what is written, what is kept, what is refused, and what a full disk does."""

import os
import shutil
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.corpus import read_corpus
from firth.errors import ConfigError, FirthError, FirthWarning, FormatError
from firth.io import scratch
from firth.training import TrainConfig
from firth.training.checkpoints import checkpoint
from firth.training.checkpoints import folder as module
from firth.training.checkpoints.checkpoint import Checkpoint
from firth.training.checkpoints.folder import Checkpoints, list_checkpoints
from firth.training.checkpoints.state import RunState
from firth.training.engines.base import TableShape
from firth.training.engines.hogwild import HogwildEngine
from firth.training.task import Task

# Tables of unlike heights: the input has other rows after the words', the output none of theirs.
SHAPES = {"input": TableShape(5, 2, 3), "output": TableShape(2, 2, 0)}
STATE = RunState(2, 40, 2.5, 7, (3.0, 0.1 + 0.2), (2.0, 1.0), 0.5)


def make_run(*, words=("tea", "milk", "bread"), units=40, shapes=SHAPES, **options):
    class Unlike(HogwildEngine):
        @staticmethod
        def shapes(config, words):
            return shapes

    corpus = read_corpus([words] * units, holdout=[words])
    return Task(corpus, TrainConfig(dim=2, epochs=3, threads=1, **options), Unlike)


RUN = make_run()
BEST_RUN = make_run(patience=1)


def make_tables(value):
    return {
        name: np.full((shape.rows, shape.dim), value, np.float32) for name, shape in SHAPES.items()
    }


def snapshot(value=1.0, best=None):
    return Checkpoint(STATE, make_tables(value), best)


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, table in found.items():
        np.testing.assert_array_equal(table, expected[name])


@pytest.fixture
def slow(monkeypatch):
    """Hold back what is written until the event is set."""
    goes_on, written = threading.Event(), checkpoint.native.write_words

    def wait(*arguments):
        assert goes_on.wait(timeout=60)
        written(*arguments)

    monkeypatch.setattr(checkpoint.native, "write_words", wait)
    return goes_on


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "checkpoints"


def write(folder, *values, resume=True, best=None, **options):
    checkpoints = Checkpoints(folder, resume=resume, **options)
    checkpoints.begin(RUN if best is None else BEST_RUN)
    for value in values:
        checkpoints.write(snapshot(value, best))
        assert checkpoints.wait() is None
    return checkpoints


def test_gives_back_what_was_written(folder):
    best = make_tables(5.0)
    write(folder, 4.0, best=best)
    last = Checkpoints(folder, resume=True).begin(BEST_RUN)
    assert last.state == STATE
    assert_same(last.tables, make_tables(4.0))
    assert_same(last.best, best)


def test_is_a_folder_of_vectors_too(folder):
    write(folder, 4.0)
    vectors = firth.load(folder / "checkpoint-000001")
    assert vectors["milk"].tolist() == [4.0, 4.0]
    # The rows of this output table are not those of words.
    assert (vectors.input_vectors.shape, vectors.output_vectors) == ((3, 2), None)


def test_one_of_an_earlier_version_is_refused_but_its_vectors_load(folder):
    path = folder / "checkpoint-000001"
    before = firth.Vectors(["tea", "milk"], np.eye(2, dtype=np.float32), output_vectors=np.eye(2))
    before.save(path)
    (path / "state.json").write_text('{"digest": "00", "state": {}, "run": {}, "files": {}}')
    with pytest.raises(
        ConfigError, match="another layout of checkpoints; continue with that version"
    ):
        Checkpoints(folder, resume=True).begin(RUN)
    vectors = firth.load(path)
    np.testing.assert_array_equal(vectors.input_vectors, before.input_vectors)
    np.testing.assert_array_equal(vectors.output_vectors, before.output_vectors)


def test_keeps_the_last_ones_and_goes_on_counting(folder):
    write(folder, 1.0, 2.0, 3.0, keep=2)
    write(folder, 4.0, keep=2)
    names = [path.name for path in list_checkpoints(folder)]
    assert names == ["checkpoint-000003", "checkpoint-000004"]


def test_one_that_is_half_removed_does_not_count_and_goes_next_time(folder, monkeypatch):
    remove = shutil.rmtree

    def write_both(checkpoints):
        for value in (1.0, 2.0):
            checkpoints.write(snapshot(value))
        assert checkpoints.wait() is None

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
    assert [path.name for path in list_checkpoints(folder)] == ["checkpoint-000002"]
    assert len(list(folder.iterdir())) == 3
    checkpoints._lock.release()
    Checkpoints(folder, resume=True)
    assert {path.name for path in folder.iterdir()} == {".lock", "checkpoint-000002"}


def test_the_next_one_waits_for_the_last(folder, slow):
    threading.Timer(0.1, slow.set).start()
    checkpoints = Checkpoints(folder, keep=9)
    checkpoints.begin(RUN)
    for value in (1.0, 2.0, 3.0):
        checkpoints.write(snapshot(value))
    checkpoints.wait()
    firsts = [firth.load(path).input_vectors[0, 0] for path in list_checkpoints(folder)]
    assert firsts == [1.0, 2.0, 3.0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize(
    ("owner", "name", "stays"),
    [
        (checkpoint.native, "write_tensors", "checkpoint-000001"),
        (checkpoint, "write_state", "checkpoint-000001"),
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
        "checkpoint-best/state.json",
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
    assert Checkpoints(folder, resume=True).begin(RUN).tables["input"][0, 0] == 3.0


def test_a_disk_that_fills_leaves_the_last_one(folder, monkeypatch):
    checkpoints = write(folder, 1.0, keep=1)

    def full(_tensors, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.native, "write_tensors", full)
    checkpoints.write(snapshot(2.0))
    failure = checkpoints.wait()
    assert isinstance(failure, FirthError)
    assert "No space left" in str(failure)
    assert checkpoints.wait() is None
    assert [path.name for path in list_checkpoints(folder)] == ["checkpoint-000001"]
    assert checkpoints.read_last().tables["input"][0, 0] == 1.0


def test_is_due_after_some_time_and_not_while_one_is_written(folder, monkeypatch, slow):
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    checkpoints = Checkpoints(folder, every=10.0)
    checkpoints.begin(RUN)
    assert not checkpoints.is_due()
    now = 110.0
    assert checkpoints.is_due()
    checkpoints.write(snapshot())
    now = 200.0
    assert not checkpoints.is_due()
    slow.set()
    checkpoints.wait()
    assert checkpoints.is_due()


def test_stays_where_it_was_though_the_working_directory_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpoints = Checkpoints(Path("here"))
    checkpoints.begin(RUN)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    checkpoints.write(snapshot())
    checkpoints.wait()
    assert list_checkpoints(tmp_path / "here")


@pytest.mark.parametrize(
    "name",
    ["model.safetensors", "best.safetensors", "vocabulary.json", "config.json", "state.json"],
)
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damage_is_noticed_and_the_way_back_is_told(folder, name, damage):
    write(folder, 1.0, 2.0, best=make_tables(1.0))
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
    expected = rf"{name}.*remove the folder .*-000002 to continue from checkpoint-000001"
    with pytest.raises(FormatError, match=expected):
        Checkpoints(folder, resume=True).begin(BEST_RUN)
    (folder / "checkpoint-000001").rename(folder / "away")
    with pytest.raises(FormatError, match=r"remove the folder .*-000002 to start again"):
        Checkpoints(folder, resume=True).begin(BEST_RUN)


@pytest.mark.parametrize(
    "name", ["model.safetensors", "best.safetensors", "vocabulary.json", "config.json"]
)
def test_files_of_another_checkpoint_are_noticed(folder, name):
    checkpoints = Checkpoints(folder)
    for value in (1, 2):
        checkpoints.begin(make_run(units=40 + value, lr=value, patience=1))
        checkpoints.write(snapshot(value, make_tables(value)))
        checkpoints.wait()
    assert checkpoints.read_last().state == STATE
    first, second = (path / name for path in list_checkpoints(folder))
    assert first.read_bytes() != second.read_bytes()
    shutil.copy(first, second)
    with pytest.raises(FormatError, match=rf"{name}: damaged: it is not what was written"):
        checkpoints.read_last()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"words": ("tea", "milk", "salt")}, "the words are not those of this run"),
        ({"words": ("tea", "milk")}, "the words are not those of this run"),
        ({"shapes": {**SHAPES, "input": TableShape(5, 3, 3)}}, "expected tables of shapes"),
        ({"shapes": {**SHAPES, "output": TableShape(3, 2, 3)}}, "expected tables of shapes"),
        ({"shapes": {**SHAPES, "nodes": TableShape(2, 2, 0)}}, "expected tables of shapes"),
        ({"patience": 1}, r"expected digests of best\.safetensors, config"),
    ],
)
def test_what_is_not_of_the_run_is_refused_though_its_fingerprint_is(
    folder, monkeypatch, change, message
):
    monkeypatch.setattr(module, "fingerprint_of", lambda task: {"lr": 1.0})
    write(folder, 1.0)
    with pytest.raises(FormatError, match=message):
        Checkpoints(folder, resume=True).begin(make_run(**change))


def test_what_another_processor_made_is_told_once(folder, monkeypatch):
    monkeypatch.setattr(module, "made_by", lambda _: {"vector length": 3})
    write(folder, 1.0)
    monkeypatch.undo()
    checkpoints = Checkpoints(folder, resume=True)
    with pytest.warns(FirthWarning, match=r"vector length was 3, .*; the run continues") as told:
        checkpoints.begin(RUN)
    assert len(told) == 1
    # Not again, where the run goes back to it.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert checkpoints.read_last() is not None


@pytest.mark.parametrize(("call", "name"), [("iterdir", "checkpoints"), ("read_bytes", "-000001")])
def test_what_cannot_be_read_is_told(folder, monkeypatch, call, name):
    write(folder, 1.0)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    checkpoints = Checkpoints(folder, resume=True)
    monkeypatch.setattr(Path, call, refuse)
    with pytest.raises(FirthError, match=rf"^cannot read .*{name}: Permission denied$"):
        checkpoints.begin(RUN)


def test_the_folder_is_held_until_what_is_being_written_is_written(folder, slow):
    with Checkpoints(folder) as checkpoints:
        checkpoints.begin(RUN)
        checkpoints.write(snapshot())
    with pytest.raises(FirthError, match=r"another run is using .*checkpoints"):
        Checkpoints(folder, resume=True)
    slow.set()
    checkpoints.wait()
    for _ in range(6_000):
        if not checkpoints._lock.is_locked:
            break
        time.sleep(0.01)
    assert Checkpoints(folder, resume=True).begin(RUN).state == STATE


def test_a_run_without_a_checkpoint_leaves_no_folder(tmp_path):
    with Checkpoints(tmp_path / "new" / "checkpoints") as checkpoints:
        assert (checkpoints.folder / ".lock").exists()
    assert list(tmp_path.iterdir()) == []
    # What was there before stays, and so does what others write meanwhile.
    (tmp_path / "old").mkdir()
    with Checkpoints(tmp_path / "old"), Checkpoints(tmp_path / "log"):
        (tmp_path / "log" / "run.jsonl").touch()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["log", "old", "run.jsonl"]


def test_a_refused_run_leaves_no_folder(tmp_path):
    options = {"dim": 4, "threads": 1, "progress": False}
    with pytest.raises(firth.CorpusError):
        firth.train([["tea"]], checkpoint=tmp_path / "checkpoints", **options)
    assert list(tmp_path.iterdir()) == []


def test_without_a_thread_it_is_written_all_the_same(folder, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    with Checkpoints(folder) as checkpoints:
        checkpoints.begin(RUN)
        monkeypatch.setattr(threading.Thread, "start", refuse)
        checkpoints.write(snapshot())
        assert checkpoints.wait(0.0) is None
    assert [path.name for path in list_checkpoints(folder)] == ["checkpoint-000001"]
