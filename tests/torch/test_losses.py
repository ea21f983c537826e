"""The losses by their definitions, on inputs of any shape."""

import numpy as np
import pytest
import torch
from torch import nn

from firth.errors import ConfigError
from firth.torch import CBOW, FullSoftmax, HierarchicalSoftmax, NegativeSampling, SkipGram, Word2Vec

SIZE, DIM = 9, 3
COUNTS = [0, 9, 7, 5, 4, 3, 2, 2, 1]
# Windows 0 and 2 have the same centre. An input and a noise word are padding.
CENTRE = torch.tensor([1, 2, 1, 8])
REAL = torch.tensor([[True, True], [True, False], [True, True], [True, True]])
NOISE = torch.tensor([[4, 4], [5, 0], [2, 8], [3, 1]])

SOFTMAXES = pytest.mark.parametrize("loss", [FullSoftmax(), HierarchicalSoftmax(COUNTS)])


def random_table(rows=SIZE):
    """Return rows to score inputs with, the padding at zero."""
    weight = torch.randn(rows, DIM, dtype=torch.float64)
    weight[0] = 0.0
    return nn.Embedding.from_pretrained(weight, padding_idx=0)


@pytest.fixture
def x():
    torch.manual_seed(3)
    return torch.randn(4, 2, DIM, dtype=torch.float64)


@pytest.mark.parametrize("in_batch", [False, True])
def test_negative_sampling_is_a_sum_over_questions(x, in_batch):
    outputs = random_table()
    rows = outputs.weight.numpy()
    losses, positive, negative = [], np.zeros((4, 2, 4)), np.zeros((4, 2, 2))
    for b, m in np.ndindex(4, 2):
        positive[b, m] = [x[b, m].numpy() @ rows[other] for other in CENTRE]
        negative[b, m] = [x[b, m].numpy() @ rows[word] for word in NOISE[b]]
        questions = [
            (score, CENTRE[other] == CENTRE[b])
            for other, score in enumerate(positive[b, m])
            if in_batch or other == b
        ]
        questions += [(s, False) for s, word in zip(negative[b, m], NOISE[b], strict=True) if word]
        if REAL[b, m]:
            losses += [np.logaddexp(0.0, -score if yes else score) for score, yes in questions]
    scores = NegativeSampling(in_batch=in_batch).scores(x, outputs, CENTRE, NOISE)
    np.testing.assert_allclose(scores.negative, negative)
    np.testing.assert_allclose(
        scores.positive, positive if in_batch else positive[np.arange(4), :, np.arange(4)]
    )
    for reduction in ("sum", "mean"):
        loss = NegativeSampling(in_batch=in_batch, reduction=reduction)
        found = loss(x, REAL, outputs, CENTRE, NOISE).item()
        assert found == pytest.approx(getattr(np, reduction)(losses), rel=1e-12)


def test_an_unknown_reduction():
    with pytest.raises(ConfigError, match="reduction must be mean or sum, got 'none'"):
        NegativeSampling(reduction="none")


@SOFTMAXES
def test_probabilities_over_the_vocabulary_sum_to_one(loss):
    torch.manual_seed(4)
    inputs = 3 * torch.randn(50, DIM, dtype=torch.float64)
    probabilities = loss.log_probabilities(inputs, random_table(loss.output_rows(SIZE))).exp()
    assert probabilities.shape == (50, SIZE)
    assert not probabilities[:, 0].any()
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(50, dtype=torch.float64))


@SOFTMAXES
def test_the_loss_is_that_of_the_probabilities(loss, x):
    outputs = random_table(loss.output_rows(SIZE))
    terms = [
        -loss.log_probabilities(x[b, m].unsqueeze(0), outputs)[0, CENTRE[b]]
        for b, m in np.ndindex(4, 2)
        if REAL[b, m]
    ]
    assert loss(x, REAL, outputs, CENTRE).item() == pytest.approx(np.mean(terms), rel=1e-12)


def test_probabilities_are_the_softmax_of_the_scores(x):
    outputs = random_table()
    weights = [(x[0, 0] @ row).exp().item() for row in outputs.weight[1:]]
    expected = [0.0, *(weight / sum(weights) for weight in weights)]
    found = FullSoftmax().log_probabilities(x[0], outputs).exp()[0]
    np.testing.assert_allclose(found, expected)


def test_probabilities_are_those_of_the_turns_on_the_path(x):
    loss, outputs = HierarchicalSoftmax(COUNTS), random_table(8)
    found = loss.log_probabilities(x[0], outputs).exp()[0]
    for word in range(1, SIZE):
        expected = 1.0
        for node, right in zip(loss.nodes[word], loss.turns[word], strict=True):
            if node:
                yes = (x[0, 0] @ outputs.weight[node]).sigmoid().item()
                expected *= yes if right else 1 - yes
        assert found[word].item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("projection", [SkipGram, CBOW])
def test_words_without_a_count_have_no_path(projection):
    counts = [0, 3, 0, 2, 1]
    model = Word2Vec(5, 2, projection(), HierarchicalSoftmax(counts))
    assert model.loss.lengths.tolist() == [0, 1, 0, 2, 2]
    assert model.loss.log_probabilities(torch.ones(1, 2), model.outputs)[0, 2] == -torch.inf
    with pytest.raises(ConfigError, match="centre must hold words that have a count, got id 2"):
        model(torch.tensor([2]), torch.tensor([[1]]))


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([0, 2.5, 1], "counts must be a list of whole numbers, got"),
        ([0, 2, -1], "counts must be at least 0, got -1"),
        (["0", "1"], "counts must be a list of whole numbers, got"),
        ([[0, 1, 2]], "counts must be a list of whole numbers, got"),
        ([0, 5], "the counts of two words or more, got 1"),
        ([], "the counts of two words or more, got 0"),
    ],
)
def test_counts_that_make_no_tree(counts, message):
    with pytest.raises(ConfigError, match=message):
        HierarchicalSoftmax(counts)
