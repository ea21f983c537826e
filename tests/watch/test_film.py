"""Films: what is kept, how it is thinned, how it is packed."""

import base64
import dataclasses
import json

import numpy as np
import pytest

from film_case import figures_at
from firth.recordings.frames import MOST_BYTES, SCALE, EpochFigures
from firth.recordings.neighbours import nearest
from firth.recordings.packing import pack_film, pack_frames, pack_state


@pytest.mark.parametrize("frames", [1, 8, 9, 33, 200])
def test_frames_are_thinned_evenly_and_the_first_and_last_stay(make_film, frames):
    film = make_film(frames=frames, most=8)
    numbers = [frame.number for frame in film.frames()]
    assert len(numbers) <= 8
    assert numbers[0] == 0
    assert numbers[-1] == frames - 1
    assert film.taken == frames
    gaps = np.diff(numbers)
    assert gaps.size == 0 or gaps.max() <= 2 * film.stride
    # Twice as slow each time that half of them went.
    assert film.stride == 1 or len(numbers) >= 4


def test_a_long_film_of_long_vectors_has_bounded_memory(make_film):
    words = [f"w{k}" for k in range(2000)]
    film = make_film(words=words, frames=20, dim=2400)
    assert sum(frame.unit.nbytes for frame in film.frames()) <= max(
        MOST_BYTES, 16 * 2000 * 2400 * 2
    )
    assert len(film.frames()) <= 16


def test_very_many_epochs_are_thinned(make_film):
    film = make_film(most=8)
    for epoch in range(1, 300):
        film.add_epoch(EpochFigures(epoch, epoch * 10, 1.0, None))
    epochs = [each.epoch for each in film.epochs()]
    assert len(epochs) <= 16
    assert epochs[-1] == 299


def test_neighbours_are_the_nearest_by_cosine():
    rows = np.random.default_rng(2).normal(size=(900, 10))
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    scores = unit @ unit.T
    np.fill_diagonal(scores, -np.inf)
    expected = np.argsort(-scores, axis=1)[:, :6]
    # A few are asked in another way than all.
    for asked in (np.arange(900), np.array([3, 899]), np.empty(0, np.int64)):
        words, cosines = nearest(unit, asked)
        assert words.tolist() == expected[asked].tolist()
        np.testing.assert_allclose(
            cosines, np.take_along_axis(scores[asked], expected[asked], axis=1), atol=1e-5
        )


def test_one_word_has_no_neighbours():
    words, cosines = nearest(np.ones((1, 3)), np.array([0]))
    assert words.shape == cosines.shape == (1, 0)


def test_a_film_is_json_that_gives_back_points_and_neighbours(make_film):
    film = make_film(frames=3)
    packed = json.loads(json.dumps(pack_film(film), allow_nan=False))
    assert packed["words"] == list(film.words)
    for frame, told in zip(film.frames(), packed["frames"], strict=True):
        points = np.frombuffer(base64.b64decode(told["points"]), "<i2").reshape(-1, 2)
        np.testing.assert_array_equal(points, frame.points)
        near = np.frombuffer(base64.b64decode(told["near"][0]), "<u2").reshape(6, -1)
        np.testing.assert_array_equal(near, nearest(frame.unit, np.arange(6))[0])
        assert told["seconds"] == frame.figures.seconds
    # Points are those of vectors of length one.
    assert np.abs(points).max() <= 2 * SCALE


def test_numbers_that_are_not_finite_are_null(make_film):
    film = make_film(frames=0)
    unknown = {"loss": float("nan"), "speed": float("nan"), "left": float("inf")}
    figures = dataclasses.replace(figures_at(0), **unknown)
    film.add(np.ones((6, 4), np.float32), figures)
    film.add_epoch(EpochFigures(1, 5, float("inf"), None))
    (told,) = pack_frames(film.frames(), [0])
    assert (told["loss"], told["speed"], told["left"]) == (None, None, None)
    assert pack_state(film)["epochs"] == [[1, 5, None, None]]
    json.dumps([told, pack_state(film)], allow_nan=False)
