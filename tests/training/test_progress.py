"""Where progress bars are shown, and as what."""

import contextlib
import importlib.util
import os
import subprocess
import sys
import types
import warnings

import pytest
import tqdm.notebook

import firth
from firth.bars import are_bars_shown
from firth.errors import ConfigError

UNITS = [["a", "b", "c"]] * 20
SHORT = {"dim": 4, "epochs": 1, "sample": 0, "threads": 1}


@pytest.fixture
def notebook(monkeypatch):
    """A module in the place of IPython, as it is in the kernel of a notebook."""
    shell = types.SimpleNamespace(config={"IPKernelApp": {}})
    fake = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", fake)
    return shell


def test_a_notebook_shows_bars_by_default(notebook):
    assert are_bars_shown(None)
    assert not are_bars_shown(False)


def test_ipython_in_a_terminal_is_no_notebook(notebook, monkeypatch):
    notebook.config.clear()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert are_bars_shown(None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert not are_bars_shown(None)


def test_no_bars_where_standard_error_is_closed(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert not are_bars_shown(None)


@pytest.mark.parametrize("rows", [0, 24])
def test_bars_are_shown_on_a_terminal_that_does_not_know_its_size(rows):
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    ours, theirs = pty.openpty()
    termios = importlib.import_module("termios")
    termios.tcsetwinsize(theirs, (rows, 5 * rows))
    program = f"import firth; firth.train({UNITS}, **{SHORT})"
    with subprocess.Popen([sys.executable, "-c", program], stderr=theirs) as child:
        os.close(theirs)
        try:
            shown = _read_to_end(ours).decode()
            child.wait(timeout=60)
        finally:
            os.close(ours)
            child.kill()
    assert child.returncode == 0
    for part in ("reading: 100%", "training: 100%"):
        assert part in shown


def _read_to_end(terminal):
    blocks = []
    # Linux tells by an error that the other side was closed.
    with contextlib.suppress(OSError):
        while block := os.read(terminal, 4096):
            blocks.append(block)
    return b"".join(blocks)


def test_bars_are_asked_for_by_true_or_false():
    with pytest.raises(ConfigError, match="progress must be True, False or None, got 'no'"):
        firth.train(UNITS, **SHORT, progress="no")


def test_a_notebook_without_widgets_shows_plain_bars_and_no_warning(notebook, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", firth.FirthWarning)
        firth.train(UNITS, **SHORT)
    assert "training" in capsys.readouterr().err


def test_a_notebook_with_widgets_shows_them(notebook, monkeypatch, capsys):
    made = []

    class Widget:
        n = 0

        def __init__(self, **options):
            made.append(options["desc"])

        def set_postfix(self, figures, refresh):
            assert "loss" in figures

        def update(self, more):
            self.n += more

        def close(self):
            made.append("closed")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "ipywidgets")
    monkeypatch.setattr(tqdm.notebook, "tqdm", Widget)
    firth.train(UNITS, **SHORT)
    assert made == ["reading", "closed", "training", "closed"]
    assert capsys.readouterr().err == ""
