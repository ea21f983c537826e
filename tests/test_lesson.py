"""The lesson: its text, what its models learn of it, and its report."""

import itertools
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import firth
from firth.cli import app
from firth.lesson import (
    draw_lesson,
    lesson_groups,
    lesson_sentences,
    neighbours_of_own_topic,
    run_lesson,
    train_lesson,
)


def silhouette(points, labels):
    """Return the mean of (b - a) / max(a, b): a is the distance within, b to the next group."""
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    widths = []
    for row, own in zip(distances, labels, strict=True):
        within = row[labels == own].sum() / ((labels == own).sum() - 1)
        beside = min(row[labels == other].mean() for other in set(labels) - {own})
        widths.append((beside - within) / max(beside, within))
    return float(np.mean(widths))


def topics_apart(vectors, language):
    groups = lesson_groups(language).values()
    labels = np.repeat(range(len(groups)), [len(members) for members in groups])
    return silhouette(vectors[[noun for members in groups for noun in members]], labels)


def test_the_silhouette_is_that_of_its_definition():
    points = np.array([[0.0, 0], [0, 1], [9, 0], [9, 1]])
    near, far = 1.0, (9 + np.hypot(9, 1)) / 2
    assert silhouette(points, np.array([0, 0, 1, 1])) == pytest.approx(1 - near / far)
    assert silhouette(points, np.array([0, 1, 0, 1])) < 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_noun_stands_in_sentences_of_its_own_topic_and_as_often_as_the_others(language):
    groups, sentences = lesson_groups(language), lesson_sentences(language)
    nouns = {noun for members in groups.values() for noun in members}
    assert len(nouns) == 18
    assert len(sentences) == 72
    assert len({" ".join(sentence) for sentence in sentences}) == 72
    topics = [
        {name for name, members in groups.items() if set(members) & set(sentence)}
        for sentence in sentences
    ]
    assert Counter(len(found) for found in topics) == {1: 72}
    counts = Counter(word for sentence in sentences for word in sentence if word in nouns)
    assert set(counts.values()) == {8}


def test_both_languages_have_as_many_topics_nouns_and_sentences():
    english, chinese = (lesson_groups(language).values() for language in ("en", "zh"))
    assert [len(nouns) for nouns in english] == [len(nouns) for nouns in chinese]


QUICK = [("skipgram", "en", 1), ("cbow", "zh", 1)]
SLOW = [
    pytest.param(*case, marks=pytest.mark.slow)
    for case in itertools.product(["skipgram", "cbow"], ["en", "zh"], [1, 2, 3])
    if case not in QUICK
]


@pytest.mark.parametrize(("model", "language", "seed"), QUICK + SLOW)
def test_topics_come_to_stand_apart(model, language, seed):
    found = train_lesson(model, language=language, seed=seed)
    assert found.vectors.dim == 2
    assert topics_apart(found.vectors, language) > 0.75
    assert neighbours_of_own_topic(found.vectors, language) > 0.95
    assert found.losses[0] == pytest.approx(np.log(2), abs=0.01)
    assert found.losses[-1] < 0.4


def test_without_training_topics_do_not_stand_apart():
    found = train_lesson("skipgram", epochs=1)
    assert topics_apart(found.vectors, "en") < 0.3
    assert neighbours_of_own_topic(found.vectors) < 0.6


def test_the_same_seed_gives_the_same_lesson():
    first, again, other = (train_lesson("cbow", epochs=3, seed=seed) for seed in (5, 5, 6))
    assert first.losses == again.losses
    assert (first.vectors.input_vectors == again.vectors.input_vectors).all()
    assert first.losses != other.losses
    # Output vectors begin at zero, so the first step leaves input vectors where they begin.
    begun, elsewhere = (train_lesson("cbow", epochs=1, seed=seed).vectors for seed in (5, 6))
    assert (begun.input_vectors != elsewhere.input_vectors).any()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_lesson_tells_its_losses_and_writes_pictures(tmp_path, language):
    said = []
    epochs = 100
    if language == "zh":
        _skip_without_a_chinese_font()
    paths = run_lesson(tmp_path / "new", say=said.append, language=language, epochs=epochs)
    assert [path.name for path in paths] == [
        "window.png", "noise.png", "skipgram.png", "cbow.png", "losses.png"
    ]  # fmt: skip
    for path in paths:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert f"  {path}" in said
    told = [line for line in said if line.startswith("Epoch")]
    assert len(told) == 4
    assert all(re.fullmatch(r"Epoch \[(50|100)/100\]  Loss 0\.\d{4}", line) for line in told)
    assert [line[:4] for line in said if line.startswith(("Skip-gram", "CBOW"))] == ["Skip", "CBOW"]
    if language == "zh":
        own = [line for line in said if line and line not in {*told, *(f"  {p}" for p in paths)}]
        assert len(own) == 6
        assert [line for line in own if english_in(line)] == []


def english_in(text):
    """Return what is English, but for the names of the models; one letter is a mark on an axis."""
    return set(re.findall("[A-Za-z]{2,}", text.replace("Skip-gram", ""))) - {"CBOW"}


def test_the_chinese_pictures_say_nothing_in_english():
    from matplotlib.text import Text

    _skip_without_a_chinese_font()
    models = ("skipgram", "cbow")
    trained = {model: train_lesson(model, language="zh", epochs=2) for model in models}
    pictures = draw_lesson(trained, "zh")
    for name, picture in pictures.items():
        said = [text.get_text() for text in picture.findobj(Text)]
        assert [each for each in said if english_in(each)] == [], name
    assert pictures["losses"].axes[0].get_xlabel() == "轮次"


def _skip_without_a_chinese_font():
    from firth.plotting import loss_curve

    try:
        loss_curve([1.0], title="猫")
    except firth.FirthError:
        pytest.skip("no Chinese font here")


def test_maps_show_every_noun_and_the_window_what_the_text_says():
    trained = {"skipgram": train_lesson("skipgram", epochs=20)}
    pictures = draw_lesson(trained)
    nouns = {noun for members in lesson_groups().values() for noun in members}
    assert nouns == {text.get_text() for text in pictures["skipgram"].axes[0].texts}
    shown = [text.get_text() for text in pictures["window"].axes[0].texts]
    assert all(word in shown for word in lesson_sentences()[0])
    assert list(pictures) == ["window", "noise", "skipgram", "losses"]
    assert pictures["losses"].axes[0].get_xlabel() == "epoch"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lesson_sentences("tlh"), "the lesson is told in en and zh, got 'tlh'"),
        (lambda: train_lesson("glove"), "model must be skipgram or cbow, got 'glove'"),
        (lambda: train_lesson("cbow", epochs=0), "epochs must be at least 1, got 0"),
    ],
)
def test_bad_options_are_told(call, message):
    with pytest.raises(firth.ConfigError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize(
    ("packages", "message"),
    [
        (["torch"], "torch is not installed; run: pip install 'firth[torch]'"),
        (["matplotlib"], "matplotlib is not installed; run: pip install 'firth[plot]'"),
        (
            ["torch", "matplotlib"],
            "matplotlib or torch is not installed; run: pip install 'firth[plot,torch]'",
        ),
    ],
)
def test_missing_extras_are_named_at_once_before_anything_is_told(
    tmp_path, monkeypatch, packages, message
):
    for package in packages:
        monkeypatch.setitem(sys.modules, package, None)
    said = []
    with pytest.raises(firth.MissingExtraError, match=f"^{re.escape(message)}$"):
        run_lesson(tmp_path, say=said.append)
    assert said == []


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_trained(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    said = []
    with pytest.raises(firth.FirthError, match="cannot write"):
        run_lesson(tmp_path / "file", say=said.append)
    assert said == []


def test_the_command_passes_on_what_it_is_given(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(
        "firth.lesson.run_lesson", lambda *place, **options: given.append((place, options))
    )
    for arguments in (["lesson"], ["lesson", "--output", str(tmp_path), "--language", "zh"]):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
    assert given == [
        ((Path("lesson"),), {"say": print, "language": "en"}),
        ((tmp_path,), {"say": print, "language": "zh"}),
    ]
