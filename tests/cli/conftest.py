"""The command, run in a process of its own as a user runs it, or faster in this one."""

import os
import sys
import types

import pytest

import firth
from firth.cli import app
from firth.errors import FirthError
from processes import run_python

TEXT = "the cat sat on the mat .\nthe dog sat on the log .\nthe cat and the dog sat\n" * 700


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with a text, and vectors of whole words trained on it."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "text.txt").write_text(TEXT)
    firth.train(folder / "text.txt", dim=8, sample=0, subwords="none").save(folder / "vectors")
    return folder


@pytest.fixture(scope="session")
def run():
    """Run the command in a process of its own."""

    def run(*arguments, at, stdin=None, **environment):
        environment = {**os.environ, "COLUMNS": "100", **environment}
        return run_python("-m", "firth", *arguments, cwd=at, input=stdin, env=environment)

    return run


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command in this process, with the same result as `run`."""

    def call(*arguments, at):
        monkeypatch.chdir(at)
        monkeypatch.setattr(sys, "argv", ["firth", *arguments])
        told, code = "", 1
        try:
            app()
        except FirthError as error:
            # As `main` tells it.
            told = f"firth: {error}\n"
        except SystemExit as end:
            code = end.code
        output, errors = capsys.readouterr()
        return types.SimpleNamespace(returncode=code, stdout=output, stderr=errors + told)

    return call


@pytest.fixture
def fails(call):
    """Run the command, which should end with exit code 1 and the line that is returned."""

    def fails(*arguments, at, by=call):
        done = by(*arguments, at=at)
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        assert done.stderr.startswith("firth: ")
        assert done.stderr.endswith("\n")
        assert done.stderr.count("\n") == 1
        return done.stderr.removeprefix("firth: ").rstrip()

    return fails
