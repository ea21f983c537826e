"""What holds for every projection with every loss: gradients, padding, tables, bad batches."""

import itertools

import numpy as np
import pytest
import torch
from torch.func import functional_call

from firth.errors import ConfigError
from firth.torch import (
    CBOW,
    FullSoftmax,
    HierarchicalSoftmax,
    NegativeSampling,
    PaddedVocabulary,
    SkipGram,
    Word2Vec,
)

SIZE, DIM = 9, 3
COUNTS = [0, 9, 7, 5, 4, 3, 2, 2, 1]

# Contexts are ragged, a context word comes twice, a noise word comes twice, one is left out, and a
# window has its centre among its contexts.
CENTRE = torch.tensor([1, 2, 1, 8])
CONTEXTS = torch.tensor([[2, 3, 2], [4, 0, 0], [5, 1, 0], [7, 6, 0]])
NOISE = torch.tensor([[4, 4], [5, 0], [2, 8], [3, 1]])

PROJECTIONS = {"skipgram": SkipGram, "cbow": CBOW}
LOSSES = {
    "sampling": NegativeSampling,
    "in batch": lambda: NegativeSampling(in_batch=True),
    "softmax": FullSoftmax,
    "tree": lambda: HierarchicalSoftmax(COUNTS),
}
PROJECTION = pytest.mark.parametrize("projection", PROJECTIONS)
EVERY = pytest.mark.parametrize(
    ("projection", "loss"), list(itertools.product(PROJECTIONS, LOSSES))
)
TABLE = pytest.mark.parametrize("table", ["embedding", "parameter"])


def make(projection="skipgram", loss="sampling", **options):
    """Make a model in float64 whose tables, but for the padding, are random numbers."""
    projection = PROJECTIONS[projection]() if isinstance(projection, str) else projection
    loss = LOSSES[loss]() if isinstance(loss, str) else loss
    torch.manual_seed(1)
    model = Word2Vec(SIZE, DIM, projection, loss, **options).double()
    with torch.no_grad():
        for table in model.parameters():
            table[1:] = torch.randn(table[1:].shape, dtype=torch.float64)
    return model


def batch_for(model, rows=slice(None)):
    """Return the batch, with noise words where the model takes them."""
    batch = (CENTRE[rows], CONTEXTS[rows], NOISE[rows])
    return batch if model.uses_noise else batch[:2]


OPTIMIZERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9, weight_decay=0.1),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.1, weight_decay=0.1),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=0.1, weight_decay=0.1),
}


def train(model, optimizer="adam", steps=5):
    steps_of = OPTIMIZERS[optimizer](model.parameters())
    for _ in range(steps):
        steps_of.zero_grad()
        model(*batch_for(model)).backward()
        steps_of.step()
    return [table.detach().clone() for table in model.parameters()]


@EVERY
@TABLE
def test_gradients_are_those_of_finite_differences(projection, loss, table):
    model = make(projection, loss, table=table)
    names = [name for name, _ in model.named_parameters()]
    tables = tuple(value.detach().requires_grad_() for value in model.parameters())

    def loss_of(*values):
        return functional_call(model, dict(zip(names, values, strict=True)), batch_for(model))

    assert torch.autograd.gradcheck(loss_of, tables)


@PROJECTION
@pytest.mark.parametrize("loss", [name for name in LOSSES if name != "tree"])
def test_a_tied_table_gets_the_gradients_of_both(projection, loss):
    tied, untied = make(projection, loss, tied=True), make(projection, loss)
    with torch.no_grad():
        for table in untied.parameters():
            table.copy_(tied.inputs.weight)
    assert len(list(tied.parameters())) == 1
    losses = [model(*batch_for(model)) for model in (tied, untied)]
    torch.testing.assert_close(*losses)
    for each in losses:
        each.backward()
    both = untied.inputs.weight.grad + untied.outputs.weight.grad
    torch.testing.assert_close(tied.inputs.weight.grad, both)
    assert untied.inputs.weight.grad.abs().sum() > 0


@EVERY
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_both_kinds_of_table_give_the_same_numbers(projection, loss, optimizer):
    models = [make(projection, loss, table=table) for table in ("embedding", "parameter")]
    starts = [[table.detach().clone() for table in model.parameters()] for model in models]
    ends = [train(model, optimizer) for model in models]
    for start, other, first, second in zip(*starts, *ends, strict=True):
        assert torch.equal(start, other)
        assert not torch.equal(start, first)
        torch.testing.assert_close(first, second, rtol=1e-12, atol=1e-12)


@EVERY
@TABLE
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_padding_receives_no_gradient_and_never_moves(projection, loss, table, optimizer):
    model = make(projection, loss, table=table)
    model(*batch_for(model)).backward()
    for parameter in model.parameters():
        assert not parameter.grad[0].any()
    for parameter in train(model, optimizer):
        assert not parameter[0].any()
        assert parameter[1:].any()


@EVERY
def test_the_row_of_padding_changes_no_loss(projection, loss):
    model = make(projection, loss)
    before = model(*batch_for(model)).item()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter[0] = 100.0
    assert model(*batch_for(model)).item() == pytest.approx(before, rel=1e-12)


@EVERY
def test_contexts_are_looked_up_as_inputs(projection, loss):
    model = make(projection, loss)
    x, real = model.project(CONTEXTS)
    for row, found, is_real in zip(CONTEXTS, x, real, strict=True):
        expected = model.inputs.weight[row[row != 0]]
        if projection == "cbow":
            expected = expected.mean(dim=0, keepdim=True)
        torch.testing.assert_close(found[is_real], expected)


def test_undivided_gives_each_context_the_whole_gradient_of_the_mean():
    divided, undivided = make(CBOW()), make(CBOW(undivided=True))
    losses = [model(*batch_for(model)) for model in (divided, undivided)]
    assert losses[0].item() == losses[1].item()
    for loss in losses:
        loss.backward()
    torch.testing.assert_close(divided.outputs.weight.grad, undivided.outputs.weight.grad)
    # Window 1 alone has word 4, its only context; window 3 alone has word 7, one of two.
    ours, theirs = undivided.inputs.weight.grad, divided.inputs.weight.grad
    torch.testing.assert_close(ours[4], theirs[4])
    torch.testing.assert_close(ours[7], 2 * theirs[7])


@EVERY
def test_sparse_gradients_are_the_same(projection, loss):
    dense, sparse = make(projection, loss), make(projection, loss, sparse=True)
    for model in (dense, sparse):
        model(*batch_for(model)).backward()
    assert sparse.inputs.weight.grad.is_sparse
    # The full softmax uses the whole output table.
    assert sparse.outputs.weight.grad.is_sparse == (loss != "softmax")
    for ours, theirs in zip(sparse.parameters(), dense.parameters(), strict=True):
        torch.testing.assert_close(ours.grad.to_dense(), theirs.grad)


def test_tables_are_named_in_the_state():
    tables = {"inputs.weight", "outputs.weight"}
    assert set(make().state_dict()) == tables
    # The tree moves to a device, and is saved, with its model.
    tree = make(loss="tree").state_dict()
    assert set(tree) == tables | {"loss.nodes", "loss.turns"}
    assert tree["outputs.weight"].shape == (8, DIM)  # 7 inner nodes and the padding


@EVERY
def test_vectors_leave_out_what_is_no_word(projection, loss):
    words = [f"w{i}" for i in range(1, 9)]
    vocabulary = PaddedVocabulary(words, COUNTS[1:])
    model = make(projection, loss).float()
    vectors = model.vectors(vocabulary)
    assert vectors.words == tuple(words)
    np.testing.assert_array_equal(vectors.counts, COUNTS[1:])
    np.testing.assert_allclose(vectors["w3"], model.inputs.weight[3].detach(), rtol=1e-6)
    assert (vectors.output_vectors is None) == (loss == "tree")
    if loss != "tree":
        outputs = vectors.output_vectors
        np.testing.assert_allclose(outputs, model.outputs.weight[1:].detach(), rtol=1e-6)
    with torch.no_grad():
        for table in model.parameters():
            table.fill_(7.0)
    assert not (vectors.input_vectors == 7.0).any()  # copies
    assert loss == "tree" or not (outputs == 7.0).any()
    with pytest.raises(ConfigError, match="vocabulary has 4 ids, but the model was made for 9"):
        model.vectors(PaddedVocabulary(words[:3], [1, 1, 1]))


def test_vectors_of_a_vocabulary_with_special_tokens():
    vocabulary = PaddedVocabulary(["a", "b", "c"], [1, 1, 1], special_tokens=True)
    model = make(tied=True)
    vectors = model.vectors(vocabulary)
    assert vectors.words == ("a", "b", "c")
    assert vectors.output_vectors is None
    np.testing.assert_allclose(vectors["a"], model.inputs.weight[6].detach(), rtol=1e-6)


@EVERY
def test_ids_out_of_range_and_shapes_that_do_not_fit(projection, loss):
    model = make(projection, loss)
    for centre, contexts, message in [
        (CENTRE, CONTEXTS + 3, "contexts must hold ids from 0 to 8, got 10"),
        (CENTRE, -CONTEXTS, "contexts must hold ids from 0 to 8, got -7"),
        (CENTRE + 1, CONTEXTS, "centre must hold ids from 1 to 8, got 9"),
        (CENTRE - 1, CONTEXTS, "centre must hold ids from 1 to 8, got 0"),
        (CENTRE[:3], CONTEXTS, r"got centre \(3,\), contexts \(4, 3\)"),
        (CENTRE, CONTEXTS[:, 0], r"contexts \(4,\)"),
        (CENTRE.float(), CONTEXTS, "centre must hold ids as int64 or int32, got torch.float32"),
        (CENTRE, torch.where(CONTEXTS == 4, 0, CONTEXTS), "a context word, window 1 has none"),
        (CENTRE[:0], CONTEXTS[:0], "with B at least 1"),
    ]:
        noise = [torch.ones(len(centre), 2, dtype=torch.int64)] if model.uses_noise else []
        with pytest.raises(ConfigError, match=message):
            model(centre, contexts, *noise)


@EVERY
def test_noise_is_given_where_it_is_used_and_only_there(projection, loss):
    model = make(projection, loss)
    if model.uses_noise:
        with pytest.raises(ConfigError, match="noise must hold ids from 0 to 8, got 9"):
            model(CENTRE, CONTEXTS, torch.full((4, 1), 9))
        with pytest.raises(ConfigError, match="takes centre, contexts and noise, got no noise"):
            model(CENTRE, CONTEXTS)
    else:
        with pytest.raises(ConfigError, match="takes centre and contexts, got noise too"):
            model(CENTRE, CONTEXTS, NOISE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 1}, "size must be at least 2, one word and the padding, got 1"),
        ({"dim": 0}, "dim must be at least 1, got 0"),
        ({"table": "list"}, "table must be embedding or parameter, got 'list'"),
        ({"table": "parameter", "sparse": True}, "a parameter has no sparse gradient"),
        ({"projection": "cbow"}, r"a module such as SkipGram\(\), got 'cbow'"),
        ({"loss": NegativeSampling}, r"a Loss such as NegativeSampling\(\), got <class"),
        ({"loss": HierarchicalSoftmax(COUNTS)}, "the number of counts .*, 9, got 5"),
        ({"loss": HierarchicalSoftmax(COUNTS), "tied": True}, "tied must be False for Hierarch"),
    ],
)
def test_bad_options(options, message):
    parts = {"projection": SkipGram(), "loss": NegativeSampling()}
    with pytest.raises(ConfigError, match=message):
        Word2Vec(**{"size": 5, "dim": 2, **parts, **options})
