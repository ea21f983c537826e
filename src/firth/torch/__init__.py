"""The textbook in PyTorch: CBOW and skip-gram with negative sampling as modules to read.

Needs the extra `torch`. Everything here is plain, and checked against the same reference as the
compiled kernel; `firth.train(..., engine="torch")` trains with it.

Examples
--------
>>> from firth.torch import PaddedVocabulary, SkipGramNS, WindowDataset, fit, seed_everything
>>> sentences = [["the", "cat", "drinks", "milk"], ["the", "dog", "drinks", "water"]]
>>> vocabulary = PaddedVocabulary.from_sentences(sentences)
>>> dataset = WindowDataset(map(vocabulary.ids, sentences), window=1)
>>> seed_everything(1)
>>> model = SkipGramNS(len(vocabulary), 2)
>>> found = fit(model, dataset, negative=2, epochs=20, device="cpu")
>>> len(found.losses), model.vectors(vocabulary)
(20, Vectors(6 words, dim=2))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firth._lazy import lazy_names

if TYPE_CHECKING:
    from firth.torch.data import Collate, WindowBatch, WindowDataset, WindowStream
    from firth.torch.engine import TorchEngine
    from firth.torch.fitting import FitResult, choose_device, fit, seed_everything
    from firth.torch.hierarchical import CBOWHS, HuffmanTree, SkipGramHS
    from firth.torch.negative_sampling import CBOWNS, Scores, SkipGramNS
    from firth.torch.noise import NoiseSampler
    from firth.torch.softmax import CBOWSoftmax, SkipGramSoftmax
    from firth.torch.tables import ParameterTable
    from firth.torch.words import PADDING, PaddedVocabulary

_HOMES = {
    "TorchEngine": "firth.torch.engine",
    "FitResult": "firth.torch.fitting",
    "choose_device": "firth.torch.fitting",
    "fit": "firth.torch.fitting",
    "seed_everything": "firth.torch.fitting",
    "CBOWHS": "firth.torch.hierarchical",
    "HuffmanTree": "firth.torch.hierarchical",
    "SkipGramHS": "firth.torch.hierarchical",
    "CBOWNS": "firth.torch.negative_sampling",
    "Scores": "firth.torch.negative_sampling",
    "SkipGramNS": "firth.torch.negative_sampling",
    "NoiseSampler": "firth.torch.noise",
    "CBOWSoftmax": "firth.torch.softmax",
    "SkipGramSoftmax": "firth.torch.softmax",
    "ParameterTable": "firth.torch.tables",
    "Collate": "firth.torch.data",
    "WindowBatch": "firth.torch.data",
    "WindowDataset": "firth.torch.data",
    "WindowStream": "firth.torch.data",
    "PADDING": "firth.torch.words",
    "PaddedVocabulary": "firth.torch.words",
}

__all__ = [
    "CBOWHS",
    "CBOWNS",
    "PADDING",
    "CBOWSoftmax",
    "Collate",
    "FitResult",
    "HuffmanTree",
    "NoiseSampler",
    "PaddedVocabulary",
    "ParameterTable",
    "Scores",
    "SkipGramHS",
    "SkipGramNS",
    "SkipGramSoftmax",
    "TorchEngine",
    "WindowBatch",
    "WindowDataset",
    "WindowStream",
    "choose_device",
    "fit",
    "seed_everything",
]

_get = lazy_names(__name__, _HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401
    try:
        return _get(name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        from firth.errors import MissingExtraError

        raise MissingExtraError("torch", "torch") from error


def __dir__() -> list[str]:
    return __all__
