"""gensim's models and vectors (`.model`, `.kv`), read without running anything in them.

gensim pickles its objects. Large arrays lie beside the pickle, under its name, that of the object
within and that of the array: `my.model.wv.vectors.npy`.

Models are Word2Vec, FastText and Doc2Vec of gensim 4; vectors are KeyedVectors of gensim 3 and 4.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, FormatError, counted, one_line, reraise
from firth.subwords.subwords import Subwords
from firth.vectors.composition import RawTables, composed_blocks
from firth.vectors.documents import DocumentTable
from firth.vectors.formats.arrays import PICKLED, array_of, map_array
from firth.vectors.formats.pickles import Bag, read_pickle
from firth.vectors.formats.precision import blocks, widened
from firth.vectors.formats.row_store import RowStore, store_rows
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.table import Table, Token

_VECTORS = frozenset(
    {
        "gensim.models.keyedvectors.KeyedVectors",
        "gensim.models.keyedvectors.Word2VecKeyedVectors",
        "gensim.models.keyedvectors.EuclideanKeyedVectors",
        "gensim.models.fasttext.FastTextKeyedVectors",
    }
)
_MODELS = frozenset(
    {
        "gensim.models.word2vec.Word2Vec",
        "gensim.models.fasttext.FastText",
        "gensim.models.doc2vec.Doc2Vec",
    }
)
# What else is in such files, and not looked at.
_OTHERS = frozenset(
    {
        "gensim.models.keyedvectors.Vocab",
        "gensim.models.word2vec.Word2VecTrainables",
        "gensim.models.word2vec.Word2VecVocab",
        "gensim.utils.call_on_class_only",
        "numpy.random._pickle.__randomstate_ctor",
        "numpy.random._pickle.__bit_generator_ctor",
        "numpy.random._mt19937.MT19937",
        "collections.defaultdict",
        "collections.OrderedDict",
        *(f"{module}.{name}" for module in ("builtins", "__builtin__")
          for name in ("hash", "int", "long", "frozenset")),
    }
)  # fmt: skip
ALLOWED = _VECTORS | _MODELS | _OTHERS | PICKLED
# How a model was trained, as far as it is told by numbers.
_OPTIONS = (
    "vector_size", "window", "sg", "hs", "negative", "ns_exponent", "cbow_mean", "min_count",
    "sample", "epochs", "alpha", "min_alpha", "seed", "dm_concat", "dbow_words",
    "corpus_count", "corpus_total_words", "running_training_loss", "train_count",
    "total_train_time", "min_alpha_yet_reached",
)  # fmt: skip


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read the words, vectors and counts, and of models the output vectors and documents.

    Raises
    ------
    FormatError
        If the pickle names anything that is not gensim's or NumPy's, holds no such model, or is
        damaged, or an array beside it is missing.
    """
    del size  # A pickle tells where it ends.
    root = read_pickle(file, path, ALLOWED)
    if not isinstance(root, Bag) or root.name not in _VECTORS | _MODELS:
        what = root.name if isinstance(root, Bag) else f"a {type(root).__name__}"
        raise FormatError(
            f"{path}: is a pickle, but not of a model or vectors of gensim: it holds {what}"
        )
    if root.name in _VECTORS:
        return selected(_table_of(_Saved(root, path), selection.folder), path, selection)
    model = _Saved(root, path)
    table = _table_of(model.part("wv"), selection.folder)
    config, documents = model.options(), None
    if root.get("dv") is not None:
        documents = _documents_of(model.part("dv"))
    whole = Table(
        words=table.words,
        input_vectors=table.input_vectors,
        counts=table.counts,
        output_vectors=_output_of(model, table),
        config={"gensim": config},
        raw=table.raw,
        documents=documents,
    )
    return selected(whole, path, selection)


@dataclass(frozen=True)
class _Saved:
    """An object of gensim, in a pickle and in files beside it.

    Parameters
    ----------
    bag : Bag
    path : Path
        The file of the pickle.
    prefix : str
        What comes before the name of an array in the name of its file.
    """

    bag: Bag
    path: Path
    prefix: str = ""

    def part(self, name: str) -> _Saved:
        """Return an object within."""
        bag = self.bag.get(name)
        if not isinstance(bag, Bag) or bag.name not in _VECTORS:
            raise FormatError(f"{self.path}: the model has no vectors '{name}'")
        return _Saved(bag, self.path, f"{name}.")

    def has(self, name: str) -> bool:
        """Return whether there is an array."""
        return self.bag.get(name) is not None or self._is_beside(name)

    def array(self, name: str) -> NDArray[Any]:
        """Return an array; one that lies beside the pickle is mapped."""
        value = self.bag.get(name)
        if value is not None:
            return array_of(value, name, self.path)
        if not self._is_beside(name):
            raise FormatError(f"{self.path}: the pickle has no array '{name}'")
        return map_array(self.path.with_name(f"{self.path.name}.{self.prefix}{name}.npy"))

    def table(self, name: str, dim: int | None = None) -> NDArray[np.float32]:
        """Return an array of two dimensions, the second of them D if that is given."""
        array = self.array(name)
        if array.ndim != 2 or array.dtype.kind != "f" or dim not in (None, array.shape[1]):
            raise FormatError(
                f"{self.path}: '{name}' should hold floats of shape (rows, {dim or 'dimensions'}), "
                f"not {array.dtype} {one_line(str(array.shape))}"
            )
        return array

    def number(self, name: str) -> int:
        """Return a whole number, 0 or more."""
        value = self.bag.get(name)
        if type(value) is not int or value < 0:
            raise FormatError(f"{self.path}: '{name}' should be a whole number")
        return value

    def options(self) -> dict[str, object]:
        """Return how a model was trained."""
        found = {name: self.bag.get(name) for name in _OPTIONS}
        numbers = {
            name: value
            for name, value in found.items()
            if type(value) in (bool, int) or (type(value) is float and math.isfinite(value))
        }
        return {"class": self.bag.name.rpartition(".")[2], **numbers}

    def _is_beside(self, name: str) -> bool:
        names = self.bag.get("__numpys")
        return isinstance(names, list) and name in names


def _table_of(saved: _Saved, folder: Path | None) -> Table:
    """Return words and their vectors, whole."""
    words = _words_of(saved)
    raw = _raw_of(saved, words, folder) if saved.has("vectors_ngrams") else None
    if raw is None:
        names = ("vectors", "syn0", "vectors_vocab")
        matrix = saved.table(next((name for name in names if saved.has(name)), names[0]))
        matrix = _narrow(matrix, folder)
    else:
        # gensim saves the rows that these are composed of, without the result.
        with reraise(FormatError, f"read {saved.path}", ConfigError):
            composed = composed_blocks(raw, words, own_row=True)
            matrix = store_rows(composed, folder, len(words))
    return Table(words=words, input_vectors=matrix, counts=_counts_of(saved, words), raw=raw)


def _words_of(saved: _Saved) -> list[Token]:
    """Return the words in the order of their rows."""
    words = saved.bag.get("index_to_key")
    if words is None:
        words = saved.bag.get("index2word")
    if not isinstance(words, list):
        raise FormatError(f"{saved.path}: expected a list of words under 'index_to_key'")
    strangers = {type(word).__name__ for word in words if type(word) not in (str, int)}
    if strangers:
        raise FormatError(
            f"{saved.path}: words must be text or integers, not {', '.join(sorted(strangers))}"
        )
    return words


def _counts_of(saved: _Saved, words: Sequence[Token]) -> NDArray[np.int64] | None:
    """Return how often each word occurred, if it is known."""
    expandos, vocab = saved.bag.get("expandos"), saved.bag.get("vocab")
    if isinstance(expandos, dict) and expandos.get("count") is not None:
        counts = array_of(expandos["count"], "count", saved.path)
    elif isinstance(vocab, dict):
        entries = [vocab.get(word) for word in words]
        numbers = [entry.get("count") if isinstance(entry, Bag) else None for entry in entries]
        if any(type(n) is not int or not 0 <= n < 1 << 63 for n in numbers):
            return None
        counts = np.array(numbers, np.int64)
    else:
        return None
    if counts.shape != (len(words),) or counts.dtype.kind not in "iu":
        raise FormatError(
            f"{saved.path}: expected {counted(len(words), 'count')}, one for each word"
        )
    return counts.astype(np.int64)


def _narrow(matrix: NDArray[np.floating], folder: Path | None) -> NDArray[np.floating]:
    """Return large numbers of another type than float32 as float32, in a file if in `folder`."""
    if folder is None or matrix.dtype == np.float32 or matrix.size == 0:
        return matrix
    return widened(matrix, None, RowStore(folder))


def _raw_of(saved: _Saved, words: Sequence[Token], folder: Path | None) -> RawTables | None:
    """Return the rows of words and n-grams of a FastText, or None if it has no n-grams."""
    least, most, buckets = (saved.number(name) for name in ("min_n", "max_n", "bucket"))
    if not buckets or most < max(least, 1):
        return None
    if saved.bag.get("compatible_hash") is not True:
        raise FormatError(
            f"{saved.path}: the n-grams are hashed as gensim did before 3.7, otherwise than "
            "fastText; save the words alone: wv.save_word2vec_format"
        )
    own = saved.table("vectors_vocab")
    ngrams = saved.table("vectors_ngrams", own.shape[1])
    if own.shape[0] != len(words) or len(ngrams) != buckets:
        raise FormatError(
            f"{saved.path}: has {counted(len(own), 'row')} for {counted(len(words), 'word')}, and "
            f"{len(ngrams):,} for {counted(buckets, 'bucket')} of n-grams"
        )
    with reraise(FormatError, f"read {saved.path}", ConfigError):
        subwords = Subwords(
            max(least, 1), most, buckets=buckets, normalization="none", exponent=1.0
        )
    both = itertools.chain(blocks(own), blocks(ngrams))
    return RawTables(store_rows(both, folder, len(own) + len(ngrams)), subwords)


def _output_of(model: _Saved, table: Table) -> NDArray[np.float32] | None:
    """Return the vectors of the target side, if it has a row of D numbers for each word."""
    if not model.has("syn1neg"):
        return None
    output = model.table("syn1neg")
    return output if output.shape == table.input_vectors.shape else None


def _documents_of(saved: _Saved) -> DocumentTable:
    """Return the documents, with their tags if these are not just rising numbers."""
    tags = _words_of(saved)
    vectors = saved.table("vectors").astype(np.float32, copy=False)
    if all(type(tag) is int and 0 <= tag < 1 << 63 for tag in tags):
        numbers = np.array(tags, np.int64)
        if (np.diff(numbers) > 0).all():
            return DocumentTable(numbers, vectors)
    return DocumentTable(np.arange(len(tags), dtype=np.int64), vectors, tuple(tags))
