"""The state of a run in a checkpoint: written with a digest, and checked before it is used."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from firth.checks import is_finite, whole_number
from firth.corpus.vocabulary import Token
from firth.errors import ConfigError, FormatError
from firth.training.engines.base import TableShape
from firth.vectors.formats import native

# One more each time that the files of a checkpoint, or what is in them, change.
LAYOUT = 2
_PARTS = ("state", "fingerprint", "made_by", "files")


@dataclass(frozen=True)
class RunState:
    """How far a run has come.

    Parameters
    ----------
    epoch, position : int
        The epochs that are done, and the first position of the next that is not trained yet.
    loss, pairs : float, int
        The sums of losses and positive pairs of the epoch at hand.
    losses, held_out_losses : tuple of float
        The mean losses of the epochs that are done.
    lr_scale : float
        What the step size is multiplied by: 1, and less after the run diverged.
    """

    epoch: int = 0
    position: int = 0
    loss: float = 0.0
    pairs: int = 0
    losses: tuple[float, ...] = ()
    held_out_losses: tuple[float, ...] = ()
    lr_scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """What the checkpoints of a run must fit."""

    fingerprint: Mapping[str, object]  # text, options, engine, start and frozen words
    made_by: Mapping[str, object]  # what else changes the bytes of the vectors
    same_bytes: bool  # whether the run promises the same bytes, and so the same made_by
    words: Sequence[Token]
    shapes: Mapping[str, TableShape]
    epochs: int
    size: int  # positions of an epoch
    most_pairs: int  # positive pairs of a position
    held_out: bool  # whether some text is held out
    keeps_best: bool  # whether the tables of the best epoch are kept


@dataclass(frozen=True)
class StoredState:
    """What `state.json` holds; nothing of `state` has been compared with the run yet."""

    state: Mapping[str, object]
    fingerprint: Mapping[str, object]
    made_by: Mapping[str, object]
    files: Mapping[str, object]


def write_state(path: Path, state: RunState, spec: RunSpec, files: Mapping[str, str]) -> None:
    """Write the state of a run and digests of the other files, with a digest of all of it."""
    stored = StoredState(dataclasses.asdict(state), spec.fingerprint, spec.made_by, files)
    path.write_bytes(_encode({"layout": LAYOUT, **dataclasses.asdict(stored)}))


def read_state(path: Path) -> StoredState:
    """Read what `write_state` wrote, to the last bit.

    Raises
    ------
    FormatError
        If it is missing or damaged.
    ConfigError
        If a version of Firth wrote it whose checkpoints have another layout.
    """
    if not path.is_file():
        raise FormatError(f"{path}: damaged: the file is missing")
    content = native.read_json(path)
    content.pop("digest", None)
    is_intact = path.read_bytes() == _encode(content)
    # The first layout had no number, and no digest at first.
    if "run" in content or (is_intact and content.get("layout") != LAYOUT):
        raise ConfigError(
            f"{path.parent} was written by a version of Firth with another layout of checkpoints; "
            "go on with that version, or begin anew in another folder"
        )
    parts = {name: content.get(name) for name in _PARTS}
    if not is_intact or {"layout": LAYOUT, **parts} != content:
        raise FormatError(f"{path}: damaged: it is not what was written")
    if not all(isinstance(part, dict) for part in parts.values()):
        raise FormatError(f"{path}: expected objects under {', '.join(_PARTS)}")
    return StoredState(**parts)  # type: ignore[arg-type]


def check_state(fields: Mapping[str, object], spec: RunSpec) -> RunState:
    """Return the state of a run after checking that the run can be in it.

    Raises
    ------
    FormatError
        If a number is missing or out of range; the message names it.
    """
    try:
        epoch = whole_number("epoch", fields["epoch"], least=0, most=spec.epochs)
        size = spec.size if epoch < spec.epochs else 0
        position = whole_number("position", fields["position"], least=0, most=size)
        most = spec.most_pairs * position
        return RunState(
            epoch=epoch,
            position=position,
            loss=_sum("loss", fields["loss"], position),
            pairs=whole_number("pairs", fields["pairs"], least=0, most=most),
            losses=_means("losses", fields["losses"], epoch),
            held_out_losses=_means(
                "held_out_losses", fields["held_out_losses"], epoch if spec.held_out else 0
            ),
            lr_scale=_scale("lr_scale", fields["lr_scale"]),
        )
    except KeyError as error:
        raise FormatError(f"not the state of a run: {error} is missing") from error
    except ValueError as error:
        raise FormatError(f"not the state of this run: {error}") from error


def _sum(name: str, value: object, position: int) -> float:
    if not is_finite(value) or (position == 0 and value != 0):
        at = "0 at the beginning of an epoch" if position == 0 else "a finite number"
        raise ValueError(f"{name} must be {at}, got {value!r}")
    return float(value)  # type: ignore[arg-type]


def _means(name: str, values: object, count: int) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != count or not all(map(is_finite, values)):
        raise ValueError(f"{name} must be {count} finite numbers, got {values!r}")
    return tuple(map(float, values))


def _scale(name: str, value: object) -> float:
    if not is_finite(value) or not 0.0 < value <= 1.0:  # type: ignore[operator]
        raise ValueError(f"{name} must be above 0 and at most 1, got {value!r}")
    return float(value)  # type: ignore[arg-type]


def _encode(content: Mapping[str, object]) -> bytes:
    """Return some content as JSON that begins with its digest.

    Python writes every JSON value in one way only, so a file is as it was written if its content
    gives the same bytes again.
    """
    try:
        plain = json.dumps(content, allow_nan=False).encode()
        digest = hashlib.blake2b(plain, digest_size=16).hexdigest()
        return json.dumps({"digest": digest, **content}, indent=2, allow_nan=False).encode() + b"\n"
    except RecursionError:
        return b""
