"""The verb `count`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from firth.cli.app import verb
from firth.cli.options import Inputs, Json, Overwrite, ReadingOptions
from firth.cli.parameters import Option, options_of, with_options
from firth.cli.report import print_json, print_written
from firth.errors import counted, escape

if TYPE_CHECKING:
    from firth.corpus.counting import WordCounts


@verb(epilog="Example: firth count corpus.txt --output counts.txt --min-count 10")
@with_options(options_of(ReadingOptions))
def count(
    inputs: Inputs,
    *,
    output: Annotated[
        Path | None,
        Option(
            help="Where to write words and counts, for --vocabulary of firth train; nowhere if "
            "left out."
        ),
    ] = None,
    min_count: Annotated[int, Option(help="Words that occur less often are left out.")] = 5,
    max_vocab: Annotated[
        int | None, Option(help="Keep at most so many words, the most frequent.")
    ] = None,
    top: Annotated[int, Option(help="Number of words to show, the most frequent.")] = 20,
    overwrite: Overwrite = False,
    as_json: Json = False,
    **options: Any,  # noqa: ANN401
) -> None:
    """Count the words of a text."""
    from firth.checks import whole_number
    from firth.corpus.vocabulary import check_counts_destination
    from firth.run_paths import check_run_paths

    whole_number("top", top, least=0)
    if output is not None:
        check_run_paths(output, texts=inputs)
        check_counts_destination(output, overwrite=overwrite)
    from firth.corpus.counting import count_words

    counts = count_words(inputs, min_count=min_count, max_vocab=max_vocab, **options)
    if output is not None:
        counts.vocabulary.save(output, overwrite=overwrite)
    _report(counts, output, top, as_json)


def _report(counts: WordCounts, output: Path | None, top: int, as_json: bool) -> None:
    vocabulary = counts.vocabulary
    best = list(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True))[:top]
    if as_json:
        print_json({
            "output": output and str(output),
            "words_read": counts.words_read,
            "words_kept": counts.words_kept,
            "vocabulary": len(vocabulary),
            "most_frequent": [{"word": word, "count": number} for word, number in best],
        })  # fmt: skip
        return
    for word, number in best:
        print(f"{number:12,}  {escape(str(word))}")
    size = f"{counts.words_kept:,} of {counts.words_read:,} in the text"
    print_written(output, f"{counted(len(vocabulary), 'word')} ({size})")
