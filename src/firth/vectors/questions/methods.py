"""The methods of `Vectors` that ask questions. Each is answered by a function of its own.

D dimensions · n queries
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

from numpy.typing import NDArray

from firth.other_names import explain_keywords
from firth.vectors.questions import analogy, company, comparison, nearest, transport
from firth.vectors.questions.company import Companion
from firth.vectors.questions.nearest import Choice, Neighbour
from firth.vectors.table import Token
from firth.vectors.word_rows import WordRows

Words = Token | Iterable[Token]
Sum = Mapping[Token, float] | Sequence[tuple[Token | NDArray[Any], float]]


class Questions(WordRows):
    """The part of `Vectors` that asks which words are near, and why."""

    @overload  # A str is also a sequence of str; this first overload is for it.
    def similar(  # type: ignore[overload-overlap]
        self,
        query: Token | Mapping[Token, float],
        top: int = 10,
        *,
        exclude: Words = (),
        restrict: int | Words | None = None,
        exact: bool | None = None,
    ) -> list[Neighbour]: ...
    @overload
    def similar(
        self,
        query: Sequence[Token] | Sequence[Mapping[Token, float]],
        top: int = 10,
        *,
        exclude: Words = (),
        restrict: int | Words | None = None,
        exact: bool | None = None,
    ) -> list[list[Neighbour]]: ...
    @overload
    def similar(
        self,
        query: NDArray[Any] | Sequence[float] | Sequence[Sequence[float]] | Sum | Sequence[Sum],
        top: int = 10,
        *,
        exclude: Words = (),
        restrict: int | Words | None = None,
        exact: bool | None = None,
    ) -> list[Neighbour] | list[list[Neighbour]]: ...
    @explain_keywords
    def similar(
        self,
        query: object,
        top: int = 10,
        *,
        exclude: Words = (),
        restrict: int | Words | None = None,
        exact: bool | None = None,
    ) -> list[Neighbour] | list[list[Neighbour]]:
        """Find the words nearest to each query by cosine, x·y / (‖x‖ ‖y‖).

        A vector of zeros has no direction: it is no word's neighbour, and asked for, it is refused.
        If there are n-grams, a warning says that the vector of an unknown word is composed of them,
        here and in the other questions; `vectors[word]` and `get` do not warn.

        Parameters
        ----------
        query : token, vector (D,) or weighted sum; or several of them
            A weighted sum is `{word: weight, ...}`, or pairs `(word or vector, weight)` in a list
            or tuple.
            In a sum, words have length one, and vectors the length that they have. Several
            queries are a sequence of words, of vectors or of sums, or an array (n, D). Thousands
            are answered much faster together. In lists and arrays, text and integers are words,
            floats are vectors.
        top : int
            The number of neighbours; all other words if there are fewer.
        exclude : token or iterable of tokens
            Words that are no answers. The words of a query are none in any case.
        restrict : int, token or iterable of tokens, optional
            Which words may be answers: a list of them, or the number of the most frequent ones,
            which come first.
        exact : bool, optional
            False asks the index that `build_index` built or `open_index` opened, True looks at all
            words. By default the index answers if there is one, there are 200,000 words or more,
            and `restrict` is not given.

        Returns
        -------
        list of Neighbour
            Best first, equal scores in the order of the rows; for many queries, a list of these.

        Raises
        ------
        VocabularyError
            If a word has no vector, or one of `exclude` or `restrict` is not in the vocabulary.
        ConfigError
            If `top` or `restrict` is below 1, vectors or weights are not finite or have the wrong
            shape, a vector or a sum is zero or a sum is empty, or `exact` is False without an
            index.

        Examples
        --------
        >>> import numpy as np
        >>> from firth import Vectors
        >>> matrix = np.array([[1, 0], [4, 3], [0, 1]], dtype=np.float32)
        >>> vectors = Vectors(["tea", "coffee", "king"], matrix)
        >>> [word for word, score in vectors.similar("tea")]
        ['coffee', 'king']
        >>> vectors.similar(np.array([0.0, 2.0]), top=1)
        [Neighbour(word='king', score=1.0)]
        >>> vectors.similar({"tea": 1, "king": 0.75})
        [Neighbour(word='coffee', score=1.0)]
        >>> vectors.similar([("tea", 1), (np.array([0.0, 0.75]), 1)], restrict=["king"])
        [Neighbour(word='king', score=0.6000000238418579)]
        """
        return nearest.similar(self, query, Choice(top, exclude, restrict, exact))

    @explain_keywords
    def analogy(
        self,
        positive: Token | Sequence[Token],
        negative: Token | Sequence[Token] = (),
        top: int = 10,
        *,
        method: str = "add",
        exclude: Words = (),
        restrict: int | Words | None = None,
        exact: bool | None = None,
    ) -> list[Neighbour]:
        """Find the words nearest to some words, and far from others.

        For example, *king* plus *woman* minus *man* asks: man is to king as woman is to what?
        û is the vector of u scaled to length one, p are the words of `positive`, n those of
        `negative`. Words of the question and vectors of zeros are no answers.

        Parameters
        ----------
        positive, negative : token or sequence of tokens
        top : int
            The number of answers.
        method : "add" or "mul"
            With "add" the score of a word w is cos(w, Σ p̂ - Σ n̂) (3CosAdd), so one near word can
            outweigh all others. With "mul" it is Π c(w, p) / Π (c(w, n) + 0.001), with cosines
            moved to the range from 0 to 1, c = (cos + 1) / 2 (3CosMul). These scores are no
            cosines. From Mikolov, Yih and Zweig (2013), and Levy and Goldberg (2014), equations
            1 and 4.
        exclude, restrict, exact
            As for `similar`; `exact` is True for "mul".

        Raises
        ------
        VocabularyError
            If a word has no vector, or one of `exclude` or `restrict` is not in the vocabulary.
        ConfigError
            If an option is out of range, there are no words, or their sum is zero.

        Examples
        --------
        >>> import numpy as np
        >>> from firth import Vectors
        >>> matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1]], dtype=np.float32)
        >>> vectors = Vectors(["man", "king", "woman", "queen"], matrix)
        >>> vectors.analogy(positive=["king", "woman"], negative=["man"])[0].word
        'queen'
        """
        choice = Choice(top, exclude, restrict, exact)
        return analogy.analogy(self, positive, negative, method, choice)

    def similarity(self, a: Token | Sequence[Token], b: Token | Sequence[Token]) -> float:
        """Return the cosine of two words, a·b / (‖a‖ ‖b‖), from -1 to 1; 0 if a vector is zero.

        Of a set of words, given as a sequence, the mean of their unit vectors is taken.

        Raises
        ------
        VocabularyError
            If a word has no vector.
        ConfigError
            If a set is empty.

        Examples
        --------
        >>> import numpy as np
        >>> from firth import Vectors
        >>> matrix = np.array([[2, 0], [4, 3], [4, -3]], dtype=np.float32)
        >>> vectors = Vectors(["tea", "coffee", "milk"], matrix)
        >>> round(vectors.similarity("tea", "coffee"), 6), vectors.similarity("tea", list(vectors))
        (0.8, 1.0)
        """
        return comparison.similarity(self, a, b)

    def distance(self, a: Token | Sequence[Token], b: Token | Sequence[Token]) -> float:
        """Return 1 - `similarity(a, b)`: the cosine distance, from 0 to 2.

        Examples
        --------
        >>> import numpy as np
        >>> from firth import Vectors
        >>> Vectors(["tea", "king"], np.eye(2)).distance("tea", "king")
        1.0
        """
        return 1.0 - comparison.similarity(self, a, b)

    def word_movers_distance(self, a: Iterable[Token], b: Iterable[Token]) -> float:
        """Return what it costs to move the words of a text to those of another, from 0 to 2.

        Each different word has its share of the text, and moving a share costs the Euclidean
        distance of the unit vectors. It needs the extra `wmd`. `similarity` of two sets is much
        faster.

        Parameters
        ----------
        a, b : iterable of words
            Two texts. Words without a vector are left out.

        Raises
        ------
        VocabularyError
            If no word of a text has a vector.
        ConfigError
            If a text is not a list of words.
        MissingExtraError
            If POT is not installed.

        Notes
        -----
        The distance is from Kusner et al. 2015, "From Word Embeddings To Document Distances".
        """
        return transport.word_movers_distance(self, a, b)

    def rank(self, a: Token, b: Token) -> int:
        """Return the place of `b` among the neighbours of `a`: 1 if no word is nearer to `a`.

        It is no symmetric measure: of 70,000 words, `b` may be the nearest to `a`, while a thousand
        others are nearer to `b` than `a` is.

        Raises
        ------
        VocabularyError
            If a word has no vector.
        ConfigError
            If both are the same word, or a vector is zero.

        Examples
        --------
        >>> import numpy as np
        >>> from firth import Vectors
        >>> matrix = np.array([[1, 0], [4, 3], [0, 1], [1, 1]], dtype=np.float32)
        >>> vectors = Vectors(["tea", "coffee", "king", "milk"], matrix)
        >>> vectors.rank("tea", "king"), vectors.closer_than("tea", "milk")[0].word
        (3, 'coffee')
        """
        return comparison.rank(self, a, b)

    def closer_than(self, a: Token, b: Token) -> list[Neighbour]:
        """Return the words that are nearer to `a` than `b` is, best first; errors as of `rank`."""
        return comparison.closer_than(self, a, b)

    @explain_keywords
    def company(
        self,
        word: Token,
        top: int = 10,
        *,
        exclude: Words = (),
        restrict: int | Words | None = None,
    ) -> list[Companion]:
        """Return the words that are seen near a word more often than by chance.

        They are the company that it keeps, which may differ from the words that are like it. The
        score is the pointwise mutual information log(p(w | word) / p(w)), in nats. The model tells
        it: with x the trained input vector of the word and y the output vector of w,
        p(w | word) = σ(x·y + log K + log P(w)). K is the number of noise words, P their
        distribution. From Levy and Goldberg (2014), with the noise distribution and subsampling of
        Firth: `docs/algorithm.md` derives it.

        A model generalises: a word may be company because words like it are. Scores of rare words
        are less certain, and too high on average; `restrict` leaves them out.

        For CBOW, it is what the model expects in the middle of a window that holds only `word`.

        Parameters
        ----------
        word : token
            With n-grams, a word that is not in the vocabulary too.
        top : int
            The number of words.
        exclude, restrict
            As for `similar`. The word itself may be in its company.

        Returns
        -------
        list of Companion
            Best first.

        Raises
        ------
        VocabularyError
            If a word has no vector.
        ConfigError
            If there are no output vectors, or it is not known how the vectors were trained. Only
            the folder that training saved keeps both.

        Examples
        --------
        >>> import firth
        >>> units = [["green", "tea"], ["tea", "green"], ["old", "king"], ["king", "old"]] * 200
        >>> vectors = firth.train(units, dim=8, sample=0, threads=1, progress=False)
        >>> [word for word, score, probability in vectors.company("tea", top=1)]
        ['green']
        """
        return company.company(self, [word], Choice(top, exclude, restrict))

    @explain_keywords
    def shared_company(
        self,
        a: Token,
        b: Token,
        top: int = 10,
        *,
        exclude: Words = (),
        restrict: int | Words | None = None,
    ) -> list[Companion]:
        """Return the words that are seen near both of two words: why the two are like each other.

        The score is the smaller of the two scores of `company`, and the probability the smaller of
        the two. A word that goes with only one of them says nothing about what they have in
        common, however well it goes with that one; a sum or a product would let it. So a score of
        3 means: near either word it is seen at least e³ = 20 times as often as elsewhere.

        Parameters, results and errors are those of `company`.

        Examples
        --------
        >>> import firth
        >>> units = [["hot", "tea"], ["hot", "milk"], ["cold", "milk"], ["old", "king"]] * 200
        >>> vectors = firth.train(units, dim=8, sample=0, threads=1, progress=False)
        >>> vectors.shared_company("tea", "milk")[0].word
        'hot'
        """
        return company.company(self, [a, b], Choice(top, exclude, restrict))

    def odd_one_out(self, words: Sequence[Token]) -> Token:
        """Find the word with the smallest cosine to the mean of all the unit vectors.

        If several words have the smallest cosine, the first is returned.

        Raises
        ------
        VocabularyError
            If a word has no vector.
        ConfigError
            If there are fewer than three words, or their mean is zero.

        Examples
        --------
        >>> import numpy as np
        >>> from firth import Vectors
        >>> matrix = np.array([[1, 0], [4, 3], [0, 1], [3, 1]], dtype=np.float32)
        >>> vectors = Vectors(["tea", "coffee", "king", "milk"], matrix)
        >>> vectors.odd_one_out(["tea", "coffee", "king", "milk"])
        'king'
        """
        return comparison.odd_one_out(self, words)
