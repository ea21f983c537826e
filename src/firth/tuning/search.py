"""The search: options are proposed by Optuna, trained with, and scored."""

from __future__ import annotations

import inspect
import json
import math
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.checks import parse_duration, whole_number
from firth.corpus import Corpus, read_corpus
from firth.corpus.holdout import share_of
from firth.errors import ConfigError, FirthError, FirthWarning, Interrupted
from firth.evaluation import Evaluation, EvaluationSets
from firth.evaluation.report import Paths
from firth.other_names import check_options
from firth.pipeline import train
from firth.training.callbacks import Callback, Progress
from firth.training.config import TrainConfig
from firth.tuning.proposals import Proposals
from firth.tuning.results import Reason, Trial, Tuning
from firth.tuning.sample import sample_corpus
from firth.tuning.space import space_of
from firth.vectors import Vectors

if TYPE_CHECKING:
    from firth.corpus.reading import Source

_BUDGET = "10m"
_READING = ("tokenizer", "lowercase", "encoding_errors", "normalization", "phrases")
_SELECTION = ("min_count", "max_vocab")
# So many proposals in a row that were tried before end the search.
_MOST_REPEATS = 50


def tune(
    source: Source,
    *,
    similarity: Paths = (),
    analogies: Paths = (),
    budget: float | str | None = None,
    trials: int | None = None,
    space: Mapping[str, Any] | Iterable[str] | None = None,
    words: int = 1_000_000,
    holdout: float = 0.02,
    restrict: int = 30_000,
    report: Callable[[Trial], object] | None = None,
    **options: Any,  # noqa: ANN401
) -> Tuning:
    r"""Search options of training that suit a text, by training on a sample of it again and again.

    The first trial has the defaults. Optuna (extra `tune`) proposes the others by its TPE sampler.
    All have the same words, so they are scored on the same questions.

    Parameters
    ----------
    source : path, list of paths, or iterable of token lists
        As for `firth.train`. It is read once.
    similarity, analogies : path or sequence of paths
        Evaluation sets, as for `firth.evaluate`. The score is the mean of their Spearman
        correlations and accuracies. Without any, it is the loss on a part of the sample that is
        held out. Losses can only be compared if pairs and noise words are the same, so then only
        `dim`, `epochs`, `lr`, `min_lr`, `subwords`, `buckets` and `cbow_gradient` can be searched.
    budget : float or str, optional
        How long the trials may take, in seconds or as 30s, 10m, 1.5h; by default 10m, or without
        limit if `trials` is given. The trial that runs at the end is dropped.
    trials : int, optional
        The most trials, with that of the defaults.
    space : mapping, or iterable of str, optional
        What is searched: a tuple of two numbers is a range, a list has choices, None stands for
        the range in `firth.tuning.SPACE`, and so does a name in a list of names. By default all of
        `SPACE` that is not fixed by `options`. A range whose ends are ten times apart is searched
        on a logarithmic scale.
    words : int
        How many words of the text, at most, the trials train on: pieces drawn at random.
    holdout : float
        The share of these that is held out to measure the loss, if there are no evaluation sets.
    restrict : int
        Only the `restrict` most frequent words are candidates for analogies.
    report : callable, optional
        Called with each `Trial` when it has ended.
    **options
        Options of `TrainConfig` and of reading (`tokenizer`, `lowercase`, `encoding_errors`,
        `normalization`, `phrases`) that all trials have. `seed` is that of the sample and of the
        search too.

    Returns
    -------
    Tuning
        Ctrl-C ends the search with the trials so far, if there are any.

    Raises
    ------
    ConfigError
        If an option is unknown or out of range or cannot be searched, no score is defined, or not
        even the first trial was finished in time.
    CorpusError
        If the source cannot be read.
    FormatError
        If an evaluation set is missing or malformed.
    MissingExtraError
        If Optuna is not installed.

    Examples
    --------
    >>> units = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 200
    >>> tuning = tune(units, space={"dim": (5, 20)}, trials=3, sample=0, threads=1)
    >>> len(tuning.trials), sorted(tuning.options)
    (3, ['dim', 'sample', 'threads'])
    """
    reading, fixed = _divided(options)
    config = TrainConfig(**fixed)
    sets = _sets(similarity, analogies)
    if sets is not None:
        sets.check_options(restrict)
    checked = space_of(space, fixed, by_loss=sets is None)
    whole_number("words", words, least=1)
    share = _share(holdout, config) if sets is None else 0.0
    if trials is not None:
        whole_number("trials", trials, least=1)
    if budget is None and trials is None:
        budget = _BUDGET
    seconds = math.inf if budget is None else parse_duration("budget", budget)
    proposals = Proposals(checked, fixed, config.seed, minimise=sets is None)
    selection = {name: getattr(config, name) for name in _SELECTION}
    whole = read_corpus(source, **reading, **selection)
    corpus = sample_corpus(whole, words, holdout=share, seed=config.seed, **selection)
    training = {name: value for name, value in fixed.items() if name not in _SELECTION}
    bench = _Bench(corpus, training, sets, restrict, time.monotonic() + seconds)
    found, reason = _search(bench, proposals, trials, report)
    return Tuning(
        trials=tuple(found),
        fixed={**reading, **fixed},
        by_loss=sets is None,
        words=corpus.tokens.size - corpus.held_out,
        whole=whole.tokens.size,
        reason=reason,
    )


def _divided(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of reading, and those of `TrainConfig`."""
    own = [name for name in inspect.signature(tune).parameters if name != "options"]
    known = [*own, *_READING, *inspect.signature(TrainConfig).parameters]
    check_options(options, list(dict.fromkeys(known)))
    reading = {name: value for name, value in options.items() if name in _READING}
    return reading, {name: value for name, value in options.items() if name not in _READING}


def _sets(similarity: Paths, analogies: Paths) -> EvaluationSets | None:
    """Return the evaluation sets, if there are any."""
    given = {"similarity": similarity, "analogies": analogies}
    named = {kind: paths for kind, paths in given.items() if not _is_empty(paths)}
    return EvaluationSets.read(**named) if named else None


def _is_empty(paths: Paths) -> bool:
    return isinstance(paths, list | tuple) and not paths


def _share(holdout: float, config: TrainConfig) -> float:
    share = share_of(holdout)
    if not share:
        raise ConfigError(
            "holdout must be a share above 0 and below 1 where there is no evaluation set, got "
            f"{holdout!r}"
        )
    if config.windows is not None:
        raise ConfigError(
            "windows combines several models, whose vectors have no held-out loss: give an "
            "evaluation set (similarity or analogies), or window in place of windows"
        )
    if config.documents != "none":
        raise ConfigError(
            "documents have no held-out loss, since those held out would have no vectors: give an "
            "evaluation set (similarity or analogies)"
        )
    return share


class _OutOfTime(Exception):
    """The time of the search is over."""


class _Deadline(Callback):
    """Stops a run when the time is over."""

    def __init__(self, at: float) -> None:
        self._at = at

    def on_progress(self, progress: Progress) -> None:
        """Raise if the time is over."""
        if time.monotonic() >= self._at:
            raise _OutOfTime


@dataclass(frozen=True)
class _Bench:
    """What all trials have in common.

    Parameters
    ----------
    corpus : Corpus
    fixed : mapping
        Options of training.
    sets : EvaluationSets, optional
        What vectors are scored on; without them, the held-out loss is the score.
    restrict : int
        Of the evaluation.
    end : float
        When the time is over, by `time.monotonic`.
    """

    corpus: Corpus
    fixed: Mapping[str, Any]
    sets: EvaluationSets | None
    restrict: int
    end: float

    def run(self, number: int, options: Mapping[str, Any]) -> tuple[Trial, Vectors]:
        """Train with some options, and score the vectors."""
        began = time.monotonic()
        vectors = train(
            self.corpus,
            **{**self.fixed, **options},
            callbacks=[_Deadline(self.end)],
            progress=False,
        )
        evaluation = None
        if self.sets is not None:
            evaluation = self.sets.evaluate(vectors, restrict=self.restrict)
        score = _held_out_loss(vectors) if evaluation is None else _mean_score(evaluation)
        seconds = time.monotonic() - began
        trial = Trial(
            number=number, options=options, score=score, seconds=seconds, evaluation=evaluation
        )
        return trial, vectors

    def try_out(self, number: int, options: Mapping[str, Any]) -> Trial:
        """Return a trial, which may have failed: some options let training diverge."""
        began = time.monotonic()
        try:
            with warnings.catch_warnings():
                # A search looks at unusual options on purpose.
                warnings.simplefilter("ignore", FirthWarning)
                return self.run(number, options)[0]
        except FirthError as error:
            seconds = time.monotonic() - began
            return Trial(
                number=number, options=options, score=None, seconds=seconds, error=str(error)
            )


def _search(
    bench: _Bench,
    proposals: Proposals,
    most: int | None,
    report: Callable[[Trial], object] | None,
) -> tuple[list[Trial], Reason]:
    """Run trials until there is a reason to stop."""
    found: list[Trial] = []

    def keep(trial: Trial) -> None:
        found.append(trial)
        if report is not None:
            report(trial)

    try:
        keep(_first_trial(bench, proposals))
        reason = _search_on(bench, proposals, math.inf if most is None else most, keep)
    except _OutOfTime:
        if not found:
            raise ConfigError(
                "no trial was finished in the time of budget: give more time (--budget), or fewer "
                "words (--words)"
            ) from None
        reason = "budget"
    except KeyboardInterrupt as error:
        # A signal to terminate is not Ctrl-C.
        if not found or isinstance(error, Interrupted):
            raise
        reason = "interrupted"
    return found, reason


def _search_on(
    bench: _Bench, proposals: Proposals, most: float, keep: Callable[[Trial], None]
) -> Reason:
    """Run trials after the first, and return why no more are run."""
    tried: dict[str, float | None] = {}
    number = 1
    repeats = 0
    while number < most:
        if time.monotonic() >= bench.end:
            return "budget"
        proposal = proposals.next()
        name = json.dumps(proposal.options, sort_keys=True, default=repr)
        if name in tried:
            proposals.tell(proposal, tried[name])
            repeats += 1
            if repeats == _MOST_REPEATS:
                return "exhausted"
            continue
        repeats = 0
        trial = bench.try_out(number, proposal.options)
        tried[name] = trial.score
        proposals.tell(proposal, trial.score)
        keep(trial)
        number += 1
    return "trials"


def _first_trial(bench: _Bench, proposals: Proposals) -> Trial:
    """Run the trial with the defaults, and let the search know it."""
    trial, vectors = bench.run(0, {})
    if trial.score is None:
        raise ConfigError(
            "no score is defined: too few words of the evaluation sets are in the text; give "
            "other sets, more words (--words) or a lower min_count (--min-count)"
        )
    config: Any = vectors.config
    proposals.add(config.get("combined", [config])[0]["options"], trial.score)
    return trial


def _held_out_loss(vectors: Vectors) -> float:
    """Return the loss of the epoch that the vectors are from."""
    config: Any = vectors.config
    loss: float = config["held_out_losses"][config["epoch"] - 1]
    return loss


def _mean_score(evaluation: Evaluation) -> float | None:
    """Return the mean of the scores that are defined."""
    scores = [each.accuracy for each in evaluation.analogies]
    scores += [each.spearman for each in evaluation.similarity]
    defined = [score for score in scores if score is not None]
    return float(np.mean(defined)) if defined else None
