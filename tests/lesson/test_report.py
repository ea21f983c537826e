"""The lesson's report and pictures."""

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from firth.cli import app
from firth.cli.report import print_line
from firth.errors import FirthError, MissingExtraError
from firth.lesson import (
    MODELS,
    draw_lesson,
    lesson_groups,
    lesson_sentences,
    run_lesson,
    train_lesson,
)
from firth.lesson.texts import lesson_text


@pytest.fixture
def chinese_font():
    """Skip a test if no font can show Chinese."""
    from firth.plotting import loss_curve

    try:
        loss_curve([1.0], title="猫")
    except FirthError:
        pytest.skip("no Chinese font here")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_lesson_tells_its_losses_and_writes_pictures(tmp_path, request, language):
    if language == "zh":
        request.getfixturevalue("chinese_font")
    said = []
    epochs = 100
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
    """Return the English words except names of models. Single letters are marks on axes."""
    return set(re.findall("[A-Za-z]{2,}", text.replace("Skip-gram", ""))) - {"CBOW"}


def test_the_chinese_pictures_say_nothing_in_english(chinese_font):
    from matplotlib.text import Text

    trained = {model: train_lesson(model, language="zh", epochs=2) for model in MODELS}
    pictures = draw_lesson(trained, "zh")
    for name, picture in pictures.items():
        said = [text.get_text() for text in picture.findobj(Text)]
        assert [each for each in said if english_in(each)] == [], name
    assert pictures["losses"].axes[0].get_xlabel() == "轮次"


def test_maps_show_every_noun_and_the_window_what_the_text_says():
    trained = {"skipgram": train_lesson("skipgram", epochs=20)}
    pictures = draw_lesson(trained)
    nouns = {noun for members in lesson_groups().values() for noun in members}
    assert nouns == {text.get_text() for text in pictures["skipgram"].axes[0].texts}
    shown = [text.get_text() for text in pictures["window"].axes[0].texts]
    assert all(word in shown for word in lesson_sentences()[0])
    assert list(pictures) == ["window", "noise", "skipgram", "losses"]
    assert pictures["losses"].axes[0].get_xlabel() == "epoch"


def test_every_label_that_is_translated_is_drawn():
    from matplotlib.text import Text

    pictures = draw_lesson({"skipgram": train_lesson("skipgram", epochs=2)})
    drawn = {text.get_text() for picture in pictures.values() for text in picture.findobj(Text)}
    assert set(lesson_text("zh")["labels"]) - drawn == set()


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
    with pytest.raises(MissingExtraError, match=f"^{re.escape(message)}$"):
        run_lesson(tmp_path, say=said.append)
    assert said == []


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_trained(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    # And before packages that are missing: they take minutes to install.
    monkeypatch.setitem(sys.modules, "torch", None)
    said = []
    with pytest.raises(FirthError, match="cannot write"):
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
        ((Path("lesson"),), {"say": print_line, "language": "en"}),
        ((tmp_path,), {"say": print_line, "language": "zh"}),
    ]
