"""Analogies: compared with a slow search, and the counts of questions."""

import numpy as np
import pytest

from firth.errors import ConfigError, FormatError
from firth.evaluation import analogies, evaluate
from firth.evaluation.analogy_files import read_analogies
from firth.vectors import Vectors


def answer(vectors, path, **options):
    return evaluate(vectors, analogies=path, **options).analogies[0]


def counts(result):
    return result.total.correct, result.total.answered, result.total.skipped


def answer_slowly(words, matrix, a, b, c):
    """The best of all words but a, b and c, by 3CosAdd."""
    unit = {word: row / np.linalg.norm(row) for word, row in zip(words, matrix, strict=True)}
    target = unit[b] - unit[a] + unit[c]
    return max((word for word in words if word not in (a, b, c)), key=lambda w: unit[w] @ target)


def test_answers_are_those_of_a_slow_search(write):
    rng = np.random.default_rng(5)
    words = [f"w{i}" for i in range(60)]
    matrix = rng.normal(size=(60, 4))
    lines, right = [": random"], 0
    for a, b, c in rng.choice(words, size=(400, 3)):
        d = answer_slowly(words, matrix, a, b, c)
        wrong = next(word for word in words if word != d)
        lines.append(f"{a} {b} {c} {d if len(lines) % 3 else wrong}")
        right += bool((len(lines) - 1) % 3)
    result = answer(Vectors(words, matrix), write("\n".join(lines)))
    assert counts(result) == (right, 400, 0)
    assert result.accuracy == right / 400


@pytest.mark.parametrize("method", ["add", "mul"])
def test_the_answers_are_those_of_vectors_by_either_method(write, method):
    rng = np.random.default_rng(6)
    words = [f"w{i}" for i in range(60)]
    vectors = Vectors(words, rng.normal(size=(60, 4)))
    other = "mul" if method == "add" else "add"
    lines, differing = [": random"], 0
    for a, b, c in (rng.choice(words, size=3, replace=False) for _ in range(300)):
        d = vectors.analogy([b, c], [a], top=1, method=method)[0].word
        differing += d != vectors.analogy([b, c], [a], top=1, method=other)[0].word
        lines.append(f"{a} {b} {c} {d}")
    path = write("\n".join(lines))
    assert counts(answer(vectors, path, method=method)) == (300, 300, 0)
    assert counts(answer(vectors, path, method=other)) == (300 - differing, 300, 0)
    assert differing > 10
    assert evaluate(vectors, analogies=path, method=method).to_dict()["method"] == method


def test_another_method_is_refused(write, royal):
    with pytest.raises(ConfigError, match="method must be add or mul, got 'times'"):
        answer(royal, write(": f\nman king woman queen\n"), method="times")


def test_sections_and_totals(write, royal):
    path = write(
        "// a comment\n: family\nman king woman queen\nman king woman far\nman king woman prince\n"
        "\n: : odd name\nwoman queen man king\n: nothing known\nx y z w\n: empty\n"
    )
    result = answer(royal, path)
    assert [
        (section.name, section.correct, section.answered, section.skipped, section.accuracy)
        for section in result.sections
    ] == [
        ("family", 1, 2, 1, 0.5),
        (": odd name", 1, 1, 0, 1.0),
        ("nothing known", 0, 0, 1, None),
        ("empty", 0, 0, 0, None),
    ]
    assert counts(result) == (2, 3, 2)
    assert result.accuracy == pytest.approx(2 / 3)


@pytest.mark.parametrize("at_once", [1, 3, 4_096])
@pytest.mark.parametrize("unknown", ["skip", "zero"])
def test_small_sections_are_answered_together(write, monkeypatch, at_once, unknown):
    rng = np.random.default_rng(7)
    words = [f"w{i}" for i in range(30)]
    vectors = Vectors(words, rng.normal(size=(30, 4)))
    lines, expected = [], []
    for section, size in enumerate([2, 0, 1, 5, 1]):
        lines.append(f": s{section}")
        outcomes = []
        for a, b, c, d in rng.choice([*words, "absent"], size=(size, 4)):
            best = None if "absent" in (a, b, c, d) else vectors.analogy([b, c], [a], top=1)[0].word
            right = d if rng.random() < 0.5 or best is None else best
            lines.append(f"{a} {b} {c} {right}")
            without = None if unknown == "skip" else False
            outcomes.append(without if best is None else bool(right == best))
        expected.append(tuple(outcomes))
    searches = []
    search = vectors._exact.best
    monkeypatch.setattr(
        vectors._exact,
        "best",
        lambda *given, **how: searches.append(given) or search(*given, **how),
    )
    monkeypatch.setattr(analogies, "_AT_ONCE", at_once)
    found = answer(vectors, write("\n".join(lines)), unknown=unknown)
    assert [section.outcomes for section in found.sections] == expected
    assert {True, False} <= {each for outcomes in expected for each in outcomes}
    known = sum(each is not None for outcomes in expected for each in outcomes)
    if unknown == "skip":
        assert len(searches) == -(-known // at_once)


def test_restrict_limits_questions_and_answers_to_the_first_words(write, royal):
    man, king, woman, *_ = matrix = royal.input_vectors
    nearer = king / np.sqrt(2) - man + woman
    vectors = Vectors([*royal, "rare"], np.vstack([matrix, nearer]))
    path = write(": s\nman king woman queen\nman king rare far\n")
    assert counts(answer(vectors, path, restrict=5)) == (1, 1, 1)
    assert counts(answer(vectors, path, restrict=6)) == (0, 2, 0)


def test_folding_uses_the_most_frequent_spelling(write, royal):
    # As candidates, the second "queen" would win, and so would "KING" beside "King".
    words = ["Man", "King", "woman", "Queen", "far", "KING", "queen"]
    vectors = Vectors(words, np.vstack([royal, [[0, 1, 1.1]], [[-1, -1, -1]]]))
    path = write(": s\nman KING WOMAN Queen\nMan King woman Queen\n")
    assert counts(answer(vectors, path)) == (2, 2, 0)
    assert counts(answer(vectors, path, fold=False)) == (0, 1, 1)


def test_integer_words_are_their_digits(write, royal):
    vectors = Vectors([1, 2, 3, 4, 5], royal.input_vectors)
    assert answer(vectors, write(": s\n1 2 3 4\n")).accuracy == 1.0


def test_zeros_are_neither_asked_for_nor_answers(write):
    # All other words score below zero, which is the score of zeros.
    matrix = np.array([[1, 0], [0, 1], [-1, 0.1], [-1, -1], [0, 0]], dtype=np.float32)
    vectors = Vectors(["a", "b", "c", "d", "zero"], matrix)
    result = answer(vectors, write(": s\nb a b d\na b c zero\nzero a b c\n"))
    assert counts(result)[1:] == (1, 2)
    everything = Vectors(["a", "b", "c", "d"], np.zeros((4, 2)))
    assert answer(everything, write(": s\na b c d\n")).total.skipped == 1


def test_a_sum_of_zeros_is_near_to_no_word(write):
    matrix = np.array([[2, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, -1], [0, 0, 0, 1]], dtype=np.float32)
    vectors = Vectors(["d", "a", "b", "c"], matrix)
    assert counts(answer(vectors, write(": s\na b c d\n")))[:2] == (0, 1)


@pytest.mark.parametrize("fold", [True, False])
def test_accents_may_be_composed_or_not(write, royal, fold):
    vectors = Vectors(["man", "re\u0301gne", *royal.words[2:]], royal.input_vectors)
    path = write(": s\nman r\xe9gne woman queen\n")
    assert answer(vectors, path, fold=fold).accuracy == 1.0


def test_the_layouts_of_msr(write):
    lines = "good better rough jj rougher\ncar cars day nn days\nbad worse hot jj hotter\n"
    found = read_analogies(write(lines))
    assert {name: [question[:4] for question in each] for name, each in found.items()} == {
        "jj": [("good", "better", "rough", "rougher"), ("bad", "worse", "hot", "hotter")],
        "nn": [("car", "cars", "day", "days")],
    }
    plain = read_analogies(write("a b c d\ne f g h\n", "msr.txt"))
    assert {name: len(each) for name, each in plain.items()} == {"msr": 2}


def test_bats_pairs_all_lines_of_a_file_and_takes_any_right_answer(tmp_path, royal):
    folder = tmp_path / "BATS" / "1_Encyclopedic"
    folder.mkdir(parents=True)
    (folder / "E10 [male - female].txt").write_text("man\tking\nwoman\tunheard/Queen\nx\ty\n")
    (folder / "E11.txt").write_text("woman\tunheard/far\nman\tking\n")
    found = read_analogies(tmp_path / "BATS")
    assert {name: len(each) for name, each in found.items()} == {"E10 [male - female]": 6, "E11": 2}
    assert found["E11"][0] == ("woman", "unheard", "man", "king", ())
    assert found["E11"][1] == ("man", "king", "woman", "unheard", ("far",))
    result = answer(royal, tmp_path / "BATS")
    # man king woman queen is right by its second answer; a question by `unheard` has no vector.
    assert [(s.correct, s.answered, s.skipped) for s in result.sections] == [(1, 1, 5), (0, 1, 1)]
    single = answer(royal, folder / "E11.txt")
    assert counts(single) == (0, 1, 1)
    assert counts(answer(royal, folder / "E11.txt", unknown="zero")) == (0, 2, 0)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match=r"holds no questions: no file in this folder ends in .t"):
        read_analogies(tmp_path / "empty")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (": s\na b c d\na b c\n", "line 3: expected four words, got 3"),
        (": s\n\na b c d e\n", "line 3: expected four words, got 5"),
        ("a b c d\n: s\n", "line 2: expected four words, got 2"),
        ("a b c\n", "line 1: expected ': section', a question of four words, .*, got 3 words"),
        ("a b c n d\na b c d\n", "line 2: expected five words, got 4"),
        ("a\tb/c\nd\n", "line 2: expected two words, got 1"),
        ("a\tb/c\nd\t/\n", "line 2: no answer beside 'd'"),
        ("a\tb/c\n", "holds no questions"),
        (": s\n", "holds no questions"),
        ("", "holds no questions"),
    ],
)
def test_malformed_files(text, fault, write):
    path = write(text)
    with pytest.raises(FormatError, match=fault) as caught:
        read_analogies(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "sections", "questions", "first", "last"),
    [
        ("questions-words.txt", 14, 19_544, "Athens Greece Baghdad Iraq", 870),
        # Its lines end in CR LF.
        ("zh_ca8_semantic.txt", 4, 7_636, "广东 粤剧 浙江 越剧", 1_609),
    ],
)
def test_known_files(name, sections, questions, first, last, shared_data):
    found = list(read_analogies(shared_data / "eval" / name).values())
    assert (len(found), sum(map(len, found)), len(found[-1])) == (sections, questions, last)
    assert found[0][0] == (*first.split(), ())
