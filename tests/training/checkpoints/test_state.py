"""The state of a run in a checkpoint: not one bit of it is believed unchecked."""

import dataclasses
import json

import pytest

from firth.corpus import read_corpus
from firth.errors import ConfigError, FormatError
from firth.training import TrainConfig
from firth.training.checkpoints import state
from firth.training.checkpoints.state import RunState, check_state, read_state, write_state
from firth.training.engines.hogwild import HogwildEngine
from firth.training.task import Task

CORPUS = read_corpus([["tea", "milk"]] * 50, holdout=[["tea", "milk"]])
TASK = Task(CORPUS, TrainConfig(epochs=6, threads=1), HogwildEngine)
STATE = RunState(2, 40, 1e-07, 7, (3.0, 0.1 + 0.2), (2.0, 1e22), 0.5)
FIELDS = json.loads(json.dumps(dataclasses.asdict(STATE)))
PARTS = {
    "state": FIELDS,
    "fingerprint": {"dim": 2, "lr": 1e-05, "text": "7 words", "start": None},
    "made_by": {"Firth": "0.1.0", "vector length": 8, "instructions": "avx"},
    "files": {"model.safetensors": "00ff"},
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "state.json"
    write_state(path, PARTS)
    return path


def test_gives_back_what_was_written(path):
    assert read_state(path) == PARTS
    assert check_state(FIELDS, TASK) == STATE


def test_a_person_can_read_it(path):
    content = json.loads(path.read_text())
    assert content["state"]["epoch"] == 2
    assert len(path.read_text().splitlines()) > 20


def test_every_flipped_bit_is_refused(path):
    write_state(path, {**PARTS, "fingerprint": {"lr": 1e-05}, "made_by": {}, "files": {}})
    whole = path.read_bytes()
    believed = []
    # Written in place, since some file systems take long to empty a file.
    with path.open("r+b", buffering=0) as file:
        for place in range(8 * len(whole)):
            byte = whole[place // 8]
            file.seek(place // 8)
            file.write(bytes([byte ^ 1 << place % 8]))
            try:
                read_state(path)
            except FormatError:
                pass
            else:
                believed.append(place)
            file.seek(place // 8)
            file.write(bytes([byte]))
    read_state(path)
    assert believed == []


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: b"",
        lambda whole: whole[:-1],
        lambda whole: whole + b"\n",
        lambda whole: whole.replace(b"\n", b"\r\n"),
        lambda whole: whole.replace(b"1e-07", b"1E-07"),
        lambda whole: whole.replace(b'"epoch": 2', b'"epoch": 3'),
        lambda whole: whole.replace(b'"epoch": 2', b'"epoch": 1, "epoch": 2'),
        lambda whole: json.dumps(json.loads(whole)).encode(),
        lambda whole: json.dumps({**json.loads(whole), "more": 1}, indent=2).encode(),
        lambda whole: b'{"digest": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        lambda whole: b"[]",
        lambda whole: b"\xff\xfe",
    ],
)
def test_whatever_is_not_as_written_is_refused(path, change):
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(FormatError, match=r"state\.json: "):
        read_state(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FormatError, match=r"state\.json: damaged: the file is missing"):
        read_state(tmp_path / "state.json")


@pytest.mark.parametrize(
    "layout",
    [
        {"state": {}, "run": {}, "files": {}},
        {"digest": "00ff", "state": {}, "run": {}, "made_by": {}, "files": {}},
        {"layout": state.LAYOUT + 1, "state": {}, "tables": {}},
    ],
)
def test_the_layout_of_another_version_is_refused_in_one_line(path, layout):
    path.write_bytes(state._encode(layout))
    expected = (
        r"^.* by a version of Firth with another layout .*, or start again in another folder$"
    )
    with pytest.raises(ConfigError, match=expected):
        read_state(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epoch": -1}, "epoch must be at least 0, got -1"),
        ({"epoch": 7}, "epoch must be at most 6, got 7"),
        ({"epoch": 1.5}, "epoch must be a whole number"),
        ({"epoch": True}, "epoch must be a whole number"),
        ({"position": -1}, "position must be at least 0"),
        ({"position": 101}, "position must be at most 100, got 101"),
        ({"position": "7"}, "position must be a whole number"),
        ({"pairs": -1}, "pairs must be at least 0"),
        ({"pairs": 401}, "pairs must be at most 400, got 401"),
        ({"loss": "2.5"}, "loss must be a finite number"),
        ({"loss": None}, "loss must be a finite number"),
        ({"position": 0, "pairs": 0}, "loss must be 0 at the beginning of an epoch"),
        ({"losses": [3.0]}, "^not the state of this run: losses must be 2 finite numbers"),
        ({"losses": [3.0, None]}, "losses must be 2 finite numbers"),
        ({"losses": 3.0}, "losses must be 2 finite numbers"),
        ({"held_out_losses": []}, "held_out_losses must be 2 finite numbers"),
        ({"held_out_losses": [1.0] * 3}, "held_out_losses must be 2 finite numbers"),
        ({"lr_scale": 0.0}, "lr_scale must be above 0 and at most 1"),
        ({"lr_scale": 2.0}, "lr_scale must be above 0 and at most 1"),
        ({"lr_scale": -0.5}, "lr_scale must be above 0 and at most 1"),
    ],
)
def test_what_the_run_cannot_come_to_is_refused(changes, message):
    with pytest.raises(FormatError, match=message):
        check_state({**FIELDS, **changes}, TASK)


@pytest.mark.parametrize("name", list(FIELDS))
def test_what_is_missing_is_named(name):
    fields = {key: value for key, value in FIELDS.items() if key != name}
    with pytest.raises(FormatError, match=f"'{name}' is missing"):
        check_state(fields, TASK)


def test_a_run_without_held_out_text_has_no_losses_of_it():
    task = dataclasses.replace(TASK, corpus=read_corpus([["tea", "milk"]] * 50))
    assert check_state({**FIELDS, "held_out_losses": []}, task).held_out_losses == ()
    with pytest.raises(FormatError, match="held_out_losses must be 0 finite numbers"):
        check_state(FIELDS, task)


def test_cbow_has_one_pair_for_each_position():
    task = dataclasses.replace(TASK, config=TASK.config.replace(model="cbow"))
    assert check_state({**FIELDS, "pairs": 40}, task).pairs == 40
    with pytest.raises(FormatError, match="pairs must be at most 40, got 41"):
        check_state({**FIELDS, "pairs": 41}, task)


def test_a_document_is_one_more_input_of_each_window():
    task = dataclasses.replace(TASK, config=TASK.config.replace(documents="joint"))
    assert check_state({**FIELDS, "pairs": 440}, task).pairs == 440
    with pytest.raises(FormatError, match="pairs must be at most 440, got 441"):
        check_state({**FIELDS, "pairs": 441}, task)


def test_all_documents_of_a_unit_are_inputs_of_each_window():
    tagged = read_corpus([["tea", "milk"]] * 50).with_documents([["a", "b", "c"]] + [[]] * 49)
    config = TASK.config.replace(documents="joint")
    task = dataclasses.replace(TASK, config=config, corpus=tagged)
    fields = {**FIELDS, "held_out_losses": []}
    assert check_state({**fields, "pairs": 520}, task).pairs == 520
    with pytest.raises(FormatError, match="pairs must be at most 520, got 521"):
        check_state({**fields, "pairs": 521}, task)


def test_a_finished_run_has_no_position():
    fields = {**FIELDS, "epoch": 6, "losses": [1.0] * 6, "held_out_losses": [1.0] * 6}
    with pytest.raises(FormatError, match="position must be at most 0, got 40"):
        check_state(fields, TASK)
    done = {**fields, "position": 0, "loss": 0.0, "pairs": 0}
    assert check_state(done, TASK).epoch == 6
