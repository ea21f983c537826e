"""The engines by name; each is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import cast

from firth.checks import one_of
from firth.errors import ConfigError
from firth.training.engines.base import Engine
from firth.training.engines.team import TeamEngine

DEFAULT = "hogwild"

# As text: an engine may be in a higher layer, or need a package that is not installed.
_CLASSES = {
    "hogwild": ("firth.training.engines.hogwild", "HogwildEngine"),
    "torch": ("firth.torch", "TorchEngine"),
    "gpu": ("firth.gpu", "GpuEngine"),
}

ENGINES = tuple(_CLASSES)
OF_TEAMS = ("hogwild", "gpu")


def engine_named(name: str) -> type[Engine]:
    """Return the class of an engine.

    Raises
    ------
    ConfigError
        If there is no engine of this name.
    MissingExtraError
        If the engine needs a package that is not installed.
    """
    module, attribute = _CLASSES[one_of("engine", name, choices=ENGINES)]
    return cast(type[Engine], getattr(importlib.import_module(module), attribute))


def team_engine_named(name: str) -> type[TeamEngine]:
    """Return the class of an engine of which each worker of a team has one.

    Raises
    ------
    ConfigError
        If there is no engine of this name, or it trains with one worker.
    MissingExtraError
        If the engine needs a package that is not installed.
    """
    found = engine_named(name)
    if name not in OF_TEAMS:
        raise ConfigError(
            f"engine={name!r} (--engine) trains with one worker: give "
            f"{' or '.join(f'engine={other!r}' for other in OF_TEAMS)}, or no workers (--workers) "
            "and no cluster (--cluster)"
        )
    return cast(type[TeamEngine], found)
