"""How `firth evaluate` prints its results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from firth.errors import counted, escape

if TYPE_CHECKING:
    from firth.evaluation import Evaluation, SectionResult
    from firth.evaluation.resampling import Measured, Scored

# firth.evaluation is imported where it is needed: `--help` does not wait for it.


def evaluations_facts(paths: Sequence[Path], found: Sequence[Evaluation]) -> dict[str, object]:
    """Return results for JSON: those of the first vectors, and of each other beside them."""
    told = _facts(found[0])
    if len(found) > 1:
        told["vectors"] = str(paths[0])
        told["others"] = [
            {
                "vectors": str(path),
                **_facts(other),
                "comparisons": [
                    None if each is None else each.to_dict() for each in found[0].compare(other)
                ],
            }
            for path, other in zip(paths[1:], found[1:], strict=True)
        ]
    return told


def print_evaluations(paths: Sequence[Path], found: Sequence[Evaluation]) -> None:
    """Print the results of each, and how the first differs from each other."""
    for path, each in zip(paths, found, strict=True):
        if len(paths) > 1:
            print(f"== {escape(str(path))}")
        _print_evaluation(each)
    for path, other in zip(paths[1:], found[1:], strict=True):
        print(f"== {escape(str(paths[0]))} minus {escape(str(path))}, with 95 % intervals")
        print_comparisons(found[0], other)


def _facts(found: Evaluation) -> dict[str, object]:
    """Return results for JSON, each with the interval of its score."""
    from firth.evaluation import OutlierResult, interval

    facts = found.to_dict()
    for kind, results in facts.items():
        if isinstance(results, list):
            for result, told in zip(getattr(found, kind), results, strict=True):
                told["interval"] = interval(result)
                sections = getattr(result, "sections", ())
                for section, each in zip(sections, told.get("sections", ()), strict=True):
                    each["interval"] = interval(section)
                if isinstance(result, OutlierResult):
                    told["position_interval"] = interval(result.by_position)
    return facts


def _print_evaluation(found: Evaluation) -> None:
    """Print a line for each section of analogies and each other set, with its interval."""
    from firth.evaluation.summaries import of_unknown

    for analogies in found.analogies:
        by = "" if found.method == "add" else f", method {found.method}"
        print(f"{escape(analogies.file)} (most frequent {counted(found.restrict, 'word')}{by})")
        for section in analogies.sections:
            print(
                f"  {_percent(section.accuracy)}{_range(section)}  {_answers(section)}"
                f"{_reason(section)}"
            )
        print(
            f"  {_percent(analogies.accuracy)}{_range(analogies)}  {_answers(analogies.total)}"
            f"{_reason(analogies)}"
        )
    for pairs in found.similarity:
        print(f"{escape(pairs.file)}")
        print(
            f"  {_percent(pairs.spearman)}{_range(pairs)}  Spearman correlation x 100: "
            f"{counted(pairs.answered, 'pair')}, {pairs.missing:,} missing"
            f"{of_unknown(pairs.zeroed)}{_reason(pairs)}"
        )
    for groups in found.categories:
        print(f"{escape(groups.file)}")
        print(
            f"  {_percent(groups.purity)}{_range(groups)}  purity of "
            f"{counted(len(groups.names), 'cluster')}: {counted(groups.answered, 'word')}, "
            f"{groups.missing:,} missing (coverage {100 * groups.coverage:.1f}){_reason(groups)}"
        )
    for outliers in found.outliers:
        print(f"{escape(outliers.file)}")
        print(
            f"  {_percent(outliers.accuracy)}{_range(outliers)}  outliers found, mean position "
            f"{_percent(outliers.position).strip()}{_range(outliers.by_position)}: "
            f"{outliers.answered:,} looked for, "
            f"{outliers.skipped:,} skipped, {counted(outliers.missing, 'word')} of groups missing"
            f"{_reason(outliers)}"
        )
    for each in found.associations:
        x, y, a, b = map(escape, each.groups)
        print(f"{escape(each.file)}")
        effect = "    -" if each.effect is None else f"{each.effect:5.2f}"
        print(
            f"  {effect}{_range(each, factor=1, digits=2)}  {x} and {a}, against {y} and {b}: "
            f"{'' if each.p is None else f'p = {each.p:.3g}, '}"
            f"{counted(each.missing, 'word')} missing{_reason(each)}"
        )


def print_comparisons(first: Evaluation, second: Evaluation) -> None:
    """Print for each set which of two vectors are better, and whether that may be chance."""
    compared = zip(first.results, second.results, first.compare(second), strict=True)
    for result, other, each in compared:
        if each is None:
            why = result.undefined or other.undefined or "too few items have a score with both"
            print(f"      -  {escape(result.file)}: not compared, as {why}")
            continue
        factor = 1 if result in first.associations else 100
        verdict = "may be chance" if each.is_noise else "is more than chance"
        difference, low, high = (
            factor * number for number in (each.first - each.second, each.low, each.high)
        )
        print(
            f"  {difference:+.2f} ({low:+.2f} to {high:+.2f})  {escape(each.file)}: "
            f"{factor * each.first:.2f} and {factor * each.second:.2f} on {each.items:,} common "
            f"items, p = {each.p:.3g}: {verdict}"
        )


def _answers(section: SectionResult) -> str:
    from firth.evaluation.summaries import of_unknown

    return (
        f"{escape(section.name)}: {section.correct:,} of {section.answered:,} right, "
        f"{section.skipped:,} skipped{of_unknown(section.zeroed)}"
    )


def _reason(result: Measured | SectionResult) -> str:
    """Return why a result has no score, if it has none."""
    return "" if result.undefined is None else f": undefined, as {result.undefined}"


def _percent(share: float | None) -> str:
    return "    -" if share is None else f"{100 * share:5.1f}"


def _range(result: Scored, *, factor: float = 100, digits: int = 1) -> str:
    """Return the interval of a score, in parentheses."""
    from firth.evaluation import interval

    found = interval(result)
    if found is None:
        return ""
    return f" ({factor * found.low:.{digits}f} to {factor * found.high:.{digits}f})"
