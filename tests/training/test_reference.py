"""The float64 reference against finite differences of its loss, and its draws."""

import numpy as np
import pytest

from firth.training import draws, reference


@pytest.mark.parametrize(("m", "t", "dim"), [(1, 1, 1), (1, 6, 7), (4, 3, 5), (3, 9, 2)])
def test_gradients_are_finite_differences_of_the_loss(m, t, dim):
    rng = np.random.default_rng(m + t + dim)
    x, y, labels = rng.normal(size=(m, dim)), rng.normal(size=(t, dim)), rng.integers(0, 2, t)
    step = 1e-6
    for table, gradient in zip((x, y), reference.gradients(x, y, labels), strict=True):
        for index in np.ndindex(table.shape):
            kept = table[index]
            table[index] = kept + step
            above = reference.loss(x, y, labels)
            table[index] = kept - step
            below = reference.loss(x, y, labels)
            table[index] = kept
            assert gradient[index] == pytest.approx((above - below) / (2 * step), abs=1e-8)


# Row 3 is an input twice, row 7 a target twice; labels come in any order.
WINDOWS = {
    "one row each": reference.ReferenceWindow(
        0, ((3,), (4,), (3,)), (1.0,) * 3, (1.0,) * 3, (7, 1, 7, 2), (0.0, 1.0, 1.0, 0.0)
    ),
    "several rows": reference.ReferenceWindow(
        0, ((3, 4, 3), (5,)), (0.5, 2.0), (0.5, 2.0), (7, 1, 7, 2), (0.0, 1.0, 1.0, 0.0)
    ),
    "a mean whose change is divided": reference.window_of(
        0, 7, (3, 4, 3), (1, 7, 2, 1), cbow=True, divided=True
    ),
}


def of_tagged_units(**options):
    """Return a window in the second of two units, which has two documents: rows 7 and 6."""
    made = reference.windows(
        [[0, 1], [2, 3, 4]], np.uint64(3), np.full(5, 2**32 - 1, np.uint32),
        np.array([2**64 - 1] * 5, np.uint64), window=2, negative=3, shrink=False,
        documents=[[5], [7, 6]], **options,
    )  # fmt: skip
    return list(made)[3]


WINDOWS["documents that get their share"] = of_tagged_units(cbow=True, divided=True)
WINDOWS["documents beside words"] = of_tagged_units(cbow=False)


def test_all_documents_of_a_unit_are_inputs():
    assert of_tagged_units(cbow=True).bags == ((2, 4, 7, 6),)
    assert of_tagged_units(cbow=False).bags == ((2,), (4,), (7,), (6,))


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_a_step_follows_the_gradient_of_the_whole_window(window):
    """Where a bag's gain is its weight, that is the true gradient of each row."""
    rng = np.random.default_rng(5)
    tables = rng.normal(size=(9, 4)), rng.normal(size=(11, 4))

    def window_loss(inputs, outputs):
        return reference.loss(*reference.vectors_of(inputs, outputs, window))

    stepped = [table.copy() for table in tables]
    reference.train_window(*stepped, window, 1e-3)
    for k, table in enumerate(tables):
        for index in np.ndindex(table.shape):
            moved = [each.copy() for each in tables]
            moved[k][index] += 1e-6
            slope = (window_loss(*moved) - window_loss(*tables)) / 1e-6
            assert stepped[k][index] - table[index] == pytest.approx(-1e-3 * slope, abs=1e-8)


@pytest.mark.parametrize(("divided", "gain"), [(False, 1.0), (True, 1 / 3)])
def test_a_step_of_cbow_moves_contexts_by_the_gradient_of_their_mean(divided, gain):
    rng = np.random.default_rng(6)
    inputs, outputs = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    window = reference.window_of(0, 1, (3, 4, 3), (5, 1, 2), cbow=True, divided=divided)
    assert (window.targets, window.labels) == ((1, 5, 2), (1.0, 0.0, 0.0))
    of_mean, of_targets = reference.gradients(
        inputs[[3, 4, 3]].mean(axis=0, keepdims=True), outputs[[1, 5, 2]], np.array([1.0, 0.0, 0.0])
    )
    before = inputs.copy(), outputs.copy()
    reference.train_window(inputs, outputs, window, 0.1)
    np.testing.assert_allclose(inputs[4] - before[0][4], -0.1 * gain * of_mean[0])
    np.testing.assert_allclose(inputs[3] - before[0][3], -0.2 * gain * of_mean[0])
    np.testing.assert_allclose(outputs[[1, 5, 2]] - before[1][[1, 5, 2]], -0.1 * of_targets)


def test_a_tree_gives_each_word_a_probability():
    """And a window's loss is -log p(centre) of each input, whose gradient a step follows."""
    rng = np.random.default_rng(8)
    paths = reference.huffman_paths([9, 5, 2, 1, 1, 1])
    inputs, outputs = rng.normal(size=(6, 4)), rng.normal(size=(5, 4))

    def log_probability(word, x, outputs):
        scores = [(x @ outputs[node]) * (2 * label - 1) for node, label in paths[word]]
        return -sum(np.log1p(np.exp(-score)) for score in scores)

    words = [log_probability(word, inputs[3], outputs) for word in range(6)]
    assert np.exp(words).sum() == pytest.approx(1.0)
    window = reference.on_path(reference.window_of(0, 2, (3, 0), (), cbow=False), paths[2])

    def loss(inputs, outputs):
        return -sum(log_probability(2, inputs[row], outputs) for row in (3, 0))

    stepped = inputs.copy(), outputs.copy()
    before, pairs = reference.train_window(*stepped, window, 1e-3)
    assert (before, pairs) == (pytest.approx(loss(inputs, outputs)), 2)
    for k, table in enumerate((inputs, outputs)):
        for index in np.ndindex(table.shape):
            kept = table[index]
            table[index] = kept + 1e-6
            above = loss(inputs, outputs)
            table[index] = kept - 1e-6
            slope = (above - loss(inputs, outputs)) / 2e-6
            table[index] = kept
            assert stepped[k][index] - kept == pytest.approx(-1e-3 * slope, abs=1e-9)


def test_both_draw_the_same_bits():
    values = np.random.default_rng(7).integers(0, 2**64, 200, dtype=np.uint64)
    assert [int(draws.mix(value)) for value in values] == reference.mix(values).tolist()
    positions = np.array([0, 1, 2**40])
    ours = [int(draws.stream_at(values[0], position)) for position in positions]
    assert ours == reference.streams(values[:1], positions).tolist()
