r"""The file `tokenizer.json` of the package tokenizers: tokens and their ids, and how text is cut.

Texts are cut at Unicode's white space. What else is done to them depends on the words, each of
which must come out whole and unchanged:

- if all words are lower-case, in Unicode's form NFC, texts are brought into that form;
- if none begins or ends with punctuation, punctuation is cut off the ends of what stands between
  white space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from firth.errors import FormatError, one_line
from firth.io.json_files import read_json
from firth.normalization import is_normalized
from firth.vectors.formats.texts import TextRule

TOKENIZER = "tokenizer.json"
# The characters that have Unicode's property White_Space; Python's \s has more.
_WHITE_SPACE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
RULE = TextRule(
    "a tokenizer.json that cuts at white space",
    re.compile(rf"\A\Z|[{_WHITE_SPACE}]"),
    "empty, or with white space",
)
_PUNCTUATION = "[" + re.escape(".,!?;:'\"()[]{}…“”„‘’«»¡¿。，！？；：、「」『』（）") + "]"
_HAS_END = re.compile(rf"{_PUNCTUATION}.|.+{_PUNCTUATION}\Z", re.DOTALL)
_UNKNOWN = "[UNK]"


def unknown_token(words: Sequence[str]) -> str:
    """Return a token for unknown words, which is none of the words."""
    held, token = set(words), _UNKNOWN
    while token in held:
        token += "_"
    return token


def word_level(words: Sequence[str], unknown: str) -> dict[str, Any]:
    """Return the content of a file in which each word is a token, in the order of the ids.

    `unknown` is the last token.
    """
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": _normalizer(words),
        "pre_tokenizer": _pre_tokenizer(words),
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: row for row, word in enumerate([*words, unknown])},
            "unk_token": unknown,
        },
    }


def _normalizer(words: Sequence[str]) -> dict[str, Any] | None:
    if not all(map(_is_lower, words)):
        return None
    return {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}


def _is_lower(word: str) -> bool:
    """Return whether a word is lower-case and NFC, whatever version of Unicode is asked."""
    if word.isascii():
        return word == word.lower()
    return is_normalized(word) and all(
        character == character.lower() and unicodedata.category(character) != "Cn"
        for character in word
    )


def _pre_tokenizer(words: Sequence[str]) -> dict[str, Any]:
    at_space = {"type": "WhitespaceSplit"}
    if any(map(_HAS_END.match, words)):
        return at_space
    ends = rf"{_PUNCTUATION}(?={_PUNCTUATION}*$)|^{_PUNCTUATION}+"
    split = {"type": "Split", "pattern": {"Regex": ends}, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [at_space, split]}


def read_tokens(path: Path) -> tuple[dict[int, str], str | None]:
    """Return the token of each id, and the token for unknown words if the model is of whole words.

    Raises
    ------
    FormatError
        If the file is damaged, or holds no tokens.
    """
    content: dict[str, Any] = read_json(path)
    found, added = content.get("model"), content.get("added_tokens") or []
    model = found if isinstance(found, dict) else {}
    vocab = model.get("vocab")
    pairs: list[tuple[object, object]] = []
    if isinstance(vocab, dict):
        pairs += vocab.items()
    elif isinstance(vocab, list) and all(isinstance(each, list) and each for each in vocab):
        # A unigram model lists tokens with their scores.
        pairs += [(each[0], number) for number, each in enumerate(vocab)]
    else:
        raise FormatError(f"{path}: expected the tokens of a model under 'vocab'")
    if not isinstance(added, list) or not all(isinstance(each, dict) for each in added):
        raise FormatError(f"{path}: expected a list of objects under 'added_tokens'")
    pairs += [(each.get("content"), each.get("id")) for each in added]
    unknown = model.get("unk_token") if model.get("type") == "WordLevel" else None
    return _numbered(pairs, path), unknown if isinstance(unknown, str) else None


def _numbered(pairs: Sequence[tuple[object, object]], path: Path) -> dict[int, str]:
    tokens: dict[int, str] = {}
    for token, number in pairs:
        if not isinstance(token, str) or type(number) is not int:
            told = one_line(repr((token, number)))
            raise FormatError(f"{path}: expected a token and its id, got {told}")
        if tokens.setdefault(number, token) != token:
            raise FormatError(
                f"{path}: the tokens {one_line(repr(tokens[number]))} and {one_line(repr(token))} "
                f"have one id, {one_line(str(number))}"
            )
    if not tokens:
        raise FormatError(f"{path}: there are no tokens")
    return tokens
