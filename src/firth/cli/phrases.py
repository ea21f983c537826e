"""The verb `phrases`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from firth.cli.app import (
    EncodingErrors,
    Inputs,
    Json,
    Lowercase,
    NormalizationForm,
    Overwrite,
    Tokenizer,
    app,
)
from firth.cli.report import print_json
from firth.errors import escape

if TYPE_CHECKING:
    from firth.phrases import Phrases


@app.command(epilog="Example: firth phrases corpus.txt --output phrases.json --passes 2")
def phrases(
    inputs: Inputs,
    output: Annotated[
        Path | None, typer.Option(help="Where to write the phrases, as JSON; nowhere if left out.")
    ] = None,
    passes: Annotated[
        int, typer.Option(help="How often neighbours are joined, phrases too from the second on.")
    ] = 1,
    scoring: Annotated[
        Literal["word2phrase", "npmi"],
        typer.Option(
            help="How pairs are scored: as by word2phrase, or by normalised pointwise mutual "
            "information, from -1 to 1."
        ),
    ] = "word2phrase",
    threshold: Annotated[
        float | None,
        typer.Option(
            help="The score that a phrase must exceed.", show_default="100; 0.5 with npmi"
        ),
    ] = None,
    min_count: Annotated[
        int, typer.Option(help="Words and pairs that occur less often are no phrases.")
    ] = 5,
    connectors: Annotated[
        str | None,
        typer.Option(
            metavar="WORD,...",
            help="Words that may stand within a phrase.",
            show_default="of, the, a and such in an English text",
        ),
    ] = None,
    delimiter: Annotated[str, typer.Option(help="Stands between the words of a phrase.")] = "_",
    tokenizer: Tokenizer = "whitespace",
    lowercase: Lowercase = False,
    encoding_errors: EncodingErrors = "strict",
    normalization: NormalizationForm = "NFC",
    top: Annotated[int, typer.Option(help="Number of phrases to show, the best.")] = 20,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Find phrases such as new_york in text: neighbours that occur together often."""
    from firth.checks import whole_number
    from firth.phrases import check_phrases_destination
    from firth.run_paths import check_run_paths

    whole_number("top", top, least=0)
    if output is not None:
        check_run_paths(output, texts=inputs)
        check_phrases_destination(output, overwrite=overwrite)
    from firth.corpus import learn_phrases

    found = learn_phrases(
        inputs,
        passes=passes,
        scoring=scoring,
        threshold=threshold,
        min_count=min_count,
        connectors=None if connectors is None else [w for w in connectors.split(",") if w],
        delimiter=delimiter,
        tokenizer=tokenizer,
        lowercase=lowercase,
        encoding_errors=encoding_errors,
        normalization=normalization,
    )
    if output is not None:
        found.save(output, overwrite=overwrite)
    _report(found, output, top, as_json)


def _report(found: Phrases, output: Path | None, top: int, as_json: bool) -> None:
    best = found.best(top) if top else []
    if as_json:
        shown = [
            {"phrase": found.text_of(each), "count": each.count, "score": each.score}
            for each in best
        ]
        print_json({"output": output and str(output), **found.facts(), "best": shown})
        return
    for each in best:
        print(f"{each.score:12,.4g}  {each.count:9,}  {escape(found.text_of(each))}")
    numbers = " + ".join(f"{len(each):,}" for each in found.passes) or "0"
    print(f"{'' if output is None else f'{output}: '}{numbers} phrases")
