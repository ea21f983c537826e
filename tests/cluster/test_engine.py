"""A team of threads trains as one engine."""

import numpy as np
import pytest

import firth
from firth.cluster.agreement import VERSION
from firth.cluster.engine import cluster_engine
from firth.cluster.parts import CutCorpus
from firth.corpus import read_corpus
from firth.errors import CorpusError, FirthError, FirthWarning
from firth.training import TrainConfig, train_corpus
from firth.training.checkpoints.fingerprint import differences
from firth.training.checkpoints.folder import Checkpoints
from firth.training.engines.base import Stretch
from firth.training.engines.hogwild import HogwildEngine
from planted import check_groups_are_found, planted_corpus
from thread_team import ThreadTeam

KINDS = {
    "words": {},
    "cbow": {"model": "cbow"},
    "subwords": {"subwords": (2, 3)},
    "tree": {"loss": "hs"},
    "documents": {"documents": "joint"},
}


def config_of(workers, **options):
    defaults = {"dim": 10, "window": 3, "epochs": 2, "sample": 0, "lr": 0.05, "threads": 1}
    return TrainConfig(**{**defaults, **options}, workers=workers)


def train(corpus, config, team=None, **options):
    engine = cluster_engine(team or ThreadTeam(config.workers), CutCorpus(corpus, config.workers))
    return train_corpus(corpus, config, engine=engine, **options)


def bytes_of(result):
    return {name: table.tobytes() for name, table in result.tables.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_one_member_does_what_one_thread_does(kind):
    corpus = planted_corpus(600)
    engine = cluster_engine(ThreadTeam(1), CutCorpus(corpus, 1))
    config = config_of(1, **KINDS[kind])
    found = train_corpus(corpus, config, engine=engine)
    # The steps of a member cut its stretches in other places, where words leave the reach.
    alone = train_corpus(corpus, config, engine=HogwildEngine)
    np.testing.assert_allclose(found.losses, alone.losses, rtol=2e-3)
    for name, table in alone.tables.items():
        np.testing.assert_allclose(found.tables[name], table, rtol=2e-2, atol=1e-2)


@pytest.mark.parametrize("kind", KINDS)
def test_members_find_planted_groups_and_give_the_same_bytes_twice(kind):
    corpus = planted_corpus(1_200)
    config = config_of(3, **KINDS[kind], epochs=4)
    result, again = (train(corpus, config) for _ in range(2))
    assert bytes_of(result) == bytes_of(again)
    check_groups_are_found(result, corpus)


def test_after_a_stretch_all_members_have_the_same_tables():
    # Their parts differ in size.
    corpus, config, team = planted_corpus(1_001), config_of(3), ThreadTeam(3)
    made = cluster_engine(team, CutCorpus(corpus, 3))(
        config, corpus.vocabulary.counts, corpus.tokens, 1_000
    )
    made.compile()
    made.train(0, Stretch(0, 0, 7_000, 0.05, 0.0))
    first, *others = [member.tables() for member in team.members]
    for other in others:
        assert all(np.array_equal(first[name], other[name]) for name in first)


def test_documents_come_back_in_the_order_of_the_corpus():
    corpus, config = planted_corpus(100), config_of(3, documents="alone", epochs=1)
    result = train(corpus, config)
    team = ThreadTeam(3)
    made = cluster_engine(team, CutCorpus(corpus, 3))(
        config, corpus.vocabulary.counts, corpus.tokens, 1_000
    )
    made.compile()
    made.restore(result.tables)
    assert all(np.array_equal(made.tables()[name], result.tables[name]) for name in result.tables)
    assert len({row.tobytes() for row in result.documents_of(corpus).vectors}) == 100


def test_held_out_text_is_measured_and_changes_nothing():
    corpus = planted_corpus(600, holdout=0.2)
    counts, tokens, size = corpus.vocabulary.counts, corpus.tokens, corpus.tokens.size
    trained = train_corpus(corpus, config_of(1)).tables
    measured = {}
    for workers, engine in [
        (1, HogwildEngine),
        (3, cluster_engine(ThreadTeam(3), CutCorpus(corpus, 3))),
    ]:
        made = engine(config_of(workers), counts, tokens, size)
        made.compile()
        made.restore(trained)
        measured[workers] = made.train(0, Stretch(0, size - corpus.held_out, size, 0.0, 0.0))
        assert all(np.array_equal(made.tables()[name], trained[name]) for name in trained)
    # Its positions have other draws.
    assert measured[3] == pytest.approx(measured[1], rel=0.15)
    assert measured[3][1] == pytest.approx(measured[1][1], rel=0.05)


def test_lost_members_are_replaced_and_nothing_is_trained_twice(tmp_path):
    corpus, config, team = planted_corpus(600), config_of(2), ThreadTeam(2)
    team.lose_after = [2, 0]
    with (
        Checkpoints(tmp_path / "run", every=1e-6) as checkpoints,
        pytest.warns(FirthWarning, match=r"worker 1 was lost; went back to .*checkpoint-0"),
    ):
        found = train(corpus, config, team, checkpoints=checkpoints)
    assert team.starts == 3
    assert bytes_of(found) == bytes_of(train(corpus, config))
    assert found.losses == train(corpus, config).losses


def test_without_checkpoints_the_run_begins_again():
    corpus, config, team = planted_corpus(600), config_of(2), ThreadTeam(2)
    team.lose_after = [3]
    with pytest.warns(FirthWarning, match="worker 1 was lost; went back to the beginning"):
        found = train(corpus, config, team)
    assert bytes_of(found) == bytes_of(train(corpus, config))


def test_a_run_that_gets_no_further_ends():
    team = ThreadTeam(2)
    team.lose_after = [0] * 20
    with (
        pytest.warns(FirthWarning, match="went back"),
        pytest.raises(FirthError, match="worker 1 was lost"),
    ):
        train(planted_corpus(600), config_of(2), team)
    assert team.starts == 4


@pytest.mark.parametrize("method", ["take_part", "prepare", "restore", "tables"])
def test_members_may_be_lost_at_any_time(tmp_path, method):
    corpus, config, team = planted_corpus(600), config_of(2), ThreadTeam(2)
    undisturbed = train(corpus, config)
    team.lose_in, team.lose_after = {method: 2}, [1]
    with Checkpoints(tmp_path / "run", every=1e-6) as checkpoints, pytest.warns(FirthWarning):
        found = train(corpus, config, team, checkpoints=checkpoints)
    assert team.starts > 1
    assert bytes_of(found) == bytes_of(undisturbed)


def test_members_may_be_lost_in_the_first_checkpoint(tmp_path):
    corpus, team = planted_corpus(600), ThreadTeam(2)
    config = config_of(2, on_divergence="halve")
    team.lose_in = {"tables": 2}
    with Checkpoints(tmp_path / "run") as checkpoints, pytest.warns(FirthWarning, match="lost"):
        found = train(corpus, config, team, checkpoints=checkpoints)
    assert team.starts == 3
    assert bytes_of(found) == bytes_of(train(corpus, config_of(2)))


def test_members_may_be_lost_while_the_time_of_a_run_is_measured(monkeypatch):
    monkeypatch.setattr("firth.training.estimate._WORK_OF_LONG_RUN", 1.0)
    monkeypatch.setattr("firth.training.estimate._MEASURED_SECONDS", 0.0)
    corpus, config, team = planted_corpus(600), config_of(2), ThreadTeam(2)
    undisturbed = train(corpus, config)
    team.lose_after = [0, 1]
    with pytest.warns(FirthWarning, match="worker 1 was lost; new workers are started"):
        found = train(corpus, config, team)
    assert team.starts == 3
    assert bytes_of(found) == bytes_of(undisturbed)


def losing(make_team, method):
    def make(workers, engine):
        team = make_team(workers, engine)
        team.lose_in = {method: 2}
        return team

    return make


def test_a_text_is_read_once_by_a_path_that_holds_in_any_folder(tmp_path, monkeypatch):
    (tmp_path / "text.txt").write_text("tea milk sugar\ntea bread butter\n" * 300)
    calls, paths = [], []

    class Watched(ThreadTeam):
        def call_each(self, method, arguments):
            calls.append(method)
            if method == "read":
                paths.extend(file.path for files, *_ in arguments for file in files)
            return super().call_each(method, arguments)

    monkeypatch.setattr("firth.cluster.local_team.LocalTeam", Watched)
    monkeypatch.chdir(tmp_path)
    firth.train("text.txt", workers=2, dim=4, epochs=1, sample=0, windows=(2, 3))
    assert (calls.count("read"), calls.count("prepare")) == (1, 2)
    assert paths == [tmp_path / "text.txt"] * 2


@pytest.mark.parametrize("method", ["take_part", "read", "counts", "encode"])
def test_members_may_be_lost_while_a_text_is_read(tmp_path, monkeypatch, method):
    path = tmp_path / "text.txt"
    path.write_text("tea milk sugar\ntea bread butter\n" * 300)
    source = [["tea", "milk"], ["bread", "tea"]] * 300 if method == "take_part" else path
    teams = []

    def make_team(workers, engine):
        teams.append(ThreadTeam(workers, engine))
        return teams[-1]

    monkeypatch.setattr("firth.cluster.local_team.LocalTeam", make_team)
    options = {"workers": 2, "dim": 4, "epochs": 1, "sample": 0, "subwords": "none"}
    undisturbed = firth.train(source, **options)
    monkeypatch.setattr("firth.cluster.local_team.LocalTeam", losing(make_team, method))
    found = firth.train(source, **options)
    assert teams[-1].starts == 3
    assert np.array_equal(found.input_vectors, undisturbed.input_vectors)


def test_members_agree_by_the_words_of_the_text_where_a_vocabulary_tells_other_counts():
    # What is said to be rare would take the sum of what all workers did.
    rng = np.random.default_rng(1)
    frequencies = 1 / np.arange(1, 801)
    ids = rng.choice(800, (1_500, 50), p=frequencies / frequencies.sum())
    units = [[f"w{k}" for k in unit] for unit in ids]
    flat = firth.Vocabulary([f"w{k}" for k in range(800)], np.full(800, 1_000))
    large = firth.Vectors(["old"], np.ones((1, 16)) / 32, counts=np.array([10**9]))
    for how in ({"vocabulary": flat}, {"start": large, "min_count": 1}):
        losses = []
        for workers in (1, 8):
            options = {"dim": 16, "epochs": 3, "lr": 0.05, "threads": 1, "workers": workers}
            losses.append(firth.train(units, **options, **how).config["losses"][-1])
        assert losses[1] < 1.1 * losses[0]


def test_members_do_not_add_up_what_all_parts_of_a_word_do_alike():
    # A seldom changed part of a frequent word would take the sum of what all workers did.
    rng = np.random.default_rng(1)
    spelled = ["".join(rng.choice(list("abcde"), rng.integers(3, 9))) for _ in range(400)]
    frequencies = 1 / np.arange(1, 401)
    ids = rng.choice(400, (1_200, 50), p=frequencies / frequencies.sum())
    corpus = read_corpus([[spelled[k] for k in unit] for unit in ids], min_count=1)
    options = {
        "dim": 16, "window": 5, "lr": 0.1, "subwords": (3, 4), "buckets": 5_000, "sample": 1e-3,
    }  # fmt: skip
    alone, together = (train(corpus, config_of(workers, **options)).losses for workers in (1, 8))
    assert together[-1] < 1.1 * alone[-1]


def test_members_draw_as_the_whole_corpus_would(monkeypatch):
    noted, train_stretch = [], HogwildEngine.train

    def note(engine, worker, stretch):
        noted.append(stretch)
        return train_stretch(engine, worker, stretch)

    monkeypatch.setattr(HogwildEngine, "train", note)
    corpus = planted_corpus(300)
    train(corpus, config_of(3, epochs=1))
    drawn = [np.arange(each.first + each.start, each.first + each.stop) for each in noted]
    positions = np.sort(np.concatenate(drawn))
    np.testing.assert_array_equal(positions, np.arange(corpus.tokens.size))


def test_checkpoints_name_the_rule_of_agreement(monkeypatch):
    engine = cluster_engine(ThreadTeam(2), CutCorpus(planted_corpus(300), 2))
    before = engine.arithmetic(config_of(2))
    monkeypatch.setattr("firth.cluster.engine.VERSION", 99)
    told = differences(before, engine.arithmetic(config_of(2)))
    assert told == f"agreement of workers was {VERSION}, is now 99"


def test_parts_without_a_window_are_told():
    told = "no window with two words in epoch 1; give more text, or give fewer workers"
    with pytest.raises(CorpusError, match=told), pytest.warns(FirthWarning, match="only 12 words"):
        firth.train([["tea", "milk", "sugar"]] * 4, workers=20, min_count=1, sample=0)
