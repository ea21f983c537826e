"""Finding phrases in a corpus that was read once: words that occur together more than by chance.

Each pass counts the pairs of words that follow each other, scores them, and joins the best, from
left to right. The next pass takes the joined words.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown, whole_number
from firth.corpus.first_pass import OpenedSource, TextOptions, first_pass_of_words
from firth.corpus.joining import Joining, NewStream, word_blocks
from firth.corpus.pairs import (
    MOST_RANKS,
    PairTable,
    Pending,
    connectors_of,
    list_pairs,
    split_keys,
)
from firth.corpus.phrase_scores import (
    ENGLISH_CONNECTORS,
    MOST_PASSES,
    PhraseOptions,
    Scoring,
    bounds_of,
    score_pairs,
)
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.sources import EncodingErrors, Progress
from firth.corpus.tokenizers import Tokenizer
from firth.corpus.tokens import ScratchArray
from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, CorpusError, MissingFileError, counted, warn
from firth.normalization import Normalization
from firth.other_names import explain_keywords
from firth.phrases import Phrase, Phrases

# A text whose most frequent words hold these is taken for English.
_ENGLISH_SIGNS = {"of", "the"}
_SIGNS_AMONG = 20
# What the option `phrases` may be.
_EXPECTED = "a whole number of passes, Phrases, or a file that firth phrases wrote"

_LOG = logging.getLogger(__name__)


@explain_keywords
def learn_phrases(
    source: object,
    *,
    passes: int = 1,
    scoring: Scoring = "word2phrase",
    threshold: float | None = None,
    min_count: int = 5,
    connectors: Sequence[str] | None = None,
    delimiter: str = "_",
    tokenizer: str | Tokenizer = "whitespace",
    lowercase: bool = False,
    encoding_errors: EncodingErrors = "strict",
    normalization: Normalization = "NFC",
    on_progress: Progress | None = None,
) -> Phrases:
    """Find the phrases of a text, such as `new_york`; the text is read once.

    Two words are a phrase if their score exceeds `threshold`. Words without a letter or digit, such
    as punctuation, are no part of a phrase, and no phrase goes from one unit to another.

    Parameters
    ----------
    source : path, list of paths, or iterable of token lists
        What `read_corpus` takes, of words.
    passes : int, default 1
        How often neighbours are joined. The second pass joins phrases of phrases.
    scoring : {"word2phrase", "npmi"}, default "word2phrase"
        (n(ab) - min_count) N / (n(a) n(b)), as Mikolov et al. 2013 (equation 6) and word2phrase
        have it; or normalised pointwise mutual information (Bouma 2009), from -1 to 1.
    threshold : float, optional
        The score that a phrase must exceed: by default 100, with npmi 0.5.
    min_count : int, default 5
        Words and pairs that occur less often are no phrases.
    connectors : sequence of str, optional
        Words that may stand within a phrase, up to two together, and neither begin nor end one. By
        default the articles, prepositions and conjunctions of English if `of` and `the` are among
        the 20 most frequent words, else none.
    delimiter : str, default "_"
        Stands between the words of a phrase.
    tokenizer, lowercase, encoding_errors, normalization : optional
        How words are found in a text; see `read_corpus`.
    on_progress : callable, optional
        As for `read_corpus`.

    Returns
    -------
    Phrases
        Those of each pass, the highest scores first.

    Raises
    ------
    ConfigError
        If an option is out of range, or the source holds integers.
    CorpusError
        If the source cannot be read, or holds no words.
    MissingExtraError
        If the tokenizer needs a package that is not installed.

    Examples
    --------
    >>> units = [["we", "saw", "new", "york"], ["the", "york", "we", "saw"], ["new", "york"]] * 9
    >>> phrases = learn_phrases(units, threshold=1)
    >>> phrases.join(["in", "new", "york"])
    ['in', 'new_york']
    """
    options = PhraseOptions(passes, scoring, threshold, min_count, connectors, delimiter)
    text = TextOptions(tokenizer, lowercase, encoding_errors, normalization)
    opened = OpenedSource(source, text)
    with contextlib.ExitStack() as files:

        def new_stream() -> ScratchArray[np.int32]:
            return files.enter_context(ScratchArray(np.int32))

        raw = first_pass_of_words(opened, new_stream(), on_progress, purpose="find phrases in")
        _, _, phrases = _learn(raw, options, reading_of(opened), new_stream)
    return phrases


class PhraseStage:
    """The stage of reading that joins phrases, between hold-out and the selection of words.

    Parameters
    ----------
    given : int, Phrases or path
        A number of passes to find phrases by, 0 for none; or phrases that were found before.
    source : OpenedSource
        What will be read.

    Raises
    ------
    ConfigError
        If it is something else, or the phrases are from a text that was read in another way.
    FormatError
        If the path does not hold phrases.
    """

    def __init__(self, given: Any, source: OpenedSource) -> None:  # noqa: ANN401
        self.phrases: Phrases | None = None
        self._options: PhraseOptions | None = None
        self._reading = reading_of(source)
        if isinstance(given, Phrases | str | os.PathLike):
            self.phrases = given if isinstance(given, Phrases) else _load(given)
            self.phrases.check_reading(self._reading)
        elif isinstance(given, bool) or not isinstance(given, int | np.integer):
            raise ConfigError(f"phrases must be {_EXPECTED}, got {shown(given)}")
        elif (passes := whole_number("phrases", given, least=0, most=MOST_PASSES)) > 0:
            self._options = PhraseOptions(passes=passes)

    def join(
        self,
        parts: Sequence[RawCorpus],
        new_stream: NewStream,
        min_count: int,
        start: Vocabulary | None,
    ) -> Sequence[RawCorpus]:
        """Find phrases in the first part, if they are to be found, and join them in all parts.

        Phrases that would be left out of the vocabulary, since they occur less than `min_count`
        times and are not in `start`, stay apart.
        """
        training, *rest = parts
        if self._options is not None:
            joining, training, self.phrases = _learn(
                training, self._options, self._reading, new_stream
            )
        elif self.phrases is not None:
            joining = _joining_of(training, self.phrases)
            training = joining.join(training, new_stream)
        else:
            return parts
        joined = [training, *(joining.join(part, new_stream) for part in rest)]
        return joining.separate(
            joined,
            lambda text, count: count >= min_count or (start is not None and text in start),
        )

    def join_held(
        self, held: RawCorpus, new_stream: NewStream, vocabulary: Vocabulary
    ) -> RawCorpus:
        """Join the phrases of the vocabulary in a source of its own."""
        if self.phrases is None:
            return held
        joining = _joining_of(held, self.phrases)
        joined = joining.join(held, new_stream)
        return joining.separate([joined], lambda text, _: text in vocabulary)[0]


def _load(path: str | os.PathLike[str]) -> Phrases:
    try:
        return Phrases.load(path)
    except MissingFileError as error:
        raise MissingFileError(f"{error}; phrases must be {_EXPECTED}") from error


def reading_of(source: OpenedSource) -> dict[str, object] | None:
    """Return how a text is read, as a phrase model records it; None for token lists."""
    if source.holds_tokens:
        return None
    tokenizer = source.options.tokenizer
    return {
        "tokenizer": tokenizer if isinstance(tokenizer, str) else "custom",
        "lowercase": bool(source.options.lowercase or source.tokenizer.lowers),
        "normalization": source.options.normalization,
    }


def _learn(
    raw: RawCorpus,
    options: PhraseOptions,
    reading: dict[str, object] | None,
    new_stream: NewStream,
) -> tuple[Joining, RawCorpus, Phrases]:
    """Find phrases; return how they are joined, the corpus with them joined, and the phrases."""
    connectors = options.connectors
    if connectors is None:
        connectors = ENGLISH_CONNECTORS if _is_english(raw) else ()
    joining = Joining(raw, connectors, options.delimiter)
    found: list[list[Phrase]] = []
    for number in range(1, options.passes + 1):
        phrases = _find(raw, joining, options)
        _LOG.info("phrases, pass %d: %d found in %d words", number, len(phrases), raw.words_read)
        if not phrases:
            break
        found.append(phrases)
        joining.add_pass(phrases)
        raw = joining.join_pass(raw, new_stream())
    if not found:
        warn(_none_found(raw, options))
    learned = {
        "scoring": str(options.scoring),
        "threshold": options.lowest,
        "min_count": int(options.min_count),
    }
    return joining, raw, Phrases(found, joining.connectors, options.delimiter, learned, reading)


def _none_found(raw: RawCorpus, options: PhraseOptions) -> str:
    """Return what to do where no phrases were found."""
    times = counted(options.min_count, "time")
    if len(raw.counts) < 2:
        return "no phrases were found: the text has one word only; give text with other words"
    frequent = int((raw.counts >= options.min_count).sum())
    if frequent < 2:
        words = "only one word" if frequent else "no word"
        return f"no phrases were found: {words} occurs {times} or more; lower min_count"
    return (
        f"no phrases were found: no two neighbours that occur {times} score above "
        f"{options.lowest:g}; lower the threshold"
    )


def _find(raw: RawCorpus, joining: Joining, options: PhraseOptions) -> list[Phrase]:
    """Return the phrases of one pass, the highest scores first."""
    roles = joining.connector_roles()
    ranked = _words_with_letters(raw, joining, options.min_count, roles)
    roles[ranked] = np.arange(len(ranked))
    counts = raw.counts[ranked].astype(np.float64)
    words, base = float(raw.words_read), len(joining.connectors) + 1
    bounds = bounds_of(counts, words, options)
    table, pending = PairTable(), Pending()
    for block in word_blocks(raw):
        keys = np.empty(len(block), np.int64)
        pending, written = list_pairs(block, roles, base, counts, bounds, pending, keys)
        table.count(keys[:written])
    if table.dropped:
        warn(
            f"phrases: there are more than {len(table):,} different pairs of words; the rarest "
            f"were dropped while counting, and a count may be too low by {table.dropped:,}; "
            "raise min_count"
        )
    keys, times = table.items(options.min_count)
    first, between, last = split_keys(keys)
    scores = score_pairs(times.astype(np.float64), counts[first], counts[last], words, options)
    chosen = np.flatnonzero(scores > options.lowest)
    chosen = chosen[np.lexsort((keys[chosen], -times[chosen], -scores[chosen]))]
    connectors = joining.connectors
    return [
        Phrase((a, *(connectors[each] for each in connectors_of(code, base)), b), count, score)
        for a, code, b, count, score in zip(
            joining.spell(ranked[first[chosen]]),
            between[chosen].tolist(),
            joining.spell(ranked[last[chosen]]),
            times[chosen].tolist(),
            scores[chosen].tolist(),
            strict=True,
        )
    ]


def _words_with_letters(
    raw: RawCorpus, joining: Joining, min_count: int, roles: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return the numbers of the words that may be part of a phrase, rising."""
    frequent = np.flatnonzero(raw.counts >= min_count)
    frequent = frequent[roles[frequent] == -1]
    has_letter = [any(map(str.isalnum, str(word))) for word in joining.spell(frequent)]
    ranked: NDArray[np.int64] = frequent[np.array(has_letter, bool)]
    if len(ranked) > MOST_RANKS:
        raise CorpusError(
            f"{len(ranked):,} words occur {min_count} times, and phrases can be made of "
            f"{MOST_RANKS:,} at most; raise min_count"
        )
    return ranked


def _is_english(raw: RawCorpus) -> bool:
    most = np.argsort(-raw.counts, kind="stable")[:_SIGNS_AMONG]
    return {str(word).lower() for word in raw.spell(most)} >= _ENGLISH_SIGNS


def _joining_of(raw: RawCorpus, phrases: Phrases) -> Joining:
    joining = Joining(raw, phrases.connectors, phrases.delimiter)
    for found in phrases.passes:
        joining.add_pass(found)
    return joining
