"""The float64 reference against finite differences of its loss, and its draws."""

import numpy as np
import pytest

from firth.training import draws, reference


@pytest.mark.parametrize(("m", "t", "dim"), [(1, 1, 1), (1, 6, 7), (4, 3, 5), (3, 9, 2)])
def test_gradients_are_finite_differences_of_the_loss(m, t, dim):
    rng = np.random.default_rng(m + t + dim)
    x, y = rng.normal(size=(m, dim)), rng.normal(size=(t, dim))
    step = 1e-6
    for table, gradient in zip((x, y), reference.gradients(x, y), strict=True):
        for index in np.ndindex(table.shape):
            kept = table[index]
            table[index] = kept + step
            above = reference.loss(x, y)
            table[index] = kept - step
            below = reference.loss(x, y)
            table[index] = kept
            assert gradient[index] == pytest.approx((above - below) / (2 * step), abs=1e-8)


def test_a_step_of_skipgram_follows_the_gradient_of_the_whole_window():
    rng = np.random.default_rng(5)
    inputs, outputs = rng.normal(size=(9, 4)), rng.normal(size=(9, 4))
    # Word 3 is a context twice, word 7 a noise word twice, and the centre is a noise word.
    window = reference.ReferenceWindow(0, centre=1, contexts=(3, 4, 3), noise=(7, 1, 7, 2))

    def window_loss(inputs, outputs):
        return reference.loss(inputs[[3, 4, 3]], outputs[[1, 7, 7, 2]])

    stepped = inputs.copy(), outputs.copy()
    reference.train_window(*stepped, window, 1e-3, cbow=False)
    for k, table in enumerate((inputs, outputs)):
        for index in np.ndindex(table.shape):
            moved = [inputs.copy(), outputs.copy()]
            moved[k][index] += 1e-6
            slope = (window_loss(*moved) - window_loss(inputs, outputs)) / 1e-6
            assert stepped[k][index] - table[index] == pytest.approx(-1e-3 * slope, abs=1e-8)


def test_a_step_of_cbow_moves_contexts_by_the_gradient_of_their_mean():
    rng = np.random.default_rng(6)
    inputs, outputs = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    window = reference.ReferenceWindow(0, centre=1, contexts=(3, 4, 3), noise=(5, 2))
    of_mean, of_targets = reference.gradients(
        inputs[[3, 4, 3]].mean(axis=0, keepdims=True), outputs[[1, 5, 2]]
    )
    before = inputs.copy(), outputs.copy()
    reference.train_window(inputs, outputs, window, 0.1, cbow=True)
    np.testing.assert_allclose(inputs[4] - before[0][4], -0.1 * of_mean[0])
    np.testing.assert_allclose(inputs[3] - before[0][3], -0.2 * of_mean[0])
    np.testing.assert_allclose(outputs[[1, 5, 2]] - before[1][[1, 5, 2]], -0.1 * of_targets)


def test_both_draw_the_same_bits():
    rng = np.random.default_rng(7)
    for value in rng.integers(0, 2**64, 200, dtype=np.uint64):
        assert int(draws.mix(value)) == reference.mix(int(value))
