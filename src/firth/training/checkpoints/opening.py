"""Opening the folders of checkpoints that a call asks for, before anything is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from firth.checks import switch
from firth.errors import ConfigError, reraise
from firth.io.paths import to_path
from firth.training.checkpoints.folder import Checkpoints, list_checkpoints
from firth.training.config import TrainConfig

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
                    resume=switch("resume", resume),
                )
            )
            for place in places
        ]


def _check_windows(folder: Path, places: list[Path]) -> None:
    """Raise ConfigError if a folder has checkpoints of models that the run does not train."""
    with reraise(ConfigError, f"read {folder}"):
        found = [folder, *sorted(folder.glob(f"{_PREFIX}*"))]
    held = [place for place in found if list_checkpoints(place)]
    if all(place in places for place in held):
        return
    run, advice = "one model", "leave windows out (--windows)"
    if held[0] != folder:
        windows = ", ".join(place.name.removeprefix(_PREFIX) for place in held)
        run, advice = f"the windows {windows}", "give windows (--windows) as they were then"
    raise ConfigError(
        f"{folder} holds the checkpoints of a run of {run}: {advice}, or give another folder"
    )
