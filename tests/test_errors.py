"""The exceptions of the package: copies and pickles of each keep everything."""

import copy
import importlib
import inspect
import pickle
import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="a module with exceptions needs FastAPI (extra serve)")

import firth
from firth.errors import FirthError, FirthWarning, Interrupted, one_line, warn

PACKAGE = Path(firth.__file__).parent
CLASS = re.compile(r"^class (\w+)\((.+)\):$", re.MULTILINE)
BUILT_IN = re.compile(r"(Error|Exception|Interrupt|Warning)\b")


def exceptions():
    """Return all exception classes of the package, without importing all of it."""
    found, names = [], {"FirthError"}
    declared = {path: CLASS.findall(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    # A class may derive from one of another module.
    for _ in range(3):
        for classes in declared.values():
            for name, bases in classes:
                if BUILT_IN.search(bases) or names & set(re.findall(r"\w+", bases)):
                    names.add(name)
    for path, classes in declared.items():
        for name, _ in classes:
            if name in names:
                module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
                found.append(getattr(importlib.import_module(module), name))
    return sorted(found, key=lambda kind: kind.__name__)


def make(kind, text="tea"):
    """Make an exception with a value for each of its parameters."""
    if not inspect.isfunction(kind.__init__):  # the constructor of a built-in class
        return kind(text)
    values = {"str": text, "str | None": "milk", "int": 15, "dict[str, str]": {"a": "b"}}
    parameters = inspect.signature(kind).parameters.values()
    return kind(*[values[parameter.annotation] for parameter in parameters])


EXCEPTIONS = exceptions()


def test_all_are_found():
    names = {kind.__name__ for kind in EXCEPTIONS}
    assert {"FirthError", "MissingExtraError", "Interrupted", "Diverged", "FirthWarning"} <= names
    assert all(issubclass(kind, BaseException) for kind in EXCEPTIONS)


@pytest.mark.parametrize("kind", EXCEPTIONS)
@pytest.mark.parametrize("way", ["copy", "deepcopy", *range(pickle.HIGHEST_PROTOCOL + 1)])
def test_a_copy_is_the_same(kind, way):
    error = make(kind)
    error.add_note("in a worker")
    error.place = 3
    pickled = isinstance(way, int)
    copied = pickle.loads(pickle.dumps(error, way)) if pickled else getattr(copy, way)(error)
    assert type(copied) is kind
    assert (str(copied), copied.args) == (str(error), error.args)
    assert vars(copied) == vars(error)


def interrupt():
    raise Interrupted("interrupted in epoch 1 of 3", 15)


def test_a_process_pool_returns_it():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        error = pool.submit(interrupt).exception()
    assert type(error) is Interrupted
    assert (str(error), error.signal) == ("interrupted in epoch 1 of 3", 15)


TOLD = [kind for kind in EXCEPTIONS if issubclass(kind, FirthError | Interrupted)]


@pytest.mark.parametrize("kind", TOLD)
def test_a_message_is_one_line_whatever_is_in_it(kind):
    error = make(kind, "tea\n\x1b[2J\u2028\ud800 \u0645\u06cc\u200c\u062e")
    assert "tea\\n\\x1b[2J\\u2028\\ud800 \u0645\u06cc\u200c\u062e" in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_warning_is_one_line_whatever_is_in_it():
    with pytest.warns(FirthWarning, match=r"^tea\\nmilk$"):
        warn("tea\nmilk")


def test_all_warnings_go_through_one_function_that_escapes():
    """`warnings.warn` would print what is in a path or in a message of another package."""
    issuing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\bwarnings\.warn\(|from warnings import", path.read_text("utf-8"))
    }
    assert issuing == {"errors.py"}


@pytest.mark.parametrize("text", ["\U0010ffff" * 300, "a" * 190 + "\0" * 9, "tea" * 1000, "\n"])
def test_a_message_stays_short_whatever_a_file_holds(text):
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= 205
    assert one_line("tea" * 66) == "tea" * 66
