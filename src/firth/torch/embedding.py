"""Trained vectors as an embedding layer of PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from firth.checks import switch
from firth.vectors import Vectors
from firth.vectors.table import Token
from firth.vectors.vectors import check_vectors


class WordEmbedding(NamedTuple):
    """An embedding layer, and the id of each word: its row there."""

    layer: nn.Embedding
    ids: Mapping[Token, int]


def to_embedding(vectors: Vectors, *, freeze: bool = True, padding: bool = False) -> WordEmbedding:
    """Return vectors as an embedding layer; the numbers are copied.

    Parameters
    ----------
    vectors : Vectors
    freeze : bool
        Whether training leaves the layer as it is.
    padding : bool
        Whether id 0 is padding, whose vector stays zero; words then have ids from 1, as with
        `PaddedVocabulary`.

    Raises
    ------
    ConfigError
        If an option is not True or False, or `vectors` is not a `Vectors`.

    Examples
    --------
    >>> vectors = Vectors(["tea", "milk"], np.array([[1, 2], [3, 4]], np.float32))
    >>> layer, ids = to_embedding(vectors, padding=True)
    >>> layer(torch.tensor([ids["milk"], 0])).tolist()
    [[3.0, 4.0], [0.0, 0.0]]
    """
    check_vectors("vectors", vectors)
    switch("freeze", freeze)
    first = int(switch("padding", padding))
    rows = np.zeros((first + len(vectors), vectors.dim), np.float32)
    rows[first:] = vectors.input_vectors
    layer = nn.Embedding(len(rows), vectors.dim, padding_idx=0 if padding else None)
    layer.weight = nn.Parameter(torch.from_numpy(rows), requires_grad=not freeze)
    return WordEmbedding(layer, {word: first + row for row, word in enumerate(vectors.words)})
