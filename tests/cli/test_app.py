"""The command as a whole: exit codes, interrupts, streams that are closed or full."""

import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from firth.vectors import Vectors
from processes import begin_python, output_of

# What is printed is written at once, or only as the program ends.
BUFFERING = pytest.mark.parametrize("unbuffered", ["1", ""])


@pytest.fixture
def shell(folder):
    """Run the command by a line of the shell, in which FIRTH stands for it."""

    def shell(line, unbuffered=""):
        return subprocess.run(
            line.replace("FIRTH", f'"{sys.executable}" -m firth'),
            shell=True, cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip

    return shell


def test_a_command_leaves_its_objects_to_the_end_of_the_process(folder):
    # On exit, what is registered first is called last.
    program = (
        "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0));"
        "from firth.cli import main; main()"
    )
    output = output_of("-c", program, "similar", "vectors", "cat", cwd=folder)
    assert output.endswith("\nTrue\n")


@pytest.mark.parametrize("arguments", [[], ["train"], ["unknown"]])
def test_wrong_usage_exits_2(folder, run, arguments):
    done = run(*arguments, at=folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_error_exits_1_in_one_line(folder, run, fails):
    message = fails("similar", "absent", "cat", at=folder, by=run)
    assert message == "no such file: absent"


@pytest.mark.parametrize(
    "verb",
    [
        "train",
        "similar",
        "analogy",
        "evaluate",
        "info",
        "convert",
        "combine",
        "plot",
        "demo",
        "lesson",
        "shell",
        "explore",
        "word2vec",
        "fasttext",
    ],
)
def test_every_verb_has_help_with_an_example(folder, call, verb):
    done = call(verb, "--help", at=folder)
    assert done.returncode == 0
    assert f"Example: firth {verb}" in done.stdout


def test_ctrl_c_is_told_in_one_line(tmp_path):
    (tmp_path / "text.txt").write_text("the cat sat on the mat and the dog on the log\n" * 150_000)
    arguments = ["train", "text.txt", "--output", "x", "--epochs", "1000", "--dim", "200"]
    process = begin_python("-m", "firth", *arguments, cwd=tmp_path)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=4)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    told, *before = reversed(errors.splitlines())
    assert (process.returncode, output, told) == (130, "", "firth: interrupted")
    # Only what was told before it.
    ends = ("is kept before its end without --checkpoint", "(give any to override)")
    assert all(line.endswith(ends) for line in before)
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_closed_standard_input_is_told(shell):
    done = shell("FIRTH train - --output x <&-")
    assert done.returncode == 1
    assert done.stderr == "firth: standard input is closed; give a file or pipe text in\n"


@BUFFERING
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
def test_output_that_cannot_be_written_is_told(shell, unbuffered):
    done = shell("FIRTH info vectors > /dev/full", unbuffered)
    assert done.returncode == 1
    assert done.stderr == "firth: cannot write to standard output: No space left on device\n"


@BUFFERING
def test_a_closed_pipe_is_no_error_of_ours(shell, unbuffered):
    assert shell("FIRTH info vectors | true", unbuffered).stderr == ""


@pytest.mark.skipif(sys.platform != "linux", reason="a current folder cannot be removed there")
@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "{}/text.txt", "--output", "o"],
        ["train", "{}/text.txt", "--output", "{}/o", "--checkpoint", "o"],
        ["train", "{}/text.txt", "--output", "{}/o", "--log", "o"],
        ["count", "{}/text.txt", "--output", "o"],
        ["convert", "{}/vectors", "o"],
        ["plot", "{}/vectors", "--output", "o.html"],
        ["lesson", "--web", "o.html"],
    ],
)
def test_a_current_folder_that_was_removed_is_told(folder, fails, tmp_path, monkeypatch, arguments):
    current = tmp_path / "current"
    current.mkdir()
    monkeypatch.chdir(current)
    current.rmdir()
    told = fails(*(each.format(folder) for each in arguments), at=".")
    assert ": the current folder has been removed; go to another folder" in told
    assert not (folder / "o").exists()


@pytest.mark.parametrize("started", [0, 1, 2, 3])
def test_a_limit_on_threads_is_told_in_one_line(folder, fails, monkeypatch, started):
    start, left = threading.Thread.start, [started]

    def refuse(thread):
        left[0] -= 1
        if left[0] < 0:
            # The words of Python.
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    options = ["--dim", "4", "--sample", "0", "--threads", "2", "--quiet"]
    told = fails("train", "text.txt", "--output", "never", *options, at=folder)
    assert told.startswith("the system starts no more threads for this process; raise the limit")
    assert not (folder / "never").exists()


def test_another_fault_of_the_program_is_not_hidden(folder, call, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("a fault")

    monkeypatch.setattr("firth.cli.query.load_vectors", fail)
    with pytest.raises(RuntimeError, match="a fault"):
        call("company", "vectors", "cat", at=folder)


@pytest.mark.parametrize(
    "verb",
    [
        ["train", "t.txt", "--output", "-"],
        ["train", "t.txt", "--output", "w", "--log", "-"],
        ["train", "t.txt", "--output", "w", "--checkpoint", "-"],
        ["tune", "t.txt", "--log", "-", "--budget", "1s"],
        ["count", "t.txt", "--output", "-"],
        ["phrases", "t.txt", "--output", "-"],
        ["convert", "v", "-"],
        ["combine", "v", "v", "--output", "-"],
        ["classes", "v", "2", "--output", "-"],
        ["demo", "--output", "-"],
        ["lesson", "--output", "-"],
    ],
)
def test_no_verb_writes_a_file_named_as_standard_output(verb, tmp_path, fails):
    (tmp_path / "t.txt").write_text("tea milk sugar\n" * 50)
    Vectors(["tea", "milk", "sugar"], np.eye(3)).save(tmp_path / "v")
    assert "cannot write to standard output" in fails(*verb, at=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"t.txt", "v"}


@pytest.mark.parametrize(
    ("verb", "usage"),
    [
        ("train", "[OPTIONS] INPUT..."),
        ("similar", "[OPTIONS] VECTORS [WORD]"),
        ("explore", "[OPTIONS] VECTORS [VECTORS_2]"),
        ("info", "[OPTIONS] [VECTORS]"),
        ("fasttext", "[OPTIONS] skipgram|cbow|nn|... [FLAGS...]"),
    ],
)
def test_arguments_stand_in_the_usage_once_and_plainly(verb, usage, tmp_path, call):
    shown = " ".join(call(verb, "--help", at=tmp_path).stdout.split())
    assert f"{verb} {usage} " in shown.partition(": ")[2]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("firth simi", ["plain,similar"]),
        ("firth train --eng", ["plain,--engine"]),
        ("firth train --model ", ["plain,skipgram", "plain,cbow"]),
        ("firth similar vec", ["file,vec"]),
        # Texts may be patterns, and phrases a number: the shell would complete nothing.
        ("firth train tex", ["file,tex"]),
        ("firth train text --phrases phr", ["file,phr"]),
        ("firth word2vec -train tex", ["file,tex"]),
        ("firth train text --dim 1", []),
    ],
)
def test_the_shell_completes_verbs_options_values_and_paths(tmp_path, typed, completed):
    place = str(typed.count(" "))
    asked = {"COMP_WORDS": typed, "COMP_CWORD": place, "_FIRTH_COMPLETE": "bash_complete"}
    # Click names the variable by the program, which has another name here.
    program = "import sys; sys.argv = ['firth']; from firth.cli import main; main()"
    told = output_of("-c", program, cwd=tmp_path, env={**os.environ, **asked})
    assert told.split() == completed
