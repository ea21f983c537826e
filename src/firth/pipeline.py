"""The whole trip, from a source to `Vectors`: read a corpus, fit vectors to it, wrap them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from firth._version import __version__
from firth.bars import are_bars_shown
from firth.cluster.opening import check_cluster, is_wanted, open_team
from firth.corpus import Corpus
from firth.corpus.holdout import share_of
from firth.errors import ConfigError, told_once
from firth.io.cache import cache_folder
from firth.run_corpus import Reading, RunSource
from firth.training.call_options import with_config
from firth.training.checkpoints.folder import Checkpoints
from firth.training.checkpoints.opening import open_checkpoints
from firth.training.config import TrainConfig
from firth.training.defaults import SEVERAL_MODELS, Preset, fitted
from firth.training.engines.base import INPUT, Engine
from firth.training.engines.registry import engine_named
from firth.training.initial import check_cut, ids_of, initial_of
from firth.training.progress import ReadingBar, TrainingBar
from firth.training.run_log import RunLog
from firth.training.several import combine_models, without_tables
from firth.training.task import TrainResult
from firth.training.trainer import (
    check_callbacks,
    check_frozen,
    check_options,
    check_tags,
    train_corpus,
)
from firth.vectors import RawTables, Readout, Vectors
from firth.vectors.readout import AUTO, check_fits, check_readout

if TYPE_CHECKING:
    from firth.cluster.team import Team
    from firth.corpus.reading import Source
    from firth.corpus.sources import EncodingErrors
    from firth.corpus.tokenizers import Tokenizer
    from firth.corpus.vocabulary import Token, Vocabulary
    from firth.normalization import Normalization
    from firth.phrases import Phrases
    from firth.subwords.options import SubwordsOption
    from firth.training.callbacks import Callback
    from firth.training.config import CbowGradient, Documents, Loss, Model, OnDivergence


@with_config
def train(
    source: Source | Corpus,
    *,
    model: Model = "skipgram",
    cbow_gradient: CbowGradient | None = None,
    loss: Loss = "ns",
    dim: int = 100,
    windows: tuple[int, ...] | None = None,
    window: int | None = None,
    negative: int | None = None,
    epochs: int | None = None,
    min_count: int = 5,
    max_vocab: int | None = None,
    sample: float = 1e-3,
    noise_exponent: float | None = None,
    lr: float | None = None,
    min_lr: float | None = None,
    shrink_windows: bool = True,
    threads: int | None = None,
    workers: int = 1,
    seed: int = 1,
    deterministic: bool = False,
    subwords: SubwordsOption | None = None,
    buckets: int | None = None,
    documents: Documents = "none",
    patience: int | None = None,
    on_divergence: OnDivergence = "stop",
    preset: Preset | None = None,
    config: TrainConfig | None = None,
    tokenizer: str | Tokenizer = "whitespace",
    lowercase: bool = False,
    encoding_errors: EncodingErrors = "strict",
    normalization: Normalization = "NFC",
    phrases: int | Phrases | str | os.PathLike[str] = 0,
    vocabulary: Vocabulary | str | os.PathLike[str] | None = None,
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
    cluster: str | None = None,
    readout: str | Readout = AUTO,
) -> Vectors:
    """Train word vectors on a corpus.

    The options of `TrainConfig`, which describes them, are keywords of this function.

    Parameters
    ----------
    source : path, list of paths, iterable of token lists, or Corpus
        A text file (plain, or compressed by gzip, bzip2, xz or zstd, whatever its name), a folder,
        a glob pattern, a URL of these (s3://, gs://, https:// and others: needs the extra `data`),
        `"-"` for standard input, or several of these in a list. Or any iterable of lists of words
        or of integers, documents of spaCy, or a column of texts, such as `table["text"]`; it is
        read once, so a generator will do. Or what `read_corpus` returned:
        then options of reading raise, `min_count` and `max_vocab` too.
    preset : {"fast", "balanced", "best", "word2vec"}, optional
        A named set of options of training; an option that is given overrides its value there.
        Options that neither names fit the text. "word2vec" has the values of the original tool.
    config : TrainConfig, optional
        All options of training, instead of one keyword for each.
    tokenizer, lowercase, encoding_errors, normalization : optional
        How words are found in a text; see `read_corpus`.
    phrases : int, Phrases or path
        Join neighbouring words to phrases such as `new_york`: by so many passes, or those that
        were found before; see `read_corpus`. By default none, or those that `start` knows.
    vocabulary : Vocabulary or path
        Words and counts in the place of those of the text; see `read_corpus`.
    holdout : float or source
        A share of the text, or another text, that is not trained on; see `read_corpus`. Its mean
        loss is measured after each epoch.
    start : Vectors or path, optional
        Vectors to start from, of Firth or of another tool, or a checkpoint. All their words are
        kept, with the vectors they have; new words are added. Their `dim` is the default. Counts
        add up; words of vectors without counts count once. Missing output vectors start at 0, and
        so does the tree of hierarchical softmax.
    frozen : iterable of words
        Words whose vectors do not change. Without output vectors in `start`, these are trained.
    checkpoint : path, optional
        A folder for checkpoints. One is written every `checkpoint_every`, after each epoch, on
        SIGINT (Ctrl-C) and SIGTERM, and when a callback raises. With `windows` each model has a
        folder in it.
    checkpoint_every : float or str, optional
        Seconds between checkpoints, or a time such as 30s, 10m (the default), 1.5h.
    keep_checkpoints : int, optional
        How many checkpoints are kept, by default 2.
    resume : bool
        Whether to continue from the last checkpoint, if there is one. Text and options must be the
        same; only `threads` and `on_divergence` may differ. With `deterministic`, Firth's version
        must be the same too, and whether the processor has fused multiply-add.
    callbacks : sequence of Callback
        Objects that are called at the start, during and at the end of the run; see `Callback`.
        With `windows` that is the run of each model.
    progress : bool, optional
        Whether to show progress bars; by default in a notebook, and where standard error is a
        terminal.
    engine : {"hogwild", "torch", "gpu"}
        What trains: compiled threads that share the vectors without locks, or the textbook in
        PyTorch, which is far slower and makes the same draws. Both run on the CPU. "gpu" trains on
        a GPU with CUDA; `firth.torch.fit` takes a GPU too.
    cluster : str, optional
        Where the `workers` run, by default in threads of this process: "auto" for the Ray cluster
        of this machine, which is started if there is none; the address of one; or "torchrun" for
        the processes that torchrun has started. A worker that Ray loses is replaced, and the run
        goes back to its last checkpoint.
    readout : str or Readout
        How vectors are read out of the trained tables, see `Vectors.read_out`. By default `plain`,
        and for models with n-grams the recipe that is best for most texts.

    Returns
    -------
    Vectors
        Words by count, falling. `config` holds how they were trained, and the mean loss of each
        epoch in nats per positive pair, also on held-out text; with `windows`, in `combined`.

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
    # `with_config` makes the config and loads the vectors to start from.
    assert config is not None
    assert start is None or isinstance(start, Vectors)
    reading = tokenizer, lowercase, encoding_errors, normalization, phrases, vocabulary, holdout
    how = checkpoint, callbacks, progress, engine, readout, cluster
    running = _Running(start, tuple(frozen), *how)
    # All that can be checked is checked before reading, which may take long.
    running.check(source, config, holdout)
    keeping = checkpoint, checkpoint_every, keep_checkpoints, resume
    with open_checkpoints(config, *keeping) as folders, open_team(config, cluster, engine) as team:
        of_run = RunSource(source, config, Reading(*reading), start, running.writes())
        return _run(of_run, running, folders, team)


@dataclass(frozen=True)
class _Running:
    """How a run goes: the options that are neither those of reading nor in `TrainConfig`."""

    start: Vectors | None
    frozen: tuple[Token, ...]
    checkpoint: str | os.PathLike[str] | None
    callbacks: Sequence[Callback]
    progress: bool | None
    engine: str
    readout: str | Readout
    cluster: str | None

    def check(self, source: Source | Corpus, config: TrainConfig, holdout: float | Source) -> None:
        """Raise ConfigError if options are out of range, or do not fit the source or each other."""
        held_out = source.held_out > 0 if isinstance(source, Corpus) else share_of(holdout) != 0
        check_options(config, held_out=held_out, checkpoints=self.checkpoint is not None)
        check_frozen(config, len(self.frozen))
        if config.windows is not None and (self.start is not None or self.frozen):
            raise ConfigError(
                f"start and frozen are for one model, and {SEVERAL_MODELS} trains several: give "
                "window (--window) instead"
            )
        check_cut(self.start, config)
        if isinstance(source, Corpus):
            ids_of(self.frozen, source.vocabulary)
            check_tags(config, source)
        check_callbacks(self.callbacks)
        if is_wanted(config, self.cluster):
            check_cluster(config, self.cluster, self.engine)
            if isinstance(source, Corpus) and source.document_tags is not None:
                raise ConfigError(
                    "documents with tags are for one worker, since a document is on one worker "
                    "only and its units may be on several: give workers=1, no cluster, and threads"
                )
        else:
            engine_named(self.engine).check(config)
        check_readout(self.readout)
        is_whole_words = config.loss == "hs" or self.only_subwords() == "none"
        if is_whole_words or "subwords" not in config.not_given:
            self.check_readout_fits(config)

    def check_readout_fits(self, config: TrainConfig) -> None:
        """Raise ConfigError if vectors cannot be read out by the recipe that was given."""
        if (recipe := check_readout(self.readout)) is not None:
            ngrams, output = config.subwords != "none", config.loss == "ns"
            check_fits(recipe, ngrams=ngrams, output=output, dim=config.dim)

    def only_subwords(self) -> SubwordsOption | None:
        """Return "none" where the rule must not choose subwords, else None.

        Those of `start` are in the config already.
        """
        return "none" if self.engine == "torch" or self.frozen or self.start is not None else None

    def writes(self) -> list[Path]:
        """Return what the run writes: it is no text, although it may lie in a folder of texts."""
        folders = [cache_folder(), *([] if self.checkpoint is None else [Path(self.checkpoint)])]
        return folders + [place for callback in self.callbacks for place in callback.writes()]


def _run(
    source: RunSource,
    running: _Running,
    checkpoints: Sequence[Checkpoints | None],
    team: Team | None,
) -> Vectors:
    """Read a source, fill in what fits it, train each model, and return the vectors."""
    with ReadingBar(shown=are_bars_shown(running.progress)) as bar:
        corpus, engine = source.read(team, running.engine, bar)
    config = _fitted(source.config, corpus, running)
    running.check_readout_fits(config)
    with told_once():
        models = [
            _train_model(corpus, model, source, running, folder, engine)
            for model, folder in zip(config.models(), checkpoints, strict=True)
        ]
    return models[0] if config.windows is None else combine_models(models)


def _train_model(
    corpus: Corpus,
    config: TrainConfig,
    source: RunSource,
    running: _Running,
    checkpoints: Checkpoints | None,
    engine: type[Engine],
) -> Vectors:
    """Train one model."""
    start = running.start
    with TrainingBar(shown=are_bars_shown(running.progress)) as bar:
        result = train_corpus(
            corpus,
            config,
            engine=engine,
            callbacks=[RunLog(), *running.callbacks, bar],
            checkpoints=checkpoints,
            initial=None if start is None else initial_of(start, corpus.vocabulary, config),
            frozen=ids_of(running.frozen, corpus.vocabulary),
        )
    vectors = _wrap(result, corpus, config, source, running)
    return vectors if config.windows is None else without_tables(vectors)


def _fitted(config: TrainConfig, corpus: Corpus, running: _Running) -> TrainConfig:
    """Return a config whose options that were not given fit the corpus."""
    return fitted(
        config,
        tokens=corpus.tokens.size - corpus.held_out,
        script=corpus.script,
        subwords=running.only_subwords(),
        unit_length=corpus.unit_length,
        documents=corpus.tokens.most_documents,
    )


def _wrap(
    result: TrainResult,
    corpus: Corpus,
    config: TrainConfig,
    source: RunSource,
    running: _Running,
) -> Vectors:
    """Return what was trained as `Vectors`, with a record of how it was read and trained."""
    options = config.as_json()
    if isinstance(source.source, Corpus):
        # How a corpus was read is not known here.
        del options["min_count"], options["max_vocab"]
    return Vectors.from_tables(
        corpus.vocabulary.words,
        _raw_tables(result),
        counts=corpus.vocabulary.counts,
        output_vectors=result.output_vectors,
        readout=running.readout,
        phrases=corpus.phrases,
        documents=result.documents_of(corpus),
        config={
            "firth": __version__,
            "engine": running.engine,
            "options": options,
            "corpus": source.describe(corpus),
            **({} if running.start is None else {"start": len(running.start)}),
            "losses": list(result.losses),
            "held_out_losses": list(result.held_out_losses),
            "epoch": result.epoch,
            "lr_scale": result.lr_scale,
        },
    )


def _raw_tables(result: TrainResult) -> RawTables:
    """Return the rows of the words and of the n-grams; other rows may follow them."""
    rows = result.shapes[INPUT].words + (0 if result.subwords is None else len(result.subwords))
    return RawTables(result.tables[result.words_table][:rows], result.subwords)
