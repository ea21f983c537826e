"""Opening the folders of checkpoints that a call asks for, before anything is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from firth.checks import switch
from firth.errors import ConfigError
from firth.io.paths import to_path
from firth.training.checkpoints.folder import Checkpoints
from firth.training.config import TrainConfig


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
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                Checkpoints(
                    path if config.windows is None else path / f"window-{model.window}",
                    every="10m" if every is None else every,
                    keep=2 if keep is None else keep,
                    resume=switch("resume", resume),
                )
            )
            for model in models
        ]
