"""Words and their vectors: recipes by which they are read out, documents, files.

V words · D dimensions
"""

from __future__ import annotations

import dataclasses
import importlib
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown
from firth.errors import ConfigError, warn
from firth.io.paths import to_path
from firth.other_names import explain_keywords
from firth.phrases import Phrases
from firth.vectors.approximate import build_index, check_place, open_index
from firth.vectors.composition import RawTables, read_out
from firth.vectors.documents import DocumentRows, DocumentTable
from firth.vectors.formats.format import LOST_DOCUMENTS
from firth.vectors.formats.registry import write_table
from firth.vectors.questions.methods import Questions
from firth.vectors.readout import AUTO, RECIPES, Readout, best_readout, check_readout
from firth.vectors.table import Table, Token


class Vectors(Questions):
    """Words, and a vector for each.

    Parameters
    ----------
    words : sequence of V tokens
        Text or integers, each once, as a sequence or an array. If the words were counted, the
        most frequent come first.
    matrix : (V, D) float32
        The input vectors, a row for each word. They are not copied: do not change them afterwards.
    counts : (V,) int64, optional
        How often each word occurred in training.
    output_vectors : (V, D) float32, optional
        The vectors of the target side, if training kept them.
    config : mapping, optional
        How the vectors were trained.
    raw : RawTables, optional
        The trained tables that the vectors were read out of, and the n-grams, of which the vectors
        of words that are not in the vocabulary are composed.
    phrases : Phrases, optional
        What was joined in the text: `new york` is then looked up as `new_york`.
    documents : DocumentTable, optional
        Documents that were trained with the words, and their vectors.

    Attributes
    ----------
    words : tuple of V tokens
    input_vectors, output_vectors, counts : arrays
        Read-only views of the arguments, in copies and pickles too; the last two may be None.
    raw : RawTables or None
    document_table : DocumentTable or None
    config : dict
    dim : int
        D, the number of dimensions.

    Notes
    -----
    `np.asarray(vectors)` is `input_vectors`, so functions that take arrays take vectors too.

    Raises
    ------
    ConfigError
        If shapes do not match, a word occurs twice or is neither text nor an integer, or a
        vector is not finite.

    Examples
    --------
    >>> vectors = Vectors(["king", "queen", "tea"], np.eye(3, dtype=np.float32) + 1)
    >>> vectors
    Vectors(3 words, dim=3)
    >>> vectors["king"], "coffee" in vectors
    (array([2., 1., 1.], dtype=float32), False)
    """

    @classmethod
    def from_tables(
        cls,
        words: Sequence[Token],
        raw: RawTables,
        *,
        output_vectors: NDArray[np.float32] | None = None,
        counts: NDArray[np.int64] | None = None,
        config: Mapping[str, object] | None = None,
        phrases: Phrases | None = None,
        readout: str | Readout = AUTO,
        documents: DocumentTable | None = None,
    ) -> Self:
        """Read vectors out of raw tables; `read_out` describes the recipes and the errors."""
        recipe = check_readout(readout) or best_readout(
            None if raw.subwords is None else raw.subwords.least,
            output=output_vectors is not None,
            dim=raw.input.shape[1],
        )
        matrix, space = read_out(raw, words, output_vectors, recipe)
        is_raw = raw.subwords is None and recipe.is_plain
        return cls(
            words,
            matrix,
            counts=counts,
            output_vectors=output_vectors,
            config={**(config or {}), "readout": recipe.as_json()},
            raw=None if is_raw else dataclasses.replace(raw, space=space),
            phrases=phrases,
            documents=documents,
        )

    def read_out(self, readout: str | Readout = AUTO) -> Self:
        """Return other vectors, read out of the same trained tables by another recipe.

        Vectors from a file without tables are taken as they are: a warning says that they may have
        been read out before.

        Parameters
        ----------
        readout : str or Readout
            A recipe; its steps are, in this order:

            - `own_row`: whether a word's own row is part of it, beside those of its n-grams,
            - `components`: how many principal components are removed,
            - `output`: the share of the output vectors that are added,
            - `unit`: whether rows are scaled to length one,
            - `axes`: principal axes are scaled by s**axes.

            By name: `plain`, the vectors as they were trained; `subword`, without the own row and
            the first component, with half of the output vectors and axes of -0.25; `character`,
            the same with the own row. With changes: `"plain,components=1,unit=yes"`. `auto` is what
            is best for most texts: `plain` for whole words, `character` if n-grams begin with
            single characters, as for Chinese, or a function cuts words, else `subword`.

        Raises
        ------
        ConfigError
            If there is no such recipe, or it needs something that is not there: n-grams, output
            vectors, or the trained tables, which only Firth's own format keeps.

        Examples
        --------
        >>> matrix = np.array([[9, 1, 0], [9, -1, 0], [9, 0, 0]], dtype=np.float32)
        >>> vectors = Vectors(["tea", "king", "milk"], matrix).read_out("plain,components=1")
        >>> vectors["tea"].round(1).tolist(), vectors.config["readout"]["components"]
        ([0.0, 1.0, 0.0], 1)
        """
        raw = self.raw
        if raw is None:
            how = self.config.get("readout")
            if how is not None and how != RECIPES["plain"].as_json():
                raise ConfigError(
                    "these vectors lack the tables that they were read out of; take the folder "
                    "that training saved (combined vectors have none: combine others)"
                )
            if self._is_from_file and check_readout(readout) not in (None, RECIPES["plain"]):
                warn(
                    "these vectors come from a file, which keeps no trained tables: if they were "
                    "read out before, this does so a second time; take the folder if there is one"
                )
            raw = RawTables(self.input_vectors)
        return self.from_tables(
            self.words,
            raw,
            output_vectors=self.output_vectors,
            counts=self.counts,
            config=self.config,
            phrases=self.phrases,
            readout=readout,
            documents=self.document_table,
        )

    @cached_property
    def documents(self) -> DocumentVectors:
        """The documents as vectors of their own, whose "words" are the numbers of the documents.

        A number is that of the line or token list in the source, from 0. Documents that have tags
        (`Corpus.with_documents`, and those of gensim) are named by them. Documents without a word
        of the vocabulary have no vector. The rows are as they were trained, whatever the recipe by
        which words are read out.

        Raises
        ------
        ConfigError
            If no documents were trained.

        Examples
        --------
        >>> import firth
        >>> units = [["tea", "milk"] * 9, ["bread", "salt"] * 9, [], ["milk", "tea"] * 9]
        >>> options = {"dim": 8, "epochs": 40, "sample": 0, "threads": 1}
        >>> vectors = firth.train(units, documents="joint", **options)
        >>> vectors.documents.words, vectors.documents.similar(0)[0].word
        ((0, 1, 3), 3)
        """
        if self.document_table is None:
            raise ConfigError(
                "these vectors have no documents; train them with documents='joint' "
                "(--documents joint), and keep them in a folder"
            )
        return DocumentVectors(self.document_table.names, self.document_table.vectors)

    @explain_keywords
    def build_index(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        numbers: str = "i8",
        recall: float = 0.95,
        progress: bool | None = None,
    ) -> float:
        """Build an index for approximate search, and use it from now on.

        `similar` and `analogy` then look at some of the rows only. Few words are missed, and the
        scores are exact. Building takes minutes for some 100,000 words. It needs the extra `ann`.

        Parameters
        ----------
        path : path, optional
            Where to save the index, as a folder; `open_index` opens it.
        numbers : {"i8", "bf16", "f16", "f32"}
            How the index keeps numbers. The others take more space than `i8` and answer more
            slowly.
        recall : float
            Which share of the ten nearest words to find, from 0 to 1. It is measured on 256 words
            when the index has been built, and the least effort that finds so many is kept. There
            is a warning if the share cannot be reached.
        progress : bool, optional
            Whether to show a progress bar. By default, one is shown in a terminal or a notebook.

        Returns
        -------
        float
            The share that it finds.

        Raises
        ------
        ConfigError
            If there is no such kind of numbers, or `recall` is not from 0 to 1.
        FirthError
            If the path cannot be written, or holds something other than an index.
        MissingExtraError
            If usearch is not installed.

        Examples
        --------
        >>> vectors = Vectors(["king", "queen", "tea"], np.array([[1, 0], [4, 3], [0, 1]]) / 1)
        >>> vectors.build_index()  # doctest: +SKIP
        1.0
        >>> vectors.similar("king", top=1, exact=False)  # doctest: +SKIP
        [Neighbour(word='queen', score=0.800000011920929)]
        """
        place = None if path is None else to_path("the path of an index", path)
        if place is not None:
            check_place(place)
        self._approximate = build_index(self, numbers, recall, progress=progress)
        if place is not None:
            self._approximate.save(place)
        return self._approximate.recall

    def open_index(self, path: str | os.PathLike[str]) -> None:
        """Open an index of these vectors, mapped, and use it from now on.

        A damaged copy is recognised. A file that was made to do harm is not: open an index of your
        own, or of somebody whom you trust.

        Raises
        ------
        FormatError
            If there is no index, it belongs to other vectors, or is damaged.
        MissingExtraError
            If usearch is not installed.
        """
        self._approximate = open_index(self, to_path("the path of an index", path))

    @property
    def has_index(self) -> bool:
        """Whether an index was built or opened."""
        return self._approximate is not None

    @explain_keywords
    def to_torch(self, *, freeze: bool = True, padding: bool = False) -> Any:  # noqa: ANN401
        """Return an embedding layer of PyTorch and the id of each word (extra `torch`).

        The options are those of `firth.torch.to_embedding`, which this calls.

        Examples
        --------
        >>> layer, ids = Vectors(["tea", "king"], np.eye(2)).to_torch()  # doctest: +SKIP
        >>> layer.weight[ids["king"]].tolist()  # doctest: +SKIP
        [0.0, 1.0]
        """
        # As text: PyTorch's modules are in a higher layer.
        torch = importlib.import_module("firth.torch")
        return torch.to_embedding(self, freeze=freeze, padding=padding)

    def map(self, words: Iterable[Token] | None = None, **options: Any) -> Any:  # noqa: ANN401
        """Return a map of words, which a notebook shows: it pans, zooms and finds words.

        Parameters
        ----------
        words : sequence of tokens, optional
            By default the 2,000 most frequent content words.
        **options
            Of `firth.plotting.interactive_map`, which this calls.

        Examples
        --------
        >>> matrix = np.array([[1, 0], [4, 3], [0, 1]], dtype=np.float32)
        >>> Vectors(["tea", "coffee", "king"], matrix).map(["tea", "king"], title="two words")
        <map of 2 words>
        """
        # As text: pictures are in a higher layer.
        plotting = importlib.import_module("firth.plotting")
        return plotting.interactive_map(self, words, **options)

    @explain_keywords
    def save(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        format: str | None = None,
        dtype: str = "float32",
    ) -> None:
        """Write the vectors to `path`, in the format of its suffix or the one that is named.

        Vectors that are already there are replaced at the end, in one step.

        Parameters
        ----------
        path : path
            Without suffix, or with a slash at the end: a folder that keeps everything. With
            `.bin`, `.txt` or `.vec`: word2vec's binary and text format, which keep words and input
            vectors only; integers are read back as text. With `.npz`, `.parquet`, `.arrow` or
            `.feather`: words, input vectors, counts, output vectors. `hf://user/name` is a
            repository on the Hugging Face hub.
        overwrite : bool
            Whether to replace a file that holds no vectors. Folders with other files never are.
        format : str, optional
            A name from `docs/formats.md`, such as `word2vec-text`, in place of the suffix.
        dtype : "float32", "float16" or "int8"
            How numbers are kept, which are loaded as float32 again. int8 has a scale for each row.

        Raises
        ------
        FormatError
            If the suffix is unknown, or the format cannot hold one of the words.
        ConfigError
            If the format does not hold numbers of that type.
        FirthError
            If the path cannot be written, or holds something other than vectors.
        """
        parts = {part.name: part.name for part in dataclasses.fields(Table)}
        parts["documents"] = "document_table"
        table = Table(**{name: getattr(self, attribute) for name, attribute in parts.items()})
        form = write_table(table, path, overwrite=overwrite, name=format, dtype=dtype)
        if table.documents is not None and not form.keeps_documents:
            warn(f"no documents were written to {path}, {LOST_DOCUMENTS.format(form.title)}")


class DocumentVectors(Vectors):
    """Documents, and a vector for each: their tags or numbers stand in the place of words."""

    noun = "document"

    @property
    def documents(self) -> NoReturn:
        """Raise ConfigError: documents have none of their own."""
        raise ConfigError("these are documents; the vectors of words have them")

    def _number_words(self) -> Mapping[Token, int]:
        return DocumentRows(super()._number_words())


def check_vectors(name: str, given: object) -> Vectors:
    """Return an argument that must be Vectors.

    Raises
    ------
    ConfigError
        If it is something else.
    """
    if not isinstance(given, Vectors):
        raise ConfigError(f"{name} must be Vectors, as from firth.load; got {shown(given)}")
    return given
