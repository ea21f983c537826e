"""A film as JSON; arrays are base64 of their bytes, little-endian.

n words of the map · N neighbours of a word
"""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from firth.recordings.frames import SCALE, Film, Frame
from firth.recordings.neighbours import NEIGHBOURS, nearest

# Cosines between 0 and 1 as a byte.
_COSINE_STEPS = 255
Json = dict[str, object]


def pack_film(film: Film) -> Json:
    """Return a whole film, with the neighbours of all its words in each frame.

    This takes about 50 ms for each frame of 2,000 words.
    """
    frames = film.frames()
    asked = np.arange(len(film.words))
    return {
        **pack_words(film),
        **pack_state(film),
        "frames": [{**pack_frame(each), "near": pack_near(each, asked)} for each in frames],
    }


def pack_words(film: Film) -> Json:
    """Return what does not change during a run."""
    return {
        "run": film.run,
        "words": list(film.words),
        "facts": film.facts,
        "total": film.total,
        "scale": SCALE,
        "neighbours": min(NEIGHBOURS, len(film.words) - 1),
    }


def pack_state(film: Film) -> Json:
    """Return how far a run has come, without its frames."""
    epochs = [
        [each.epoch, each.words, finite(each.loss), finite(each.held_out_loss)]
        for each in film.epochs()
    ]
    return {"epochs": epochs, "reason": film.reason}


def pack_frame(frame: Frame) -> Json:
    """Return the figures of a frame and the points of its words."""
    return {
        "number": frame.number,
        **{name: finite(number) for name, number in dataclasses.asdict(frame.figures).items()},
        "points": to_text(frame.points),
    }


def pack_near(frame: Frame, asked: NDArray[np.int64]) -> list[str]:
    """Return the neighbours (q, N) of some words in a frame as uint16, and cosines as bytes.

    A cosine below 0 is told as 0.
    """
    words, cosines = nearest(frame.unit, asked)
    steps = np.rint(np.clip(np.nan_to_num(cosines), 0.0, 1.0) * _COSINE_STEPS).astype(np.uint8)
    return [to_text(words), to_text(steps)]


def pack_frames(frames: Iterable[Frame], asked: Sequence[int]) -> list[Json]:
    """Return frames, with the neighbours of some words in each."""
    rows = np.array(asked, np.int64)
    return [
        {**pack_frame(frame), "asked": list(asked), "near": pack_near(frame, rows)}
        for frame in frames
    ]


def to_text(array: NDArray[np.generic]) -> str:
    """Return the bytes of an array as base64.

    Examples
    --------
    >>> to_text(np.array([1, 2], np.int16))
    'AQACAA=='
    """
    little = array.astype(array.dtype.newbyteorder("<"))
    return base64.b64encode(little.tobytes()).decode("ascii")


def finite(number: float | None) -> float | None:
    """Return a number for JSON, to six digits; None for one that is not finite.

    Examples
    --------
    >>> finite(0.123456789), finite(float("inf")), finite(3)
    (0.123457, None, 3)
    """
    if isinstance(number, float):
        return float(f"{number:.6g}") if math.isfinite(number) else None
    return number
