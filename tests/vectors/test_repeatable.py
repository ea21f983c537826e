"""What is read out of tables and written has the same bytes, whatever library multiplies."""

import os

import numpy as np
import pytest

from firth.vectors import repeatable
from firth.vectors.repeatable import principal_axes, product, second_moment
from processes import output_of


@pytest.mark.parametrize(
    ("n", "D", "W"), [(1, 1, 1), (7, 5, 3), (1_030, 6, 6), (9, 4, 0), (0, 3, 2)]
)
def test_products_are_added_up_in_order(n, D, W):
    rng = np.random.default_rng(n)
    rows, matrix = rng.normal(size=(n, D)), rng.normal(size=(D, W))
    expected = np.zeros((n, W))
    for k in range(D):
        expected += rows[:, k : k + 1] * matrix[k]
    assert product(rows, matrix).tobytes() == expected.tobytes()
    assert product(rows[:, ::-1], matrix[::-1]).tobytes() == (
        product(np.array(rows[:, ::-1]), np.array(matrix[::-1])).tobytes()
    )


@pytest.mark.parametrize(("V", "D"), [(1, 1), (7, 5), (1_030, 6), (0, 3)])
def test_second_moments_are_added_up_in_order(V, D):
    rows = np.random.default_rng(V).normal(size=(V, D)).astype(np.float32)
    expected = np.zeros((D, D))
    for row in rows.astype(np.float64):
        expected += row[:, np.newaxis] * row
    assert second_moment(rows).tobytes() == (expected / max(1, V)).tobytes()


@pytest.mark.parametrize("D", [1, 2, 3, 40, 150])
@pytest.mark.parametrize("kind", ["usual", "few axes", "alike", "zeros", "equal", "wide"])
def test_principal_axes_are_those_of_the_library(D, kind):
    rng = np.random.default_rng(D)
    rows = rng.normal(size=(300, D)) + 0.2
    if kind == "few axes":
        rows[:, D // 2 :] = rows[:, : D - D // 2]
    if kind == "alike":
        rows[:] = rows[0]
    if kind == "zeros":
        rows[:] = 0.0
    if kind == "equal":
        # All squares are one of two.
        turned = np.linalg.qr(rows[:D, :D])[0]
        rows = np.sqrt(D) * turned * np.where(np.arange(D) % 2, 1.0, 3.0)[:, np.newaxis]
    if kind == "wide":
        rows *= np.logspace(-6, 6, D)
    moment = second_moment(rows)
    axes, values = principal_axes(moment)
    squares = np.linalg.eigvalsh(moment)[::-1]
    largest = max(squares[0], 1e-300)
    np.testing.assert_allclose(values**2 / largest, squares.clip(0) / largest, atol=1e-13)
    np.testing.assert_allclose(axes.T @ axes, np.eye(D), atol=1e-12)
    np.testing.assert_allclose((axes * values**2) @ axes.T / largest, moment / largest, atol=1e-13)
    assert (axes[np.abs(axes).argmax(axis=0), np.arange(D)] > 0).all()
    assert (np.diff(values) <= 0).all()
    # What was given is not changed.
    assert moment.tobytes() == second_moment(rows).tobytes()


def test_axes_of_two_dimensions():
    axes, values = principal_axes(np.array([[2.0, 1.0], [1.0, 2.0]]))
    np.testing.assert_allclose(values**2, [3.0, 1.0])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(axes, [[half, half], [half, -half]])


def test_axes_that_are_as_long_as_others_are_found_soon(monkeypatch):
    rounds = []
    turn = repeatable._turn_to_axes
    monkeypatch.setattr(repeatable, "_turn_to_axes", lambda *a: rounds.append(1) or turn(*a))
    turned = np.linalg.qr(np.random.default_rng(1).normal(size=(60, 60)))[0]
    principal_axes((turned * np.where(np.arange(60) % 2, 1.0, 9.0)) @ turned.T)
    assert len(rounds) < 20


TRAINING = """
import hashlib
import numpy as np
import firth

rng = np.random.default_rng(0)
words = [f"{a}{b}{c}{d}" for a in "bdfgk" for b in "aeiou" for c in "lmnrst" for d in "aeiou"]
units = [[words[k] for k in row] for row in rng.integers(len(words), size=(300, 12))]
options = {"dim": 64, "epochs": 1, "subwords": (3, 6), "threads": 1, "sample": 0}
vectors = firth.train(units, **options, deterministic=True)
found = [vectors, vectors.read_out("subword,unit=yes,components=3"), firth.combine([vectors] * 2)]
print(hashlib.sha256(vectors.raw.input.tobytes()).hexdigest())
for each in found:
    print(hashlib.sha256(np.asarray(each).tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def here():
    return output_of("-c", TRAINING)


# Of OpenBLAS, if NumPy has it: as many threads, or the code of other processors.
@pytest.mark.parametrize(
    "other",
    [
        {"OPENBLAS_NUM_THREADS": "1"},
        {"OPENBLAS_NUM_THREADS": "2"},
        {"OPENBLAS_CORETYPE": "Prescott"},
    ],
)
def test_vectors_have_the_same_bytes_whatever_library_multiplies(here, other):
    assert output_of("-c", TRAINING, env={**os.environ, **other}) == here
