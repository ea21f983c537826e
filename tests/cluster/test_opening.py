"""What is refused before anything is started."""

import gzip
import sys

import numpy as np
import pytest

import firth
from firth.cluster import ray_team, reading
from firth.cluster.opening import is_wanted
from firth.errors import ConfigError, FirthError, MissingExtraError
from firth.training import TrainConfig
from firth.training.engines.registry import engine_named
from thread_team import ThreadTeam

UNITS = [["tea", "milk"], ["tea", "sugar"]] * 50


@pytest.mark.parametrize("cluster", ["", 7, ["auto"]])
def test_a_cluster_must_be_a_name(cluster):
    with pytest.raises(ConfigError, match="cluster must be 'auto', the address of a Ray cluster"):
        firth.train(UNITS, cluster=cluster)


@pytest.mark.parametrize(
    ("workers", "cluster", "wanted"),
    [(1, None, False), (2, None, True), (1, "auto", True), (2, "auto", True)],
)
def test_one_worker_needs_no_team_unless_a_cluster_is_named(workers, cluster, wanted):
    assert is_wanted(TrainConfig(workers=workers), cluster) == wanted


def test_another_engine_has_one_worker():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(ConfigError, match=r"engine='torch' \(--engine\) trains with one worker"):
        firth.train(UNITS, workers=2, engine="torch")


@pytest.mark.parametrize("name", ["hogwild", "torch"])
def test_engines_refuse_several_workers(name):
    if name == "torch":
        pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(ConfigError, match=r"workers=2 \(--workers\): this engine trains with one"):
        engine_named(name).check(TrainConfig(workers=2))


def test_torchrun_has_to_start_the_process(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(ConfigError, match="is for processes that torchrun has started"):
        firth.train(UNITS, workers=2, cluster="torchrun")


def test_other_ranks_serve(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError, match=r"in the others call firth.cluster.torchrun.serve\(\)"):
        firth.train(UNITS, workers=2, cluster="torchrun")


@pytest.mark.parametrize("package", ["ray", "torch"])
def test_a_missing_extra_is_named(monkeypatch, package):
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    if package == "torch":
        # Ray, if it is not there, is asked for first.
        monkeypatch.setitem(sys.modules, "ray", object())
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"{package} is not .*'firth\[cluster\]'"):
        firth.train(UNITS, workers=2, cluster="auto")


def test_workers_are_threads_by_default():
    found = [firth.train(UNITS, workers=3, dim=8, sample=0, seed=seed) for seed in (1, 1, 2)]
    first, again, other = (vectors.input_vectors.tobytes() for vectors in found)
    assert first == again != other
    assert found[0].config["options"]["workers"] == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_read_is_logged(tmp_path, caplog, workers):
    path = tmp_path / "text.txt"
    path.write_text("tea milk sugar\n" * 100)
    with caplog.at_level("INFO", logger="firth"):
        firth.train(path, workers=workers, dim=4, sample=0, subwords="none", threads=1)
    assert "read 300 words in 100 units: a vocabulary of 3 words, 300 tokens" in caplog.text


def test_a_member_that_fails_ends_the_others():
    team = ThreadTeam(3)
    team.start()
    team.members[1].describe = lambda: 1 / 0
    for member in (team.members[0], team.members[2]):
        member.describe = lambda member=member: member._group.add_up(np.zeros(4, np.float32))
    with pytest.raises(ZeroDivisionError):
        team.call("describe")


class AboutToStart(BaseException):
    """What no code takes for a reason why Ray does not start."""


@pytest.fixture
def lonely_ray(monkeypatch):
    """A Ray that finds no cluster, and must not start one."""

    class Lonely:
        class exceptions:
            RayError = OSError

        @staticmethod
        def is_initialized():
            return False

        @staticmethod
        def init(address, **_):
            if address == "auto":
                raise ConnectionError("Could not find any running Ray instance.")
            raise AboutToStart

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(ray_team, "_import_ray", lambda: Lonely)
    monkeypatch.setattr(ray_team, "import_distributed", lambda: None)
    monkeypatch.setattr(ray_team, "_keep_quiet", lambda ray: None)


# What is wrong with a call, its keywords, and what the message says. Names are of `files`.
REFUSED = {
    "text missing": ({"source": "nowhere.txt"}, "nowhere.txt"),
    "no match": ({"source": "*.nothing"}, "no file matches"),
    "folder without text": ({"source": "folder"}, "folder holds no files"),
    "text empty": ({"source": "empty.txt"}, "the corpus holds no words"),
    "one text missing": ({"source": ["text.txt", "nowhere.txt"]}, "nowhere.txt"),
    "no text": ({"source": "picture.txt"}, "a PNG picture"),
    "no text among texts": ({"source": ["text.txt", "picture.txt"]}, "a PNG picture"),
    "compressed text damaged": ({"source": "damaged.txt.gz"}, "decompress .*damaged.txt.gz"),
    "compressed, no text": ({"source": "picture.txt.gz"}, "decompressed, is a PNG picture"),
    "sentences": ({"source": "tea and milk"}, "to train on sentences themselves"),
    "tokenizer unknown": ({"tokenizer": "blanks"}, "tokenizer must be"),
    "normalization unknown": ({"normalization": "NFX"}, "normalization must be"),
    "errors unknown": ({"encoding_errors": "hide"}, "encoding_errors must be"),
    "max_vocab below the words to start from": (
        {"start": firth.Vectors(["a", "b", "c"], np.eye(3)), "max_vocab": 2},
        "max_vocab must be at least 3",
    ),
    "options of text": ({"source": UNITS, "lowercase": True}, "lowercase is for text"),
    "words too rare": ({"source": UNITS, "min_count": 1_000}, "min_count"),
    "words of a small text too rare": ({"min_count": 101}, "no word occurs 101 times"),
    "small text blank": ({"source": "blank.txt"}, "the corpus holds no words"),
    "small text of one word": ({"source": "one.txt"}, "no other word"),
    "small text in another encoding": ({"source": "latin.txt"}, "latin.txt: invalid UTF-8"),
    "held-out text missing": ({"holdout": "nowhere.txt"}, "holdout: .*nowhere.txt"),
    "held-out text empty": ({"holdout": "empty.txt"}, "holdout: "),
    "held-out text trained on": ({"holdout": "text.txt"}, "both trained on and held out"),
    "phrases missing": ({"phrases": "nowhere.json"}, "nowhere.json"),
    "vocabulary missing": ({"vocabulary": "nowhere.txt"}, "nowhere.txt"),
    "vocabulary out of range": ({"source": UNITS, "min_count": 0}, "min_count must be"),
    "start missing": ({"start": "nowhere"}, "nowhere"),
    "checkpoint a file": ({"checkpoint": "text.txt"}, "text.txt"),
    "resume without a folder": ({"resume": True}, "resume needs a folder"),
    "option out of range": ({"epochs": 0}, "epochs must be"),
    "engine with one worker": ({"engine": "nothing"}, "engine must be"),
    "frozen word unknown": ({"source": firth.read_corpus(UNITS), "frozen": ["jam"]}, "jam"),
    "words that the corpus lacks": (
        {"source": firth.read_corpus(UNITS), "start": firth.Vectors(["a", "b"], np.eye(2))},
        "the corpus lacks 2 words",
    ),
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    tmp_path.joinpath("text.txt").write_text("tea milk sugar\n" * 100)
    tmp_path.joinpath("empty.txt").touch()
    tmp_path.joinpath("blank.txt").write_text(" \n" * 100)
    tmp_path.joinpath("one.txt").write_text("tea\n" * 100)
    tmp_path.joinpath("latin.txt").write_text("th\xe9 tea\n" * 100, "latin-1")
    tmp_path.joinpath("picture.txt").write_bytes(picture)
    tmp_path.joinpath("picture.txt.gz").write_bytes(gzip.compress(picture))
    tmp_path.joinpath("damaged.txt.gz").write_bytes(gzip.compress(b"tea milk")[:12])
    tmp_path.joinpath("folder").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("reason", REFUSED)
@pytest.mark.usefixtures("lonely_ray", "files")
def test_what_can_be_refused_is_before_ray_starts(reason):
    options, message = REFUSED[reason]
    with pytest.raises(FirthError, match=message) as told:
        firth.train(**{"source": "text.txt", "workers": 2, "cluster": "auto", **options})
    assert "\n" not in str(told.value)


@pytest.mark.usefixtures("lonely_ray", "files")
def test_the_words_of_a_large_text_are_counted_by_workers(monkeypatch):
    monkeypatch.setattr(reading, "_SMALL", 1_499)
    with pytest.raises(AboutToStart):
        firth.train("text.txt", workers=2, cluster="auto", min_count=101)


@pytest.mark.usefixtures("lonely_ray", "files")
def test_a_callable_which_may_be_slow_is_called_by_workers_only():
    with pytest.raises(AboutToStart):
        firth.train("text.txt", workers=2, cluster="auto", tokenizer=lambda line: 1 / 0)


@pytest.mark.usefixtures("lonely_ray", "files")
@pytest.mark.parametrize("source", ["text.txt", ["text.txt", "text.txt"], UNITS])
def test_what_is_well_starts_ray(source):
    with pytest.raises(AboutToStart):
        firth.train(source, workers=2, cluster="auto")
