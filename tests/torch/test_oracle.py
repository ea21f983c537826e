"""The modules against the float64 reference and against the compiled kernel, on the same draws.

One plain step of gradient descent on a module is one window's update. The modules and the reference
compute in float64, the kernel in float32, so that with the reference every change must agree, and
with the kernel the tables after it, relative to their size.
"""

import itertools

import numpy as np
import pytest
import torch

from firth.corpus import read_corpus
from firth.torch import CBOW, HierarchicalSoftmax, NegativeSampling, SkipGram, Word2Vec
from firth.training.engines.tables import initialise
from training_case import BOTH, Case, draw_case, trained_tables


def run_module(case, windows):
    """Take plain steps of `torch.optim.SGD` in float64."""
    size, dim = case.inputs.shape
    projection = CBOW(undivided=not case.window.divided) if case.window.cbow else SkipGram()
    model = Word2Vec(size + 1, dim, projection, NegativeSampling(reduction="sum")).double()
    with torch.no_grad():
        model.inputs.weight[1:] = torch.from_numpy(case.inputs)
        model.outputs.weight[1:] = torch.from_numpy(case.outputs)
    steps, losses = torch.optim.SGD(model.parameters(), lr=case.lr), 0.0
    for window in windows:
        steps.param_groups[0]["lr"] = case.lr + case.slope * window.position
        centre, *noise = (word + 1 for word in window.targets)
        noise += [0] * (case.window.negative - len(noise))
        contexts = [word + 1 for bag in window.bags for word in bag]
        steps.zero_grad()
        loss = model(*map(torch.tensor, ([centre], [contexts], [noise])))
        loss.backward()
        steps.step()
        losses += loss.item()
    return *(table.detach().numpy()[1:] for table in model.parameters()), losses


def run_tree(case, windows):
    """Take the same steps on a model with a tree, whose loss is a mean over inputs."""
    size, dim = case.inputs.shape
    projection = CBOW(undivided=True) if case.window.cbow else SkipGram()
    model = Word2Vec(size + 1, dim, projection, HierarchicalSoftmax([0, *case.counts])).double()
    with torch.no_grad():
        model.inputs.weight[1:] = torch.from_numpy(case.inputs)
        model.outputs.weight[1:] = torch.from_numpy(case.outputs)
    losses = 0.0
    for window in windows:
        centre = int(case.ids[window.position]) + 1
        assert tuple(model.loss.nodes[centre, : len(window.targets)] - 1) == window.targets
        assert tuple(model.loss.turns[centre, : len(window.labels)]) == window.labels
        assert model.loss.lengths[centre] == len(window.targets)
        contexts = [word + 1 for bag in window.bags for word in bag]
        model.zero_grad()
        loss = model(torch.tensor([centre]), torch.tensor([contexts])) * len(window.bags)
        loss.backward()
        with torch.no_grad():
            for table in model.parameters():
                table -= (case.lr + case.slope * window.position) * table.grad
        losses += loss.item()
    return *(table.detach().numpy()[1:] for table in model.parameters()), losses


def untrained(size, dim):
    """Return the tables from which the kernel starts."""
    inputs = np.zeros((size, dim), np.float32)
    initialise(inputs, size, dim, seed=1)
    return inputs, np.zeros_like(inputs)


def assert_close(ours, theirs, tolerance):
    for table, expected in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_allclose(table, expected, rtol=0, atol=tolerance * np.abs(expected).max())
    assert ours[2] == pytest.approx(theirs[2], rel=max(tolerance, 1e-6))


def assert_each_is_one_update(case, windows, run):
    """Compare a step of a module on each window alone with the reference's and the kernel's."""
    before = case.inputs, case.outputs
    for window in windows:
        module, expected = run(case, [window]), case.run_reference([window])
        for start, ours, theirs in zip(before, module[:2], expected[:2], strict=True):
            change = theirs - start
            assert np.abs(change).max() > 0
            np.testing.assert_allclose(
                ours - start, change, rtol=1e-6, atol=1e-9 * np.abs(change).max()
            )
        compiled = case.run_kernel(window.position, window.position + 1)
        assert_close(compiled, module, 1e-6)


@pytest.mark.parametrize(
    ("cbow", "divided"),
    [(False, False), (True, False), (True, True)],
    ids=["skipgram", "sum", "mean"],
)
@pytest.mark.parametrize("dim", [3, 100])
@pytest.mark.parametrize("negative", [1, 5, 15])
def test_one_step_is_one_update(cbow, divided, dim, negative):
    # So few words that most windows repeat some, and draw noise twice and on their centre.
    shape = {"vocabulary": 12, "lengths": (30, 2, 9), "sample": 0.0, "slope": 0.0}
    case = draw_case(cbow=cbow, divided=divided, dim=dim, negative=negative, **shape)
    windows = list(case.windows())
    assert any(len(set(sum(w.bags, ()))) < len(sum(w.bags, ())) for w in windows)
    assert negative == 1 or any(len(set(w.targets)) < len(w.targets) for w in windows)
    assert any(len(w.targets) <= negative for w in windows)
    assert_each_is_one_update(case, windows, run_module)


@BOTH
@pytest.mark.parametrize("dim", [3, 100])
@pytest.mark.parametrize("vocabulary", [2, 12, 60])
def test_one_step_in_a_tree_is_one_update(cbow, dim, vocabulary):
    shape = {"vocabulary": vocabulary, "lengths": (30, 2, 9), "sample": 0.0, "slope": 0.0}
    case = draw_case(cbow=cbow, dim=dim, negative=None, **shape)
    windows = list(case.windows())
    assert_each_is_one_update(case, windows, run_tree)
    in_sequence = run_tree(case, windows)
    assert_close(case.run_kernel(), in_sequence, 1e-5)
    assert_close(case.run_reference(), in_sequence, 1e-9)


@BOTH
@pytest.mark.parametrize("start", [untrained, trained_tables])
@pytest.mark.parametrize("count", [120, pytest.param(1000, marks=pytest.mark.slow)])
def test_windows_of_wikipedia_in_sequence(shared_data, zstd_open, tmp_path, cbow, start, count):
    text = tmp_path / "start.txt"
    with zstd_open(shared_data / "enwiki_a.txt.zst") as source:
        text.write_bytes(source.read(200_000))
    corpus = read_corpus(text, min_count=2)
    assert len(corpus.vocabulary) > 1000
    tables = start(len(corpus.vocabulary), 100)
    case = Case(
        corpus.tokens.ids, corpus.tokens.offsets, corpus.vocabulary.counts, *tables, cbow=cbow,
        negative=5, sample=1e-3,
    )  # fmt: skip
    windows = list(itertools.islice(case.windows(), count))
    module = run_module(case, windows)
    assert np.abs(module[1] - case.outputs).max() > 3e-4
    assert_close(case.run_kernel(stop=windows[-1].position + 1), module, 1e-4)
    for ours, theirs in zip(module, case.run_reference(windows), strict=False):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
