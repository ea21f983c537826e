"""The verb `phrases`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from firth.cli.app import verb
from firth.cli.options import Inputs, Json, Overwrite, ReadingOptions
from firth.cli.parameters import Option, options_of, with_options
from firth.cli.report import print_json, print_written
from firth.errors import escape

if TYPE_CHECKING:
    from firth.phrases import Phrases


@dataclass
class _Options:
    """How phrases are found: the options of `learn_phrases` besides those of reading."""

    passes: Annotated[
        int, Option(help="How often neighbours are joined, phrases too from the second on.")
    ] = 1
    scoring: Annotated[
        Literal["word2phrase", "npmi"],
        Option(
            help="How pairs are scored: as by word2phrase, or by normalised pointwise mutual "
            "information, from -1 to 1."
        ),
    ] = "word2phrase"
    threshold: Annotated[
        float | None,
        Option(help="The score that a phrase must exceed.", show_default="100; 0.5 with npmi"),
    ] = None
    min_count: Annotated[
        int, Option(help="Words and pairs that occur less often are no phrases.")
    ] = 5
    connectors: Annotated[
        str | None,
        Option(
            metavar="WORD,...",
            help="Words that may stand within a phrase.",
            show_default="of, the, a and such in an English text",
        ),
    ] = None
    delimiter: Annotated[str, Option(help="Stands between the words of a phrase.")] = "_"


@verb(epilog="Example: firth phrases corpus.txt --output phrases.json --passes 2")
@with_options(options_of(_Options), options_of(ReadingOptions))
def phrases(
    inputs: Inputs,
    *,
    output: Annotated[
        Path | None, Option(help="Where to write the phrases, as JSON; nowhere if left out.")
    ] = None,
    top: Annotated[int, Option(help="Number of phrases to show, the best.")] = 20,
    overwrite: Overwrite = False,
    as_json: Json = False,
    **options: Any,  # noqa: ANN401
) -> None:
    """Find phrases such as new_york in text: neighbours that occur together often."""
    from firth.checks import split_list, whole_number
    from firth.phrases import check_phrases_destination
    from firth.run_paths import check_run_paths

    whole_number("top", top, least=0)
    if output is not None:
        check_run_paths(output, texts=inputs)
        check_phrases_destination(output, overwrite=overwrite)
    from firth.corpus import learn_phrases
    from firth.corpus.finding import without_own

    if options["connectors"] is not None:
        options["connectors"] = [word for word in split_list(options["connectors"]) if word]
    found = learn_phrases(without_own(inputs, [output]), **options)
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
    print_written(output, f"{numbers} phrases")
