"""The shell: questions from lines, and completion."""

import sys

import numpy as np
import pytest

import firth
from firth.cli.shell import _prompt, offered, parse_question
from firth.errors import ConfigError, MissingExtraError
from processes import run_python


@pytest.fixture
def vectors():
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1]], np.float32)
    return firth.Vectors(["man", "king", "woman", "queen", "new york"], matrix)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("king", "king"),
        (" new york ", "new york"),
        ("unknown", "unknown"),
        ("x-ray", "x-ray"),
        ("king - man + woman", {"king": 1.0, "man": -1.0, "woman": 1.0}),
        ("- man + king", {"man": -1.0, "king": 1.0}),
        ("king + king - man", {"king": 2.0, "man": -1.0}),
        ("0.5 * king + 2*man", {"king": 0.5, "man": 2.0}),
        ("3 * king", {"king": 3.0}),
        ("new york - king", {"new york": 1.0, "king": -1.0}),
    ],
)
def test_a_line_is_a_word_or_a_sum(vectors, line, expected):
    assert parse_question(vectors, line) == expected


def test_numbers_are_items():
    items = firth.Vectors([30, 10], np.eye(2, dtype=np.float32))
    assert parse_question(items, "30 - 10") == {30: 1.0, 10: -1.0}


@pytest.mark.parametrize("line", ["king - ", "king + - man"])
def test_a_sign_needs_a_word(vectors, line):
    with pytest.raises((ConfigError, firth.VocabularyError)):
        vectors.similar(parse_question(vectors, line))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("king -", "there is no word after '-'"),
        ("- ", "there is no word after '-'"),
        ("king*2", "is not among the 5 words; a sum is written like"),
        ("king man", "is not among the 5 words; a sum is written like"),
        ("kings", "near: king\n"),
        ("king - kings + woman", "near: king\n"),
        ("king -kings + woman", "is not among the 5 words; a sum is written like"),
    ],
)
def test_a_line_that_is_no_sum_is_told_how_sums_are_written(vectors, tmp_path, line, told):
    vectors.save(tmp_path / "v")
    done = run_python("-m", "firth", "shell", tmp_path / "v", input=line + "\n")
    assert done.returncode == 0
    assert told in done.stderr
    assert not done.stdout


def test_n_grams_compose_no_vector_of_several_words():
    units = [["king", "kingly"], ["new york", "rode"]] * 99
    vectors = firth.train(units, dim=4, sample=0, subwords=(2, 3))
    assert parse_question(vectors, "kings") == "kings"
    assert parse_question(vectors, "new york + rode") == {"new york": 1.0, "rode": 1.0}
    for line in ("similar king", "king * 2", "king - rode man"):
        with pytest.raises(firth.VocabularyError, match="is not among the 4 words"):
            parse_question(vectors, line)


def test_words_are_offered_by_their_beginning():
    words = sorted(["king", "kingdom", "kin", "man"])
    assert offered(words, "king") == ("king", ["king", "kingdom"])
    assert offered(words, "man - ki") == ("ki", ["kin", "king", "kingdom"])
    assert offered(words, "man - ") == ("", [])
    assert offered(words, "zz") == ("zz", [])


def test_lines_of_standard_input_are_answered_one_by_one(vectors, tmp_path):
    vectors.save(tmp_path / "v")
    asked = "king - man + woman\n\nnothing\nqueen\nking - king\n"
    done = run_python("-m", "firth", "shell", tmp_path / "v", "--top", "1", input=asked)
    assert done.returncode == 0
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["queen", "new"]
    unknown, cancelled = done.stderr.splitlines()
    assert "'nothing' is not among the 5 words" in unknown
    assert "'king - king' is zero, so it has no direction" in cancelled


def test_a_number_of_words_out_of_range_is_told_at_once(vectors, tmp_path):
    vectors.save(tmp_path / "v")
    done = run_python("-m", "firth", "shell", tmp_path / "v", "--top", "0", input="")
    assert done.returncode == 1
    assert done.stderr == "firth: top must be at least 1, got 0\n"


def test_the_prompt_completes_and_ends_by_ctrl_d(vectors, tmp_path, monkeypatch):
    toolkit = pytest.importorskip("prompt_toolkit")
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path))
    assert toolkit
    with create_pipe_input() as typed, create_app_session(input=typed, output=DummyOutput()):
        typed.send_text("king - man\nhalf a question\x03woman\n\x04")  # Ctrl-C drops a line
        assert list(_prompt(vectors)) == ["king - man", "woman"]
    assert "king - man" in (tmp_path / "shell-history").read_text()


def test_without_the_package_one_line_says_so(vectors, monkeypatch):
    monkeypatch.setitem(sys.modules, "prompt_toolkit", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'firth\[shell\]'"):
        next(_prompt(vectors))
