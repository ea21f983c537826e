"""What holds for every model: gradients, padding, both kinds of table, bad batches."""

import numpy as np
import pytest
import torch
from torch.func import functional_call

from firth.errors import ConfigError
from firth.torch import (
    CBOWHS,
    CBOWNS,
    CBOWSoftmax,
    PaddedVocabulary,
    SkipGramHS,
    SkipGramNS,
    SkipGramSoftmax,
)

SIZE, DIM = 9, 3
COUNTS = [0, 9, 7, 5, 4, 3, 2, 2, 1]

# Contexts are ragged, a context word comes twice, a noise word comes twice, one is left out, and a
# window has its centre among its contexts.
CENTRE = torch.tensor([1, 2, 1, 8])
CONTEXTS = torch.tensor([[2, 3, 2], [4, 0, 0], [5, 1, 0], [7, 6, 0]])
NOISE = torch.tensor([[4, 4], [5, 0], [2, 8], [3, 1]])

NS_MODELS = {
    "skipgram": lambda **options: SkipGramNS(SIZE, DIM, **options),
    "cbow": lambda **options: CBOWNS(SIZE, DIM, **options),
    "cbow in batch": lambda **options: CBOWNS(SIZE, DIM, in_batch=True, **options),
}
OTHER_MODELS = {
    "skipgram softmax": lambda **options: SkipGramSoftmax(SIZE, DIM, **options),
    "cbow softmax": lambda **options: CBOWSoftmax(SIZE, DIM, **options),
    "skipgram hs": lambda **options: SkipGramHS(COUNTS, DIM, **options),
    "cbow hs": lambda **options: CBOWHS(COUNTS, DIM, **options),
}
MODELS = NS_MODELS | OTHER_MODELS


def make(name: str, seed: int = 1, **options) -> torch.nn.Module:
    """Make a model in float64 whose tables, but for the padding, are random numbers."""
    torch.manual_seed(seed)
    model = MODELS[name](**options).double()
    with torch.no_grad():
        for table in model.parameters():
            table[1:] = torch.randn(table[1:].shape, dtype=torch.float64)
    return model


def batch_for(model: torch.nn.Module, rows: slice = slice(None)) -> tuple[torch.Tensor, ...]:
    """Return the batch, with noise words where the model takes them."""
    batch = (CENTRE[rows], CONTEXTS[rows], NOISE[rows])
    return batch if model.uses_noise else batch[:2]


EVERY = pytest.mark.parametrize("name", MODELS)
CAN_TIE = [name for name in MODELS if not name.endswith("hs")]

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
@pytest.mark.parametrize("table", ["embedding", "parameter"])
def test_gradients_are_those_of_finite_differences(name, table):
    model = make(name, table=table)
    names = [name for name, _ in model.named_parameters()]
    tables = tuple(value.detach().requires_grad_() for value in model.parameters())

    def loss(*values):
        return functional_call(model, dict(zip(names, values, strict=True)), batch_for(model))

    assert torch.autograd.gradcheck(loss, tables)


@pytest.mark.parametrize("name", CAN_TIE)
def test_a_tied_table_gets_the_gradients_of_both(name):
    tied, untied = make(name, tied=True), make(name)
    with torch.no_grad():
        for table in untied.parameters():
            table.copy_(tied.inputs.weight)
    assert len(list(tied.parameters())) == 1
    losses = [model(*batch_for(model)) for model in (tied, untied)]
    torch.testing.assert_close(*losses)
    for loss in losses:
        loss.backward()
    both = untied.inputs.weight.grad + untied.outputs.weight.grad
    torch.testing.assert_close(tied.inputs.weight.grad, both)
    assert untied.inputs.weight.grad.abs().sum() > 0


@EVERY
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_both_kinds_of_table_give_the_same_numbers(name, optimizer):
    torch.manual_seed(4)
    embedding = MODELS[name](table="embedding").double()
    torch.manual_seed(4)
    parameter = MODELS[name](table="parameter").double()
    starts = [[table.detach().clone() for table in m.parameters()] for m in (embedding, parameter)]
    for first, second in zip(*starts, strict=True):
        assert torch.equal(first, second)
    for start, first, second in zip(
        starts[0], train(embedding, optimizer), train(parameter, optimizer), strict=True
    ):
        assert not torch.equal(start, first)
        torch.testing.assert_close(first, second, rtol=1e-12, atol=1e-12)


@EVERY
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("table", ["embedding", "parameter"])
def test_padding_receives_no_gradient_and_never_moves(name, optimizer, table):
    model = make(name, table=table)
    model(*batch_for(model)).backward()
    for parameter in model.parameters():
        assert not parameter.grad[0].any()
    for parameter in train(model, optimizer):
        assert not parameter[0].any()
        assert parameter[1:].any()


@EVERY
def test_what_stands_in_the_padding_row_changes_nothing(name):
    model = make(name)
    loss = model(*batch_for(model)).item()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter[0] = 100.0
    assert model(*batch_for(model)).item() == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "cbow in batch"])
def test_a_ragged_batch_is_its_windows_one_by_one(name):
    model = make(name, **({"reduction": "sum"} if name in NS_MODELS else {}))
    alone = 0.0
    pairs = (CONTEXTS != 0).sum(dim=1) if name.startswith("skipgram") else torch.ones(4)
    for row in range(4):
        batch = batch_for(model, slice(row, row + 1))
        # Padding cut off.
        cut = [ids[:, ids[0] != 0] if ids.ndim == 2 else ids for ids in batch]
        alone += model(*cut).item() * (1 if name in NS_MODELS else pairs[row].item())
    together = model(*batch_for(model)).item() * (1 if name in NS_MODELS else pairs.sum().item())
    assert together == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("name", [name for name in NS_MODELS if name != "cbow in batch"])
def test_the_mean_is_over_the_questions(name):
    mean, total = make(name), make(name, reduction="sum")
    questions = {"skipgram": 8 + 3 * 2 + 1 + 2 * 2 + 2 * 2, "cbow": 4 + 2 + 1 + 2 + 2}[name]
    loss = total(*batch_for(total)).item()
    assert mean(*batch_for(mean)).item() == pytest.approx(loss / questions, rel=1e-12)


def test_in_batch_positives_are_against_every_centre():
    # One dimension, so that all can be worked out by hand. Windows 0 and 1 have the same centre.
    model = CBOWNS(5, 1, in_batch=True, reduction="sum").double()
    with torch.no_grad():
        model.inputs.weight[:, 0] = torch.tensor([0.0, 1.0, 2.0, 4.0, -1.0])
        model.outputs.weight[:, 0] = torch.tensor([0.0, 0.5, -1.0, 2.0, 3.0])
    centre = torch.tensor([1, 1, 2])
    contexts = torch.tensor([[2, 3], [4, 0], [1, 3]])
    noise = torch.tensor([[4], [3], [0]])
    means, outputs = [3.0, -1.0, 2.5], [0.5, 0.5, -1.0]
    scores = [[mean * output for output in outputs] for mean in means]
    found = model.scores(centre, contexts, noise)
    np.testing.assert_allclose(found.positive.detach(), scores)
    np.testing.assert_allclose(found.negative.detach(), [[9.0], [-2.0], [0.0]])
    labels = [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    questions = [(scores[i][j], labels[i][j]) for i in range(3) for j in range(3)]
    questions += [(9.0, 0), (-2.0, 0)]
    expected = sum(np.logaddexp(0.0, -score if label else score) for score, label in questions)
    assert model(centre, contexts, noise).item() == pytest.approx(expected, rel=1e-12)
    mean = CBOWNS(5, 1, in_batch=True).double()
    mean.load_state_dict(model.state_dict())
    assert mean(centre, contexts, noise).item() == pytest.approx(expected / 11, rel=1e-12)


def test_undivided_gives_each_context_the_whole_gradient_of_the_mean():
    divided, undivided = make("cbow"), make("cbow", undivided=True)
    losses = [model(*batch_for(model)) for model in (divided, undivided)]
    assert losses[0].item() == losses[1].item()
    for loss in losses:
        loss.backward()
    torch.testing.assert_close(divided.outputs.weight.grad, undivided.outputs.weight.grad)
    # Window 1 alone has word 4, its only context; window 3 alone has word 7, one of two.
    ours, theirs = undivided.inputs.weight.grad, divided.inputs.weight.grad
    torch.testing.assert_close(ours[4], theirs[4])
    torch.testing.assert_close(ours[7], 2 * theirs[7])


def test_gradients_that_name_rows_are_the_same():
    for name in ("skipgram", "cbow"):
        dense, sparse = make(name), make(name, sparse=True)
        for model in (dense, sparse):
            model(*batch_for(model)).backward()
        for ours, theirs in zip(sparse.parameters(), dense.parameters(), strict=True):
            assert ours.grad.is_sparse
            torch.testing.assert_close(ours.grad.to_dense(), theirs.grad)


@EVERY
def test_vectors_leave_out_what_is_no_word(name):
    words = [f"w{i}" for i in range(1, 9)]
    vocabulary = PaddedVocabulary(words, COUNTS[1:])
    model = make(name)
    vectors = model.vectors(vocabulary)
    assert vectors.words == tuple(words)
    np.testing.assert_array_equal(vectors.counts, COUNTS[1:])
    np.testing.assert_allclose(vectors["w3"], model.inputs.weight[3].detach(), rtol=1e-6)
    if name.endswith("hs"):
        assert vectors.output_vectors is None
    else:
        output = vectors.output_vectors[2]
        np.testing.assert_allclose(output, model.outputs.weight[3].detach(), rtol=1e-6)
    train(model)
    assert not np.allclose(vectors["w3"], model.inputs.weight[3].detach())
    with pytest.raises(ConfigError, match="vocabulary has 4 ids, but the model was made for 9"):
        model.vectors(PaddedVocabulary(words[:3], [1, 1, 1]))


def test_vectors_of_a_vocabulary_with_special_tokens():
    vocabulary = PaddedVocabulary(["a", "b", "c"], [1, 1, 1], special_tokens=True)
    model = make("skipgram", tied=True)
    vectors = model.vectors(vocabulary)
    assert vectors.words == ("a", "b", "c")
    assert vectors.output_vectors is None
    np.testing.assert_allclose(vectors["a"], model.inputs.weight[6].detach(), rtol=1e-6)


@EVERY
def test_ids_out_of_range_and_shapes_that_do_not_fit(name):
    model = make(name)
    for centre, contexts, message in [
        (CENTRE, CONTEXTS + 3, "contexts must hold ids from 0 to 8, got 10"),
        (CENTRE, -CONTEXTS, "contexts must hold ids from 0 to 8, got -7"),
        (CENTRE + 1, CONTEXTS, "centre must hold ids from 1 to 8, got 9"),
        (CENTRE - 1, CONTEXTS, "centre must hold ids from 1 to 8, got 0"),
        (CENTRE[:3], CONTEXTS, r"got centre \(3,\), contexts \(4, 3\)"),
        (CENTRE, CONTEXTS[:, 0], r"contexts \(4,\)"),
        (CENTRE.float(), CONTEXTS, "centre must hold ids as int64 or int32, got torch.float32"),
        (CENTRE, torch.where(CONTEXTS == 4, 0, CONTEXTS), "a context word, number 1 has none"),
        (CENTRE[:0], CONTEXTS[:0], "with B at least 1"),
    ]:
        noise = [torch.ones(len(centre), 2, dtype=torch.int64)] if model.uses_noise else []
        with pytest.raises(ConfigError, match=message):
            model(centre, contexts, *noise)


def test_noise_out_of_range():
    for name in NS_MODELS:
        with pytest.raises(ConfigError, match="noise must hold ids from 0 to 8, got 9"):
            make(name)(CENTRE, CONTEXTS, torch.full((4, 1), 9))


def test_bad_options():
    for options, message in [
        ({"size": 1}, "size must be at least 2, one word and the padding, got 1"),
        ({"dim": 0}, "dim must be at least 1, got 0"),
        ({"table": "list"}, "table must be embedding or parameter, got 'list'"),
        ({"reduction": "none"}, "reduction must be mean or sum, got 'none'"),
        ({"table": "parameter", "sparse": True}, "a parameter has no sparse gradient"),
    ]:
        for model in (SkipGramNS, CBOWNS):
            with pytest.raises(ConfigError, match=message):
                model(**{"size": 5, "dim": 2, **options})
    for counts in ([], [0, 5], [0, 0, 0]):
        with pytest.raises(ConfigError, match="the counts of two words or more"):
            SkipGramHS(counts, 2)


@pytest.mark.parametrize("name", OTHER_MODELS)
def test_probabilities_over_the_vocabulary_sum_to_one(name):
    model = make(name)
    inputs = 3 * torch.randn(50, 3, dtype=torch.float64)
    probabilities = model.log_probabilities(inputs).exp()
    assert probabilities.shape == (50, 9)
    assert not probabilities[:, 0].any()
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(50, dtype=torch.float64))


@pytest.mark.parametrize("name", OTHER_MODELS)
def test_the_loss_is_that_of_the_probabilities(name):
    model = make(name)
    terms = []
    for centre, row in zip(CENTRE, CONTEXTS, strict=True):
        inputs = model.inputs(row[row != 0])
        inputs = inputs if name.startswith("skipgram") else inputs.mean(dim=0, keepdim=True)
        terms += (-model.log_probabilities(inputs)[:, centre]).tolist()
    assert model(CENTRE, CONTEXTS).item() == pytest.approx(np.mean(terms), rel=1e-12)


@pytest.mark.parametrize("name", ["skipgram softmax", "cbow softmax"])
def test_probabilities_are_the_softmax_of_the_scores(name):
    model = make(name)
    x = torch.randn(3, dtype=torch.float64)
    weights = [(x @ row).exp().item() for row in model.outputs.weight[1:]]
    expected = [0.0, *(weight / sum(weights) for weight in weights)]
    np.testing.assert_allclose(model.log_probabilities(x[None]).exp().detach()[0], expected)


@pytest.mark.parametrize("name", ["skipgram hs", "cbow hs"])
def test_probabilities_are_those_of_the_answers_on_the_path(name):
    model = make(name)
    x = torch.randn(3, dtype=torch.float64)
    found = model.log_probabilities(x[None]).exp().detach()[0]
    for word in range(1, 9):
        expected = 1.0
        for node, right in zip(model.tree.nodes[word], model.tree.answers[word], strict=True):
            if node:
                yes = (x @ model.nodes.weight[node]).sigmoid().item()
                expected *= yes if right else 1 - yes
        assert found[word].item() == pytest.approx(expected, rel=1e-12)
