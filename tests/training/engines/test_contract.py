"""What every engine promises, whatever it trains with."""

import dataclasses
import functools
import math
import tracemalloc
import weakref

import numpy as np
import pytest

from firth.corpus import read_corpus
from firth.errors import ConfigError
from firth.subwords import make_subwords
from firth.training import TrainConfig, train_corpus
from firth.training.engines.base import NO_WORDS, Stretch
from firth.training.huffman import huffman_paths
from firth.training.task import Task
from gpus import is_interpreted
from planted import check_groups_are_found, planted_corpus

MODELS = pytest.mark.parametrize("model", ["skipgram", "cbow"])
CONFIG = TrainConfig(dim=10, window=3, epochs=1, sample=0, lr=0.05, threads=1)

# Every option that an engine must heed, with another value than in CONFIG; and those of the rest.
OPTIONS = {
    "model": "cbow",
    "loss": "hs",
    "dim": 8,
    "window": 5,
    "negative": 2,
    "sample": 1e-2,
    "noise_exponent": -1.0,
    "lr": 0.1,
    "min_lr": 0.02,
    "shrink_windows": False,
    "subwords": (2, 3),
    "seed": 2,
    "documents": "joint",
}
# Those of CBOW, which is what they are compared with.
OF_CBOW = {"cbow_gradient": "mean"}
OF_OTHERS = {
    "windows", "buckets", "epochs", "min_count", "max_vocab", "threads", "workers", "deterministic",
    "patience", "on_divergence",
}  # fmt: skip


def corpus_for(engine):
    # Interpreted, a window of the GPU's engine takes milliseconds.
    return planted_corpus(20 if engine.name == "gpu" and is_interpreted() else 300)


@pytest.fixture
def corpus(engine):
    return corpus_for(engine)


KINDS = {
    "words": {},
    "subwords": {"subwords": (2, 3)},
    "tree": {"loss": "hs"},
    "subwords and tree": {"subwords": (2, 3), "loss": "hs"},
}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def config(request, engine):
    """Return options of words that are one row each, of words composed of several, of a tree."""
    config = CONFIG.replace(**request.param)
    try:
        engine.check(config)
    except ConfigError as error:
        pytest.skip(str(error))
    return config


def make(engine, corpus, config=CONFIG, frozen=NO_WORDS, stretch=None):
    stretch = corpus.tokens.size if stretch is None else stretch
    composition = Task(corpus, config, engine, subwords=subwords_of(corpus, config)).composition
    counts = corpus.vocabulary.counts
    shapes = engine.shapes(config, sizes_of(corpus, config, engine))
    rows = {name: frozen for name, shape in shapes.items() if shape.words}
    made = engine(config, counts, corpus.tokens, stretch, rows, composition)
    made.compile()
    return made


def subwords_of(corpus, config):
    words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
    return make_subwords(config.subwords, words, counts, config.buckets)


def sizes_of(corpus, config, engine):
    return Task(corpus, config, engine, subwords=subwords_of(corpus, config)).sizes


def train(made, corpus, lr=0.05, epoch=0):
    return made.train(0, Stretch(epoch, 0, corpus.tokens.size, lr, 0.0))


def copy(tables):
    return {name: np.array(table) for name, table in tables.items()}


def bytes_of(tables):
    return {name: table.tobytes() for name, table in tables.items()}


@functools.cache
def trained_bytes(engine, config):
    """Return the bytes of the tables of a whole run: what each option is compared with."""
    return bytes_of(train_corpus(corpus_for(engine), config, engine=engine).tables)


def check_repeated(made, sums, expected_tables, expected_sums):
    """Check that training again gave the same tables, loss and pairs.

    On a GPU, rows are read while others add to them: tables and loss are nearly the same.
    """
    tables = made.tables()
    if made.name == "gpu" and not is_interpreted():
        for name, table in tables.items():
            np.testing.assert_allclose(table, expected_tables[name], atol=2e-3)
        assert sums == (pytest.approx(expected_sums[0], rel=1e-3), expected_sums[1])
    else:
        assert bytes_of(tables) == bytes_of(expected_tables)
        assert sums == expected_sums


def held_by(made, corpus):
    """Return the arrays and tensors that an engine holds, beyond its corpus."""
    found, left, seen = [], [vars(made)], {id(corpus.tokens)}
    while left:
        value = left.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, np.ndarray) or hasattr(value, "untyped_storage"):
            found.append(value)
        elif isinstance(value, tuple | list):
            left += value
        elif isinstance(value, dict) or hasattr(value, "__dict__"):
            left += value.values() if isinstance(value, dict) else vars(value).values()
    return found


def bytes_held(made, corpus):
    """Return the bytes of their memory, each counted once."""
    sizes = {}
    for value in held_by(made, corpus):
        if isinstance(value, np.ndarray):
            owner = value if value.base is None else value.base
            if owner is not corpus.tokens.ids and owner is not corpus.tokens.offsets:
                sizes[id(owner)] = owner.nbytes
        else:
            sizes[value.data_ptr()] = value.untyped_storage().nbytes()
    return sum(sizes.values())


@MODELS
@pytest.mark.parametrize("threads", [1, 2])
def test_planted_groups_are_found(engine, config, model, threads):
    if engine.name == "gpu" and threads > 1:
        pytest.skip("the GPU's engine has one worker")
    corpus = planted_corpus(1_200)
    config = dataclasses.replace(config, model=model, threads=threads, epochs=4)
    result = train_corpus(corpus, config, engine=engine)
    check_groups_are_found(result, corpus)


def test_each_option_belongs_to_the_engines_or_to_the_rest():
    assert {field.name for field in dataclasses.fields(TrainConfig)} == {
        *OPTIONS, *OF_CBOW, *OF_OTHERS
    }  # fmt: skip


@pytest.mark.parametrize("option", [*OPTIONS, *OF_CBOW])
def test_each_option_is_heeded_or_refused_by_name(engine, corpus, option):
    default = CONFIG.replace(model="cbow") if option in OF_CBOW else CONFIG
    config = default.replace(**{option: {**OPTIONS, **OF_CBOW}[option]})
    before = trained_bytes(engine, default)
    try:
        after, message = bytes_of(train_corpus(corpus, config, engine=engine).tables), ""
    except ConfigError as error:
        after, message = before, str(error)
    assert option in message or after != before


def test_the_workers_are_the_threads_or_one_if_deterministic(engine, corpus):
    for config, workers in [({"threads": 3}, 3), ({"threads": 3, "deterministic": True}, 1)]:
        assert make(engine, corpus, dataclasses.replace(CONFIG, **config)).workers == workers


def test_one_worker_gives_the_same_bytes(engine, config, corpus):
    def train_with(**options):
        changed = dataclasses.replace(config, **options)
        return bytes_of(train_corpus(corpus, changed, engine=engine).tables)

    assert train_with() == train_with()
    # It adds in the same order on every processor, which need not be that of one thread here.
    assert train_with(deterministic=True) == train_with(deterministic=True, threads=3)


def test_tables_are_those_declared(engine, config, corpus):
    made = make(engine, corpus, config)
    train(made, corpus)
    shapes = engine.shapes(config, sizes_of(corpus, config, engine))
    now = bytes_of(made.tables())
    taken = made.take_tables()
    assert {name: table.shape for name, table in taken.items()} == {
        name: (shape.rows, shape.dim) for name, shape in shapes.items()
    }
    assert all(table.dtype == np.float32 and table.flags.c_contiguous for table in taken.values())
    assert bytes_of(taken) == now


def test_restoring_gives_back_the_bytes(engine, config, corpus):
    made = make(engine, corpus, config)
    train(made, corpus)
    before = copy(made.tables())
    first = train(made, corpus, epoch=1)
    after = copy(made.tables())
    made.restore(before)
    assert bytes_of(made.tables()) == bytes_of(before)
    # Nothing else is left of what was trained since.
    check_repeated(made, train(made, corpus, epoch=1), after, first)


def test_some_rows_of_some_tables_are_restored(engine, config, corpus):
    made = make(engine, corpus, config)
    train(made, corpus)
    expected = copy(made.tables())
    rows = np.arange(20, dtype=np.float32).reshape(2, 10)
    made.restore({"input": rows}, np.array([7, 3]))
    expected["input"][[7, 3]] = rows
    assert bytes_of(made.tables()) == bytes_of(expected)


def test_nothing_is_left_of_what_went_wrong(engine, config, corpus):
    fresh, spoilt = make(engine, corpus, config), make(engine, corpus, config)
    start = copy(fresh.tables())
    spoilt.restore({name: np.full_like(table, np.nan) for name, table in start.items()})
    assert math.isnan(train(spoilt, corpus)[0])
    spoilt.restore(start)
    expected = train(fresh, corpus)
    check_repeated(spoilt, train(spoilt, corpus), fresh.tables(), expected)


@MODELS
def test_a_step_size_of_0_gives_the_loss_and_changes_nothing(engine, config, corpus, model):
    made = make(engine, corpus, dataclasses.replace(config, model=model))
    guessing = train(made, corpus, lr=0.0)
    asked = 6
    if config.loss == "hs":
        counts = corpus.vocabulary.counts
        asked = np.average((huffman_paths(counts).nodes >= 0).sum(axis=1), weights=counts)
    assert guessing[0] / guessing[1] == pytest.approx(asked * math.log(2), rel=0.1)
    for epoch in range(2):
        train(made, corpus, lr=0.1, epoch=epoch)
    before = bytes_of(made.tables())
    losses = [train(made, corpus, lr=0.0) for _ in range(2)]
    assert losses[0] == losses[1]
    assert losses[0][1] == guessing[1]
    assert losses[0][0] < 0.97 * guessing[0]
    assert bytes_of(made.tables()) == before


@MODELS
def test_frozen_words_keep_their_bytes(engine, config, corpus, model):
    # The rows of n-grams are those of other words too.
    frozen = np.array([0, 5, 11]) if config.subwords == "none" else NO_WORDS
    config = dataclasses.replace(config, model=model)
    made = make(engine, corpus, config, frozen)
    rng = np.random.default_rng(1)
    before = {
        name: rng.normal(size=table.shape).astype(np.float32)
        for name, table in made.tables().items()
    }
    made.restore(before)
    train(made, corpus)
    shapes = engine.shapes(config, sizes_of(corpus, config, engine))
    for name, table in made.tables().items():
        same = (table == before[name]).all(axis=1)
        expected = frozen.tolist() if shapes[name].words else []
        assert np.flatnonzero(same[: len(corpus.vocabulary)]).tolist() == expected


def test_closing_releases_the_memory(engine, corpus):
    made = make(engine, corpus, frozen=np.array([1]))
    train(made, corpus)
    held = [weakref.ref(each) for each in held_by(made, corpus)]
    assert sum(each() is not None for each in held) >= 4
    made.close()
    assert [each() for each in held if each() is not None] == []


@MODELS
@pytest.mark.parametrize(
    ("dim", "window", "negative", "stretch"),
    [(3, 5, 5, 9_000), (100, 5, 15, 9_000), (300, 5, 5, 100), (8, 300, 90, 1_000)],
)
def test_the_estimate_of_memory_is_what_it_takes(
    engine, config, model, dim, window, negative, stretch
):
    ids = np.arange(9_000) % 3_000
    corpus = read_corpus([[f"w{k}" for k in unit] for unit in ids.reshape(-1, 10)], min_count=1)
    negative = negative if config.loss == "ns" else None
    config = dataclasses.replace(
        config, model=model, dim=dim, window=window, negative=negative, threads=2
    )
    frozen = np.arange(5, 400) if config.subwords == "none" else NO_WORDS
    made = make(engine, corpus, config, frozen, stretch)
    held = bytes_held(made, corpus)
    tracemalloc.start()
    made.train(0, Stretch(0, 0, stretch, 0.0, 0.0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    estimated = engine.memory(config, sizes_of(corpus, config, engine), stretch, len(frozen))
    assert estimated == pytest.approx(held + 2 * peak, rel=0.1)
