"""Evaluation on several sets, and the results as JSON."""

import json

import numpy as np
import pytest

from firth.callbacks import Evaluate
from firth.compat import gensim
from firth.errors import ConfigError, FormatError
from firth.evaluation import EvaluationSets, evaluate
from firth.vectors import Vectors


@pytest.fixture
def questions(write):
    return write(": family\nMan king woman queen\nx y z w\n: none\n", "questions.txt")


@pytest.fixture
def pairs(write):
    return write("man King 5\nman queen 1\nman x 2\n", "pairs.txt")


def test_to_dict_is_json(royal, questions, pairs):
    found = evaluate(royal, analogies=[questions], similarity=[pairs], restrict=4)
    family = {"accuracy": 1.0, "correct": 1, "answered": 1, "skipped": 1, "undefined": None}
    none = {"accuracy": None, "correct": 0, "answered": 0, "skipped": 0}
    none["undefined"] = "it has no question"
    family["zeroed"] = none["zeroed"] = 0
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False)) == {
        "analogies": [
            {
                "file": str(questions),
                "total": {"name": "total", **family},
                "sections": [{"name": "family", **family}, {"name": "none", **none}],
            }
        ],
        "similarity": [
            {
                "file": str(pairs),
                "spearman": pytest.approx(1.0),
                "answered": 2,
                "missing": 1,
                "zeroed": 0,
                "undefined": None,
            }
        ],
        "outliers": [],
        "associations": [],
        "categories": [],
        "restrict": 4,
        "method": "add",
    }


def test_one_path_needs_no_list(royal, questions, pairs):
    found = evaluate(royal, analogies=str(questions), similarity=pairs)
    assert found == evaluate(royal, analogies=[str(questions)], similarity=[pairs])


def test_what_is_shown_is_scores_and_coverage(royal, questions, pairs, write):
    groups = write(": a\nman king\n: b\nwoman far other\n", "groups.txt")
    sets = write("man\nking\n\nother\n", "sets.txt")
    attributes = write(": a\nman\n: b\nwoman\n: c\nking other\n: d\nqueen\n", "weat.txt")
    found = evaluate(
        royal, analogies=questions, similarity=pairs, categories=groups, outliers=sets,
        associations=attributes,
    )  # fmt: skip
    folder = questions.parent
    assert repr(found).replace(f"{folder}/", "").splitlines() == [
        "<Evaluation of 5 sets:",
        "  questions.txt: accuracy 1.000, 1 of 2 questions",
        "  pairs.txt: Spearman 1.000, 2 of 3 pairs",
        "  groups.txt: purity 0.750, 4 of 5 words",
        "  sets.txt: accuracy undefined (no outlier has a vector and a group with two words that "
        "have one), 0 of 1 outlier",
        "  weat.txt: effect 1.414, p = 0.5, 1 word missing>",
    ]
    assert repr(found.similarity[0]) == f"<SimilarityResult {pairs}: Spearman 1.000, 2 of 3 pairs>"
    assert repr(found.analogies[0].sections) == (
        "(<SectionResult family: accuracy 1.000, 1 of 2 questions>, "
        "<SectionResult none: accuracy undefined (it has no question), 0 of 0 questions>)"
    )
    assert repr(EvaluationSets.read(similarity=pairs)) == f"<EvaluationSets of {pairs}>"


def test_files_keep_their_order(royal, pairs, write):
    other = write("man queen 3\nwoman queen 9\n", "other.txt")
    found = evaluate(royal, similarity=(other, pairs))
    assert [result.file for result in found.similarity] == [str(other), str(pairs)]
    assert found.analogies == ()


def test_options_reach_both_kinds(royal, questions, pairs):
    found = evaluate(royal, analogies=questions, similarity=pairs, restrict=3, fold=False)
    assert found.analogies[0].total.skipped == 2
    assert found.similarity[0].missing == 2


def test_a_missing_file(royal, tmp_path):
    with pytest.raises(FormatError, match="no such file"):
        evaluate(royal, analogies=[tmp_path / "none.txt"])


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (None, {}, "vectors must be Vectors, as from firth.load, or a mapping .*, got None"),
        ({"a": "b"}, {}, "a mapping of words to arrays of numbers of one length"),
        ({}, {}, "a mapping without words: there is nothing to measure"),
        ({"a": [1.0, np.nan]}, {}, "finite"),
        ({"a": [1.0], "b": [1.0, 2.0]}, {}, "a mapping of words to arrays of numbers of one"),
        (np.eye(2), {}, "vectors must be Vectors, .* got array"),
        ("vectors", {}, "got 'vectors'"),
        (
            None,
            {"analogies": ()},
            "nothing to evaluate.*analogies, similarity, categories, outliers",
        ),
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
        ("unknown", "wrong", "unknown must be"),
        ("fold", "no", "fold must be True or False, got 'no'"),
        ("restrict", 0, "restrict must be at least 1, got 0"),
        ("restrict", -5, "restrict must be at least 1, got -5"),
        ("restrict", 1.5, "restrict must be a whole number, got 1.5"),
    ],
)
def test_options_are_checked_whatever_is_evaluated(royal, pairs, option, value, message):
    with pytest.raises(ConfigError, match=message):
        evaluate(royal, similarity=pairs, **{option: value})


def test_any_mapping_of_words_to_arrays_is_evaluated(royal, questions, pairs):
    mapping = dict(zip(royal.words, royal.input_vectors.tolist(), strict=True))
    options = {"analogies": questions, "similarity": pairs}
    assert evaluate(mapping, **options) == evaluate(royal, **options)


def test_keyed_vectors_are_evaluated(royal, questions, pairs):
    class KeyedVectors:
        """As those of gensim, which are no mapping."""

        index_to_key, vectors = list(royal.words), np.array(royal.input_vectors)

    options = {"analogies": questions, "similarity": pairs}
    assert evaluate(KeyedVectors(), **options) == evaluate(royal, **options)
    assert evaluate(gensim.KeyedVectors(royal), **options) == evaluate(royal, **options)


def test_what_has_unknown_words_may_score_zero(royal, questions, pairs):
    found = evaluate(royal, analogies=questions, similarity=pairs, unknown="zero")
    total = found.analogies[0].total
    assert (total.correct, total.answered, total.skipped) == (1, 2, 0)
    assert found.similarity[0].cosines[2] == 0.0
    assert (found.similarity[0].answered, found.similarity[0].missing) == (3, 0)


def test_what_counts_as_zero_is_told_beside_the_score(royal, questions, pairs):
    found = evaluate(royal, analogies=questions, similarity=pairs, unknown="zero")
    (analogies,), (similarity,) = found.analogies, found.similarity
    assert [each.zeroed for each in (*analogies.sections, analogies.total)] == [1, 0, 1]
    assert similarity.zeroed == 1
    assert analogies.summary.endswith("2 of 2 questions, 1 with unknown words")
    assert similarity.summary.endswith("3 of 3 pairs, 1 with unknown words")
    told = found.to_dict()
    assert told["analogies"][0]["total"]["zeroed"] == told["similarity"][0]["zeroed"] == 1


def test_evaluations_are_compared_file_by_file(royal, questions, pairs, write):
    pairs = write("man king 5\nman queen 1\nwoman queen 4\nman far 0\n", "more.txt")
    ours = evaluate(royal, analogies=questions, similarity=pairs)
    # With these, "far" is the answer.
    changed = royal.input_vectors.copy()
    changed[3], changed[4] = [1, -1, 0], [-1, 1, 1]
    turned = Vectors(list(royal.words), changed)
    theirs = evaluate(turned, analogies=questions, similarity=pairs)
    found = ours.compare(theirs)
    assert [each.file for each in found] == [str(questions), str(pairs)]
    assert (found[0].first, found[0].second, found[0].items) == (1.0, 0.0, 1)
    assert found[1].first == ours.similarity[0].spearman
    with pytest.raises(ConfigError, match="not evaluated on the same files"):
        ours.compare(evaluate(royal, similarity=pairs))


@pytest.mark.parametrize("kind", ["outliers", "categories"])
def test_zero_is_for_analogies_and_similarity(royal, kind, write):
    texts = {"outliers": "man\nking\n\nfar\n", "categories": ": a\nman\n: b\nking\n"}
    with pytest.raises(ConfigError, match="unknown=zero is for analogies and similarity"):
        evaluate(royal, **{kind: write(texts[kind], "set.txt")}, unknown="zero")


@pytest.mark.parametrize("options", [{"restrict": 3}, {"method": "mul"}], ids=str)
def test_options_of_analogies_are_refused_without_analogies(royal, tmp_path, options):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("man king 5\nman queen 1\n")
    with pytest.raises(ConfigError, match=rf"{next(iter(options))} is for analogies"):
        evaluate(royal, similarity=pairs, **options)
    if "restrict" in options:
        with pytest.raises(ConfigError, match="restrict is for analogies"):
            Evaluate(similarity=pairs, **options)
