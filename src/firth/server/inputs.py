"""What `/v1/embeddings` takes as `input`: a text, texts, integers, or lists of integers."""

from __future__ import annotations

from firth.checks import INT64_MAX

# As OpenAI's own service.
MOST_TEXTS = 2_048
_EXPECTED = "a text, a list of texts, a list of integers, or a list of lists of integers"
_NAMES = {
    str: "text", bool: "true or false", int: "an integer", float: "a number with a point",
    dict: "an object", list: "a list", type(None): "null",
}  # fmt: skip


def check_texts(given: object) -> None:
    """Raise if an input has none of the forms that are taken; the message tells where and why.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> check_texts(["tea", 7])
    Traceback (most recent call last):
    ValueError: item 1 is an integer and item 0 is text: give items of one kind
    """
    if isinstance(given, str):
        _check_text(given, "the text")
        return
    if not isinstance(given, list):
        raise ValueError(f"give {_EXPECTED}; got {_name(given)}")
    if not given:
        raise ValueError("the list is empty: give at least one text")
    for place, item in enumerate(given):
        if _name(item) != _name(given[0]):
            raise ValueError(
                f"item {place} is {_name(item)} and item 0 is {_name(given[0])}: give items of one "
                "kind"
            )
    if not isinstance(given[0], int) and len(given) > MOST_TEXTS:
        raise ValueError(f"there may be at most {MOST_TEXTS:,} texts, got {len(given):,}")
    for place, item in enumerate(given):
        _check_item(item, f"item {place}")


def _check_item(item: object, where: str) -> None:
    if isinstance(item, str):
        _check_text(item, where)
    elif isinstance(item, list):
        if not item:
            raise ValueError(f"{where} is an empty list: leave it out")
        for place, each in enumerate(item):
            _check_integer(each, f"item {place} of {where}")
    else:
        _check_integer(item, where)


def _check_text(text: str, where: str) -> None:
    if not text:
        raise ValueError(f"{where} is empty: leave it out")


def _check_integer(number: object, where: str) -> None:
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError(f"{where} is {_name(number)}: give {_EXPECTED}")
    if not -INT64_MAX - 1 <= number <= INT64_MAX:
        raise ValueError(f"{where} is an integer of more than 64 bits")


def _name(given: object) -> str:
    return _NAMES.get(type(given), type(given).__name__)
