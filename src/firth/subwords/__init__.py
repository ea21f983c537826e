"""Words as bags of n-grams: how they are cut, and which row each n-gram has.

Numba is imported when many words are cut at once, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth._lazy import lazy_names

if TYPE_CHECKING:
    from firth.subwords.bags import word_bags
    from firth.subwords.counting import count_ngrams, count_parts, make_subwords
    from firth.subwords.options import check_buckets, check_buckets_fit, check_subwords
    from firth.subwords.subwords import Subwords, hashed_ngrams

__all__ = [
    "Subwords",
    "check_buckets",
    "check_buckets_fit",
    "check_subwords",
    "count_ngrams",
    "count_parts",
    "hashed_ngrams",
    "make_subwords",
    "word_bags",
]

__getattr__ = lazy_names(
    __name__,
    {
        "firth.subwords.bags": "word_bags",
        "firth.subwords.counting": "count_ngrams count_parts make_subwords",
        "firth.subwords.options": "check_buckets check_buckets_fit check_subwords",
        "firth.subwords.subwords": "Subwords hashed_ngrams",
    },
)
