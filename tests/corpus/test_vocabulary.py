import subprocess
import sys

import numpy as np
import pytest

from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, VocabularyError


def test_ids_are_places():
    vocabulary = Vocabulary(["b", "a"], [3, 1])
    assert vocabulary.words == ("b", "a")
    assert [vocabulary.id_of(word) for word in vocabulary] == [0, 1]
    assert len(vocabulary) == 2
    assert "a" in vocabulary
    assert "c" not in vocabulary
    assert repr(vocabulary) == "<Vocabulary of 2 words>"


def test_integers_are_words_too():
    vocabulary = Vocabulary([70, -5], [3, 1])
    assert vocabulary.id_of(-5) == 1
    assert "70" not in vocabulary


def test_several_words_are_found():
    ids = Vocabulary(["b", "a", 7], [3, 1, 1]).find(iter(["a", "c", "7", "b", 7]))
    assert ids.tolist() == [1, -1, -1, 0, 2]
    assert ids.dtype == np.int32


def test_unknown_word_is_named():
    with pytest.raises(VocabularyError, match="'tea' is not in the vocabulary"):
        Vocabulary(["a"], [1]).id_of("tea")


def test_counts_can_not_be_changed():
    given = np.array([3, 1])
    vocabulary = Vocabulary(["b", "a"], given)
    given[0] = 0
    assert vocabulary.counts.tolist() == [3, 1]
    assert vocabulary.counts.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        vocabulary.counts[0] = 0


@pytest.mark.parametrize(
    ("words", "counts", "message"),
    [
        (["a", "b"], [1], "one count for each word, got 2 words"),
        (["a", "a"], [1, 1], "stands twice"),
    ],
)
def test_words_and_counts_must_fit(words, counts, message):
    with pytest.raises(CorpusError, match=message):
        Vocabulary(words, counts)


def test_import_leaves_numba_alone():
    program = (
        "import sys, firth.corpus.vocabulary, firth.corpus; firth.corpus.Vocabulary;"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
