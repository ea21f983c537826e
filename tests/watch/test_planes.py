"""Principal components by orthogonal iteration, and the rotation onto the frame before."""

import numpy as np
import pytest

from firth.recordings.planes import Plane, principal_axes, product, product_of_columns, turned_onto


def cloud(n=400, D=30, seed=0):
    random = np.random.default_rng(seed)
    spread = np.concatenate([[4.0, 2.5], np.linspace(1.2, 0.5, D - 2)])
    turn, _ = np.linalg.qr(random.normal(size=(D, D)))
    rows = (random.normal(size=(n, D)) * spread) @ turn
    return rows.astype(np.float32)


def test_axes_are_those_of_the_largest_variance():
    rows = cloud()
    centred = rows - rows.mean(axis=0)
    _, _, exact = np.linalg.svd(centred, full_matrices=False)
    found = principal_axes(centred)[:, :2]
    np.testing.assert_allclose(np.abs(np.sum(found * exact[:2].T, axis=0)), 1.0, atol=1e-3)


def test_points_have_the_distances_of_the_two_components():
    rows = cloud()
    centred = rows - rows.mean(axis=0)
    U, s, _ = np.linalg.svd(centred, full_matrices=False)
    exact = U[:, :2] * s[:2]
    found = Plane().points(rows)
    np.testing.assert_allclose(turned_onto(found, exact), exact, atol=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_does_not_turn_when_all_vectors_do(seed):
    rows, plane = cloud(), Plane()
    first = plane.points(rows)
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(30, 30)))
    # The components are mirrored and turned; the picture must not be.
    second = plane.points((rows @ turn).astype(np.float32))
    np.testing.assert_allclose(second, first, atol=0.05)


def test_a_third_axis_that_grows_comes_into_the_picture():
    rows, plane = cloud(), Plane()
    plane.points(rows)
    rows[:200, 7] += 30.0
    points = plane.points(rows)
    side = points[:200].mean(axis=0) - points[200:].mean(axis=0)
    assert np.linalg.norm(side) > 25.0


@pytest.mark.parametrize("D", [1, 2, 3])
def test_few_dimensions_have_a_picture_too(D):
    points = Plane().points(cloud(D=30)[:, :D].copy())
    assert points.shape == (400, 2)
    assert np.isfinite(points).all()
    assert (points[:, 1] == 0.0).all() == (D == 1)


def test_equal_vectors_are_one_point():
    assert not Plane().points(np.ones((5, 4), np.float32)).any()


def test_products_in_pieces_are_products():
    a, b = cloud(n=3000), cloud(n=3000, D=8, seed=1)
    np.testing.assert_allclose(product_of_columns(a, b), a.T @ b, rtol=1e-3, atol=0.05)
    np.testing.assert_allclose(product(a, a[:40].T), a @ a[:40].T, rtol=1e-3, atol=0.01)
