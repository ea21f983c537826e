"""The verb `count`, and the option of `train` that takes what it writes."""

import json

import pytest

import firth

TEXT = "tea and milk and tea\nmilk and jam\n" * 9 + "rare\n"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    return tmp_path


def test_words_are_counted_shown_and_written(place, call):
    done = call("count", "text.txt", "--output", "counts.txt", "--top", "1", at=place)
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["27", "and"],
        ["counts.txt:", "4", "words", "(72", "of", "73", "in", "the", "text)"],
    ]
    written = (place / "counts.txt").read_text()
    assert written == "and 27\ntea 18\nmilk 18\njam 9\n"
    found = json.loads(
        call("count", "text.txt", "--min-count", "1", "--max-vocab", "2", "--json", at=place).stdout
    )
    assert found == {
        "output": None, "words_read": 73, "words_kept": 45, "vocabulary": 2,
        "most_frequent": [{"word": "and", "count": 27}, {"word": "tea", "count": 18}],
    }  # fmt: skip
    # The counts are written again, but no text is replaced.
    assert call("count", "text.txt", "--output", "counts.txt", at=place).returncode == 0


def test_a_text_that_is_too_small_to_train_on_is_counted(place, call, fails):
    (place / "lines.txt").write_text("tea\nmilk\ntea\n")
    done = call("count", "lines.txt", "--min-count", "1", at=place)
    assert done.stdout.splitlines()[-1] == "2 words (3 of 3 in the text)"
    done = call("count", "lines.txt", "--min-count", "2", "--output", "one.txt", at=place)
    assert done.stdout.splitlines()[-1] == "one.txt: 1 word (2 of 3 in the text)"
    assert (place / "one.txt").read_text() == "tea 2\n"
    told = fails("count", "lines.txt", at=place)
    assert told == (
        "no word occurs 5 times or more: the most frequent of 3 words occurs 2 times; lower "
        "min_count (--min-count)"
    )
    (place / "empty.txt").write_text("\n")
    assert fails("count", "empty.txt", at=place) == "the corpus holds no words: nothing to count"


def test_training_takes_the_counts(place, call):
    (place / "counts.txt").write_text("jam 90\ntea 80\nmilk 70\nabsent 60\nrare 2\n")
    train = ["train", "text.txt", "--output", "v", "--dim", "4", "--sample", "0", "--quiet"]
    done = call(*train, "--vocabulary", "counts.txt", at=place)
    assert done.returncode == 0, done.stderr
    vectors = firth.load(place / "v")
    assert vectors.words == ("jam", "tea", "milk", "absent")
    assert vectors.counts.tolist() == [90, 80, 70, 60]
    assert vectors.config["corpus"]["vocabulary"] == "counts.txt"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["count", "text.txt", "--output", "text.txt"], "it is one of the texts to read"),
        (["count", "text.txt", "--output", "other.txt"], "does not hold words with numbers"),
        (["count", "text.txt", "--max-vocab", "0"], "max_vocab must be at least 1, got 0"),
        (["count", "text.txt", "--top", "-1"], "top must be at least 0, got -1"),
        (["classes", "absent", "5", "--output", "other.txt"], "does not hold words with numbers"),
        (["classes", "absent", "0", "--output", "o"], "the number of classes must be at least 1"),
        (["train", "text.txt", "--output", "v", "--vocabulary", "other.txt"], "other.txt: line 1"),
    ],
)
def test_wrong_values_are_told_in_one_line(place, fails, arguments, told):
    (place / "other.txt").write_text("no counts\n")
    assert told in fails(*arguments, at=place)
    assert (place / "other.txt").read_text() == "no counts\n"
