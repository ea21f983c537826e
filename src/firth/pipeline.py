"""The whole trip: a text or token lists in, `Vectors` out."""

from __future__ import annotations

import dataclasses
import difflib
import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from firth._version import __version__
from firth.corpus import read_corpus
from firth.errors import ConfigError
from firth.training.config import TrainConfig
from firth.training.engine import KernelEngine
from firth.training.progress import ReadingBar, TrainingBar
from firth.training.trainer import train_corpus
from firth.vectors import Vectors

if TYPE_CHECKING:
    from firth.corpus.reading import Source
    from firth.corpus.sources import EncodingErrors
    from firth.corpus.tokenizers import Tokenizer
    from firth.training.engine import MakeEngine


def train(
    source: Source,
    *,
    tokenizer: str | Tokenizer = "whitespace",
    lowercase: bool = False,
    encoding_errors: EncodingErrors = "strict",
    progress: bool | None = None,
    engine: str = "kernel",
    **options: Any,  # noqa: ANN401
) -> Vectors:
    """Train word vectors on a corpus.

    Parameters
    ----------
    source : path, list of paths, or iterable of token lists
        A text file (plain or `.gz`, `.bz2`, `.xz`, `.zst`), a folder, a glob pattern, `"-"` for
        standard input, or several of these in a list. Or any iterable of lists of words or of
        integers; it is read once, so a generator will do.
    tokenizer : {"whitespace", "words", "chinese"} or callable
        How a line of text becomes words. A callable takes a line and gives its words.
    lowercase : bool
        Whether the words of a text are lower-cased.
    encoding_errors : {"strict", "replace"}
        Whether invalid UTF-8 and NUL bytes raise, or become U+FFFD.
    progress : bool, optional
        Whether to show progress bars on standard error; by default if that is a terminal.
    engine : {"kernel", "torch"}
        What trains: the compiled kernel, or the textbook in PyTorch, which is far slower and makes
        the same draws. Both run on the CPU; `firth.torch.fit` takes a GPU.
    **options
        The fields of `TrainConfig`: model, dim, window, negative, epochs, min_count, max_vocab,
        sample, noise_exponent, lr, min_lr, shrink_windows, threads, seed.

    Returns
    -------
    Vectors
        Words by count, falling. `config` tells how they were trained, and the mean loss of each
        epoch in nats per positive pair.

    Raises
    ------
    ConfigError
        If an option is unknown or out of range, or the training diverges.
    CorpusError
        If the source cannot be read, or holds nothing to train on.
    MissingExtraError
        If the tokenizer or the engine needs a package that is not installed.

    Examples
    --------
    >>> units = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 200
    >>> vectors = train(units, dim=10, epochs=2, sample=0, threads=1)
    >>> vectors
    Vectors(5 words, dim=10)
    >>> len(vectors.config["losses"])
    2
    """
    config = make_config(**options)
    make_engine = _choose_engine(engine)
    if progress is None:
        progress = sys.stderr.isatty()
    with ReadingBar() if progress else nullcontext() as reading:
        corpus = read_corpus(
            source,
            tokenizer=tokenizer,
            lowercase=lowercase,
            min_count=config.min_count,
            max_vocab=config.max_vocab,
            encoding_errors=encoding_errors,
            on_progress=reading,
        )
    with TrainingBar() if progress else nullcontext() as training:
        result = train_corpus(corpus, config, engine=make_engine, on_progress=training)
    return Vectors(
        corpus.vocabulary.words,
        result.input_vectors,
        counts=corpus.vocabulary.counts,
        output_vectors=result.output_vectors,
        config={
            "firth": __version__,
            "engine": engine,
            "options": dataclasses.asdict(config),
            "corpus": {
                "source": _describe(source),
                "tokenizer": tokenizer if isinstance(tokenizer, str) else "custom",
                "lowercase": lowercase,
                "units_read": corpus.units_read,
                "words_read": corpus.words_read,
                "words_kept": corpus.tokens.size,
            },
            "losses": list(result.losses),
        },
    )


def make_config(**options: Any) -> TrainConfig:  # noqa: ANN401
    """Make a `TrainConfig`; an option that does not exist raises with the nearest that does.

    Examples
    --------
    >>> make_config(windows=3)
    Traceback (most recent call last):
    firth.errors.ConfigError: there is no option 'windows'; the nearest is 'window'
    """
    known = [field.name for field in dataclasses.fields(TrainConfig)]
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"the nearest is '{near[0]}'" if near else f"there are {', '.join(known)}"
            raise ConfigError(f"there is no option '{name}'; {hint}")
    return TrainConfig(**options)


def _choose_engine(name: str) -> MakeEngine:
    if name == "kernel":
        return KernelEngine
    if name == "torch":
        from firth.torch import TorchEngine

        return TorchEngine
    raise ConfigError(f"engine must be kernel or torch, got {name!r}")


def _describe(source: Source) -> str | list[str]:
    """Tell where a corpus came from, as far as it has a name."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    if isinstance(source, list | tuple) and all(isinstance(p, str | os.PathLike) for p in source):
        return [os.fspath(path) for path in source]
    return "token lists"
