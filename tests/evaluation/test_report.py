"""Several sets at once, and their results as JSON."""

import json

import numpy as np
import pytest

from firth.errors import ConfigError, FormatError
from firth.evaluation import evaluate
from firth.vectors import Vectors


@pytest.fixture
def vectors():
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1]], dtype=np.float32)
    return Vectors(["man", "king", "woman", "queen"], matrix)


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text(": family\nMan king woman queen\nx y z w\n: none\n")
    return path


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text("man King 5\nman queen 1\nman x 2\n")
    return path


def test_to_dict_is_json(vectors, questions, pairs):
    found = evaluate(vectors, analogies=[questions], similarity=[pairs], restrict=4)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False)) == {
        "analogies": [
            {
                "file": str(questions),
                "total": {
                    "name": "total",
                    "accuracy": 1.0,
                    "correct": 1,
                    "answered": 1,
                    "skipped": 1,
                },
                "sections": [
                    {"name": "family", "accuracy": 1.0, "correct": 1, "answered": 1, "skipped": 1},
                    {"name": "none", "accuracy": None, "correct": 0, "answered": 0, "skipped": 0},
                ],
            }
        ],
        "similarity": [
            {"file": str(pairs), "spearman": pytest.approx(1.0), "answered": 2, "missing": 1}
        ],
        "restrict": 4,
    }


def test_one_path_needs_no_list(vectors, questions, pairs):
    found = evaluate(vectors, analogies=str(questions), similarity=pairs)
    assert found == evaluate(vectors, analogies=[str(questions)], similarity=[pairs])


def test_files_keep_their_order(vectors, questions, pairs, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("man queen 3\nwoman queen 9\n")
    found = evaluate(vectors, similarity=(other, pairs))
    assert [result.file for result in found.similarity] == [str(other), str(pairs)]
    assert found.analogies == ()


def test_options_reach_both_kinds(vectors, questions, pairs):
    found = evaluate(vectors, analogies=questions, similarity=pairs, restrict=3, fold=False)
    assert found.analogies[0].total.skipped == 2
    assert found.similarity[0].missing == 2


def test_a_missing_file(vectors, tmp_path):
    with pytest.raises(FormatError, match="no such file"):
        evaluate(vectors, analogies=[tmp_path / "none.txt"])


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (None, {}, "vectors must be Vectors, as firth.load gives, got None"),
        (np.eye(2), {}, "vectors must be Vectors, .* got array"),
        ("vectors", {}, "got 'vectors'"),
        (None, {"analogies": ()}, "there is nothing to evaluate"),
        (None, {"analogies": b"a.txt"}, "analogies must be a path, got b'a.txt'"),
        (None, {"analogies": None}, "analogies must be a path, got None"),
    ],
)
def test_what_is_neither_vectors_nor_a_path_is_refused(questions, given, options, message):
    with pytest.raises(ConfigError, match=message):
        evaluate(given, **{"analogies": questions, **options})


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("fold", "no", "fold must be True or False, got 'no'"),
        ("restrict", 0, "restrict must be at least 1, got 0"),
    ],
)
def test_options_are_checked_whatever_is_evaluated(vectors, pairs, option, value, message):
    with pytest.raises(ConfigError, match=message):
        evaluate(vectors, similarity=pairs, **{option: value})
