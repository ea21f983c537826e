"""Training as users meet it: quality on corpora whose answers are known, repeatability, errors."""

import itertools
import math
import sys

import numpy as np
import pytest

import firth
from firth.corpus import read_corpus
from firth.errors import ConfigError, CorpusError
from firth.training import trainer

# WordSim-353 and analogies on 12 MB of Wikipedia; some points below what was measured.
FLOORS = {"skipgram": (0.43, 0.06), "cbow": (0.38, 0.055)}
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
def test_one_thread_and_one_seed_give_the_same_bytes(model):
    units = planted_units(sentences=500)
    options = {"model": model, "dim": 20, "epochs": 2, "threads": 1}
    first, again = (firth.train(units, seed=7, **options) for _ in range(2))
    other = firth.train(units, seed=8, **options)
    assert first.input_vectors.tobytes() == again.input_vectors.tobytes()
    assert first.output_vectors.tobytes() == again.output_vectors.tobytes()
    assert first.input_vectors.tobytes() != other.input_vectors.tobytes()


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
    monkeypatch.setattr(trainer, "_STRETCH", 37)
    assert firth.train(units, **options).input_vectors.tobytes() == whole.input_vectors.tobytes()


@pytest.mark.parametrize("dim", [1, 2, 3, 63, 2000])
def test_trains_at_any_dimension(dim):
    vectors = firth.train(planted_units(sentences=60), dim=dim, epochs=1)
    assert vectors.input_vectors.shape == (len(vectors), dim)
    assert np.isfinite(vectors.input_vectors).all()
    assert np.isfinite(vectors.output_vectors).all()


@pytest.mark.parametrize("noise_exponent", [-1.0, 0.0, 1.0])
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
    assert config["options"]["lr"] == 0.025
    assert config["corpus"]["source"] == str(text)
    assert config["corpus"]["words_read"] == 50
    assert config["corpus"]["lowercase"] is True
    assert config["corpus"]["normalization"] == "NFC"
    assert len(config["losses"]) == 1


def test_progress_reaches_the_end():
    corpus = read_corpus(planted_units(sentences=500))
    seen = []

    class Watch(firth.Callback):
        def on_progress(self, progress):
            seen.append(progress)

    config = firth.TrainConfig(dim=8, epochs=2, threads=2)
    trainer.train_corpus(corpus, config, callbacks=[Watch()])
    words = [progress.words for progress in seen]
    assert words == sorted(words)
    assert words[-1] == seen[-1].total == 2 * corpus.tokens.size
    assert seen[-1].lr == pytest.approx(config.min_lr)
    assert seen[-1].seconds_left == 0
    assert {progress.epoch for progress in seen} == {1, 2}


def test_an_error_in_a_callback_stops_the_workers():
    corpus = read_corpus(planted_units(sentences=2000))

    class Interrupt(firth.Callback):
        def on_progress(self, progress):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.train_corpus(corpus, firth.TrainConfig(dim=8, threads=2), callbacks=[Interrupt()])


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


def test_a_misspelt_option_is_named():
    with pytest.raises(ConfigError, match="there is no option 'vector_size'"):
        firth.train([["a", "b"]] * 5, vector_size=10)


def test_subsampling_that_leaves_nothing_is_an_error():
    units = [["a", "b"]] * 20
    with pytest.raises(CorpusError, match="subsampling left no window"):
        firth.train(units, dim=4, sample=1e-9, threads=1)


@pytest.mark.parametrize("lr", [100.0, 1e30])
def test_a_diverging_run_is_an_error(lr):
    with pytest.raises(ConfigError, match=r"training diverges: .* in epoch \d.*lower lr"):
        firth.train(planted_units(sentences=500), dim=8, lr=lr, sample=0)


def test_a_one_shot_generator_is_enough_for_all_epochs():
    units = planted_units(sentences=300)
    from_list = firth.train(units, dim=8, epochs=3, threads=1)
    from_generator = firth.train((unit for unit in units), dim=8, epochs=3, threads=1)
    np.testing.assert_array_equal(from_list.input_vectors, from_generator.input_vectors)


@BOTH
def test_a_slice_of_wikipedia_gives_good_vectors(shared_data, tmp_path, model):
    text = tmp_path / "slice.txt"
    with firth_open(shared_data / "enwiki_a.txt.zst") as source:
        text.write_bytes(source.read(12_000_000))
    vectors = firth.train(text, model=model, epochs=5)
    found = firth.evaluate(
        vectors,
        similarity=shared_data / "eval/wordsim353.tsv",
        analogies=shared_data / "eval/questions-words.txt",
    )
    assert found.similarity[0].spearman > FLOORS[model][0]
    assert found.analogies[0].accuracy > FLOORS[model][1]


def test_a_slice_of_chinese_gives_sensible_neighbours(shared_data, tmp_path):
    pytest.importorskip("rjieba")
    text = tmp_path / "slice.txt"
    with firth_open(shared_data / "zh_modern.txt.zst") as source:
        text.write_bytes(source.read(6_000_000).rsplit(b"\n", 1)[0])
    vectors = firth.train(text, tokenizer="chinese", epochs=5)
    for word, expected in [("父亲", "母亲"), ("弟弟", "哥哥"), ("东", "西")]:
        assert expected in [near.word for near in vectors.similar(word, top=10)]


def firth_open(path):
    """Open a .zst file for reading."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.open(path)
