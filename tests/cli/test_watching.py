"""`firth train --watch --record`, and `firth lesson --web`: pages, and what refuses them."""

import importlib.util
import json
import os
import re
import signal
import socket
import urllib.request

import pytest

from processes import begin_python

OPTIONS = ["--dim", "8", "--threads", "1", "--sample", "0", "--subwords", "none"]
needs_serve = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("fastapi", "uvicorn")),
    reason="the extra serve is not installed",
)


def test_a_recording_is_written_beside_the_vectors(call, folder, tmp_path):
    record = tmp_path / "run.html"
    arguments = [
        "train",
        str(folder / "text.txt"),
        *OPTIONS,
        "--output",
        "v",
        "--record",
        str(record),
    ]
    for _ in range(2):
        done = call(*arguments, at=tmp_path)
        assert done.returncode == 0, done.stderr
        data = json.loads(re.search(r'id="data">(.*?)</script>', record.read_text("utf-8"))[1])
        assert data["reason"] == "done"
        assert {"cat", "dog"} <= set(data["words"])


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ("run.txt", "a page ends in .html, got 'run.txt'"),
        ("mine.html", "no recording that Firth wrote"),
        ("v/run.html", "must not be inside --output"),
        ("v", "--output and --record must differ"),
        ("log.html", "--log and --record must differ"),
    ],
)
def test_a_recording_replaces_nothing(fails, folder, tmp_path, record, told):
    (tmp_path / "mine.html").write_text("mine")
    arguments = [str(folder / "text.txt"), *OPTIONS, "--output", "v", "--log", "log.html"]
    assert told in fails("train", *arguments, "--record", record, at=tmp_path)
    assert (tmp_path / "mine.html").read_text() == "mine"
    assert not (tmp_path / "v").exists()


def test_a_recording_replaces_no_page_of_another_kind(fails, folder, tmp_path):
    from firth.recordings.pages import build_page

    lesson = build_page("lesson", {}, title="A lesson")
    (tmp_path / "page.html").write_text(lesson)
    arguments = ["train", str(folder / "text.txt"), *OPTIONS, "--output", "v"]
    told = fails(*arguments, "--record", "page.html", at=tmp_path)
    assert "no recording that Firth wrote" in told
    assert (tmp_path / "page.html").read_text() == lesson


def test_a_port_that_cannot_be_is_refused_before_a_run(fails, folder, tmp_path):
    arguments = ["train", str(folder / "text.txt"), *OPTIONS, "--output", "v"]
    told = fails(*arguments, "--watch-port", "99999", at=tmp_path)
    assert told == "watch_port must be at most 65,535, got 99,999"


def test_a_text_is_not_replaced_by_its_recording(fails, folder, tmp_path):
    (tmp_path / "text.html").write_text((folder / "text.txt").read_text())
    told = fails(
        "train", "text.html", *OPTIONS, "--output", "v", "--record", "text.html", at=tmp_path
    )
    assert "it is one of the texts to read" in told


@pytest.mark.parametrize(("option", "value"), [("--windows", "2,4"), ("--preset", "best")])
def test_several_models_have_no_recording(fails, call, folder, tmp_path, option, value):
    arguments = ["train", str(folder / "text.txt"), *OPTIONS, option, value]
    told = fails(*arguments, "--output", "v", "--record", "r.html", at=tmp_path)
    named = option if option == "--windows" else "--preset best"
    assert told == f"--record has the film of one model, and {named} trains several"
    assert not list(tmp_path.iterdir())
    if option == "--preset":
        # A window overrides those of the preset.
        arguments += ["--window", "3", "--output", "v", "--record", "r.html", "--quiet"]
        assert call(*arguments, at=tmp_path).returncode == 0
        assert (tmp_path / "r.html").exists()


@needs_serve
def test_a_port_in_use_is_told_before_the_text_is_read(fails, folder, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        arguments = [str(folder / "text.txt"), *OPTIONS, "--output", "v", "--watch-port", port]
        assert "another --watch-port" in fails("train", *arguments, at=tmp_path)


def begin(folder, *more):
    command = ["-m", "firth", "train", "text.txt", *OPTIONS, "--output", "watched", *more]
    process = begin_python(*command, "--watch", cwd=folder, env={**os.environ, "COLUMNS": "100"})
    told = []
    while not (found := re.search(r"watch it at (http://127\.0\.0\.1:\d+)", "".join(told[-1:]))):
        told.append(process.stderr.readline())
        assert told[-1], told
    return process, found[1]


@needs_serve
def test_the_command_ends_when_nobody_watches(folder):
    process, _ = begin(folder, "--epochs", "1")
    _, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    assert "the page stays" not in told


@needs_serve
def test_the_page_stays_while_somebody_watches_and_ctrl_c_ends_it(folder):
    process, url = begin(folder, "--epochs", "2")
    urllib.request.urlopen(url).close()
    line = ""
    while "the page stays" not in line:
        line = process.stderr.readline()
        assert line, "it ended"
    # The vectors were saved before.
    assert (folder / "watched").is_dir()
    with urllib.request.urlopen(f"{url}/recording.html") as answer:
        assert b'"reason":"done"' in answer.read()
    process.send_signal(signal.SIGINT)
    output, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert output.startswith("watched: ")


def test_a_lesson_is_a_page(call, fails, tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    (tmp_path / "mine.html").write_text("mine")
    assert "no lesson that Firth wrote" in fails("lesson", "--web", "mine.html", at=tmp_path)
    assert "ends in .html" in fails("lesson", "--web", "lesson", at=tmp_path)
    both = call("lesson", "--web", "new.html", "--output", "new", at=tmp_path)
    assert both.returncode == 2
    assert "give --output, for pictures, or --web, for a page, not both" in both.stderr


def test_the_lessons_page_is_told_about_on_standard_error(tmp_path, monkeypatch, capsys):
    from firth.cli.draw import lesson

    def write(path, *, language, overwrite, say):
        say(f"writing in {language}")

    monkeypatch.setattr("firth.lesson.write_lesson_page", write)
    lesson(web=tmp_path / "lesson.html")
    told = capsys.readouterr()
    assert told.err == "firth: writing in en\n"
    assert "open it in a browser" in told.out
