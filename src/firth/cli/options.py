"""Arguments and options that several verbs have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from firth.cli.parameters import Argument, Option

Inputs = Annotated[
    list[str],
    Argument(metavar="INPUT...", help="Files, folders, glob patterns, URLs, or - for stdin."),
]
VectorsPath = Annotated[Path, Argument(metavar="VECTORS", help="A folder or file of vectors.")]
Top = Annotated[int, Option(help="Number of words to show.")]
Exclude = Annotated[
    list[str] | None,
    Option(metavar="WORD,...", help="Words that are no answers; can be repeated."),
]
Restrict = Annotated[
    list[str] | None,
    Option(
        metavar="N|WORD,...",
        help="Answer with one of the N most frequent words, or with one of these words.",
    ),
]
Method = Annotated[
    Literal["add", "mul"],
    Option(help="Score analogies by the cosine to a sum, or by products of cosines."),
]
Approximate = Annotated[bool, Option("--approximate", help="Ask the index that firth index built.")]
EncodingErrors = Annotated[
    Literal["strict", "replace"],
    Option(help="Refuse invalid UTF-8, or replace it by U+FFFD."),
]
Overwrite = Annotated[
    bool, Option("--overwrite", help="Replace a file even if it holds something else.")
]
Json = Annotated[bool, Option("--json", help="Report as JSON.")]


@dataclass
class ReadingOptions:
    """How words are found in a text."""

    tokenizer: Annotated[
        Literal["whitespace", "words", "textbook", "chinese"],
        Option(
            help="Split at white space; at Unicode's word boundaries, lower-cased; the textbook's "
            r"pattern \b\w+\b|[,.!?], lower-cased; Chinese, by jieba."
        ),
    ] = "whitespace"
    lowercase: Annotated[bool, Option("--lowercase", help="Lower-case the text.")] = False
    encoding_errors: EncodingErrors = "strict"
    normalization: Annotated[
        Literal["NFC", "NFKC", "none"], Option(help="Unicode form of the text.")
    ] = "NFC"
