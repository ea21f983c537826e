"""Finding words of an evaluation set in a vocabulary."""

from firth.evaluation.lookup import first_rows


def test_the_first_of_equal_spellings_counts():
    assert first_rows(["Mark", "the", "mark", 7, "MARK", "7"], fold=True) == {
        "mark": 0,
        "the": 1,
        "7": 3,
    }


def test_exact_spelling():
    assert first_rows(["Mark", "mark", "Straße"], fold=False) == {
        "Mark": 0,
        "mark": 1,
        "Straße": 2,
    }
