"""The options of a run as a call gives them: one by one, as a config, or with a corpus."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec

from firth.checks import shown
from firth.corpus import Corpus, read_corpus
from firth.errors import ConfigError, one_line
from firth.io.paths import to_path
from firth.other_names import check_options
from firth.training.checkpoints.folder import list_checkpoints
from firth.training.config import TrainConfig, parameters_section
from firth.training.defaults import with_preset
from firth.training.initial import cut_of
from firth.vectors import Vectors, load

_P = ParamSpec("_P")

_OPTIONS = tuple(field.name for field in dataclasses.fields(TrainConfig))
# Options that only reading takes.
_READING = set(inspect.signature(read_corpus).parameters) - {
    "source", "seed", "start", "leave_out", "on_progress",
}  # fmt: skip


def with_config(train: Callable[_P, Vectors]) -> Callable[_P, Vectors]:
    """Make `config` of the options that a call gives, before Python fills in the defaults.

    A function cannot tell an option that was given from its default; its wrapper can. So no option
    is ignored beside a config, a corpus that was read, or vectors to start from.

    Parameters
    ----------
    train : callable
        Takes a source and keywords, among them `config`, `start` and the options of `TrainConfig`.
        Its docstring gets their descriptions, before that of `config`.

    Returns
    -------
    callable
        It makes `config`, loads `start` and calls `train`. It raises `ConfigError` if an option
        does not exist, is out of range, or would change nothing.
    """
    known = list(inspect.signature(train).parameters)

    @functools.wraps(train)
    def call(*arguments: _P.args, **keywords: _P.kwargs) -> Vectors:
        given: dict[str, Any] = dict(keywords)
        check_options(given, known)
        config = _config_of(given)
        frozen = given.get("frozen", ())
        if isinstance(frozen, str) or not isinstance(frozen, Iterable):
            raise ConfigError(f"frozen must be a list of words, got {shown(frozen)}")
        source = arguments[0] if arguments else given.get("source")
        if isinstance(source, Corpus):
            _check_read(given, config)
        start = _load_start(given.get("start"))
        if start is not None and not isinstance(source, Corpus):
            given.setdefault("phrases", start.phrases or 0)
        if start is not None and start.dim != config.dim:
            if given.get("config") is not None or "dim" in given:
                raise ConfigError(
                    f"dim must be that of the vectors to start from, {start.dim}, got {config.dim}"
                )
            config = config.replace(dim=start.dim)
        if start is not None and "subwords" in config.not_given:
            config = config.replace(**cut_of(start))
        return train(*arguments, **{**given, "config": config, "start": start})

    before, config_entry, after = (inspect.getdoc(train) or "").partition("config : TrainConfig")
    call.__doc__ = f"{before}{parameters_section()}\n{config_entry}{after}"
    return call


def _config_of(given: dict[str, Any]) -> TrainConfig:
    """Return the config that was given, or one of the preset and the options that were."""
    options = {name: given[name] for name in _OPTIONS if name in given}
    config, preset = given.get("config"), given.get("preset")
    if config is None:
        return TrainConfig(**options) if preset is None else with_preset(preset, options)
    if not isinstance(config, TrainConfig):
        raise ConfigError(f"config must be a TrainConfig, got {one_line(repr(config))}")
    if preset is not None:
        options["preset"] = preset
    if options:
        raise ConfigError(
            f"config holds all options of training: give it or {', '.join(options)}, not both "
            "(config.replace(...) changes some)"
        )
    return config


def _check_read(given: dict[str, Any], config: TrainConfig) -> None:
    """Raise if there are options of reading, although the corpus was read before."""
    asked = [name for name in given if name in _READING]
    if given.get("config") is not None:
        default = TrainConfig()
        asked += [
            f"{name} (in config)"
            for name in ("min_count", "max_vocab")
            if getattr(config, name) != getattr(default, name)
        ]
    if asked:
        raise ConfigError(
            f"the corpus has been read: {', '.join(asked)} would change nothing; "
            "give it to read_corpus"
        )


def _load_start(start: Vectors | str | os.PathLike[str] | None) -> Vectors | None:
    """Load the vectors to start from; of a folder of checkpoints, the last one."""
    if start is None or isinstance(start, Vectors):
        return start
    path = to_path("start", start, what="Vectors or a path")
    checkpoints = list_checkpoints(path) if os.path.isdir(path) else []  # noqa: PTH112
    return load(checkpoints[-1] if checkpoints else path)
