"""The first values of tables: those of words as in word2vec, those of documents larger."""

import numpy as np
import pytest

import firth
from firth.training.engines.tables import initialise

DIM = 60


def test_documents_start_larger_than_words():
    rows = np.zeros((1_000, 64), np.float32)
    initialise(rows, 900, DIM, seed=1, documents=300)
    words, documents = np.abs(rows[:600, :DIM]), np.abs(rows[600:900, :DIM])
    assert 0.99 / (2 * DIM) < words.max() < 1 / (2 * DIM)
    assert 0.99 * 4 / DIM < documents.max() < 4 / DIM
    # Neither the padding nor what follows is written.
    assert not rows[:, DIM:].any()
    assert not rows[900:].any()


def test_documents_take_no_random_numbers_from_words():
    with_documents, without = np.zeros((2, 60, DIM), np.float32)
    initialise(with_documents, 60, DIM, seed=1, documents=20)
    initialise(without, 60, DIM, seed=1)
    assert (with_documents[:40] == without[:40]).all()
    assert (with_documents[40:] == 8 * without[40:]).all()


@pytest.mark.parametrize("dim", [1, 2, 8, 40])
def test_documents_of_few_dimensions_do_not_start_long(dim):
    rows = np.zeros((3_000, dim), np.float32)
    initialise(rows, 3_000, dim, seed=1, documents=2_000)
    assert np.linalg.norm(rows[1_000:], axis=1).mean() == pytest.approx(0.3, abs=0.04)


def test_a_run_starts_so():
    units = [["tea", "milk"], ["salt", "rye"]] * 20
    how = {"dim": DIM, "epochs": 1, "lr": 1e-9, "min_lr": 0.0, "min_count": 1, "sample": 0}
    vectors = firth.train(units, documents="joint", threads=1, **how)
    assert np.abs(vectors.input_vectors).max() < 1 / (2 * DIM)
    assert 3 / DIM < np.abs(vectors.documents.input_vectors).max() < 4 / DIM
