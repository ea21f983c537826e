"""From a source of any kind to a draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firth.corpus.finding import find_text
from firth.corpus.raw_corpus import RawCorpus, draft_chunks, draft_units, draft_words
from firth.corpus.sources import EncodingErrors, Progress, TextFile, read_text, regroup
from firth.corpus.tokenizers import LineTokenizer, Tokenizer, get_tokenizer
from firth.corpus.tokens import ScratchArray
from firth.corpus.units import check_units, refuse_sentences
from firth.errors import ConfigError
from firth.normalization import Normalization, normalize

_LINE_ENDS = "\n\r"
# Chunks end at any white space, but this much is enough to keep the pieces of any real text short.
_CHUNK_ENDS = "\n\r\t \u3000"


class TextOptions:
    """How text becomes words.

    Parameters
    ----------
    tokenizer, lowercase, encoding_errors, normalization
        As `read_corpus` takes them.
    """

    def __init__(
        self,
        tokenizer: str | Tokenizer,
        *,
        lowercase: bool,
        encoding_errors: EncodingErrors,
        normalization: Normalization,
    ) -> None:
        self.tokenizer: LineTokenizer = get_tokenizer(
            tokenizer, lowercase=lowercase, normalization=normalization
        )
        self.encoding_errors: EncodingErrors = encoding_errors
        self.normalization: Normalization = normalization
        are_default = {
            "tokenizer": tokenizer == "whitespace",
            "lowercase": not lowercase,
            "encoding_errors": encoding_errors == "strict",
            "normalization": normalization == "NFC",
        }
        self.changed = [name for name, is_default in are_default.items() if not is_default]


@dataclass(frozen=True)
class Opened:
    """A source, of which nothing was read yet.

    Parameters
    ----------
    source : object
        As the caller gave it.
    files : list of TextFile, or None
        The text that it names, or None if it holds tokens itself.
    options : TextOptions
        How text is read.
    """

    source: object
    files: list[TextFile] | None
    options: TextOptions

    def draft(self, stream: ScratchArray[np.int32], on_progress: Progress) -> RawCorpus:
        """Read it once, and write its symbols to `stream`.

        Raises
        ------
        CorpusError
            If it cannot be read, or holds what is no text or no token.
        """
        if self.files is None:
            return draft_units(check_units(self.source, on_progress), stream)
        blocks = read_text(self.files, self.options.encoding_errors, on_progress)
        tokenizer = self.options.tokenizer
        form = self.options.normalization
        if tokenizer.by_chunk:
            return draft_chunks(regroup(blocks, _CHUNK_ENDS), tokenizer, form, stream)
        pieces = (normalize(piece, form) for piece in regroup(blocks, _LINE_ENDS))
        return draft_words(map(tokenizer.split, _lines(pieces)), stream)


def open_source(source: object, options: TextOptions, leave_out: Sequence[Path] = ()) -> Opened:
    """Find out what a source is; files in `leave_out` are no part of a folder.

    Raises
    ------
    ConfigError
        If it holds token lists, and there are options that are for text.
    CorpusError
        If it names no files, or is a text and not a path.
    """
    refuse_sentences(source)
    files = find_text(source, leave_out)
    if files is None and (changed := options.changed):
        raise ConfigError(
            f"{' and '.join(changed)} {'is' if len(changed) == 1 else 'are'} for text, and the "
            "source holds token lists"
        )
    return Opened(source, files, options)


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        # An empty line between CR and LF is one more blank line, and those give no unit.
        for line in piece.replace("\r", "\n").split("\n"):
            if line and not line.isspace():
                yield line
