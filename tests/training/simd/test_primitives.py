"""The vector loops as they are compiled, against the NumPy functions that state what they do."""

import functools

import numba
import numpy as np
import pytest

from firth.compilation.emitter import WIDTH
from firth.compilation.prefetching import prefetch_item, row_addresses
from firth.training.simd.gradients import LOG2, NO_SCORE, gradients
from firth.training.simd.means import mean_gradients, mean_update
from firth.training.simd.products import rounded
from firth.training.simd.rows import copy_row
from firth.training.simd.slots import compose, share_change
from firth.training.simd.tiles import LANES, TILE, tiles_of
from firth.training.simd.update import update

# Lengths of rows, in vectors: loops take one, two or four vectors at a time.
STRIDES = pytest.mark.parametrize("vectors", [1, 2, 3, 4, 5, 7, 8, 14])
INPUTS = range(1, 10)
TARGETS = pytest.mark.parametrize("t", range(1, 31))
# An array whose contents do not matter.
SCRATCH = object()
PAIRED = np.zeros((len(INPUTS) + 2) * LANES, np.int32)
SIZES = pytest.mark.parametrize("size", [0, 1, 2, 7])


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
    """Compare all arrays after a call of both forms of a primitive."""
    scratch = np.ones((len(INPUTS), 15 * WIDTH), np.float32)
    forms = compiled(primitive), primitive
    ours, theirs = ([scratch if a is SCRATCH else with_slack(a) for a in arguments] for _ in forms)
    for form, given in zip(forms, (ours, theirs), strict=True):
        form(*given)
    for one, other in zip(ours, theirs, strict=True):
        if isinstance(one, np.ndarray) and one.dtype != PAIRED.dtype:
            np.testing.assert_allclose(one, other, rtol, atol)


def labelling_of(labels):
    """Return the signs and biases of labelled targets, (tiles, 4 * LANES)."""
    labelling = np.zeros((tiles_of(len(labels)), 2, 2, LANES), np.float32)
    labelling[:, 1] = NO_SCORE
    for k, label in enumerate(labels):
        labelling[k // TILE, 0, :, k % TILE] = (1 - 2 * label) / LOG2
        labelling[k // TILE, 1, :, k % TILE] = 0.0
    return labelling.reshape(len(labelling), -1)


@pytest.mark.parametrize("scale", [1, 200])
@pytest.mark.parametrize(("portable", "bfloat16"), [(None, None), (True, None), (None, True)])
@TARGETS
def test_gradients_and_loss(draw, t, scale, portable, bfloat16):
    loss = np.full(2 * WIDTH, 1.5, np.float32)
    for m in INPUTS:
        vectors = (1 + m % 4) * max(1, LANES // WIDTH)
        x, y = scale * draw.table(12, vectors), draw.table(40, vectors)
        labelling = labelling_of(draw.either(0, 1, t))
        g = draw.floats(tiles_of(t), (m + 4) * LANES)
        for tile in range(tiles_of(t)):
            rows = x, draw.rows(x, m + 2), y, draw.rows(y, t)
            more = labelling, 0.7, g, loss, portable, bfloat16
            assert_same(gradients, *rows, (2, 2 + m, t, tile), *more, atol=1e-5 * scale)


def test_the_gradient_of_a_score_is_that_of_its_loss():
    x, y = np.full((1, WIDTH), 0.25, np.float32), np.full((2, WIDTH), 0.1, np.float32)
    labelling = labelling_of([1.0, 0.0])
    g, loss = np.zeros((1, 2 * LANES), np.float32), np.repeat([0.0, 1.0], WIDTH).astype(np.float32)
    rows = np.zeros(2, np.int64)
    compiled(gradients)(x, rows, y, rows, (0, 1, 2, 0), labelling, 0.5, g, loss, None, None)
    sigmoid = 1 / (1 + np.exp(-0.025 * WIDTH))
    np.testing.assert_allclose(g[0, :2], [0.5 * (1 - sigmoid), -0.5 * sigmoid], rtol=1e-6)
    assert not g[0, 2:LANES].any()
    total = LOG2 * loss[:WIDTH].sum() + np.log(loss[WIDTH:]).sum()
    assert total == pytest.approx(-np.log(sigmoid) - np.log(1 - sigmoid), rel=1e-6)


@pytest.mark.parametrize("is_repeated", [False, True])
@pytest.mark.parametrize("bfloat16", [None, True])
@TARGETS
def test_update(draw, t, is_repeated, bfloat16):
    soon = np.array([2, 0, 0])
    for m in INPUTS:
        x, y = draw.table(12, 6 + m), draw.table(40, 6 + m)
        x_rows, y_rows = draw.rows(x, m, replace=False), draw.rows(y, t, replace=False)
        g = draw.floats(tiles_of(t), (m + 1) * LANES)
        if is_repeated:
            # Only the last one of the same rows has a gradient.
            x_rows[0], y_rows[0] = x_rows[-1], y_rows[-1]
            if m > 1:
                g[:, :LANES] = 0.0
            if t > 1:
                g[0, ::LANES] = 0.0
        given = x, x_rows, y, y_rows, (m, t), g, SCRATCH, soon
        assert_same(update, *given, PAIRED, bfloat16)


@pytest.mark.parametrize("of_inputs", [False, True])
def test_the_change_of_a_row_of_zeros_is_a_product_of_rounded_numbers(draw, of_inputs):
    g, numbers = np.zeros((1, 2 * LANES), np.float32), draw.floats(WIDTH)
    numbers[:3] = 1 + np.array([1, 3, -1], np.float32) * 2**-8
    g[0, 0] = 1 + 2**-7 + 2**-8
    zeros, other = np.zeros((1, WIDTH), np.float32), numbers.reshape(1, -1)
    x, y = (zeros, other) if of_inputs else (other, zeros)
    row, soon = np.zeros(1, np.int64), np.array([0, 0])
    compiled(update)(x, row, y, row, (1, 1), g, x.copy(), soon, PAIRED, True)
    np.testing.assert_array_equal(zeros[0], rounded(g[0, :1]) * rounded(numbers))
    assert (rounded(numbers) != numbers).any()


def test_the_gradients_behind_those_of_the_last_input_do_not_matter(draw):
    x, y = draw.table(4, 2), draw.table(4, 2)
    g = draw.floats(1, 4 * LANES)
    g[0, 3 * LANES :] = np.nan
    given = draw.rows(x, 3, replace=False), y, draw.rows(y, 2, replace=False), (3, 2)
    assert_same(update, x, *given, g, SCRATCH, np.array([0, 0]), PAIRED, True)


@STRIDES
@SIZES
def test_composition_of_a_word(draw, vectors, size):
    given, composed = draw.table(10, vectors), draw.table(6, vectors)
    assert_same(compose, given, draw.rows(given, 12), 3, 3 + size, 0.3, composed, 1)


@STRIDES
@SIZES
def test_change_of_the_rows_of_a_word(draw, vectors, size):
    changed, composed = draw.table(10, vectors), draw.table(6, vectors)
    assert_same(share_change, changed, draw.rows(changed, 12), 3, 3 + size, 0.3, composed, 1)


@STRIDES
@pytest.mark.parametrize("portable", [None, True])
@pytest.mark.parametrize("count", [1, 2, 9])
def test_gradients_of_a_mean(draw, vectors, portable, count):
    stride = vectors * max(1, LANES // WIDTH)
    for t in (1, 2, TILE, TILE + 1, 2 * TILE + 1):
        x, y, mean = draw.table(10, stride), draw.table(40, stride), draw.table(2, stride)
        labelling, loss = labelling_of(draw.either(0, 1, t)), np.full(2 * WIDTH, 1.5, np.float32)
        g, rows = draw.floats(tiles_of(t), 4 * LANES), draw.rows(x, count)
        for tile in range(tiles_of(t)):
            assert_same(
                mean_gradients, x, rows, mean, y, draw.rows(y, t), (count, t, tile), labelling, 0.7,
                g, loss, portable,
            )  # fmt: skip


@STRIDES
@pytest.mark.parametrize("count", [1, 2, 9])
def test_update_by_a_mean(draw, vectors, count):
    soon = np.array([2, *[0] * 40])
    for t in (1, 2, TILE, TILE + 1, 2 * TILE + 1):
        x, y, mean = draw.table(10, vectors), draw.table(40, vectors), draw.table(2, vectors)
        rows, y_rows = draw.rows(x, count), draw.rows(y, t, replace=False)
        g = draw.floats(tiles_of(t), LANES)
        for tile in range(tiles_of(t)):
            part = count, t, tile
            assert_same(mean_update, x, rows, 0.3, mean, y, y_rows, part, g, soon)


@STRIDES
def test_copy_of_a_row(draw, vectors):
    target, source, stride = draw.table(4, vectors), draw.table(6, vectors), vectors * WIDTH
    assert_same(copy_row, target, 2 * stride, source, 5 * stride, rtol=0, atol=0)


def test_addresses_of_rows(draw):
    table, rows = draw.table(10, 15), None
    rows = draw.rows(table, 12)
    addresses = np.zeros(20, np.int64)
    compiled(row_addresses)(table, rows, 2, 9, addresses, 5)
    assert addresses[5:14].tolist() == (table.ctypes.data + 4 * rows[2:11]).tolist()
    assert not addresses[:5].any()
    assert not addresses[14:].any()
    expected = np.zeros(20, np.int64)
    row_addresses(table, rows, 2, 9, expected, 5)
    assert addresses.tolist() == expected.tolist()


def test_prefetching_changes_nothing(draw):
    # The element lies beyond the end of its array.
    assert_same(prefetch_item, draw.floats(20), 40, rtol=0, atol=0)
