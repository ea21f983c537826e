"""A sample of a corpus."""

from collections import Counter

import numpy as np

import firth
from firth.tuning.sample import choose_pieces, sample_corpus


def sample(corpus, words, seed=1, holdout=0.0):
    return sample_corpus(corpus, words, holdout=holdout, seed=seed, min_count=2, max_vocab=None)


def test_pieces_lie_apart_in_units_and_differ_by_seed():
    offsets = np.cumsum([0, 700, 2500, 1, 30, 1000, 4000])
    every = choose_pieces(offsets, 10**6, 1)
    assert every[:, 0].tolist() == [0, *every[:-1, 1]]
    assert every[-1, 1] == offsets[-1]
    assert np.diff(every).max() == 1000
    assert set(offsets) <= set(every.ravel())
    some = choose_pieces(offsets, 4000, 1)
    assert 3000 < np.diff(some).sum() <= 4000
    assert (np.diff(some.ravel()) >= 0).all()
    assert {tuple(piece) for piece in some} < {tuple(piece) for piece in every}
    assert choose_pieces(offsets, 4000, 2).tolist() != some.tolist()


def test_a_sample_has_words_and_counts_of_its_own(tmp_path):
    text = tmp_path / "text.txt"
    lines = [f"tea milk w{number} w{number}" for number in range(500)]
    text.write_text("\n".join(lines))
    corpus = firth.read_corpus(text, min_count=2)
    drawn = sample(corpus, 400)
    assert drawn.tokens.size == 400
    assert drawn.script == corpus.script == "letters"
    words = [drawn.vocabulary.words[token] for token in drawn.tokens.ids]
    assert Counter(words) == dict(zip(*[drawn.vocabulary.words, drawn.vocabulary.counts], strict=1))
    assert drawn.vocabulary.words[:2] == ("tea", "milk")
    assert len(drawn.vocabulary) == 102
    assert sample(corpus, 2000) is corpus
    held = sample(corpus, 2000, holdout=0.1)
    assert held.held_out > 0
    assert held.script == "letters"
