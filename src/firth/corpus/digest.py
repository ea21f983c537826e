"""A fingerprint of an encoded corpus."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from firth.corpus.tokens import TokenStore
from firth.corpus.vocabulary import Vocabulary

_WORDS_AT_ONCE = 1 << 16
_TOKENS_AT_ONCE = 1 << 20


def digest(vocabulary: Vocabulary, tokens: TokenStore, held_out: int) -> str:
    """Return a SHA-256, in hex, of words, counts, token ids, units and number of held-out tokens.

    The number or length of each part is hashed before it, so that two parts cannot be mistaken for
    one. Token ids are read in blocks, and the pages of each block are released.
    """
    state = hashlib.sha256()
    sizes = [len(vocabulary), tokens.size, len(tokens), held_out]
    state.update(np.array(sizes, "<i8").tobytes())
    for part in (_words(vocabulary), _tokens(tokens)):
        for block in part:
            state.update(block)
    return state.hexdigest()


def _words(vocabulary: Vocabulary) -> Iterator[bytes]:
    for start in range(0, len(vocabulary), _WORDS_AT_ONCE):
        words = vocabulary.words[start : start + _WORDS_AT_ONCE]
        spelled = [str(word).encode("utf-8", "surrogatepass") for word in words]
        yield bytes(isinstance(word, str) for word in words)
        yield np.array([len(word) for word in spelled], "<i8").tobytes()
        yield b"".join(spelled)
    yield vocabulary.counts.astype("<i8").tobytes()


def _tokens(tokens: TokenStore) -> Iterator[memoryview]:
    for start in range(0, tokens.size, _TOKENS_AT_ONCE):
        stop = min(start + _TOKENS_AT_ONCE, tokens.size)
        yield tokens.ids[start:stop].astype("<i4", copy=False).data
        tokens.release(start, stop)
    for start in range(0, len(tokens) + 1, _TOKENS_AT_ONCE):
        yield tokens.offsets[start : start + _TOKENS_AT_ONCE].astype("<i8", copy=False).data
        # Every call releases all pages of the offsets.
        tokens.release(0, 0)
