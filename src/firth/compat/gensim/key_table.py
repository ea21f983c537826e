"""The rows of gensim's `KeyedVectors`: keys, vectors that may be changed, and attributes.

V words · D dimensions
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from firth.checks import shown
from firth.compat.gensim.lifecycle import Lifecycle
from firth.compat.gensim.options import NotSupported, NotSupportedAttribute
from firth.compat.gensim.vocabularies import random_rows
from firth.errors import ConfigError, warn
from firth.vectors import Vectors

Key = str | int

# Names of gensim 3, and what gensim 4 has in their place.
_RENAMED = {
    "index2word": "index_to_key",
    "index2entity": "index_to_key",
    "vocab": "key_to_index, and get_vecattr(key, 'count')",
    "vectors_norm": "get_normed_vectors()",
    "syn0": "vectors",
    "syn0norm": "get_normed_vectors()",
}

# What gensim has, and Firth has not.
_ABSENT = frozenset(
    {
        "adjust_vectors", "init_post_load", "next_index", "recalc_char_ngram_buckets",
        "similarity_unseen_docs", "vectors_ngrams_lockf", "vectors_vocab_lockf",
    }
)  # fmt: skip


class KeyTable(Lifecycle):
    """Keys and their vectors, which may be changed, replaced and added to.

    Parameters
    ----------
    vector_size : int or Vectors
        D of new, empty vectors; or vectors of Firth.
    count, dtype, mapfile_path
        As in gensim; only the defaults are supported.

    Attributes
    ----------
    index_to_key : list of V keys
    key_to_index : dict
    expandos : dict
        Attributes of the keys, as arrays (V,): `count`, if counts are known.
    vectors_lockf : array
        Of the words of a model: 1.0 for rows that are trained, 0.0 for those that are not. One
        that is shorter than V is repeated.
    """

    vectors_lockf: NDArray[np.float32]
    # The file that the vectors would be mapped to.
    mapfile_path: None = None

    def __init__(
        self,
        vector_size: int | Vectors,
        count: int = 0,
        dtype: DTypeLike = np.float32,
        mapfile_path: None = None,
    ) -> None:
        if count or np.dtype(dtype) != np.float32 or mapfile_path is not None:
            raise NotSupported(
                "count, dtype and mapfile_path are not supported: vectors are float32, and "
                "add_vectors makes rows"
            )
        self._source: Vectors | None = None
        self._own: NDArray[np.float32] | None = None
        self._norms: NDArray[np.float32] | None = None
        self._has_changed = self._has_made_up_counts = False
        self.expandos: dict[str, NDArray[Any]] = {}
        if isinstance(vector_size, Vectors):
            self._take(vector_size)
        else:
            self.vector_size = vector_size
            self._set_keys([])
            self._own = np.empty((0, vector_size), np.float32)

    def _take(self, vectors: Vectors) -> None:
        self._source, self.vector_size = vectors, vectors.dim
        self._set_keys(list(vectors.words))
        if vectors.counts is not None:
            self.expandos["count"] = vectors.counts.copy()

    def _set_keys(self, keys: list[Any]) -> None:
        self.index_to_key = keys
        self.key_to_index = {key: row for row, key in enumerate(keys)}
        # Where keys are integers, an unknown one is not the number of a row.
        self._has_numbers = any(not isinstance(key, str) for key in keys)

    # -------------------------------------------------------------------------- vectors

    @property
    def _matrix(self) -> NDArray[np.float32]:
        """The vectors (V, D), to be read only."""
        if self._own is not None:
            return self._own
        assert self._source is not None
        return self._source.input_vectors

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The vectors (V, D): a copy, made when first asked for, that may be changed in place.

        After that, call `fill_norms(force=True)`, as in gensim.
        """
        if self._own is None:
            self._own = np.array(self._matrix)
        return self._own

    @vectors.setter
    def vectors(self, rows: ArrayLike) -> None:
        new = np.array(rows, np.float32)
        if new.shape != (len(self.index_to_key), self.vector_size):
            raise ConfigError(
                f"vectors must have the shape ({len(self.index_to_key)}, {self.vector_size}), "
                f"got {new.shape}; add_vectors adds words"
            )
        self._own, self._norms = new, None

    @property
    def norms(self) -> NDArray[np.float32]:
        """The lengths of the vectors (V,), as they were when first asked for."""
        if self._norms is None:
            self._norms = np.linalg.norm(self._matrix, axis=1)
        return self._norms

    def fill_norms(self, force: bool = False) -> None:
        """Compute the lengths of the vectors; anew with `force`."""
        if force:
            self._norms = None

    @property
    def _divisors(self) -> NDArray[np.float32]:
        """The lengths, with 1 for vectors of zeros: their cosines are 0."""
        return np.where(self.norms > 0, self.norms, np.float32(1))

    def get_normed_vectors(self) -> NDArray[np.float32]:
        """Return all vectors at length one (V, D)."""
        return self._matrix / self._divisors[:, np.newaxis]

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length one, for good."""
        self.vectors = self.get_normed_vectors()

    def init_sims(self, replace: bool = False) -> None:
        """Do nothing, or with `replace` what `unit_normalize_all` does."""
        if replace:
            self.unit_normalize_all()

    def to_firth(self) -> Vectors:
        """Return the vectors as Firth's.

        n-grams and documents are those of the vectors as they were loaded or trained. If vectors
        were changed by hand, they are left out, and a warning tells of n-grams.
        """
        source = self._source
        if source is None and not self.index_to_key:
            raise ConfigError("there are no vectors yet: train, or add some with add_vectors")
        own = self._own
        is_same = own is None or (source and np.array_equal(own, source.input_vectors))
        if source is not None and is_same and not self._has_changed:
            return source
        if source is not None and source.raw is not None and source.raw.subwords is not None:
            warn("vectors were changed by hand, so their n-grams are not kept")
        has_same_keys = source is not None and list(source.words) == self.index_to_key
        return Vectors(
            self.index_to_key,
            self._matrix.copy(),
            counts=None if self._has_made_up_counts else self.expandos.get("count"),
            output_vectors=source.output_vectors if source is not None and has_same_keys else None,
            config=None if source is None else source.config,
            phrases=None if source is None else source.phrases,
        )

    # ----------------------------------------------------------------------------- keys

    def __len__(self) -> int:
        """Return V."""
        return len(self.index_to_key)

    def get_index(self, key: Key, default: int | None = None) -> int:
        """Return the row of a key. An integer that is no key is the number of a row itself."""
        row = self.key_to_index.get(key)
        if row is not None:
            return row
        is_number = isinstance(key, int | np.integer) and not self._has_numbers
        if is_number and 0 <= int(key) < len(self):
            return int(key)
        if default is None:
            raise KeyError(f"Key '{key}' not present")
        return default

    def has_index_for(self, key: Key) -> bool:
        """Return whether a key has a row."""
        return self.get_index(key, -1) >= 0

    # ----------------------------------------------------------------------- attributes

    def get_vecattr(self, key: Key, attr: str) -> Any:  # noqa: ANN401
        """Return an attribute of a key, such as its count."""
        return self.expandos[attr][self.get_index(key)]

    def set_vecattr(self, key: Key, attr: str, val: object) -> None:
        """Set an attribute of a key; the other keys have 0, or None if it is no number."""
        row = self.get_index(key)
        if attr not in self.expandos:
            is_number = isinstance(val, bool | int | float | np.generic)
            kind = np.array(val).dtype if is_number else np.dtype(object)
            # Counts are sums of numbers.
            kind = np.dtype(np.int64) if attr == "count" else kind
            self.expandos[attr] = _blank(len(self), kind)
        self.expandos[attr][row] = val
        self._has_changed |= attr == "count"

    def allocate_vecattrs(
        self, attrs: Iterable[str] | None = None, types: Iterable[Any] | None = None
    ) -> None:
        """Make attributes of some types for all keys, or fit those that are there to the keys."""
        if attrs is None:
            attrs, types = list(self.expandos), [each.dtype for each in self.expandos.values()]
        for name, kind in zip(attrs, types or (), strict=True):
            given = np.dtype(object if kind is str else np.int64 if kind is int else kind)
            old = self.expandos.get(name, _blank(0, given))
            if not np.issubdtype(given, old.dtype):
                raise TypeError(f"attribute {name!r} is of type {old.dtype}, got {given}")
            more = _blank(max(0, len(self) - len(old)), old.dtype)
            self.expandos[name] = np.concatenate([old[: len(self)], more])

    def _set_counts(self, counts: Mapping[str, int]) -> None:
        """Set how often keys occur; those that are not told have 0."""
        found = [counts.get(key, 0) for key in self.index_to_key]
        self.expandos["count"] = np.array(found, np.int64)
        self._has_changed, self._has_made_up_counts = True, False

    def _make_up_counts(self) -> None:
        """Count keys by their order, the first most often. `to_firth` leaves such counts out."""
        if "count" not in self.expandos:
            self.expandos["count"] = np.arange(len(self), 0, -1)
            self._has_made_up_counts = True

    def sort_by_descending_frequency(self, attr: str = "count") -> None:
        """Put keys with high counts first."""
        if not len(self) or attr not in self.expandos:
            return
        order = np.argsort(-self.expandos[attr], kind="stable")
        if (np.diff(order) == 1).all():
            return
        keys, rows = [self.index_to_key[row] for row in order], self._matrix[order]
        self._set_keys(keys)
        self.expandos = {name: values[order] for name, values in self.expandos.items()}
        self._own, self._norms, self._has_changed = rows, None, True

    # -------------------------------------------------------------------------- changes

    def add_vectors(
        self,
        keys: Sequence[Key] | Key,
        weights: ArrayLike,
        extras: Mapping[str, ArrayLike] | None = None,
        replace: bool = False,
    ) -> None:
        """Add keys, or with `replace` change the vectors of those that are there.

        `extras` has attributes of the keys, as arrays. Where there are none, attributes are 0.
        """
        given = [keys] if isinstance(keys, str | int | np.integer) else list(keys)
        rows = np.atleast_2d(np.asarray(weights, np.float32))
        if rows.shape != (len(given), self.vector_size):
            raise ValueError(
                f"weights must have the shape ({len(given)}, {self.vector_size}), "
                f"got {shown(rows.shape)}"
            )
        new = {key: place for place, key in reversed(list(enumerate(given)))
               if key not in self.key_to_index}  # fmt: skip
        places = sorted(new.values())
        if places:
            self._append([given[place] for place in places], rows[places])
        changed = [place for place, key in enumerate(given) if replace or place == new.get(key)]
        at = [self.key_to_index[given[place]] for place in changed]
        self.vectors[at] = rows[changed]
        for name, values in (extras or {}).items():
            extra = np.asarray(values)
            if name not in self.expandos:
                self.expandos[name] = _blank(len(self), extra.dtype)
            self.expandos[name][at] = extra[changed]
        self._norms, self._has_changed = None, True

    def resize_vectors(self, seed: int = 0) -> None:
        """Give random vectors to keys that a program has appended to `index_to_key`."""
        old = self._matrix[: len(self)]
        self._own = np.vstack([old, random_rows(seed, len(self) - len(old), self.vector_size)])
        self._set_keys(self.index_to_key)
        self._norms, self._has_changed = None, True
        self.allocate_vecattrs()

    def _append(self, keys: list[Any], rows: NDArray[np.float32]) -> None:
        self._own = np.vstack([self._matrix, rows])
        self._set_keys([*self.index_to_key, *keys])
        self.allocate_vecattrs()

    def add_vector(self, key: Key, vector: ArrayLike) -> int:
        """Add a key, and return its row."""
        self.add_vectors([key], [np.asarray(vector, np.float32)])
        return self.key_to_index[key]

    def __setitem__(self, keys: Key | list[Key], weights: ArrayLike) -> None:
        """Add keys, or change their vectors."""
        self.add_vectors(keys, weights, replace=True)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Refuse names of gensim 3, and tell those of gensim 4."""
        if name in _ABSENT:
            raise NotSupportedAttribute(f"{type(self).__name__}.{name} is not supported")
        told = f"; gensim 4 has {_RENAMED[name]}" if name in _RENAMED else ""
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{told}")

    def __str__(self) -> str:
        """Show the numbers of dimensions and of keys."""
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"


def _blank(length: int, kind: np.dtype[Any]) -> NDArray[Any]:
    return np.full(length, None) if kind.hasobject else np.zeros(length, kind)
