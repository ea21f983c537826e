"""The examples in gensim's own documentation run on Firth if they run on gensim.

They stand in its docstrings. Only the imports differ. Those that download something are left out.
"""

import contextlib
import doctest
import importlib
import inspect
import io
import re
import warnings

import pytest

MODULES = ("word2vec", "fasttext", "doc2vec", "keyedvectors", "phrases")
_LEFT_OUT = re.compile(r"api\.load|downloader|/path/to|pretrained|/tmp/")
_IMPORTS = (
    (r"^(\s*)from gensim\.(models[\w.]*|utils) import", r"\1from firth.compat.gensim.\2 import"),
    (r"^(\s*)import gensim\.models[\w.]*$", r"\1import firth.compat.gensim as gensim"),
)


def docstrings(module):
    """Yield the docstrings of a module, its classes, methods and functions, each with a name."""
    yield module.__name__, module.__doc__
    for name, found in vars(module).items():
        if getattr(found, "__module__", None) == module.__name__:
            yield name, found.__doc__
            if inspect.isclass(found):
                for method, function in vars(found).items():
                    yield f"{name}.{method}", getattr(function, "__doc__", None)


def outcomes(lines, *, on_firth):
    """Run lines one after the other; return the error of each, or None."""
    names, found = {}, []
    for line in lines:
        for before, after in _IMPORTS if on_firth else ():
            line = re.sub(before, after, line, flags=re.MULTILINE)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(line, "an example", "single"), names)
            found.append(None)
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MODULES)
def test_examples_of_its_documentation(name, tmp_path, monkeypatch):
    pytest.importorskip("gensim", reason="gensim is not installed")
    for program in ("gensim", "firth"):
        (tmp_path / program).mkdir()
    module, run, failed = importlib.import_module(f"gensim.models.{name}"), 0, []
    for where, text in docstrings(module):
        with contextlib.suppress(ValueError):  # Some are not examples as doctest has them.
            examples = doctest.DocTestParser().get_examples(inspect.cleandoc(text or ""))
            lines = [each.source for each in examples if not _LEFT_OUT.search(each.source)]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # Of the other's files, none is in the way.
                monkeypatch.chdir(tmp_path / "gensim")
                theirs = outcomes(lines, on_firth=False)
                monkeypatch.chdir(tmp_path / "firth")
                ours = outcomes(lines, on_firth=True)
            run += theirs.count(None)
            failed += [
                f"{where}: {line.strip()} -> {error}"
                for line, expected, error in zip(lines, theirs, ours, strict=True)
                if expected is None and error is not None
            ]
    assert failed == []
    assert run > 5
