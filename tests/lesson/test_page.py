"""The page of the lesson: what it may replace."""

import pytest

from firth.errors import FirthError
from firth.lesson import page, write_lesson_page
from firth.recordings import build_page


@pytest.fixture
def without_steps(monkeypatch):
    monkeypatch.setattr(page, "lesson_steps", lambda *_, **__: {"windows": []})


def test_a_recording_is_not_replaced_by_a_lesson(tmp_path, monkeypatch):
    def train(*_, **__):
        raise AssertionError("nothing is trained before the file is checked")

    monkeypatch.setattr(page, "lesson_steps", train)
    path = tmp_path / "run.html"
    recording = build_page("watch", {"live": False}, title="A run")
    path.write_text(recording, "utf-8")
    with pytest.raises(FirthError, match="the file there is no lesson that Firth wrote"):
        write_lesson_page(path)
    assert path.read_text("utf-8") == recording


@pytest.mark.usefixtures("without_steps")
def test_an_older_lesson_is_replaced_and_others_if_asked(tmp_path):
    for before in ("lesson", "watch"):
        path = tmp_path / f"{before}.html"
        path.write_text(build_page(before, {}, title="Before"), "utf-8")
        write_lesson_page(path, overwrite=before != "lesson")
        assert "<title>Firth: a lesson</title>" in path.read_text("utf-8")
