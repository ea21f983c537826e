"""Firth trains word vectors: CBOW and skip-gram, with negative sampling or trees.

Words are made of subwords too, as in fastText, so that unknown words get vectors; neighbours can be
joined to phrases, and documents get vectors of their own.

>>> import firth
>>> units = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 200
>>> vectors = firth.train(units, dim=10, sample=0, threads=1)
>>> "tea" in vectors, vectors["tea"].shape
(True, (10,))
"""

from __future__ import annotations

from firth._lazy import lazy_names
from firth._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firth.corpus import Corpus, TokenStore, Vocabulary, learn_phrases, read_corpus
    from firth.errors import (
        ConfigError,
        CorpusError,
        FirthError,
        FirthWarning,
        FormatError,
        Interrupted,
        MissingExtraError,
        VocabularyError,
    )
    from firth.evaluation import Evaluation, evaluate
    from firth.inference import infer
    from firth.phrases import Phrase, Phrases
    from firth.pipeline import train
    from firth.replicas import replicate
    from firth.training import Callback, TrainConfig
    from firth.tuning import Trial, Tuning, tune
    from firth.vectors import (
        Companion,
        Moved,
        Neighbour,
        NeighbourInterval,
        Readout,
        Vectors,
        align,
        combine,
        drift,
        load,
        neighbour_intervals,
    )

__all__ = [
    "Callback",
    "Companion",
    "ConfigError",
    "Corpus",
    "CorpusError",
    "Evaluation",
    "FirthError",
    "FirthWarning",
    "FormatError",
    "Interrupted",
    "MissingExtraError",
    "Moved",
    "Neighbour",
    "NeighbourInterval",
    "Phrase",
    "Phrases",
    "Readout",
    "TokenStore",
    "TrainConfig",
    "Trial",
    "Tuning",
    "Vectors",
    "Vocabulary",
    "VocabularyError",
    "__version__",
    "align",
    "combine",
    "drift",
    "evaluate",
    "infer",
    "learn_phrases",
    "load",
    "neighbour_intervals",
    "read_corpus",
    "replicate",
    "train",
    "tune",
]

# Imported when first asked for, so that `import firth` costs nothing.
_import = lazy_names(
    __name__,
    {
        "firth.corpus": "Corpus TokenStore Vocabulary learn_phrases read_corpus",
        "firth.errors": "ConfigError CorpusError FirthError FirthWarning FormatError Interrupted "
        "MissingExtraError VocabularyError",
        "firth.evaluation": "Evaluation evaluate",
        "firth.inference": "infer",
        "firth.replicas": "replicate",
        "firth.phrases": "Phrase Phrases",
        "firth.pipeline": "train",
        "firth.training": "Callback TrainConfig",
        "firth.tuning": "Trial Tuning tune",
        "firth.vectors": "Companion Moved Neighbour NeighbourInterval Readout Vectors align "
        "combine drift load neighbour_intervals",
    },
)


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name in __all__:
        return _import(name)
    # Imported here, so that `import firth` costs nothing.
    from firth.other_names import MODULE, unknown_attribute

    raise AttributeError(unknown_attribute("module 'firth'", name, MODULE))


def __dir__() -> list[str]:
    return __all__
