"""Opening the folders of checkpoints that a call asks for, before anything is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from firth.checks import switch
from firth.errors import ConfigError, FirthError, reraise
from firth.io.paths import to_path
from firth.training.checkpoints.checkpoint import STATE
from firth.training.checkpoints.folder import Checkpoints, list_checkpoints
from firth.training.checkpoints.state import read_state
from firth.training.config import TrainConfig
from firth.training.defaults import SEVERAL_MODELS

# Of the folder of one of several models; its window follows.
_PREFIX = "window-"


@contextmanager
def open_checkpoints(
    config: TrainConfig,
    folder: str | os.PathLike[str] | None,
    every: float | str | None,
    keep: int | None,
    resume: bool,
) -> Iterator[list[Checkpoints | None]]:
    """Open the folder of each model of a config, or None if no folder was given.

    A single model has the folder itself; one of several has a folder in it, such as `window-5`.

    Raises
    ------
    ConfigError
        If an option needs a folder, and there is none, or as `Checkpoints` has it.
    """
    models = config.models()
    resume = switch("resume", resume)
    if folder is None:
        needy = {"resume": resume or None, "checkpoint_every": every, "keep_checkpoints": keep}
        for name, value in needy.items():
            if value is not None:
                raise ConfigError(
                    f"{name} needs a folder of checkpoints: give checkpoint (--checkpoint)"
                )
        yield [None for _ in models]
        return
    path = to_path("checkpoint", folder)
    has_one = config.windows is None
    places = [path if has_one else path / f"{_PREFIX}{model.window}" for model in models]
    _check_windows(path, places)
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                Checkpoints(
                    place,
                    every="10m" if every is None else every,
                    keep=2 if keep is None else keep,
                    resume=resume,
                )
            )
            for place in places
        ]


def _check_windows(folder: Path, places: list[Path]) -> None:
    """Raise ConfigError if a folder has checkpoints of models that the run does not train."""
    with reraise(ConfigError, f"read {folder}"):
        found = [folder, *sorted(folder.glob(f"{_PREFIX}*"))]
    held = [place for place in found if list_checkpoints(place)]
    others = [place for place in held if place not in places]
    if not others:
        return
    if others[0] == folder:
        run = "of a run of one model"
        advice = f"give window (--window), or leave {SEVERAL_MODELS} out"
    elif windows := next(filter(None, map(_windows_of, others)), None):
        run = f"of a run of the windows {windows}"
        advice = f"give windows={windows} (--windows {windows})"
    else:
        run = f"in {' and '.join(place.name for place in held if place != folder)}"
        advice = "give windows (--windows) as they were then"
    raise ConfigError(f"{folder} holds the checkpoints {run}: {advice}, or give another folder")


def _windows_of(place: Path) -> str | None:
    """Return the windows of the run that a folder's checkpoints are of; None if none are told."""
    try:
        windows = read_state(list_checkpoints(place)[-1] / STATE)["fingerprint"]["windows"]
        return ",".join(map(str, windows))
    except (FirthError, OSError, KeyError, TypeError):
        return None
