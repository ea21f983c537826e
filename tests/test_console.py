"""Standard streams that are closed, full or cannot encode a character, and Ctrl-C."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import firth
from processes import run_python

WORDS = ["tea", "中文", "café", "\udc80lone", "milk"]

posix_only = pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
full_only = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with small vectors."""
    folder = tmp_path_factory.mktemp("console")
    matrix = np.arange(1, 1 + 3 * len(WORDS), dtype=np.float32).reshape(-1, 3)
    firth.Vectors(WORDS, matrix).save(folder / "vectors")
    return folder


def environment(**changes):
    left = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**left, **changes}


def shell(line, at, **changes):
    """Run a line of shell in which `firth` is the command."""
    script = f'firth() {{ "{sys.executable}" -m firth "$@"; }}\n{line}'
    return subprocess.run(
        ["bash", "-c", script], cwd=at, capture_output=True, check=False, env=environment(**changes)
    )


def firth_in(folder, *arguments, **changes):
    """Run `firth` in a folder; its output is bytes."""
    command = ["-m", "firth", *arguments]
    return run_python(*command, cwd=folder, encoding=None, env=environment(**changes))


def assert_told(done, *parts):
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("firth: ")
    for part in parts:
        assert part in line


@pytest.mark.parametrize(
    "locale",
    [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "cp1252"},
     {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONUTF8": "1"}],
    ids=lambda locale: "-".join(locale.values()),
)  # fmt: skip
def test_what_a_terminal_cannot_encode_is_escaped(folder, locale):
    done = firth_in(folder, "info", "vectors", "--json", **locale)
    encoding = locale.get("PYTHONIOENCODING", "utf-8" if locale.get("PYTHONUTF8") == "1" else None)
    # JSON stays JSON.
    assert json.loads(done.stdout.decode(encoding or "ascii"))["first_words"] == WORDS


def test_words_are_printed_escaped(folder):
    done = firth_in(folder, "similar", "vectors", "tea", PYTHONIOENCODING="latin-1")
    words = {line.split()[-1] for line in done.stdout.splitlines()}
    assert words == {rb"\u4e2d\u6587", b"caf\xe9", rb"\udc80lone", b"milk"}


def test_an_error_that_cannot_be_encoded_is_escaped(folder):
    assert_told(firth_in(folder, "similar", "vectors", "水", PYTHONIOENCODING="ascii"), r"\u6c34")


@posix_only
@full_only
@pytest.mark.parametrize(
    ("command", "unbuffered"),
    [("info vectors", ""), ("info vectors", "1"), ("--help", ""), ("--version", "")],
)
def test_a_full_output_is_told(folder, command, unbuffered):
    done = shell(f"firth {command} >/dev/full", folder, PYTHONUNBUFFERED=unbuffered)
    assert_told(done, "cannot write to standard output: No space left on device")


@posix_only
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_gone_is_no_error_to_tell(folder, unbuffered):
    # The pipe is closed before the command writes.
    line = "(sleep 0.2; firth info vectors; echo $? >&2) | exec 0<&-"
    done = shell(line, folder, PYTHONUNBUFFERED=unbuffered)
    assert done.stderr == b"1\n"


@posix_only
def test_a_closed_output_is_told(folder):
    assert_told(shell("firth info vectors >&-", folder), "cannot write to standard output")


@posix_only
@full_only
@pytest.mark.parametrize("errors", ["2>&-", "2>/dev/full"])
def test_errors_that_cannot_be_told_change_nothing_else(folder, errors):
    done = shell(f"firth info absent {errors}", folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    done = shell(f"firth similar vectors tea {errors}", folder)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, len(WORDS) - 1)


@posix_only
def test_no_file_is_taken_for_a_stream_that_was_closed(folder):
    done = shell("firth convert vectors closed <&- >&- 2>&-; echo $?", folder)
    # The result was written, but could not be reported.
    assert (done.stdout, done.stderr) == (b"1\n", b"")
    assert list(firth.load(folder / "closed")) == WORDS


def interrupted(folder, program, *arguments):
    (folder / "program.py").write_text(program)
    done = run_python("-m", "program", *arguments, cwd=folder, env=environment())
    assert done.stderr == "firth: interrupted\n"
    assert done.returncode == 130


INTERRUPT_AT_IMPORT = """
import signal, sys
module, *sys.argv[1:] = sys.argv[1:]
class Finder:
    def find_spec(name, path=None, target=None):
        if name == module:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder)
from firth.__main__ import main
main()
"""


@posix_only
@pytest.mark.parametrize(
    "module",
    ["firth.console", "firth.cli", "click", "firth.errors", "firth.vectors", "numpy",
     "safetensors"],
)  # fmt: skip
def test_an_interrupt_during_imports_is_told_in_one_line(folder, module):
    interrupted(folder, INTERRUPT_AT_IMPORT, module, "info", "vectors")


INTERRUPTS = {
    "in a string of code": (
        "import signal, firth.vectors\n"
        "def load(path): exec('signal.raise_signal(signal.SIGINT)')\n"
        "firth.vectors.load = load\n"
    ),
    "at the end": "import atexit, signal; atexit.register(signal.raise_signal, signal.SIGINT)\n",
    # It comes again.
    "where nothing can be raised": (
        "import signal, time, firth.vectors\n"
        "class Thing:\n"
        "    def __del__(self): signal.raise_signal(signal.SIGINT)\n"
        "def load(path):\n"
        "    Thing()\n"
        "    time.sleep(60)\n"
        "firth.vectors.load = load\n"
    ),
}


@posix_only
@pytest.mark.parametrize("program", INTERRUPTS.values(), ids=INTERRUPTS)
def test_an_interrupt_anywhere_is_told_in_one_line(folder, program):
    interrupted(folder, f"{program}from firth.__main__ import main; main()", "info", "vectors")


@posix_only
def test_an_ignored_interrupt_stays_ignored(folder):
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN);"
        "import atexit; atexit.register(signal.raise_signal, signal.SIGINT);"
        "from firth.__main__ import main; main()"
    )
    done = run_python("-c", program, "info", "vectors", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")


RAISING = """
import firth.vectors
def load(path):
    raise {error}
firth.vectors.load = load
from firth.__main__ import main; main()
"""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("PermissionError(13, 'Permission denied', 'a')", "cannot use a: Permission denied"),
        ("OSError(28, 'No space left on device')", "No space left on device"),
        ("OSError('strange')", "strange"),
        ("MemoryError('Unable to allocate 9 GiB')",
         "out of memory (Unable to allocate 9 GiB); a machine with more memory is needed"),
    ],
)  # fmt: skip
def test_an_error_of_the_system_is_told_as_what_it_is(folder, error, told):
    program = RAISING.format(error=error)
    done = run_python("-c", program, "info", "vectors", cwd=folder, encoding=None)
    assert_told(done, f"firth: {told}")
    assert b"write" not in done.stderr


def test_an_error_of_ours_is_seen(folder):
    program = RAISING.format(error="RecursionError")
    done = run_python("-c", program, "info", "vectors", cwd=folder)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


@posix_only
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_bytes_on_standard_input_that_are_no_text_are_told(folder, encoding):
    questions = b"\xff\n\xe4\xb8\xad\xe6\x96\x87\n"
    command = [sys.executable, "-m", "firth", "shell", "vectors", "--top", "1"]
    done = subprocess.run(
        command, cwd=folder, input=questions, capture_output=True, check=False,
        env=environment(PYTHONIOENCODING=encoding),
    )  # fmt: skip
    assert done.returncode == 0
    (line,) = done.stderr.decode().splitlines()
    assert "udcff" in line
    # The next line is UTF-8, whatever the locale, and is answered.
    assert len(done.stdout.splitlines()) == 1


@posix_only
@pytest.mark.parametrize("verb", ["shell vectors", "fasttext nn vectors"])
def test_a_closed_standard_input_is_told(folder, verb):
    assert_told(shell(f"firth {verb} <&-", folder), "standard input is closed")
