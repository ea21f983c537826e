"""Training as users meet it: quality on corpora whose answers are known, repeatability, errors."""

import dataclasses
import inspect
import itertools
import math
import re
import sys
import typing
from importlib.util import find_spec

import numpy as np
import pytest

import firth
from firth.callbacks import JsonLines
from firth.errors import ConfigError, CorpusError
from firth.training import config as config_module

# WordSim-353 and analogies on 12 MB of Wikipedia; some points below what was measured.
FLOORS = {"skipgram": (0.43, 0.06), "cbow": (0.38, 0.055)}
with_torch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
BOTH = pytest.mark.parametrize("model", ["skipgram", "cbow"])


def planted_units(seed: int = 0, sentences: int = 12_000) -> list[list[str]]:
    """Make sentences around words `noun-form`, among context words of the noun and of the form."""
    rng = np.random.default_rng(seed)
    units = []
    for _ in range(sentences):
        noun, form = rng.integers(8), rng.integers(2)
        words = [f"of-noun{noun}-{k}" for k in rng.integers(4, size=3)]
        words += [f"of-form{form}-{k}" for k in rng.integers(4, size=3)]
        words.append(f"{noun}-{form}")
        units.append([words[k] for k in rng.permutation(7)])
    return units


@BOTH
@pytest.mark.parametrize("threads", [1, 2])
def test_finds_the_planted_neighbours_and_analogies(model, threads):
    vectors = firth.train(
        planted_units(), model=model, dim=24, epochs=6, sample=0, threads=threads, lr=0.05
    )
    for noun, form in itertools.product(range(8), range(2)):
        # What shares the noun or the form: 16 of the other 55 words.
        akin = {f"{noun}-{1 - form}", *(f"{other}-{form}" for other in range(8))}
        akin |= {f"of-{kind}-{k}" for kind in (f"noun{noun}", f"form{form}") for k in range(4)}
        assert vectors.similar(f"{noun}-{form}", top=1)[0].word in akin
    right = 0
    for a, b in itertools.permutations(range(8), 2):
        answer = vectors.analogy(positive=[f"{a}-1", f"{b}-0"], negative=[f"{a}-0"], top=1)
        right += answer[0].word == f"{b}-1"
    assert right >= 50  # of 56


@BOTH
def test_loss_falls_from_that_of_untrained_vectors(model):
    vectors = firth.train(
        planted_units(sentences=3000), model=model, dim=24, epochs=8, negative=4, sample=0
    )
    losses = vectors.config["losses"]
    untrained = 5 * math.log(2.0)
    assert losses[0] < untrained
    assert losses[-1] < losses[0] < 1.02 * untrained
    assert losses == sorted(losses, reverse=True)


@BOTH
def test_loss_does_not_depend_on_the_number_of_threads(model):
    units = planted_units(sentences=4000)
    losses = [
        firth.train(units, model=model, dim=20, epochs=2, threads=threads).config["losses"]
        for threads in (1, 2, 8)
    ]
    np.testing.assert_allclose(losses[1], losses[0], rtol=0.02)
    np.testing.assert_allclose(losses[2], losses[0], rtol=0.03)


def test_how_stretches_are_cut_changes_no_vector(monkeypatch):
    units = planted_units(sentences=300)
    options = {"dim": 20, "epochs": 2, "threads": 1}
    whole = firth.train(units, **options)
    monkeypatch.setattr("firth.training.schedule.STRETCH", 37)
    assert firth.train(units, **options).input_vectors.tobytes() == whole.input_vectors.tobytes()


@pytest.mark.parametrize("dim", [1, 2, 3, 63, 2000])
def test_trains_at_any_dimension(dim):
    vectors = firth.train(planted_units(sentences=60), dim=dim, epochs=1)
    assert vectors.input_vectors.shape == (len(vectors), dim)
    assert np.isfinite(vectors.input_vectors).all()
    assert np.isfinite(vectors.output_vectors).all()


@pytest.mark.parametrize("noise_exponent", [-1e308, -1.0, 0.0, 1.0, 1e308])
def test_trains_with_any_noise(noise_exponent):
    vectors = firth.train(planted_units(sentences=200), dim=8, noise_exponent=noise_exponent)
    assert np.isfinite(vectors.config["losses"]).all()


def test_words_may_be_integers():
    vectors = firth.train([[7, 8, 9, 7], [8, 9, 7, 8]] * 20, dim=4, sample=0, epochs=1)
    assert set(vectors) == {7, 8, 9}
    assert vectors[7].shape == (4,)


def test_tells_how_the_vectors_were_trained(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("Tea and milk and tea\n" * 10)
    vectors = firth.train(text, dim=4, epochs=1, threads=1, lowercase=True, sample=0)
    vectors.save(tmp_path / "vectors")
    config = firth.load(tmp_path / "vectors").config
    assert config["firth"] == firth.__version__
    assert config["options"]["dim"] == 4
    assert config["options"]["lr"] == 0.05
    assert config["corpus"]["source"] == str(text)
    assert config["corpus"]["words_read"] == 50
    assert config["corpus"]["lowercase"] is True
    assert config["corpus"]["normalization"] == "NFC"
    assert len(config["losses"]) == 1


def test_a_run_that_writes_among_its_texts_can_be_resumed(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("tea milk sugar\nbread butter jam\n" * 300)
    log = JsonLines(tmp_path / "run.jsonl")
    options = {"dim": 4, "sample": 0, "checkpoint": tmp_path / "checkpoints", "callbacks": [log]}
    first = firth.train(tmp_path, **options)
    assert first.config["corpus"]["words_read"] == 1800
    again = firth.train(tmp_path, **options, resume=True)
    assert again.config["corpus"]["words_read"] == 1800
    assert np.array_equal(first.input_vectors, again.input_vectors)
    # Another run does not take these for texts.
    with pytest.raises(CorpusError, match="is a folder of vectors, not text"):
        firth.train(tmp_path, dim=4, sample=0)


def test_resume_is_a_switch_with_a_folder_and_without():
    with pytest.raises(ConfigError, match=r"resume must be True or False, got array\(\[1, 2\]\)"):
        firth.train(UNITS, resume=np.array([1, 2]))


def test_bars_show_only_on_a_terminal_or_when_asked(capsys, monkeypatch):
    units = [["a", "b", "c"]] * 50
    firth.train(units, dim=4, epochs=1, sample=0)
    assert capsys.readouterr().err == ""
    firth.train(units, dim=4, epochs=1, sample=0, progress=True)
    shown = capsys.readouterr().err
    assert "training" in shown
    assert "loss=" in shown
    assert "lr=" in shown
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    firth.train(units, dim=4, epochs=1, sample=0, progress=False)
    assert capsys.readouterr().err == ""


UNITS = [["a", "b", "c"], ["b", "a"]] * 20
SHORT = {"dim": 4, "epochs": 1, "sample": 0, "threads": 1}


def test_train_names_each_option_of_a_config_in_the_same_order_and_words():
    fields = {field.name: field for field in dataclasses.fields(firth.TrainConfig)}
    parameters = inspect.signature(firth.train).parameters
    assert [name for name in parameters if name in fields] == list(fields)
    hints = typing.get_type_hints(firth.TrainConfig)
    for name, parameter in parameters.items():
        assert parameter.kind in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        assert re.search(rf"^([a-z_]+, )*{name}(, [a-z_]+)* : ", firth.train.__doc__, re.M)
        if name in fields:
            assert parameter.default == fields[name].default
            # A config has no None where it computes the default.
            expected = hints[name] | None if parameter.default is None else hints[name]
            assert eval(parameter.annotation, vars(config_module)) == expected
    assert config_module.parameters_section() in firth.train.__doc__


def test_a_config_is_the_same_as_its_options():
    config = firth.TrainConfig(**SHORT, window=2, model="cbow")
    given = firth.train(UNITS, config=config)
    by_name = firth.train(UNITS, **SHORT, window=2, model="cbow")
    assert given.input_vectors.tobytes() == by_name.input_vectors.tobytes()
    assert given.config == by_name.config


@pytest.mark.parametrize("options", [{"dim": 100}, {"window": 2, "min_lr": None}])
def test_a_config_and_options_are_refused_even_at_their_defaults(options):
    with pytest.raises(ConfigError, match=rf"give it or {', '.join(options)}, not both"):
        firth.train(UNITS, config=firth.TrainConfig(dim=50), **options)


@pytest.mark.parametrize("frozen", ["a", None, 5])
def test_frozen_words_are_a_list(frozen):
    with pytest.raises(ConfigError, match=f"frozen must be a list of words, got {frozen!r}"):
        firth.train(UNITS, frozen=frozen)


def test_a_config_of_another_kind_is_refused():
    with pytest.raises(ConfigError, match=r"config must be a TrainConfig, got {"):
        firth.train(UNITS, config={"dim": 4})


def test_vectors_to_start_from_give_the_dim_unless_it_is_given():
    start = firth.train(UNITS, **SHORT)
    assert firth.train(UNITS, start=start, config=None, epochs=1, sample=0).dim == 4
    for given in ({"dim": 100}, {"config": firth.TrainConfig()}):
        with pytest.raises(ConfigError, match=r"dim must be that of the vectors .* 4, got 100"):
            firth.train(UNITS, start=start, **given)


def test_a_corpus_that_was_read_is_trained_as_it_is():
    units = planted_units(sentences=200)
    direct = firth.train(units, **SHORT, holdout=0.1, min_count=3)
    corpus = firth.read_corpus(units, holdout=0.1, min_count=3)
    read = firth.train(corpus, **SHORT)
    assert read.input_vectors.tobytes() == direct.input_vectors.tobytes()
    assert read.config["held_out_losses"] == direct.config["held_out_losses"] != []
    assert read.config["corpus"]["source"] == "Corpus"
    assert read.config["corpus"]["words_held_out"] == direct.config["corpus"]["words_held_out"]
    # What it cannot know, it does not tell.
    assert "min_count" not in read.config["options"]
    assert "tokenizer" not in read.config["corpus"]


READING = ("tokenizer", "lowercase", "encoding_errors", "holdout", "min_count", "max_vocab")


@pytest.mark.parametrize("name", READING)
def test_a_corpus_that_was_read_takes_no_option_of_reading(name):
    default = inspect.signature(firth.train).parameters[name].default
    with pytest.raises(ConfigError, match=f"the corpus has been read: {name} would change nothing"):
        firth.train(firth.read_corpus(UNITS), **{name: default})


@pytest.mark.parametrize("options", [{"min_count": 2}, {"max_vocab": 3}])
def test_a_corpus_that_was_read_takes_no_config_of_reading(options):
    with pytest.raises(ConfigError, match=rf"{next(iter(options))} \(in config\) would change"):
        firth.train(firth.read_corpus(UNITS), config=firth.TrainConfig(**options))


def test_a_corpus_that_was_read_must_hold_the_words_to_start_from():
    start = firth.train([["a", "b", "x"]] * 9, **SHORT)
    with pytest.raises(
        ConfigError, match=r"lacks 1 word of the vectors to start from, such as 'x'"
    ):
        firth.train(firth.read_corpus(UNITS), start=start)
    vocabulary = firth.Vocabulary(start.words, start.counts)
    corpus = firth.read_corpus(UNITS, start=vocabulary)
    assert "x" in firth.train(corpus, start=start, epochs=1, sample=0)


def test_a_run_is_logged_when_asked(caplog, tmp_path):
    firth.train(UNITS, **SHORT)
    assert caplog.text == ""
    caplog.set_level("INFO", "firth")
    options = {**SHORT, "epochs": 2, "holdout": 0.2, "checkpoint": tmp_path / "checkpoints"}
    firth.train(UNITS, **options)
    assert {record.levelname for record in caplog.records} == {"INFO"}
    told = caplog.messages
    assert any(line.startswith("read 100 words in 40 units: a vocabulary of 3") for line in told)
    assert any(line.startswith("training skipgram: 3 words in 4 dimensions, 2 ep") for line in told)
    epochs = [line for line in told if re.match(r"epoch \d of 2: loss \d", line)]
    assert len(epochs) == 2
    assert re.search(r"held-out loss \d\.\d+, \d+ words/s$", epochs[1])
    assert any(re.match(r"wrote .*checkpoint-000002: epoch 2", line) for line in told)
    assert told[-1].startswith("training ended (done) after ")
    firth.train(UNITS, **options, resume=True)
    assert any(re.match("continues from .*checkpoint-000002", line) for line in caplog.messages)
    assert {record.name.partition(".")[0] for record in caplog.records} == {"firth"}


def test_subsampling_that_leaves_nothing_is_an_error():
    units = [["a", "b"]] * 20
    with pytest.raises(CorpusError, match="subsampling left no window"):
        firth.train(units, dim=4, sample=1e-9, threads=1)


def test_a_one_shot_generator_is_enough_for_all_epochs():
    units = planted_units(sentences=300)
    from_list = firth.train(units, dim=8, epochs=3, threads=1)
    from_generator = firth.train((unit for unit in units), dim=8, epochs=3, threads=1)
    np.testing.assert_array_equal(from_list.input_vectors, from_generator.input_vectors)


@pytest.mark.filterwarnings("ignore:.*stood there before")  # WordSim-353 repeats 2 pairs.
@BOTH
def test_a_slice_of_wikipedia_gives_good_vectors(shared_data, zstd_open, tmp_path, model):
    text = tmp_path / "slice.txt"
    with zstd_open(shared_data / "enwiki_a.txt.zst") as source:
        text.write_bytes(source.read(12_000_000))
    vectors = firth.train(text, model=model, epochs=5)
    found = firth.evaluate(
        vectors,
        similarity=shared_data / "eval/wordsim353.tsv",
        analogies=shared_data / "eval/questions-words.txt",
    )
    assert found.similarity[0].spearman > FLOORS[model][0]
    assert found.analogies[0].accuracy > FLOORS[model][1]


def test_a_slice_of_chinese_gives_sensible_neighbours(shared_data, zstd_open, tmp_path):
    pytest.importorskip("rjieba")
    text = tmp_path / "slice.txt"
    with zstd_open(shared_data / "zh_modern.txt.zst") as source:
        text.write_bytes(source.read(6_000_000).rsplit(b"\n", 1)[0])
    vectors = firth.train(text, tokenizer="chinese", preset="word2vec")
    for word, expected in [("父亲", "母亲"), ("弟弟", "哥哥"), ("东", "西")]:
        assert expected in [near.word for near in vectors.similar(word, top=10)]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"frozen": ["a"], "subwords": (3, 6)}, "frozen words cannot have subwords"),
        ({"frozen": ["a"], "readout": "subword"}, "needs n-grams"),
        ({"loss": "hs", "readout": "subword"}, "needs n-grams"),
        pytest.param({"engine": "torch", "readout": "subword"}, "needs n-grams", marks=with_torch),
    ],
)
def test_what_cannot_be_is_told_before_reading(options, fault):
    def source():
        raise AssertionError("it was read")
        yield

    with pytest.raises(ConfigError, match=fault):
        firth.train(source(), **options)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"subwords": (50, 60)}, "no n-gram of 50 to 60 characters is in two words"),
        ({"subwords": (50, 60), "buckets": 9}, "no n-gram of 50 to 60 characters is in a word"),
        ({"subwords": lambda word: []}, "no part that the function of subwords cuts is in two"),
    ],
)
def test_ngrams_that_no_word_holds_are_refused(options, fault):
    expected = rf"^{fault}.*, and the longest word has 4 characters: give .*--subwords none\)$"
    with pytest.raises(ConfigError, match=expected):
        firth.train([["a", "bb", "milk"]] * 10, **options)


def test_frozen_is_a_list_of_words():
    units = [["tea", "milk"]] * 20
    with pytest.raises(ConfigError, match=r"^frozen must be a list of words, got 'tea'$"):
        firth.train(units, dim=4, frozen="tea", progress=False)


@pytest.mark.parametrize(
    ("subwords", "advice"),
    [
        ((50, 60), r"5 characters: give shorter ones \(--subwords 3-6\), or subwords='none'"),
        ((2, 4), r"5 characters: give shorter ones \(--subwords 1-2\), or subwords='none'"),
        ((1, 2), r"5 characters: give subwords='none' \(--subwords none\)$"),
    ],
)
def test_shorter_ngrams_are_advised_where_there_are_shorter_ones(subwords, advice):
    with pytest.raises(ConfigError, match=advice):
        firth.train([["tea", "silky"]] * 20, dim=4, subwords=subwords, progress=False)
