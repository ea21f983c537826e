"""The vector loops as they are compiled, against the NumPy functions that state what they do."""

import functools

import numba
import numpy as np
import pytest

from firth.compilation.emitter import WIDTH
from firth.compilation.prefetching import prefetch_item, prefetch_rows
from firth.training.simd.bags import compose, share_change
from firth.training.simd.primitives import LOSS_VECTORS, gradient, scores, signs_of, update
from firth.training.simd.rows import copy_row

# Lengths of rows, in vectors: loops take one, two or four vectors at a time.
STRIDES = pytest.mark.parametrize("vectors", [1, 2, 3, 4, 5, 7, 8, 14])
INPUTS = range(1, 10)
TARGETS = pytest.mark.parametrize("t", range(1, 31))
# Parts of rows of 15 vectors: from which vector, and how many.
PARTS = pytest.mark.parametrize("part", [(0, 15), (0, 1), (3, 7), (4, 11), (14, 1)])
BAGS = pytest.mark.parametrize("size", [0, 1, 2, 7])


class Draw:
    """Draws what primitives are called with."""

    def __init__(self):
        self.rng = np.random.default_rng(5)

    def floats(self, *shape):
        return self.rng.normal(size=shape, scale=0.5).astype(np.float32)

    def table(self, rows, vectors):
        return self.floats(rows, vectors * WIDTH)

    def rows(self, table, size, *, replace=True):
        """Return the offsets of some rows of a table."""
        return self.rng.choice(len(table), size, replace=replace) * table.shape[1]

    def either(self, one, other, size):
        return self.rng.choice(np.array([one, other], np.float32), size)


@pytest.fixture
def draw():
    return Draw()


@functools.cache
def compiled(primitive):
    return numba.njit(lambda *arguments: primitive(*arguments))


def with_slack(argument):
    """Copy an array, with room for another vector behind it; return other arguments as they are."""
    if not isinstance(argument, np.ndarray):
        return argument
    slack = np.zeros(argument.size + WIDTH, argument.dtype)
    slack[: argument.size] = argument.ravel()
    return slack[: argument.size].reshape(argument.shape)


def assert_same(primitive, *arguments, rtol=1e-5, atol=1e-5):
    """Compare all arguments after a call of both forms of a primitive; None stands for scratch."""
    scratch = np.ones((len(INPUTS), 15 * WIDTH), np.float32)
    forms = compiled(primitive), primitive
    ours, theirs = ([scratch if a is None else with_slack(a) for a in arguments] for _ in forms)
    for form, given in zip(forms, (ours, theirs), strict=True):
        form(*given)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol, atol)


@TARGETS
def test_scores(draw, t):
    for m in INPUTS:
        x, y = draw.table(12, 1 + m % 4), draw.table(40, 1 + m % 4)
        rows, s = (draw.rows(x, m), m, y, draw.rows(y, t), t), draw.floats(m * t + 1)
        assert_same(scores, x, *rows, s)


@TARGETS
def test_signs_of_labels(draw, t):
    for m in INPUTS:
        labels = draw.either(0, 1, t)
        assert_same(signs_of, labels, t, m, draw.floats(m * t), rtol=0, atol=0)


@pytest.mark.parametrize("scale", [1, 200])
@pytest.mark.parametrize("count", [*range(1, 3 * WIDTH + 2), LOSS_VECTORS * WIDTH])
def test_gradient_and_loss(draw, count, scale):
    size, loss = (LOSS_VECTORS + 1) * WIDTH, np.full(2 * WIDTH, 1.5, np.float32)
    s, signs = scale * draw.floats(size), draw.either(-1, 1, size)
    rtol = 1e-6 if count < LOSS_VECTORS else 1e-5
    assert_same(gradient, s, signs, 3, count, 0.7, loss, rtol=rtol, atol=1e-7)


@TARGETS
def test_update(draw, t):
    for m in INPUTS:
        x, y = draw.table(12, 15), draw.table(40, 15)
        x_rows, y_rows = draw.rows(x, m, replace=False), draw.rows(y, t, replace=False)
        width = t + m % 3
        part = WIDTH * (m % 4), WIDTH * (1 + m)
        assert_same(update, x, x_rows, m, y, y_rows, t, draw.floats(m * width), width, None, *part)


@STRIDES
@BAGS
def test_composition_of_a_bag(draw, vectors, size):
    given, composed = draw.table(10, vectors), draw.table(6, vectors)
    assert_same(compose, given, draw.rows(given, 12), 3, 3 + size, 0.3, composed, 1)


@PARTS
@BAGS
def test_change_of_the_rows_of_a_bag(draw, part, size):
    changed, composed = draw.table(10, 15), draw.table(6, 15)
    column, columns = WIDTH * np.array(part)
    bag = draw.rows(changed, 12), 3, 3 + size, 0.3, composed, 1
    assert_same(share_change, changed, *bag, column, columns)


@STRIDES
def test_copy_of_a_row(draw, vectors):
    target, source, stride = draw.table(4, vectors), draw.table(6, vectors), vectors * WIDTH
    assert_same(copy_row, target, 2 * stride, source, 5 * stride, rtol=0, atol=0)


@PARTS
def test_prefetching_changes_nothing(draw, part):
    # Some columns lie beyond the end of the rows, and the element beyond the end of its array.
    asked, (column, columns) = draw.table(10, 15), WIDTH * np.array(part)
    rows = draw.rows(asked, 12)
    assert_same(prefetch_rows, asked, rows, 2, 9, column, columns + WIDTH, rtol=0, atol=0)
    assert_same(prefetch_item, draw.floats(20), 40, rtol=0, atol=0)
