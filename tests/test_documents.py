"""Documents trained with words: the whole trip, from units to the vectors of documents."""

import warnings

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, FirthWarning
from firth.training import Checkpoints, TrainConfig, estimate, schedule, train_corpus
from firth.vectors.search import unit_rows
from training_case import zipf_ids

OPTIONS = {"dim": 12, "epochs": 3, "threads": 1, "sample": 0, "min_count": 1}
KINDS = pytest.mark.parametrize(
    ("model", "documents"), [("skipgram", "joint"), ("cbow", "joint"), ("skipgram", "alone")]
)
UNITS = [[f"w{k}" for k in unit] for unit in zipf_ids(3, 40, (150, 9))]


def bytes_of(vectors):
    tables = vectors.input_vectors, vectors.output_vectors, vectors.documents.input_vectors
    return [table.tobytes() for table in tables]


@KINDS
def test_one_worker_gives_the_same_bytes_and_threads_train_every_document(model, documents):
    options = {**OPTIONS, "model": model, "documents": documents}
    first, second = firth.train(UNITS, **options), firth.train(UNITS, **options)
    assert bytes_of(first) == bytes_of(second)
    untrained = firth.train(UNITS, **{**options, "lr": 1e-20}).documents
    for vectors in (first, firth.train(UNITS, **{**options, "threads": 2})):
        assert vectors.documents.words == tuple(range(len(UNITS)))
        change = np.abs(vectors.documents.input_vectors - untrained.input_vectors).max(axis=1)
        assert (change > 1e-4).all()


def test_words_beside_documents_alone_are_the_output_vectors():
    vectors = firth.train(UNITS, documents="alone", **OPTIONS)
    np.testing.assert_array_equal(vectors.input_vectors, vectors.output_vectors)
    assert vectors.input_vectors.any()


def test_documents_have_the_numbers_of_their_lines(tmp_path):
    lines = ["tea milk tea", "", "rare", "milk tea milk", "   ", "tea tea"]
    (tmp_path / "text.txt").write_text("\n".join(lines))
    options = {**OPTIONS, "min_count": 2}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FirthWarning)
        vectors = firth.train(tmp_path / "text.txt", documents="joint", **options)
    assert vectors.documents.words == (0, 3, 5)
    told = [str(warning.message) for warning in caught]
    assert any(
        text.startswith("documents without a word of the vocabulary have no vector, 1 of 4")
        for text in told
    )
    with pytest.raises(firth.VocabularyError, match="2 is not among the 3 documents"):
        vectors.documents.similar(2)


def test_documents_keep_their_numbers_where_phrases_are_joined(tmp_path):
    lines = ["new york tea", "", "new york", "rare", "tea new york tea", "tea milk tea milk"]
    units = [line.split() for line in lines]
    (tmp_path / "text.txt").write_text("\n".join(lines))
    phrases = firth.Phrases([[firth.Phrase(("new", "york"), 3, 9.0)]])
    options = {**OPTIONS, "min_count": 2, "documents": "joint", "phrases": phrases}
    for source in (units, tmp_path / "text.txt"):
        with pytest.warns(FirthWarning, match="no vector, 1 of 5;"):
            vectors = firth.train(source, **options)
        assert "new_york" in vectors.words
        assert "york" not in vectors.words
        assert vectors.documents.words == (0, 2, 4, 5)


def stop_in_epoch_three(corpus, config, folder):
    """Train with checkpoints in a folder until an error ends the run."""

    class Stop(firth.Callback):
        def on_progress(self, progress):
            if progress.epoch == 2 and progress.words > 1_900:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Checkpoints(folder) as checkpoints:
        train_corpus(corpus, config, callbacks=[Stop()], checkpoints=checkpoints)


@KINDS
def test_a_run_that_is_stopped_goes_on_to_the_same_bytes(model, documents, tmp_path, monkeypatch):
    monkeypatch.setattr(schedule, "STRETCH", 100)
    corpus = firth.read_corpus(UNITS, min_count=1)
    config = TrainConfig(**OPTIONS, model=model, documents=documents)
    whole = train_corpus(corpus, config)
    stop_in_epoch_three(corpus, config, tmp_path / "c")
    with Checkpoints(tmp_path / "c", resume=True) as checkpoints:
        resumed = train_corpus(corpus, config, checkpoints=checkpoints)
    for name, table in whole.tables.items():
        assert resumed.tables[name].tobytes() == table.tobytes()
    other = config.replace(model="skipgram", documents="none")
    with (
        pytest.raises(ConfigError, match=f"documents was '{documents}', is now 'none'"),
        Checkpoints(tmp_path / "c", resume=True) as checkpoints,
    ):
        train_corpus(corpus, other, checkpoints=checkpoints)


@KINDS
def test_each_document_has_its_own_vector_with_several_workers(model, documents):
    # Even parts for three workers would end within documents.
    rng = np.random.default_rng(0)
    units = [[f"{unit}:{k}" for k in rng.integers(0, 9, 400)] for unit in range(10)]
    options = {**OPTIONS, "epochs": 8, "lr": 0.1, "model": model, "documents": documents}
    vectors = firth.train(units, workers=3, **options)
    assert vectors.documents.words == tuple(range(10))
    for unit, row in enumerate(vectors.documents.input_vectors):
        # Not by cosines: beside documents alone, what all words share is most of each.
        scores = vectors.output_vectors @ row
        assert vectors.words[int(np.argmax(scores))].startswith(f"{unit}:")


@pytest.mark.parametrize("workers", [1, 3])
def test_words_beside_documents_alone_start_from_vectors_and_stay_frozen(workers):
    # Of a file, which has no output vectors.
    start = firth.train(UNITS, **OPTIONS)
    start = firth.Vectors(start.words, start.input_vectors, counts=start.counts)
    options = {**OPTIONS, "documents": "alone", "start": start, "workers": workers}
    frozen = firth.train(UNITS[:50], frozen=start.words, **options)
    np.testing.assert_array_equal(frozen[list(start.words)], start.input_vectors)
    assert np.abs(frozen.documents.input_vectors).max() > 0.5 / 12
    still = firth.train(UNITS[:50], **{**options, "lr": 1e-20})
    np.testing.assert_allclose(still[list(start.words)], start.input_vectors, atol=1e-6)


def test_words_start_from_vectors_and_stay_frozen_while_documents_train():
    start = firth.train(UNITS, documents="joint", **OPTIONS)
    frozen = list(start.words)
    options = {**OPTIONS, "documents": "joint", "start": start}
    vectors = firth.train(UNITS[:50], frozen=frozen, **options)
    np.testing.assert_array_equal(vectors[frozen], start[frozen])
    rows, rows_before = ([each.index[word] for word in frozen] for each in (vectors, start))
    np.testing.assert_array_equal(vectors.output_vectors[rows], start.output_vectors[rows_before])
    assert len(vectors.documents) == 50
    # Documents begin at random, not from those of the same numbers.
    untrained = firth.train(UNITS[:50], **{**options, "lr": 1e-20}).documents
    assert np.linalg.norm(untrained.input_vectors, axis=1).max() < 0.6
    assert np.linalg.norm(vectors.documents.input_vectors, axis=1).mean() > 0.6


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"subwords": (3, 6)}, "documents cannot be trained with subwords: give subwords='none'"),
        ({"model": "cbow", "documents": "alone"}, "documents='alone' is for model='skipgram' with"),
        ({"loss": "hs", "documents": "alone"}, "documents='alone' is for model='skipgram' with"),
        ({"documents": "words"}, "documents must be none or joint or alone, got"),
    ],
)
def test_options_that_do_not_fit_documents(options, told):
    with pytest.raises(ConfigError, match=f"^{told}") as caught:
        TrainConfig(**{"documents": "joint", **options})
    assert "\n" not in str(caught.value)


def test_held_out_text_has_no_documents():
    told = "documents have no held-out text"
    for held in (0.1, UNITS[:3]):
        with pytest.raises(ConfigError, match=told):
            firth.train(UNITS, documents="joint", holdout=held, **OPTIONS)
    corpus = firth.read_corpus(UNITS, holdout=0.1)
    with pytest.raises(ConfigError, match=told):
        firth.train(corpus, documents="joint")


def test_the_engine_of_pytorch_refuses_documents():
    pytest.importorskip("torch")
    with pytest.raises(ConfigError, match="engine='torch' trains with documents='none'"):
        firth.train(UNITS, documents="joint", engine="torch", **OPTIONS)


def test_a_run_is_refused_if_its_documents_do_not_fit(monkeypatch):
    monkeypatch.setattr(estimate, "available_memory", lambda: 1_000_000)
    units = [["tea", "milk"]] * 4_000
    firth.train(units, **{**OPTIONS, "dim": 100})
    told = "of memory for 2 words and 4,000 documents in 100 dimensions, and 1.0 MB are left"
    with pytest.raises(ConfigError, match=told):
        firth.train(units, documents="joint", **{**OPTIONS, "dim": 100})


def test_a_document_that_diverges_is_named():
    units = [[], *UNITS]
    with pytest.raises(ConfigError, match=r"the vector of (document \d+|'w\d+') has grown"):
        firth.train(units, documents="joint", **{**OPTIONS, "lr": 1e5})


# ------------------------------------------------------------------------------- tags


def tagged(tags, units=UNITS):
    return firth.read_corpus(units, min_count=1).with_documents(tags)


def drawn_tags(seed=1):
    """Draw up to three tags for each unit: a number of its own, and classes that units share."""
    rng = np.random.default_rng(seed)
    classes = [rng.permutation(["a", "b", "c"])[: rng.integers(3)].tolist() for _ in UNITS]
    return [[number, *some][: rng.integers(4)] for number, some in enumerate(classes)]


RUN = {name: value for name, value in OPTIONS.items() if name != "min_count"}


@KINDS
def test_a_tag_of_its_own_for_each_unit_is_the_unit_as_a_document(model, documents):
    options = {**RUN, "model": model, "documents": documents}
    plain = firth.train(firth.read_corpus(UNITS, min_count=1), **options)
    named = firth.train(tagged([[f"d{n}"] for n in range(len(UNITS))]), **options)
    assert bytes_of(named) == bytes_of(plain)
    assert named.documents.words == tuple(f"d{n}" for n in range(len(UNITS)))


@KINDS
def test_classes_of_units_find_their_words_and_documents(model, documents, tmp_path):
    rng = np.random.default_rng(2)
    words = {name: [f"{name}{k}" for k in range(12)] for name in "xy"}
    names = ["xy"[k % 2] for k in range(240)]
    units = [rng.choice(words[name], 10).tolist() for name in names]
    corpus = tagged([[number, name] for number, name in enumerate(names)], units)
    options = {**RUN, "epochs": 20, "lr": 0.05, "model": model, "documents": documents}
    for threads in (1, 2):
        firth.train(corpus, **{**options, "threads": threads}).save(tmp_path / "v")
        vectors = firth.load(tmp_path / "v")
        found = vectors.documents
        assert (found.words[:3], len(found)) == ((0, "x", 1), 242)
        for name, other in ("xy", "yx"):
            near = [number for number, _ in found.similar(name, top=60) if number != other]
            share = np.mean([names[number] == name for number in near])
            # In the mean, the class tells nearly all, and little is left for the rows beside it.
            assert model == "cbow" or share > 0.95
            # What the documents of a class predict.
            scores = vectors.output_vectors @ found[name]
            best = [vectors.words[row] for row in np.argsort(-scores)[:12]]
            assert set(best) == set(words[name])
        new = firth.infer(vectors, words["y"], epochs=50)
        assert found.similar(new, restrict=["x", "y"])[0].word == "y"


@KINDS
def test_a_run_with_tags_goes_on_to_the_same_bytes_and_not_with_others(
    model, documents, tmp_path, monkeypatch
):
    monkeypatch.setattr(schedule, "STRETCH", 100)
    corpus, config = tagged(drawn_tags()), TrainConfig(**OPTIONS, model=model, documents=documents)
    whole = train_corpus(corpus, config)
    stop_in_epoch_three(corpus, config, tmp_path / "c")
    renamed = [[f"tag {tag}" for tag in tags] for tags in drawn_tags()]
    told = r"tags of documents was '\d+ tags \(\w+\)', is now"
    for other in (tagged(renamed), tagged(drawn_tags(2)), firth.read_corpus(UNITS, min_count=1)):
        with (
            pytest.raises(ConfigError, match=told),
            Checkpoints(tmp_path / "c", resume=True) as checkpoints,
        ):
            train_corpus(other, config, checkpoints=checkpoints)
    with Checkpoints(tmp_path / "c", resume=True) as checkpoints:
        resumed = train_corpus(corpus, config, checkpoints=checkpoints)
    for name, table in whole.tables.items():
        assert resumed.tables[name].tobytes() == table.tobytes()


def cosines(one, other):
    return np.sum(unit_rows(one.input_vectors) * unit_rows(other.input_vectors), axis=1)


def test_units_without_tags_train_words_only():
    config = {**RUN, "seed": 3}
    tags = [["a"] if number < 2 else [] for number in range(len(UNITS))]
    joint = firth.train(tagged(tags), documents="joint", **config)
    assert joint.documents.words == ("a",)
    alone = firth.train(tagged(tags), documents="alone", **config)
    # Words of those units only have been targets, or noise.
    assert len(alone.documents) == 1
    assert alone.config["losses"][-1] > 0
    plain = firth.train(UNITS, **OPTIONS, seed=3)
    everywhere = firth.train(tagged([["a"]] * len(UNITS)), documents="joint", **config)
    assert cosines(joint, plain).min() > 0.8 > 0.5 > cosines(everywhere, plain).max()


@KINDS
def test_many_documents_of_a_unit_do_not_diverge(model, documents):
    corpus = tagged([[f"{number}:{k}" for k in range(300)] for number in range(len(UNITS))])
    told = firth.train(corpus, model=model, documents=documents, **RUN).config
    losses = told["losses"]
    assert losses[-1] < losses[0] < 6 * np.log(2)
    # 300 documents and the words of a window are trained at once, but not in a mean.
    assert (told["options"]["lr"] < 2.5 / 298) == (model == "skipgram")
    warned = "and 5 noise words, and the 300 documents of a line or token list: all their pairs"
    options = {**RUN, "lr": 0.02, "documents": documents, "model": model, "epochs": 1}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FirthWarning)
        firth.train(corpus, **options)
    assert any(warned in str(warning.message) for warning in caught) == (model == "skipgram")


def test_tags_are_refused_where_documents_are_not_trained_or_not_whole():
    corpus = tagged(drawn_tags())
    told = "the corpus has tags of documents, which documents='none' leaves untrained: give"
    with pytest.raises(ConfigError, match=told):
        firth.train(corpus, **RUN)
    with pytest.raises(ConfigError, match=told):
        train_corpus(corpus, TrainConfig(**RUN))
    for options in ({"workers": 2}, {"cluster": "auto"}):
        with pytest.raises(ConfigError, match="documents with tags are for one worker"):
            firth.train(corpus, documents="joint", **options, **RUN)


def test_tags_without_a_vector_are_told():
    units = [*UNITS, ["rare"]]
    corpus = firth.read_corpus(units, min_count=2).with_documents(
        [["a"]] * len(UNITS) + [["b", "a", 5]]
    )
    assert corpus.tags_left_out == 2
    told = "tags of documents without a word of the vocabulary have no vector, 2 of 3; lower"
    with pytest.warns(FirthWarning, match=told):
        firth.train(corpus, documents="joint", **RUN)


def test_a_tag_that_diverges_is_named():
    with pytest.raises(ConfigError, match=r"the vector of (document '\w+'|'w\d+') has grown"):
        firth.train(tagged([["all"]] * len(UNITS)), documents="joint", **{**RUN, "lr": 1e5})
