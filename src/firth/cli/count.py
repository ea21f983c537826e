"""The verb `count`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.app import Json, Overwrite, app
from firth.cli.options import Inputs, ReadingOptions, options_of, with_options
from firth.cli.report import print_json
from firth.cli.words import check_numbers_destination
from firth.errors import counted, escape

if TYPE_CHECKING:
    from firth.corpus import Corpus


@app.command(epilog="Example: firth count corpus.txt --output counts.txt --min-count 10")
@with_options(options_of(ReadingOptions))
def count(
    inputs: Inputs,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Where to write words and counts, for --vocabulary of firth train; nowhere if "
            "left out."
        ),
    ] = None,
    min_count: Annotated[int, typer.Option(help="Words that occur less often are left out.")] = 5,
    max_vocab: Annotated[
        int | None, typer.Option(help="Keep at most so many words, the most frequent.")
    ] = None,
    top: Annotated[int, typer.Option(help="Number of words to show, the most frequent.")] = 20,
    overwrite: Overwrite = False,
    as_json: Json = False,
    **options: Any,  # noqa: ANN401
) -> None:
    """Count the words of a text."""
    from firth.checks import whole_number
    from firth.run_paths import check_run_paths

    whole_number("top", top, least=0)
    if output is not None:
        check_run_paths(output, texts=inputs)
        check_numbers_destination(output, overwrite)
    from firth.corpus import read_corpus

    corpus = read_corpus(inputs, min_count=min_count, max_vocab=max_vocab, **options)
    if output is not None:
        corpus.vocabulary.save(output)
    _report(corpus, output, top, as_json)


def _report(corpus: Corpus, output: Path | None, top: int, as_json: bool) -> None:
    vocabulary = corpus.vocabulary
    best = list(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True))[:top]
    if as_json:
        print_json({
            "output": output and str(output),
            "words_read": corpus.words_read,
            "words_kept": corpus.tokens.size,
            "vocabulary": len(vocabulary),
            "most_frequent": [{"word": word, "count": number} for word, number in best],
        })  # fmt: skip
        return
    for word, number in best:
        print(f"{number:12,}  {escape(str(word))}")
    print(
        f"{'' if output is None else f'{output}: '}{counted(len(vocabulary), 'word')} "
        f"({corpus.tokens.size:,} of {corpus.words_read:,} in the text)"
    )
