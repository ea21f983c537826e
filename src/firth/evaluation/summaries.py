"""How a result of an evaluation is told in one line."""

from __future__ import annotations

from firth.errors import counted, escape


def score_or_reason(name: str, score: float | None, reason: str | None) -> str:
    """Return a score with its name, or why there is none.

    Examples
    --------
    >>> score_or_reason("accuracy", 0.25, None)
    'accuracy 0.250'
    >>> score_or_reason("accuracy", None, "there are no questions")
    'accuracy undefined (there are no questions)'
    """
    return f"{name} undefined ({reason})" if score is None else f"{name} {score:.3f}"


def coverage(answered: int, all_: int, noun: str, zeroed: int = 0) -> str:
    """Return how many of some items have an outcome, and how many of these have unknown words.

    Examples
    --------
    >>> coverage(320, 353, "pair")
    '320 of 353 pairs'
    >>> coverage(353, 353, "pair", zeroed=33)
    '353 of 353 pairs, 33 with unknown words'
    """
    return f"{answered:,} of {counted(all_, noun)}{of_unknown(zeroed)}"


def of_unknown(zeroed: int) -> str:
    """Return how many items have unknown words, if they are counted.

    Examples
    --------
    >>> of_unknown(33), of_unknown(0)
    (', 33 with unknown words', '')
    """
    return f", {zeroed:,} with unknown words" if zeroed else ""


def result_repr(result: object, name: str, summary: str) -> str:
    """Return the repr of a result.

    Examples
    --------
    >>> result_repr(1.0, "ws353.tsv", "Spearman 0.652")
    '<float ws353.tsv: Spearman 0.652>'
    """
    return f"<{type(result).__name__} {escape(name)}: {summary}>"
