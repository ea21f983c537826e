"""What fastText's binary models tell of how they were trained.

Source: fastText 0.9.2, `Args::save`.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import INT64_MAX
from firth.errors import FormatError, counted
from firth.subwords.subwords import Subwords
from firth.vectors.pair_options import OTHER_DRAWS, PART, draws_as_fasttext
from firth.vectors.readout import RECIPES
from firth.vectors.table import Table

MAGIC = 793712314
VERSIONS = (11, 12)
MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
LOSSES = {1: "hs", 2: "ns", 3: "softmax", 4: "ova"}

# Its default, which only tells how often its threads look at the step size.
_UPDATE_RATE = 100


class Settings(NamedTuple):
    """What a model was trained with, by the names of fastText."""

    magic: int
    version: int
    dim: int
    ws: int
    epoch: int
    min_count: int
    neg: int
    word_ngrams: int
    loss: int
    model: int
    bucket: int
    minn: int
    maxn: int
    lr_update_rate: int
    t: float


def check_settings(settings: Settings, path: Path) -> None:
    """Raise FormatError if settings are not those of a model that is read here."""
    is_known = settings.model in MODELS and settings.loss in LOSSES
    if settings.magic != MAGIC and not is_known:
        raise FormatError(f"{path}: is no model of fastText")
    if settings.magic == MAGIC and settings.version not in VERSIONS:
        raise FormatError(
            f"{path}: is a model of fastText in version {settings.version} of its format; Firth "
            f"reads {' and '.join(map(str, VERSIONS))}"
        )
    # floret has two more numbers before `lr_update_rate`, the second from 1 to 4.
    if 1 <= int.from_bytes(struct.pack("<d", settings.t)[:4], "little") <= 4:
        raise FormatError(
            f"{path}: is a binary model of floret, which Firth does not read; load the table "
            "that it wrote (.floret), or the vectors of its words (.vec)"
        )
    if settings.dim < 1 or settings.bucket < 0:
        raise FormatError(
            f"{path}: damaged: {counted(settings.dim, 'dimension')}, "
            f"{counted(settings.bucket, 'bucket')}"
        )
    if not is_known:
        raise FormatError(
            f"{path}: damaged: fastText has no model {settings.model} with loss {settings.loss}"
        )


def described(settings: Settings) -> dict[str, Any]:
    """Return the settings for the vectors' config."""
    told = {name: value for name, value in settings._asdict().items() if name != "magic"}
    finite = {"t": settings.t} if np.isfinite(settings.t) else {"t": None}
    names = {"model": MODELS[settings.model], "loss": LOSSES[settings.loss]}
    return told | finite | names


def settings_of(table: Table, subwords: Subwords | None) -> Settings:
    """Return what the vectors were trained with, as far as it is known."""
    theirs, own, gensims = (table.config.get(name) for name in ("fasttext", "options", "gensim"))
    trained = theirs if isinstance(theirs, dict) else {}
    options = own if isinstance(own, dict) else {}
    if isinstance(gensims, dict):
        options = {**gensims, **options}

    def number(name: str, ours: str, default: int) -> int:
        found = trained.get(name, options.get(ours, default))
        return found if type(found) is int and 0 <= found < 1 << 31 else default

    is_cbow = "cbow" in (trained.get("model"), options.get("model")) or options.get("sg") == 0
    sample = trained.get("t", options.get("sample"))
    # An integer of JSON may exceed every float.
    if not isinstance(sample, int | float) or not abs(sample) <= sys.float_info.max:
        sample = 1e-4
    # fastText needs counts for negative sampling.
    is_counted = table.counts is not None and bool(table.counts.any())
    return Settings(
        magic=MAGIC,
        version=VERSIONS[-1],
        dim=table.input_vectors.shape[1],
        ws=number("ws", "window", 5),
        epoch=number("epoch", "epochs", 5),
        min_count=number("min_count", "min_count", 1),
        neg=number("neg", "negative", 5),
        word_ngrams=1,
        loss=2 if is_counted else 3,
        model=1 if is_cbow else 2,
        bucket=0 if subwords is None else len(subwords),
        minn=0 if subwords is None else subwords.least,
        maxn=0 if subwords is None else subwords.most,
        lr_update_rate=_UPDATE_RATE if _is_as_trained(table) else OTHER_DRAWS,
        t=float(sample),
    )


def _is_as_trained(table: Table) -> bool:
    """Return whether vectors and noise words are what fastText takes those of a model for."""
    plain = RECIPES["plain"].as_json()
    is_plain = table.config.get("readout", plain) == plain and PART not in table.config
    return is_plain and draws_as_fasttext(table.config)


def tokens_of(counts: NDArray[np.int64], config: Mapping[str, object]) -> int:
    """Return how many words the text had, with those that were left out if that is known."""
    here: int = min(sum(counts.tolist()), INT64_MAX)
    theirs = config.get("fasttext")
    told = theirs.get("ntokens") if isinstance(theirs, dict) else None
    return max(here, min(told, INT64_MAX)) if isinstance(told, int) else here
