"""Replicas of vectors on samples of the text, and the intervals that they give."""

import warnings

import numpy as np
import pytest

import firth
from firth import ConfigError, FormatError
from firth import replicas as module
from firth.replicas import _sampled

OPTIONS = {"dim": 8, "sample": 0, "threads": 1, "progress": False, "subwords": "none"}


def text(seed, units=250):
    """Units of four topics: words of one topic stand together."""
    random = np.random.default_rng(seed)
    topics = [[f"{topic}{word}" for word in range(6)] for topic in "abcd"]
    return [random.choice(topics[random.integers(4)], size=8).tolist() for _ in range(units)]


@pytest.fixture(scope="module")
def trained():
    vectors = firth.train(text(0), **OPTIONS)
    return vectors, list(firth.replicate(vectors, text(0), runs=4))


def test_replicas_have_the_same_words_and_other_vectors(trained):
    vectors, replicas = trained
    assert [replica.words for replica in replicas] == [vectors.words] * 4
    everything = [vectors, *replicas]
    assert len({each.input_vectors.tobytes() for each in everything}) == 5
    again = list(firth.replicate(vectors, text(0), runs=4))
    for first, second in zip(replicas, again, strict=True):
        np.testing.assert_array_equal(first.input_vectors, second.input_vectors)


def test_neighbours_have_intervals_around_their_cosines(trained):
    vectors, replicas = trained
    found = firth.neighbour_intervals(vectors, "a0", replicas, top=5)
    assert [(each.word, each.score) for each in found] == [
        (word, pytest.approx(score)) for word, score in vectors.similar("a0", top=5)
    ]
    assert all(-1 <= each.low < each.score < each.high <= 1 for each in found)
    assert all(each.kept == 1 for each in found)  # the five others of the topic
    wider = firth.neighbour_intervals(vectors, "a0", replicas[:2], top=5)
    assert sum(e.high - e.low for e in wider) > sum(e.high - e.low for e in found)
    assert [e.kept for e in firth.neighbour_intervals(vectors, "a0", replicas, top=1)] != []
    among = firth.neighbour_intervals(vectors, {"a0": 1, "b0": -1}, replicas, restrict=["c1", "a1"])
    assert among[0].word == "a1"


def test_replicas_may_be_any_iterable(trained):
    vectors, replicas = trained
    found = firth.neighbour_intervals(vectors, "a0", iter(replicas), top=2)
    assert found == firth.neighbour_intervals(vectors, "a0", replicas, top=2)


def test_words_of_n_grams_have_no_intervals():
    vectors = firth.train(text(0), **{**OPTIONS, "subwords": (2, 3)})
    replicas = list(firth.replicate(vectors, text(0), runs=2))
    assert vectors.get("a9") is not None
    with warnings.catch_warnings():
        # That its vector is composed is not told first.
        warnings.simplefilter("error")
        with pytest.raises(firth.VocabularyError, match="'a9' is not among the 24 words"):
            firth.neighbour_intervals(vectors, "a9", replicas)


@pytest.mark.parametrize("other", [None, "v", np.eye(3), {"a": [1.0]}], ids=type)
def test_what_is_no_vectors_is_refused(trained, other):
    vectors, _ = trained
    for ask in (
        lambda: firth.replicate(other, text(0)),
        lambda: firth.infer(other, ["a0"]),
        lambda: firth.neighbour_intervals(other, "a0", [vectors, vectors]),
        lambda: firth.neighbour_intervals(vectors, "a0", [vectors, other]),
    ):
        with pytest.raises(ConfigError, match=r"must be Vectors, as from firth.load; got"):
            ask()
    for several in (None, "v.replicas", vectors):
        with pytest.raises(ConfigError, match=r"replicas must be several Vectors, as from firth.r"):
            firth.neighbour_intervals(vectors, "a0", several)


def test_intervals_cover_the_mean_of_trainings_on_such_texts():
    """Train on 24 texts of one kind: their mean is the truth that the interval of one must hold."""
    words = [f"{topic}{word}" for topic in "abcd" for word in range(6)]
    runs = [firth.train(text(seed), seed=seed + 1, **OPTIONS) for seed in range(24)]
    pairs = [("a0", "a1"), ("b0", "b3"), ("c2", "c4"), ("d1", "d5"), ("a2", "b2"), ("c3", "d3")]
    truth = [np.mean([run.similarity(a, b) for run in runs]) for a, b in pairs]
    held = []
    for number, vectors in enumerate(runs[:10]):
        replicas = list(firth.replicate(vectors, text(number), runs=6))
        for (a, b), mean in zip(pairs, truth, strict=True):
            found = firth.neighbour_intervals(vectors, a, replicas, top=len(words))
            interval = next(each for each in found if each.word == b)
            held.append(interval.low <= mean <= interval.high)
    # 60 intervals, of which 57 are expected; pairs of one text are not independent.
    assert np.mean(held) >= 0.85


def test_a_sample_draws_units_and_pieces_of_long_ones():
    units = [[f"w{u}"] * 5 for u in range(50)] + [["long", "unit"] * 2_000]
    corpus = firth.read_corpus(units, min_count=1)
    sample = _sampled(corpus, seed=3)
    assert sample.vocabulary is corpus.vocabulary
    lengths = np.diff(sample.tokens.offsets)
    assert len(lengths) == 54
    assert set(lengths.tolist()) == {5, 1_000}
    drawn = {tuple(sample.tokens.unit(u)[:1]) for u in range(54)}
    assert 10 < len(drawn) < 51
    for u in range(54):
        unit = sample.tokens.unit(u)
        assert len(set(unit.tolist())) == (1 if len(unit) == 5 else 2)
    assert sample.tokens.ids.tobytes() != _sampled(corpus, seed=4).tokens.ids.tobytes()


def test_pieces_that_are_drawn_keep_the_tags_of_their_lines():
    units = [[f"w{k}"] * 2_500 for k in range(4)] + [[f"w{k % 4}"] * 5 for k in range(40)]
    corpus = firth.read_corpus(units, min_count=1)
    tags = [[unit[0], "long" if len(unit) > 5 else "short", "all"] for unit in units]
    sample = _sampled(corpus.with_documents(tags), seed=3)
    found, documents = sample.document_tags, sample.tokens.documents
    for u in range(len(sample.tokens)):
        word = corpus.vocabulary.words[sample.tokens.unit(u)[0]]
        rows = documents.rows[documents.offsets[u] : documents.offsets[u + 1]]
        length = "short" if len(sample.tokens.unit(u)) == 5 else "long"
        assert [found[row] for row in rows] == [word, length, "all"]
    assert u == 4 * 3 + 40 - 1


def test_replicas_of_words_beside_tags_need_the_corpus_with_them():
    corpus = firth.read_corpus(text(0, 60)).with_documents([[k % 2] for k in range(60)])
    vectors = firth.train(corpus, documents="joint", epochs=1, **OPTIONS)
    replicas = list(firth.replicate(vectors, corpus, runs=2))
    assert [replica.words for replica in replicas] == [vectors.words] * 2
    with pytest.raises(ConfigError, match="documents with tags, which a text does not tell; give"):
        next(firth.replicate(vectors, text(0, 60), runs=2))


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        (np.ones(8, np.float32), "a vector means nothing in the space of another training"),
        ([0.5] * 8, "a vector means nothing"),
        (["a0", "a1"], "one query at a time"),
        ("z", "'z' is not among"),
    ],
)
def test_queries_without_intervals(trained, query, fault):
    vectors, replicas = trained
    with pytest.raises((ConfigError, firth.VocabularyError), match=fault):
        firth.neighbour_intervals(vectors, query, replicas)


def write_text(path, seed=0):
    path.write_text("\n".join(" ".join(unit) for unit in text(seed)))
    return path


@pytest.mark.parametrize(
    "options",
    [
        {"holdout": 0.3, "min_count": 60, "epochs": 9, "patience": 1},
        {"holdout": "other.txt"},
        {"phrases": 1, "min_count": 2},
        {"windows": (3, 1)},
        {"vocabulary": firth.Vocabulary(["a0", "absent", "b1", "c2", "a1"], [9, 8, 7, 6, 5])},
        {"max_vocab": 9, "min_count": 1},
        {"workers": 2},
        {"checkpoint": "checkpoints", "on_divergence": "halve"},
        {"documents": "joint"},
        {"loss": "hs", "model": "cbow"},
    ],
    ids=lambda options: " ".join(options),
)
def test_vectors_are_replicated_however_they_were_trained(tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    path = write_text(tmp_path / "text.txt")
    write_text(tmp_path / "other.txt", seed=1)
    vectors = firth.train(path, **{**OPTIONS, **options})
    vectors.save("vectors")
    trained = []
    monkeypatch.setattr(
        module,
        "train",
        lambda corpus, **how: trained.append((corpus, how["config"])) or firth.train(corpus, **how),
    )
    found = list(firth.replicate(firth.load("vectors"), path, runs=2))
    assert [each.words for each in found] == [vectors.words] * 2
    assert found[0].dim == vectors.dim
    for corpus, config in trained:
        assert config.epochs == vectors.config.get("epoch", vectors.config["options"]["epochs"])
        assert config.model == vectors.config["options"]["model"]
        # A sample is about as long as the text.
        whole = sum(vectors.config["corpus"][f"words_{part}"] for part in ("kept", "held_out"))
        assert options.get("holdout") == "other.txt" or 0.8 < corpus.tokens.size / whole < 1.25
        assert 0 <= corpus.tokens.ids.min() <= corpus.tokens.ids.max() < len(vectors)


def test_another_text_is_refused_where_words_were_given(tmp_path):
    words = firth.Vocabulary(["a0", "b1"], [9, 8])
    vectors = firth.train(write_text(tmp_path / "text.txt"), vocabulary=words, **OPTIONS)
    (tmp_path / "more.txt").write_text("a0 b1\n")
    told = r"^of the text, 2 words would be trained on, and it was 1\d\d; give the text"
    with pytest.raises(ConfigError, match=told):
        firth.replicate(vectors, tmp_path / "more.txt")


def test_a_text_of_which_a_share_was_held_out_is_replicated_with_the_words_of_the_rest(tmp_path):
    path = write_text(tmp_path / "text.txt")
    vectors = firth.train(path, **{**OPTIONS, "holdout": 0.3, "min_count": 60})
    whole = firth.read_corpus(path, min_count=60)
    # Else this shows nothing.
    assert vectors.words != whole.vocabulary.words
    corpus = module._read_again(vectors, path, vectors.config["options"])
    assert corpus.vocabulary.words == vectors.words
    spelled = [[corpus.vocabulary.words[i] for i in corpus.tokens.unit(u)] for u in range(20)]
    assert (
        spelled
        == [
            kept
            for line in path.read_text().splitlines()
            if (kept := [word for word in line.split() if word in vectors])
        ][:20]
    )
    with pytest.raises(ConfigError, match="give the text that the vectors were trained on"):
        firth.replicate(vectors, write_text(tmp_path / "more.txt", seed=3))


def test_the_most_frequent_words_are_those_of_the_part_that_was_trained_on(tmp_path):
    path = write_text(tmp_path / "text.txt")
    options = {"holdout": 0.3, "max_vocab": 9, "min_count": 1}
    vectors = firth.train(path, **{**OPTIONS, **options})
    # Else this shows nothing.
    assert set(vectors.words) != set(firth.read_corpus(path, max_vocab=9).vocabulary.words)
    replica = next(firth.replicate(vectors, path))
    assert replica.words == vectors.words


def test_vectors_that_were_trained_on_are_not_replicated(tmp_path):
    path = write_text(tmp_path / "text.txt")
    first = firth.train(text(1), **OPTIONS)
    second = firth.train(path, **OPTIONS, start=first)
    with pytest.raises(ConfigError, match=r"^these vectors were trained on from others \(start\)"):
        firth.replicate(second, path)


def test_what_cannot_be_replicated_is_told(trained, tmp_path):
    vectors, replicas = trained
    with pytest.raises(ConfigError, match="at least 2 replicas, got 1"):
        firth.neighbour_intervals(vectors, "a0", replicas[:1])
    with pytest.raises(ConfigError, match="replica 2 has other words"):
        firth.neighbour_intervals(vectors, "a0", [replicas[0], firth.Vectors(["a0"], np.eye(1))])
    with pytest.raises(ConfigError, match="runs must be at least 2"):
        firth.replicate(vectors, text(0), runs=1)
    with pytest.raises(ConfigError, match="not known how these vectors were trained"):
        firth.replicate(firth.Vectors(["a"], np.eye(1)), text(0))
    with pytest.raises(ConfigError, match="give the text that the vectors were trained on"):
        firth.replicate(vectors, text(0)[:100])
    corpus = firth.read_corpus(text(0))
    of_corpus = firth.train(corpus, **OPTIONS)
    with pytest.raises(ConfigError, match=r"give the corpus that firth.read_corpus returned"):
        firth.replicate(of_corpus, text(0))
    assert len(list(firth.replicate(of_corpus, corpus, runs=2, epochs=1))) == 2
    assert issubclass(FormatError, Exception)
