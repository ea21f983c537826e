"""Training on an encoded corpus, whatever the engine."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, nullcontext

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Corpus
from firth.errors import ConfigError, counted
from firth.subwords import make_subwords
from firth.training import estimate
from firth.training.advice import warn_of_unusual_settings
from firth.training.callbacks import Callback
from firth.training.checkpoints.folder import Checkpoints
from firth.training.config import TrainConfig
from firth.training.engines.base import NO_WORDS, Engine, Initial
from firth.training.engines.registry import DEFAULT, engine_named
from firth.training.reports import Reports
from firth.training.run import Run
from firth.training.signals import Interrupts
from firth.training.task import Task, TrainResult


def train_corpus(
    corpus: Corpus,
    config: TrainConfig,
    *,
    engine: type[Engine] | None = None,
    callbacks: Sequence[Callback] = (),
    checkpoints: Checkpoints | None = None,
    initial: Initial | None = None,
    frozen: NDArray[np.int64] = NO_WORDS,
) -> TrainResult:
    """Train on an encoded corpus.

    Parameters
    ----------
    corpus, config
        What to train on, and how.
    engine : type of Engine, optional
        The class of the engine that trains; by default the compiled kernel's.
    callbacks : sequence of Callback
        Receive the reports of the run, in the caller's thread.
    checkpoints : Checkpoints, optional
        Where checkpoints are kept, and whether the run goes on from one. In the main thread SIGINT
        and SIGTERM then end the run with a checkpoint.
    initial : Initial, optional
        Vectors to start from; those of all other words start as the seed has it.
    frozen : int64
        Ids of words whose vectors do not change. Their output vectors are trained if `initial` has
        none.

    Raises
    ------
    CorpusError
        If subsampling leaves no window with two words.
    ConfigError
        If options do not fit each other or the checkpoint, or training diverges.
    Interrupted
        If the run was interrupted after a checkpoint.
    """
    check_options(config, held_out=corpus.held_out > 0, checkpoints=checkpoints is not None)
    check_frozen(config, len(frozen))
    check_tags(config, corpus)
    make_engine = engine_named(DEFAULT) if engine is None else engine
    make_engine.check(config)
    words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
    subwords = make_subwords(config.subwords, words, counts, config.buckets)
    task = Task(corpus, config, make_engine, initial, frozen, subwords)
    _check_ngrams(task)
    warn_of_unusual_settings(corpus, config)
    needed = estimate.estimate(task, checkpoints)
    estimate.check_fits(needed, task, checkpoints)
    with closing(Run(task, Reports(callbacks, task), checkpoints)) as run:
        run.prepare(needed)
        with Interrupts() if checkpoints is not None else nullcontext() as interrupts:
            return run.train(interrupts)


def check_options(config: TrainConfig, *, held_out: bool, checkpoints: bool) -> None:
    """Raise ConfigError if the config does not fit held-out text or checkpoints, or their lack."""
    if config.patience is not None and not held_out:
        raise ConfigError("patience needs a held-out text: give holdout (--holdout) too")
    if config.documents != "none" and held_out:
        raise ConfigError(
            "documents have no held-out text, whose documents would have no vectors: give "
            "holdout=0 (no --holdout), or documents='none'"
        )
    if config.on_divergence == "halve" and not checkpoints:
        raise ConfigError(
            "on_divergence='halve' goes back to a checkpoint: give a folder for them (--checkpoint)"
        )


def check_frozen(config: TrainConfig, frozen: int) -> None:
    """Raise ConfigError if there are frozen words, and words have n-grams."""
    if frozen and config.subwords != "none":
        raise ConfigError(
            "frozen words cannot have subwords: their n-grams are those of other words too; give "
            "subwords='none' (--subwords none), or freeze none"
        )


def check_tags(config: TrainConfig, corpus: Corpus) -> None:
    """Raise ConfigError if a corpus has tags of documents, and these are not trained."""
    if corpus.document_tags is not None and config.documents == "none":
        raise ConfigError(
            "the corpus has tags of documents, which documents='none' leaves untrained: give "
            "documents='joint' or 'alone', or the corpus without tags"
        )


def _check_ngrams(task: Task) -> None:
    """Raise ConfigError if n-grams were asked for, and no word has one."""
    subwords = task.subwords
    if subwords is None or "subwords" in task.config.not_given or task.sizes.parts > task.words:
        return
    holders = "two words" if subwords.buckets is None else "a word"
    missing = f"n-gram of {subwords.least} to {subwords.most} characters is in {holders}"
    if subwords.by_function:
        missing = "part that the function of subwords cuts is in two words"
    longest = max(len(str(word)) for word in task.corpus.vocabulary)
    advice = "give "
    if subwords.least > 1 and not subwords.by_function:
        shorter = "3-6" if subwords.least > 3 else f"1-{subwords.least}"
        advice += f"shorter ones (--subwords {shorter}), or "
    raise ConfigError(
        f"no {missing}, and the longest word has {counted(longest, 'character')}: {advice}"
        "subwords='none' (--subwords none)"
    )


def check_callbacks(callbacks: Sequence[Callback]) -> None:
    """Raise ConfigError if something else than callbacks is given."""
    given = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
    wrong = [each for each in given if not isinstance(each, Callback)]
    if wrong or given is not callbacks:
        raise ConfigError(
            "callbacks must be a list of instances of firth.Callback, "
            f"got {(wrong or [callbacks])[0]!r}"
        )
