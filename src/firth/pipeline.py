"""The whole trip: a text or token lists in, `Vectors` out."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firth._version import __version__
from firth.checks import shown, switch
from firth.corpus import Corpus, Vocabulary, read_corpus
from firth.corpus.holdout import share_of
from firth.errors import ConfigError
from firth.io.cache import cache_folder
from firth.io.paths import to_path
from firth.training.checkpoints.folder import Checkpoints, parse_duration
from firth.training.config import TrainConfig
from firth.training.engines.base import INPUT, OUTPUT, Initial
from firth.training.engines.registry import engine_named
from firth.training.given import check_known, with_config, without_reading
from firth.training.progress import ReadingBar, TrainingBar, are_bars_shown
from firth.training.run_log import RunLog
from firth.training.task import TrainResult
from firth.training.trainer import check_callbacks, check_options, train_corpus
from firth.vectors import Vectors

if TYPE_CHECKING:
    from firth.corpus.reading import Source
    from firth.corpus.sources import EncodingErrors
    from firth.corpus.tokenizers import Tokenizer
    from firth.corpus.vocabulary import Token
    from firth.normalization import Normalization
    from firth.training.callbacks import Callback
    from firth.training.config import Model, OnDivergence

_LOG = logging.getLogger(__name__)


@with_config
def train(
    source: Source | Corpus,
    *,
    model: Model = "skipgram",
    dim: int = 100,
    window: int = 5,
    negative: int = 5,
    epochs: int = 5,
    min_count: int = 5,
    max_vocab: int | None = None,
    sample: float = 1e-3,
    noise_exponent: float = 0.75,
    lr: float | None = None,
    min_lr: float | None = None,
    shrink_windows: bool = True,
    threads: int | None = None,
    seed: int = 1,
    deterministic: bool = False,
    patience: int | None = None,
    on_divergence: OnDivergence = "stop",
    config: TrainConfig | None = None,
    tokenizer: str | Tokenizer = "whitespace",
    lowercase: bool = False,
    encoding_errors: EncodingErrors = "strict",
    normalization: Normalization = "NFC",
    holdout: float | Source = 0.0,
    start: Vectors | str | os.PathLike[str] | None = None,
    frozen: Iterable[Token] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: float | str | None = None,
    keep_checkpoints: int | None = None,
    resume: bool = False,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
    engine: str = "hogwild",
) -> Vectors:
    """Train word vectors on a corpus.

    Parameters
    ----------
    source : path, list of paths, iterable of token lists, or Corpus
        A text file (plain, or compressed by gzip, bzip2, xz or zstd, whatever its name), a folder,
        a glob pattern, `"-"` for standard input, or several of these in a list. Or any iterable of
        lists of words or of integers; it is read once, so a generator will do. Or what
        `read_corpus` returned: then options of reading raise, `min_count` and `max_vocab` too.
    model : {"skipgram", "cbow"}
        Whether each context word predicts the centre, or the mean of the context words does.
    dim : int
        The length of a vector. With `start`, by default that of the vectors.
    window, negative, epochs : int
        The maximum distance of a context word, noise words for each window, passes over the corpus.
    min_count, max_vocab : int
        Words that occur less often are left out; so many of the most frequent are kept at most.
    sample, noise_exponent : float
        Subsampling threshold, 0 for none; noise words are drawn by their count to this power.
    lr, min_lr : float, optional
        Step size at the start (0.025, CBOW 0.05) and at the end (1e-4, or `lr` if that is less).
    shrink_windows : bool
        Whether each window's reach is drawn from 1 to `window`.
    threads, seed, deterministic : int, int, bool
        Workers, by default one for each processor; start of the random numbers; whether the vectors
        are the same for any number of threads.
    patience : int, optional
        Stop when the held-out loss has not improved for so many epochs.
    on_divergence : {"stop", "halve"}
        Stop, or go back to the last checkpoint with half the step size.
    config : TrainConfig, optional
        All of the options above instead; it tells more of each.
    tokenizer : {"whitespace", "words", "textbook", "chinese"} or callable
        How a line of text becomes words; see `read_corpus`. A callable takes a line and returns
        its words.
    lowercase : bool
        Whether the words of a text are lower-cased.
    encoding_errors : {"strict", "replace"}
        Whether invalid UTF-8 and NUL bytes raise, or become U+FFFD.
    normalization : {"NFC", "NFKC", "none"}
        The Unicode normalization form of a text. Token lists stay as they are given.
    holdout : float or source
        A share of the text, or another text, that is not trained on: its mean loss is measured
        after each epoch. See `read_corpus`, also for which words are counted.
    start : Vectors or path, optional
        Vectors to go on from, of Firth or of another tool, or a checkpoint. Their words are all
        kept, with the vectors they have; words that are new to them are added. Counts add up; words
        of vectors without counts count once. Where there are no output vectors, these start at 0.
    frozen : iterable of words
        Words whose vectors do not change.
    checkpoint : path, optional
        A folder for checkpoints: one is written every now and then, after each epoch, on SIGINT
        (Ctrl-C) and SIGTERM, and when a callback raises.
    checkpoint_every : float or str, optional
        Seconds between checkpoints, or a time such as 30s, 10m (the default), 1.5h.
    keep_checkpoints : int, optional
        How many checkpoints are kept, by default 2.
    resume : bool
        Whether to go on from the last checkpoint, if there is one. Text and options must be the
        same; only `threads` and `on_divergence` may differ. With `deterministic`, Firth's version
        and the processor must be the same too.
    callbacks : sequence of Callback
        Are told how the run goes; see `Callback`.
    progress : bool, optional
        Whether to show progress bars; by default in a notebook, and where standard error is a
        terminal.
    engine : {"hogwild", "torch"}
        What trains: the compiled kernel, or the textbook in PyTorch, which is far slower and makes
        the same draws. Both run on the CPU; `firth.torch.fit` takes a GPU.

    Returns
    -------
    Vectors
        Words by count, falling. `config` tells how they were trained, and the mean loss of each
        epoch in nats per positive pair, also on held-out text.

    Raises
    ------
    ConfigError
        If an option is unknown or out of range, does not fit another or the checkpoint, would
        change nothing, or the training diverges.
    CorpusError
        If the source cannot be read, or holds nothing to train on.
    MissingExtraError
        If the tokenizer or the engine needs a package that is not installed.
    VocabularyError
        If a word of `frozen` is not in the vocabulary.
    Interrupted
        If the run was interrupted after a checkpoint.

    Examples
    --------
    >>> units = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 200
    >>> vectors = train(units, dim=10, epochs=2, sample=0, threads=1)
    >>> vectors
    Vectors(5 words, dim=10)
    >>> len(vectors.config["losses"])
    2
    """
    # Made and loaded by `with_config`.
    assert config is not None
    assert start is None or isinstance(start, Vectors)
    _check_start(start, config)
    # Before the text is read, which may take long.
    if isinstance(frozen, str) or not isinstance(frozen, Iterable):
        raise ConfigError(f"frozen must be a list of words, got {shown(frozen)}")
    check_options(config, held_out=_holds_out(source, holdout), checkpoints=checkpoint is not None)
    make_engine = engine_named(engine)
    check_callbacks(callbacks)
    shows_bars = are_bars_shown(progress)
    checkpoints = _open_checkpoints(
        checkpoint, every=checkpoint_every, keep=keep_checkpoints, resume=resume
    )
    with nullcontext() if checkpoints is None else checkpoints:
        if isinstance(source, Corpus):
            corpus = source
            check_known(start, corpus)
        else:
            with ReadingBar() if shows_bars else nullcontext() as reading:
                corpus = read_corpus(
                    source,
                    tokenizer=tokenizer,
                    lowercase=lowercase,
                    min_count=config.min_count,
                    max_vocab=config.max_vocab,
                    encoding_errors=encoding_errors,
                    normalization=normalization,
                    holdout=holdout,
                    seed=config.seed,
                    start=None if start is None else _known_words(start),
                    leave_out=_written_by(checkpoint, callbacks),
                    on_progress=reading,
                )
        _log_corpus(corpus)
        with TrainingBar() if shows_bars else nullcontext() as training:
            told = [RunLog(), *callbacks]
            result = train_corpus(
                corpus,
                config,
                engine=make_engine,
                callbacks=told if training is None else [*told, training],
                checkpoints=checkpoints,
                initial=None if start is None else _initial(start, corpus.vocabulary),
                frozen=_ids(frozen, corpus.vocabulary),
            )
    how = {
        "tokenizer": tokenizer if isinstance(tokenizer, str) else "custom",
        "lowercase": lowercase,
        "normalization": normalization,
    }
    return _wrap(result, source, corpus, config, engine, how)


def _wrap(
    result: TrainResult,
    source: Source | Corpus,
    corpus: Corpus,
    config: TrainConfig,
    engine: str,
    how: Mapping[str, object],
) -> Vectors:
    """Return what was trained as `Vectors`, with a record of how it was read and trained."""
    read = {
        "source": _describe(source),
        **how,
        "units_read": corpus.units_read,
        "words_read": corpus.words_read,
        "words_kept": corpus.tokens.size - corpus.held_out,
        "words_held_out": corpus.held_out,
    }
    return Vectors(
        corpus.vocabulary.words,
        result.input_vectors,
        counts=corpus.vocabulary.counts,
        output_vectors=result.output_vectors,
        config={
            "firth": __version__,
            "engine": engine,
            "options": without_reading(source, dataclasses.asdict(config)),
            "corpus": without_reading(source, read),
            "losses": list(result.losses),
            "held_out_losses": list(result.held_out_losses),
            "epoch": result.epoch,
            "lr_scale": result.lr_scale,
        },
    )


def _holds_out(source: Source | Corpus, holdout: float | Source) -> bool:
    if isinstance(source, Corpus):
        return source.held_out > 0
    return share_of(holdout) != 0


def _log_corpus(corpus: Corpus) -> None:
    _LOG.info(
        "read %d words in %d units: a vocabulary of %d words, %d tokens to train on, %d held out",
        corpus.words_read,
        corpus.units_read,
        len(corpus.vocabulary),
        corpus.tokens.size - corpus.held_out,
        corpus.held_out,
    )


def _open_checkpoints(
    folder: str | os.PathLike[str] | None,
    *,
    every: float | str | None,
    keep: int | None,
    resume: bool,
) -> Checkpoints | None:
    """Open the folder of checkpoints, if there shall be one; what is not given is by default."""
    if folder is None:
        for name, value in (
            ("resume", resume or None),
            ("checkpoint_every", every),
            ("keep_checkpoints", keep),
        ):
            if value is not None:
                raise ConfigError(
                    f"{name} needs a folder of checkpoints: give checkpoint (--checkpoint)"
                )
        return None
    return Checkpoints(
        to_path("checkpoint", folder),
        every=parse_duration(
            "checkpoint_every (--checkpoint-every)", "10m" if every is None else every
        ),
        keep=2 if keep is None else keep,
        resume=switch("resume", resume),
    )


def _check_start(before: Vectors | None, config: TrainConfig) -> None:
    if before is not None and config.dim != before.dim:
        raise ConfigError(
            f"dim must be that of the vectors to start from, {before.dim}, got {config.dim}"
        )


def _known_words(before: Vectors) -> Vocabulary:
    counts = np.ones(len(before), np.int64) if before.counts is None else before.counts
    return Vocabulary(before.words, np.maximum(counts, 1))


def _initial(before: Vectors, vocabulary: Vocabulary) -> Initial:
    tables = {INPUT: before.input_vectors}
    if before.output_vectors is not None:
        tables[OUTPUT] = before.output_vectors
    return Initial(_ids(before.words, vocabulary), tables)


def _ids(words: Iterable[Token], vocabulary: Vocabulary) -> NDArray[np.int64]:
    return np.array([vocabulary.id_of(word) for word in words], np.int64)


def _written_by(
    checkpoint: str | os.PathLike[str] | None, callbacks: Sequence[Callback]
) -> list[Path]:
    """Return what a run writes, which is no part of the text in a folder."""
    folders = [cache_folder(), *([] if checkpoint is None else [Path(checkpoint)])]
    return folders + [place for callback in callbacks for place in callback.writes()]


def _describe(source: Source | Corpus) -> str | list[str]:
    """Tell where a corpus came from, as far as it has a name."""
    if isinstance(source, Corpus):
        return "Corpus"
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    if isinstance(source, list | tuple) and all(isinstance(p, str | os.PathLike) for p in source):
        return [os.fspath(path) for path in source]
    return "token lists"
