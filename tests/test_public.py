"""The names of `import firth`, and the packages that it does not import."""

import json

import pytest

import firth
from processes import output_of

HEAVY = {"numpy", "numba", "llvmlite", "safetensors", "tqdm", "click", "torch", "matplotlib"}


def modules_after(statement: str) -> set[str]:
    """Return the top-level packages that a new Python has imported after a statement."""
    program = f"{statement}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    return {name.partition(".")[0] for name in json.loads(output_of("-c", program))}


@pytest.mark.parametrize(
    "name",
    [
        "firth",
        "firth.callbacks",
        "firth.corpus",
        "firth.plotting",
        "firth.server",
        "firth.subwords",
        "firth.torch",
        "firth.training",
    ],
)
def test_everything_in_all_is_there(name):
    module = pytest.importorskip(name, exc_type=ImportError)
    for public in module.__all__:
        # A module of the same name would take the place of what it holds.
        assert not isinstance(getattr(module, public), type(firth)), public
    with pytest.raises(AttributeError, match="no attribute 'pickle'"):
        _ = module.pickle


def test_nothing_else_is_listed():
    assert sorted(dir(firth)) == sorted(firth.__all__)


def test_import_is_light():
    assert not modules_after("import firth") & HEAVY


def test_help_needs_no_numbers():
    # The command line is parsed, and help is shown, before heavy imports.
    assert not modules_after("import firth.cli") & (HEAVY - {"click"})


def test_a_question_at_the_command_line_needs_little(tmp_path, monkeypatch):
    firth.Vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]]).save(tmp_path / "vectors.txt")
    monkeypatch.chdir(tmp_path)
    program = (
        "import contextlib, io, sys; sys.argv = ['firth', 'similar', 'vectors.txt', 'tea']\n"
        "from firth.cli import app\n"
        "told = io.StringIO()\n"
        "with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit): app()\n"
        "assert 'milk' in told.getvalue()"
    )
    slow = {"numba", "llvmlite", "pydantic", "rich", "asyncio", "tqdm"}
    assert not modules_after(program) & slow


def test_vectors_need_no_compiler():
    assert not modules_after("import firth; firth.load, firth.evaluate") & {"numba", "llvmlite"}


def test_unknown_words_are_cut_without_compiler():
    cut = "from firth.subwords import hashed_ngrams; hashed_ngrams(3, 6, 9).rows_of('tea')"
    assert not modules_after(cut) & {"numba", "llvmlite"}


def test_the_option_subwords_is_checked_without_numbers():
    check = "from firth.subwords import check_subwords; check_subwords('subwords', '3-6')"
    assert not modules_after(check) & HEAVY


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (firth.ConfigError, ValueError),
        (firth.VocabularyError, KeyError),
        (firth.MissingExtraError, ImportError),
    ],
)
def test_errors_are_what_python_users_expect(error, builtin):
    assert issubclass(error, firth.FirthError)
    assert issubclass(error, builtin)


def test_a_vocabulary_error_reads_as_a_sentence():
    assert str(firth.VocabularyError("'x' is not there")) == "'x' is not there"
