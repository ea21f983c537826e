"""The company of words in models of fastText and gensim, of which their files tell enough."""

import numpy as np
import pytest

import firth
from companies import V, assert_planted, assert_same, perfect, planted, planted_units
from fasttext_files import fasttext_bin
from firth.errors import ConfigError
from firth.vectors import Vectors
from firth.vectors.questions.company import tells_company
from gensim_pickles import dumped, key_vectors, model

OPTIONS = {"negative": 7, "ns_exponent": 0.75, "sample": 0.02, "sg": 1}


@pytest.fixture
def fasttext(tmp_path):
    """Write vectors to a model of fastText, and open it."""

    def through(vectors, **options):
        vectors.save(tmp_path / "v.bin", format="fasttext")
        return firth.load(tmp_path / "v.bin", **options)

    return through


@pytest.fixture
def gensim(tmp_path):
    """Write vectors to a model of gensim, and open it."""

    def through(vectors, kind="Word2Vec", options=OPTIONS, **more):
        wv = key_vectors(list(vectors.words), vectors.input_vectors, vectors.counts)
        saved = model(kind, wv, syn1neg=vectors.output_vectors, **options)
        (tmp_path / "v.model").write_bytes(dumped(saved, 4))
        return firth.load(tmp_path / "v.model", **more)

    return through


@pytest.mark.parametrize("sample", [0.0, 0.02])
@pytest.mark.parametrize("part", [{}, {"limit": 5}])
def test_fasttexts_is_the_same(sample, part, fasttext, tmp_path):
    vectors, *_ = perfect(sample, exponent=0.5)
    opened = fasttext(vectors, **part)
    everything = vectors.company("w3", top=V, restrict=part.get("limit"))
    assert_same(opened.company("w3", top=V), everything)
    assert_same(
        opened.shared_company("w3", "w1", top=V),
        vectors.shared_company("w3", "w1", top=V, restrict=part.get("limit")),
    )
    # A folder keeps it.
    opened.save(tmp_path / "folder")
    assert_same(firth.load(tmp_path / "folder").company("w3", top=V), everything)


def test_fasttext_takes_its_threshold_of_the_whole_text(tmp_path):
    vectors, *_ = perfect(0.01, exponent=0.5)
    tables = (vectors.input_vectors, vectors.output_vectors)
    counts = vectors.counts.tolist()
    content = bytearray(fasttext_bin(vectors.words, *tables, counts=counts, neg=7))
    place = content.index(np.int64(99).tobytes())
    tokens = 3 * sum(counts)
    content[place : place + 8] = np.int64(tokens).tobytes()
    content[place - 20 : place - 12] = np.float64(0.01 / 3).tobytes()
    (tmp_path / "v.bin").write_bytes(content)
    opened = firth.load(tmp_path / "v.bin")
    assert_same(opened.company("w3", top=V), vectors.company("w3", top=V))
    opened.save(tmp_path / "again.bin", format="fasttext")
    again = firth.load(tmp_path / "again.bin")
    assert_same(again.company("w3", top=V), vectors.company("w3", top=V))


def test_fasttexts_composes_words_of_ngrams(fasttext):
    vectors = planted(subwords=(3, 5), buckets=500, noise_exponent=0.5)
    plain = vectors.read_out("plain")
    opened = fasttext(plain)
    for word in ("ahead", "sideax"):
        theirs, ours = (v.company(word, top=3) for v in (opened, plain))
        assert [each.word for each in theirs] == [each.word for each in ours]
        scores = [[companion.score for companion in each] for each in (theirs, ours)]
        np.testing.assert_allclose(*scores, atol=1e-4)


@pytest.mark.parametrize("options", [{"exponent": 0.75}, {"exponent": 0.5}])
def test_a_file_that_does_not_tell_how_noise_words_were_drawn_says_so(options, fasttext):
    vectors, *_ = perfect(**options)
    if options["exponent"] == 0.5:
        vectors = vectors.read_out("plain,components=1")
    with pytest.raises(ConfigError, match="how noise words were drawn, which this file of"):
        fasttext(vectors).company("w3")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"loss": 1}, "needs output vectors, and these vectors have none"),
        ({"loss": 3}, "trained with another loss \\(fastText's softmax\\)"),
        ({"loss": 4}, "trained with another loss \\(fastText's ova\\)"),
        ({"model": 3}, "needs output vectors"),
        ({"neg": 0}, "trained with none \\(fastText's neg 0\\)"),
    ],
)
def test_other_models_of_fasttext_are_refused(settings, told, tmp_path):
    content = fasttext_bin(["a", "b"], np.eye(2, dtype=np.float32), **settings)
    (tmp_path / "v.bin").write_bytes(content)
    opened = firth.load(tmp_path / "v.bin")
    for ask in (lambda: opened.company("a"), lambda: opened.shared_company("a", "b")):
        with pytest.raises(ConfigError, match=told) as caught:
            ask()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sample", [0.0, 0.02])
@pytest.mark.parametrize("exponent", [0.75, -0.5])
@pytest.mark.parametrize("part", [{}, {"limit": 5}])
def test_gensims_is_the_same(sample, exponent, part, gensim):
    vectors, *_ = perfect(sample, exponent)
    opened = gensim(vectors, options=OPTIONS | {"sample": sample, "ns_exponent": exponent}, **part)
    expected = vectors.company("w3", top=V, restrict=part.get("limit"))
    assert_same(opened.company("w3", top=V), expected)


def test_gensims_threshold_may_be_a_count(gensim):
    vectors, *_ = perfect()
    total = int(vectors.counts.sum())
    config = {"options": {"negative": 7, "noise_exponent": 0.75, "sample": 261 / total}}
    ours = Vectors(
        vectors.words,
        vectors.input_vectors,
        output_vectors=vectors.output_vectors,
        counts=vectors.counts,
        config=config,
    )
    # int(100 * 2.618)
    opened = gensim(vectors, options=OPTIONS | {"sample": 100})
    assert_same(opened.company("w3", top=V), ours.company("w3", top=V))


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("Word2Vec", {"negative": 0, "hs": 1}, "hierarchical softmax \\(gensim's hs=1, negative=0"),
        ("Word2Vec", {"ns_exponent": None}, "needs to know how the vectors were trained"),
        ("Doc2Vec", {"dbow_words": 0}, "they have no company; train with dbow_words=1"),
        ("Doc2Vec", {"dbow_words": 1}, None),
        ("Doc2Vec", {"sg": 0}, None),
    ],
)
def test_gensims_that_drew_no_pairs_of_words_are_refused(kind, options, told, gensim):
    vectors, *_ = perfect()
    opened = gensim(vectors, kind, OPTIONS | options)
    if told is None:
        assert opened.company("w3")
    else:
        with pytest.raises(ConfigError, match=told):
            opened.company("w3")


def test_a_model_of_gensim_keeps_its_options_in_one_of_fasttext(gensim, fasttext):
    vectors, *_ = perfect(0.02, exponent=0.5)
    options = OPTIONS | {"ns_exponent": 0.5, "sg": 0, "epochs": 3}
    opened = fasttext(gensim(vectors, options=options))
    assert_same(opened.company("w3", top=V), vectors.company("w3", top=V))
    told = opened.config["fasttext"]
    assert (told["model"], told["epoch"], told["neg"], told["t"]) == ("cbow", 3, 7, 0.02)


def with_config(**config):
    vectors, *_ = perfect()
    return Vectors(
        vectors.words,
        vectors.input_vectors,
        output_vectors=vectors.output_vectors,
        counts=vectors.counts,
        config={**vectors.config, **config},
    )


@pytest.mark.parametrize("share", [0, -1, 2, "x", None, float("nan")])
def test_shares_that_make_no_sense_are_refused(share):
    with pytest.raises(ConfigError):
        with_config(part={"counts": 0.5, "kept": 0.5, "noise": share}).company("w3")


@pytest.mark.parametrize(
    "config",
    [
        {"part": {"counts": 1e-300, "kept": 0.5, "noise": 0.5}},
        {"options": {"negative": -5, "noise_exponent": 0.75, "sample": 0}},
        {"options": {"negative": 0, "noise_exponent": 0.75, "sample": 0}},
        {"options": {"negative": 10**400, "noise_exponent": 0.75, "sample": 0}},
    ],
)
def test_options_that_no_training_had_are_refused(config):
    vectors = with_config(**config)
    assert not tells_company(vectors)
    with pytest.raises(ConfigError):
        vectors.company("w3")


@pytest.mark.parametrize(
    ("name", "options", "changes"),
    [
        ("gensim", OPTIONS, ({"sample": 1e20}, {"sample": 1e308})),
        (
            "fasttext",
            {"neg": 5, "t": 1e-4, "loss": "ns", "model": "sg"},
            ({}, {"ntokens": 10**400}),
        ),
    ],
)
def test_numbers_beyond_all_texts_do_no_harm(name, options, changes):
    expected, found = (
        with_config(options=None, **{name: options | each}).company("w3", top=V) for each in changes
    )
    assert_same(found, expected)


def test_real_models_of_gensim(tmp_path):
    gensim = pytest.importorskip("gensim", reason="gensim is not installed")
    units = planted_units()
    options = {"vector_size": 40, "window": 1, "sample": 0, "epochs": 8, "alpha": 0.05, "seed": 1}
    theirs = gensim.models.Word2Vec(units, sg=1, min_count=1, workers=1, **options)
    theirs.save(str(tmp_path / "v.model"))
    assert_planted(firth.load(tmp_path / "v.model"))


def test_real_models_of_fasttext(tmp_path):
    fasttext = pytest.importorskip("fasttext", reason="fasttext-community is not installed")
    (tmp_path / "text").write_text("\n".join(map(" ".join, planted_units())))
    options = {"dim": 40, "ws": 1, "t": 1, "epoch": 8, "thread": 1, "minCount": 1, "maxn": 0}
    fasttext.train_unsupervised(str(tmp_path / "text"), **options).save_model(
        str(tmp_path / "v.bin")
    )
    assert_planted(firth.load(tmp_path / "v.bin"))
