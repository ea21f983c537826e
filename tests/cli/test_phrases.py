"""The verb `phrases`, and the option of `train`."""

import json

import pytest

import firth
from firth.phrases import Phrases

TEXT = "we saw New York City\nthe York tea\nwe saw the New tea\ntea of City and we saw it\n" * 50


@pytest.fixture
def place(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    return tmp_path


def test_phrases_are_found_written_and_shown(place, call):
    options = ["--threshold", "2", "--lowercase", "--passes", "2"]
    done = call("phrases", "text.txt", "--output", "phrases.json", *options, at=place)
    assert done.returncode == 0, done.stderr
    *best, last = done.stdout.splitlines()
    found = Phrases.load(place / "phrases.json")
    assert last == f"phrases.json: {len(found.passes[0])} + {len(found.passes[1])} phrases"
    assert found == firth.learn_phrases(place / "text.txt", threshold=2, lowercase=True, passes=2)
    for line, phrase in zip(best, found.best(), strict=True):
        score, count, text = line.split()
        assert (text, int(count)) == (found.text_of(phrase), phrase.count)
        assert float(score) == pytest.approx(phrase.score, rel=1e-3)

    report = json.loads(
        call("phrases", "text.txt", *options, "--top", "1", "--json", at=place).stdout
    )
    assert report["output"] is None
    assert report["found"] == [len(each) for each in found.passes]
    first = found.best(1)[0]
    assert report["best"] == [
        {"phrase": found.text_of(first), "count": first.count, "score": first.score}
    ]


def test_phrases_in_the_folder_of_the_texts_are_written_again(place, call):
    for source in (".", "*.*"):
        done = call("phrases", source, "--threshold", "2", "--output", "phrases.json", at=place)
        assert done.returncode == 0, done.stderr
        done = call("phrases", source, "--threshold", "2", "--output", "phrases.json", at=place)
        assert done.returncode == 0, done.stderr


def test_connectors_stand_between_commas_of_any_width(place, call):
    options = ["--threshold", "2", "--output", "phrases.json", "--connectors", "of，the"]
    assert call("phrases", "text.txt", *options, at=place).returncode == 0
    assert Phrases.load(place / "phrases.json").connectors == ("of", "the")


def test_training_takes_passes_or_a_file(place, call):
    call("phrases", "text.txt", "--output", "phrases.json", "--threshold", "2", at=place)
    train = ["train", "text.txt", "--dim", "4", "--epochs", "1", "--sample", "0", "--quiet"]
    done = call(*train, "--output", "vectors", "--phrases", "phrases.json", at=place)
    assert done.returncode == 0, done.stderr
    vectors = firth.load(place / "vectors")
    assert vectors.phrases == Phrases.load(place / "phrases.json")
    assert "New_York" in vectors
    shown = call("similar", "vectors", "New York", "--top", "1", at=place)
    assert shown.stdout == call("similar", "vectors", "New_York", "--top", "1", at=place).stdout
    assert call(*train, "--output", "plain", "--phrases", "1", at=place).returncode == 0
    assert firth.load(place / "plain").phrases.passes == ()


def test_connectors_may_have_spaces_behind_commas(place, call):
    for given in ("in,of", "in, of,"):
        options = ["--connectors", given, "--threshold", "2", "--json"]
        done = call("phrases", "text.txt", *options, at=place)
        assert json.loads(done.stdout)["connectors"] == ["in", "of"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["phrases", "text.txt", "--scoring", "npmi", "--threshold", "10"], "threshold (of npmi)"),
        (["phrases", "text.txt", "--passes", "0"], "passes must be at least 1, got 0"),
        (["phrases", "text.txt", "--top", "-1"], "top must be at least 0, got -1"),
        (["phrases", "text.txt", "--output", "text.txt"], "cannot write text.txt: "),
        (["phrases", "none.txt"], "cannot read none.txt: "),
        (["train", "text.txt", "--output", "v", "--phrases", "-1"], "phrases must be at least 0"),
        (["train", "text.txt", "--output", "v", "--phrases", "none.json"], "no such file: none"),
        (["train", "text.txt", "--output", "v", "--phrases", "text.txt"], "text.txt: not valid"),
        (["train", "text.txt", "--output", "v", "--phrases", ""], "a path, got ''"),
        (
            ["train", "own.txt", "--output", "v", "--phrases", "text.txt", "--log", "text.txt"],
            "cannot write text.txt: it holds the phrases of --phrases; name another place (--log)",
        ),
    ],
)
def test_wrong_values_are_told_in_one_line(place, fails, arguments, told):
    assert told in fails(*arguments, at=place)
    assert (place / "text.txt").read_text() == TEXT
