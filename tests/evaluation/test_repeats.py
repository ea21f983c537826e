"""Items that stand in a set more than once are told, and counted as before."""

import warnings

import pytest

import firth
from firth.errors import FirthWarning
from firth.evaluation import EvaluationSets

GROUPS = ": x\na b {}\n: y\nc d\n"


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("similarity", "a b 1\na c 2\na b 3\nb a 1\n", r"2 pairs stood .* such as 'a' 'b'; each"),
        ("similarity", "e\u0301 b 1\na c 2\nb \xe9 3\n", "1 pair stood there before, in this or"),
        ("analogies", ": s\na b c d\na b c d\n: t\na b c d\n", "1 question .* 'a' 'b' 'c' 'd'; ea"),
        ("categories", GROUPS.format("a b a"), "3 words stood there before, such as 'a'; each"),
        ("associations", GROUPS.format("b") + ": p\na\n: q\na\n", "1 word stood .* such as 'b'"),
        ("outliers", "a\nb\na\n\nx\n: next\na\nb\n\nx\n", "1 word stood there before, such as 'a'"),
    ],
)
def test_repeats_are_told(kind, text, told, tmp_path):
    path = tmp_path / "set.txt"
    path.write_text(text, "utf-8")
    with pytest.warns(FirthWarning, match=f"set.txt: {told}"):
        EvaluationSets.read(**{kind: path})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("similarity", "a b 1\nA b 1\na c 1\n"),
        ("analogies", ": s\na b c d\nc d a b\n: t\na b c d\n"),
        ("categories", ": x\na b\n: y\na c\n"),
        ("outliers", "a\nb\n\nx\n: next\na\nb\n\nx\n"),
    ],
)
def test_what_is_not_the_same_is_no_repeat(kind, text, tmp_path):
    path = tmp_path / "set.txt"
    path.write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        EvaluationSets.read(**{kind: path})


@pytest.mark.filterwarnings("ignore::firth.errors.FirthWarning")
def test_repeats_count_as_often_as_they_are_given(tmp_path):
    path = tmp_path / "set.txt"
    path.write_text("a b 1\na b 1\nb a 1\na c 2\n")
    vectors = {"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [1.0, 1.0]}
    assert firth.evaluate(vectors, similarity=path).similarity[0].answered == 4
