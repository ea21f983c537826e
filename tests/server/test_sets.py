"""Sets that are read anew when their files change, and stay when these are gone."""

import shutil
import threading

import numpy as np
import pytest

from firth import Vectors, load
from firth.errors import ConfigError, FirthError, FormatError
from firth.server import VectorSets, create_app
from firth.server.sets import Watcher


@pytest.fixture
def sets(paths):
    return VectorSets(paths)


def replace(path, *words):
    Vectors(list(words), np.eye(len(words), dtype=np.float32)).save(path)


def test_sets_by_name(sets):
    assert [each.name for each in sets] == ["en", "items"]
    assert sets.get() is sets.get("en")
    assert 17 in sets.get("items").vectors
    with pytest.raises(FirthError, match="there is no set 'de'; there are: en, items"):
        sets.get("de")


def test_paths_may_be_text(paths):
    sets = VectorSets({name: str(path) for name, path in paths.items()})
    assert [len(each.vectors) for each in sets] == [7, 3]


def test_no_set_is_refused():
    with pytest.raises(ConfigError, match="a service needs at least one set of vectors, got none"):
        VectorSets({})


def test_vectors_that_cannot_be_read_are_told_at_once(tmp_path):
    (tmp_path / "x.txt").write_text("no vectors")
    with pytest.raises(FormatError, match=r"x\.txt"):
        VectorSets({"x": tmp_path / "x.txt"})


def test_changed_files_are_read_when_they_have_settled(sets, paths):
    before = sets.get()
    sets.refresh()
    assert sets.get() is before
    replace(paths["en"], "tee", "milch")
    sets.refresh()
    assert sets.get() is before
    sets.refresh()
    assert sets.get().vectors.words == ("tee", "milch")
    assert sets.get().fingerprint != before.fingerprint
    # Who still has the old one goes on with it.
    assert before.vectors.similar("king", 1)[0].word == "queen"


def test_changed_files_are_read_at_once_if_asked(sets, paths):
    replace(paths["items"], 1, 2)
    sets.refresh(at_once=True)
    assert sets.get("items").vectors.words == (1, 2)


def test_files_that_are_gone(sets, paths, tmp_path):
    before = sets.get()
    paths["en"].rename(tmp_path / "away")
    sets.refresh()
    assert sets.get() is before
    assert "gone" in sets.problems()["en"]
    assert sets.problems()["items"] is None
    (tmp_path / "away").rename(paths["en"])
    sets.refresh()
    assert sets.problems()["en"] is None


def test_damaged_files_leave_the_set_as_it_was(paths):
    told = []
    sets = VectorSets(paths)
    sets.call_on_reload(lambda name, done: told.append((name, done)))
    # The application listens too, and takes nothing from others that do.
    create_app(sets)
    before = sets.get()
    (paths["en"] / "vocabulary.json").write_text("{")
    for _ in range(5):
        sets.refresh()
    assert sets.get() is before
    assert "cannot be read" in sets.problems()["en"]
    # They are not read again and again.
    assert told == [("en", False)]
    shutil.rmtree(paths["en"])
    replace(paths["en"], "tee", "milch")
    sets.refresh(at_once=True)
    assert sets.problems()["en"] is None
    assert told == [("en", False), ("en", True)]


def test_what_could_not_be_read_for_lack_of_memory_is_read_again_if_asked(
    sets, paths, monkeypatch, caplog
):
    def fail(path):
        raise MemoryError

    replace(paths["en"], "tee", "milch")
    with monkeypatch.context() as patch:
        patch.setattr("firth.server.sets.load", fail)
        sets.refresh(at_once=True)
    assert "en cannot be read anew: out of memory" in caplog.text
    sets.refresh()
    sets.refresh()
    assert sets.get().vectors.words != ("tee", "milch")
    # As SIGHUP asks.
    sets.refresh(at_once=True)
    assert sets.get().vectors.words == ("tee", "milch")
    assert sets.problems()["en"] is None


def test_an_index_beside_the_vectors_answers(paths, monkeypatch, caplog):
    pytest.importorskip("usearch")
    monkeypatch.setattr("firth.vectors.questions.nearest.EXACT_BELOW", 0)
    place = paths["en"].with_name("en.index")
    replace(paths["en"], *(f"w{row}" for row in range(40)))
    load(paths["en"]).build_index(place)
    sets = VectorSets(paths)
    assert [each.describe() for each in sets] == [
        "en (40 words, 40 dimensions, with an index)", "items (3 words, 3 dimensions)",
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firth.vectors.search.ExactIndex.best", None)
        assert len(sets.get().vectors.similar("w7", 2)) == 2
    # Vectors without their index are served, and with it again when it has been built.
    replace(paths["en"], "tee", "milch")
    sets.refresh(at_once=True)
    assert not sets.get().vectors.has_index
    assert "en is served without its index" in caplog.text
    assert "is the index of other vectors" in caplog.text
    without = sets.get().fingerprint
    load(paths["en"]).build_index(place)
    sets.refresh(at_once=True)
    assert sets.get().vectors.has_index
    assert sets.get().fingerprint != without
    shutil.rmtree(place)
    sets.refresh(at_once=True)
    assert not sets.get().vectors.has_index
    assert sets.problems()["en"] is None


def test_health_tells_of_files_that_are_gone_but_not_where_they_were(client, paths):
    shutil.rmtree(paths["en"])
    client.app.state.sets.refresh()
    answer = client.get("/health")
    assert answer.json()["status"] == "degraded"
    assert "gone" in answer.json()["sets"][0]["problem"]
    assert str(paths["en"]) not in answer.text
    assert client.get("/similar?word=king").status_code == 200


def test_files_are_watched(make_client, paths):
    client = make_client(check_seconds=0.02)
    read = threading.Event()
    client.app.state.sets.call_on_reload(lambda name, done: read.set())
    with client:
        replace(paths["en"], "tee", "milch")
        assert read.wait(30)
        assert client.get("/similar?word=tee").status_code == 200


def test_files_are_watched_again_by_an_application_that_starts_again(make_client, paths):
    client = make_client(check_seconds=0.02)
    read = threading.Event()
    client.app.state.sets.call_on_reload(lambda name, done: read.set())
    for words in (("tee", "milch"), ("kaffee", "zucker")):
        read.clear()
        with client:
            replace(paths["en"], *words)
            assert read.wait(30)
            assert client.get(f"/similar?word={words[0]}").status_code == 200


def test_one_thread_watches_and_none_after_the_end(sets):
    def running():
        return [each for each in threading.enumerate() if each.name == "firth-watcher"]

    watcher, before = Watcher(sets, 600), running()
    watcher.start()
    watcher.start()
    [thread] = [each for each in running() if each not in before]
    watcher.stop()
    watcher.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_a_watcher_that_could_not_start_can_be_started_again(sets, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    watcher, refreshed = Watcher(sets, 600), threading.Event()
    monkeypatch.setattr(sets, "refresh", lambda at_once: refreshed.set())
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="new thread"):
            watcher.start()
    watcher.start()
    watcher.ask()
    assert refreshed.wait(30)
    watcher.stop()


def test_figures_tell_of_requests_sets_and_reloads(client, paths):
    client.get("/similar?word=king")
    client.get("/similar?word=kign")
    client.request("BREW", "/similar")
    client.get("/secret-path")
    replace(paths["en"], "tee", "milch")
    client.app.state.sets.refresh(at_once=True)
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        'firth_requests_total{method="GET",route="/similar",status="200"} 1.0',
        'firth_requests_total{method="GET",route="/similar",status="404"} 1.0',
        'firth_requests_total{method="GET",route="none",status="404"} 1.0',
        'firth_request_seconds_count{route="/similar"} 3.0',
        'firth_set_words{set="en"} 2.0',
        'firth_set_reloads_total{outcome="done",set="en"} 1.0',
    ):
        assert line in answer.text.splitlines(), line
    assert "secret-path" not in answer.text
    assert "BREW" not in answer.text
