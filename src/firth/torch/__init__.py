"""Word2Vec as a PyTorch module, to read and to train: one projection and one loss of several.

Needs the extra `torch`. The modules are plain code, and tested against the same reference as the
compiled kernel. `firth.train(..., engine="torch")` trains with them.

Examples
--------
>>> from firth.torch import (
...     NegativeSampling, PaddedVocabulary, SkipGram, WindowDataset, Word2Vec, fit, seed_everything
... )
>>> sentences = [["the", "cat", "drinks", "milk"], ["the", "dog", "drinks", "water"]]
>>> vocabulary = PaddedVocabulary.from_sentences(sentences)
>>> dataset = WindowDataset(map(vocabulary.ids, sentences), window=1)
>>> seed_everything(1)
>>> model = Word2Vec(len(vocabulary), 2, SkipGram(), NegativeSampling())
>>> result = fit(model, dataset, negative=2, epochs=20, device="cpu")
>>> len(result.losses), model.vectors(vocabulary)
(20, Vectors(6 words, dim=2))
"""

from __future__ import annotations

from importlib.util import find_spec

from firth.errors import MissingExtraError

if find_spec("torch") is None:
    raise MissingExtraError("torch", "torch")

from firth.torch.data import Collate, WindowBatch, WindowDataset, WindowStream
from firth.torch.embedding import WordEmbedding, to_embedding
from firth.torch.engine import TorchEngine
from firth.torch.fitting import EpochReport, FitResult, choose_device, fit, seed_everything
from firth.torch.losses import FullSoftmax, HierarchicalSoftmax, Loss, NegativeSampling, Scores
from firth.torch.models import CBOW, SkipGram, Word2Vec
from firth.torch.noise import NoiseSampler
from firth.torch.tables import ParameterTable
from firth.torch.words import PADDING, PaddedVocabulary

__all__ = [
    "CBOW",
    "PADDING",
    "Collate",
    "EpochReport",
    "FitResult",
    "FullSoftmax",
    "HierarchicalSoftmax",
    "Loss",
    "NegativeSampling",
    "NoiseSampler",
    "PaddedVocabulary",
    "ParameterTable",
    "Scores",
    "SkipGram",
    "TorchEngine",
    "WindowBatch",
    "WindowDataset",
    "WindowStream",
    "Word2Vec",
    "WordEmbedding",
    "choose_device",
    "fit",
    "seed_everything",
    "to_embedding",
]
