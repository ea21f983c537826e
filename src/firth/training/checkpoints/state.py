"""The state of a run in a checkpoint: written with a digest, and checked before it is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firth.checks import is_finite, whole_number
from firth.errors import ConfigError, FormatError
from firth.training.task import Task
from firth.vectors.formats import native

# One more each time that the files of a checkpoint, or what is in them, change.
LAYOUT = 2
# The state itself, the run that it is of, what made it, and digests of the other files.
PARTS = ("state", "fingerprint", "made_by", "files")


@dataclass(frozen=True)
class RunState:
    """How far a run has come."""

    epoch: int = 0  # the epochs that are done
    position: int = 0  # the first of the next epoch that is not trained yet
    loss: float = 0.0  # the sum of the losses of the epoch at hand
    pairs: int = 0  # its positive pairs
    losses: tuple[float, ...] = ()  # the mean losses of the epochs that are done
    held_out_losses: tuple[float, ...] = ()
    lr_scale: float = 1.0  # what the step size is multiplied by: less after the run diverged


def write_state(path: Path, parts: Mapping[str, object]) -> None:
    """Write the `PARTS`, with a digest of all of them."""
    path.write_bytes(_encode({"layout": LAYOUT, **parts}))


def read_state(path: Path) -> dict[str, dict[str, Any]]:
    """Read what `write_state` wrote, to the last bit; it is not compared with the run yet.

    Raises
    ------
    FormatError
        If it is missing or damaged.
    ConfigError
        If a version of Firth wrote it whose checkpoints have another layout.
    """
    if not path.is_file():
        raise FormatError(f"{path}: damaged: the file is missing")
    encoded = path.read_bytes()
    if not encoded.startswith(b"{"):
        raise _damaged(path)
    content = native.read_json(path)
    content.pop("digest", None)
    is_intact = encoded == _encode(content)
    # The first layout had no number, and no digest at first.
    if "run" in content or (is_intact and content.get("layout") != LAYOUT):
        raise ConfigError(
            f"{path.parent} was written by a version of Firth with another layout of checkpoints; "
            "continue with that version, or start again in another folder"
        )
    parts: dict[str, Any] = {name: content.get(name) for name in PARTS}
    if not is_intact or {"layout": LAYOUT, **parts} != content:
        raise _damaged(path)
    if not all(isinstance(part, dict) for part in parts.values()):
        raise FormatError(f"{path}: expected objects under {', '.join(PARTS)}")
    return parts


def _damaged(path: Path) -> FormatError:
    return FormatError(f"{path}: damaged: it is not what was written")


def check_state(fields: Mapping[str, object], task: Task) -> RunState:
    """Return the state of a run after checking that the run can be in it.

    Raises
    ------
    FormatError
        If a number is missing or out of range; the message names it.
    """
    config = task.config
    try:
        epoch = whole_number("epoch", fields["epoch"], least=0, most=config.epochs)
        size = task.size if epoch < config.epochs else 0
        position = whole_number("position", fields["position"], least=0, most=size)
        # Documents are more inputs of each window.
        documents = 0 if config.documents == "none" else task.sizes.most_documents
        inputs = 2 * config.window + documents
        most = position * (1 if config.model == "cbow" else inputs)
        measured = epoch if task.corpus.held_out else 0
        return RunState(
            epoch=epoch,
            position=position,
            loss=_sum("loss", fields["loss"], position),
            pairs=whole_number("pairs", fields["pairs"], least=0, most=most),
            losses=_means("losses", fields["losses"], epoch),
            held_out_losses=_means("held_out_losses", fields["held_out_losses"], measured),
            lr_scale=_scale("lr_scale", fields["lr_scale"]),
        )
    except KeyError as error:
        raise FormatError(f"not the state of a run: {error} is missing") from error
    except ValueError as error:
        raise FormatError(f"not the state of this run: {error}") from error


def _sum(name: str, value: Any, position: int) -> float:  # noqa: ANN401
    if not is_finite(value) or (position == 0 and value != 0):
        at = "0 at the beginning of an epoch" if position == 0 else "a finite number"
        raise ValueError(f"{name} must be {at}, got {value!r}")
    return float(value)


def _means(name: str, values: object, count: int) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != count or not all(map(is_finite, values)):
        raise ValueError(f"{name} must be {count} finite numbers, got {values!r}")
    return tuple(map(float, values))


def _scale(name: str, value: Any) -> float:  # noqa: ANN401
    if not is_finite(value) or not 0.0 < value <= 1.0:
        raise ValueError(f"{name} must be above 0 and at most 1, got {value!r}")
    return float(value)


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
