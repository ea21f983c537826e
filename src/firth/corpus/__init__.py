"""Text in, token ids out.

`read_corpus` and what it returns, and `learn_phrases`. Numba is imported at their first use, not
before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth._lazy import lazy_names

if TYPE_CHECKING:
    from firth.corpus.phrases import learn_phrases
    from firth.corpus.reading import Corpus, read_corpus
    from firth.corpus.tokens import TokenStore
    from firth.corpus.vocabulary import Vocabulary

__all__ = ["Corpus", "TokenStore", "Vocabulary", "learn_phrases", "read_corpus"]

__getattr__ = lazy_names(
    __name__,
    {
        "firth.corpus.phrases": "learn_phrases",
        "firth.corpus.reading": "Corpus read_corpus",
        "firth.corpus.tokens": "TokenStore",
        "firth.corpus.vocabulary": "Vocabulary",
    },
)
