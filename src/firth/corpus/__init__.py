"""Text in, token ids out.

`read_corpus` and what it returns. Numba is imported at the first use of `read_corpus`, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth._lazy import lazy_names

if TYPE_CHECKING:
    from firth.corpus.reading import Corpus, read_corpus
    from firth.corpus.tokens import TokenStore
    from firth.corpus.vocabulary import Vocabulary

__all__ = ["Corpus", "TokenStore", "Vocabulary", "read_corpus"]

__getattr__ = lazy_names(
    __name__,
    {
        "firth.corpus.reading": "Corpus read_corpus",
        "firth.corpus.tokens": "TokenStore",
        "firth.corpus.vocabulary": "Vocabulary",
    },
)
