"""gensim's options: their defaults, and what they are in Firth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from firth.checks import shown
from firth.errors import ConfigError


class NotSupported(ConfigError, NotImplementedError):
    """gensim can do it, and Firth cannot."""


@dataclass(frozen=True)
class Option:
    """An option of gensim.

    Parameters
    ----------
    default : object
        gensim's default.
    name : str, optional
        The option of `firth.train` that takes its value.
    only : tuple
        Without a name, the values that change nothing here.
    advice : str
        What to do instead, for any other value.
    """

    default: Any
    name: str | None = None
    only: tuple[Any, ...] = ()
    advice: str = ""


_HOOK = "Firth calls no function for each word or batch"
_COMMON = {
    "vector_size": Option(100, "dim"),
    "alpha": Option(0.025, "lr"),
    "window": Option(5, "window"),
    "min_count": Option(5, "min_count"),
    "sample": Option(1e-3, "sample"),
    "seed": Option(1, "seed"),
    "workers": Option(3, "threads"),
    "min_alpha": Option(1e-4, "min_lr"),
    "ns_exponent": Option(0.75, "noise_exponent"),
    "epochs": Option(5, "epochs"),
    "max_final_vocab": Option(None, "max_vocab"),
    "shrink_windows": Option(True, "shrink_windows"),
    "hs": Option(0),
    "negative": Option(5),
    "max_vocab_size": Option(None, only=(None,), advice="give max_final_vocab"),
    "trim_rule": Option(None, only=(None,), advice=_HOOK),
    "hashfxn": Option(hash, only=(hash,), advice=_HOOK),
    "sorted_vocab": Option(1, only=(1, True), advice="words are always sorted by count"),
    "null_word": Option(0, only=(0, False), advice="there is no such word"),
    "callbacks": Option((), only=((), None), advice="see firth.Callback"),
    "comment": Option(None, only=(None,), advice="nothing keeps it"),
    # How gensim works, and not what it computes.
    "batch_words": Option(10_000, only=(...,)),
    "compute_loss": Option(False, only=(...,)),
}
WORD2VEC = {**_COMMON, "sg": Option(0), "cbow_mean": Option(1)}
FASTTEXT = {
    **WORD2VEC,
    "word_ngrams": Option(1, only=(1,), advice="give max_n=0 for whole words"),
    "min_n": Option(3),
    "max_n": Option(6),
    "bucket": Option(2_000_000),
}
DOC2VEC = {
    **_COMMON,
    "epochs": Option(10, "epochs"),
    "dm": Option(1),
    "dm_mean": Option(None, only=(None, 1), advice="the mean is always taken"),
    "dbow_words": Option(0),
    "dm_concat": Option(0, only=(0, False), advice="inputs are averaged"),
    "dm_tag_count": Option(1, only=(1,), advice="a document has one tag"),
    "dv": Option(None, only=(None,), advice="documents begin with new vectors"),
    "dv_mapfile": Option(None, only=(None,), advice="the vectors stay in memory"),
}


def complete(given: Mapping[str, Any], known: Mapping[str, Option], what: str) -> dict[str, Any]:
    """Return the value of each option of gensim, given or by default.

    Raises
    ------
    TypeError
        If gensim has no such option.
    NotSupported
        If Firth cannot do what an option asks for.
    """
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"{what}() got an unexpected keyword argument {name!r}")
        option = known[name]
        if option.only and option.only != (...,) and not _is_among(value, option.only):
            raise NotSupported(f"{name}={shown(value)} is not supported: {option.advice}")
    return {name: given.get(name, option.default) for name, option in known.items()}


def _is_among(value: object, values: tuple[Any, ...]) -> bool:
    return any(value is each or (type(value) is type(each) and value == each) for each in values)


def translate(values: Mapping[str, Any], known: Mapping[str, Option]) -> dict[str, Any]:
    """Return the options of `firth.train` for those of gensim.

    Raises
    ------
    NotSupported
        If Firth cannot do what they ask for together.
    """
    found = {
        option.name: values[name]
        for name, option in known.items()
        if option.name is not None and values[name] is not None
    }
    for name, rule in _RULES.items():
        if name in values:
            found |= rule(values)
    # gensim may go below the step at the end, and Firth may not begin below it.
    found["min_lr"] = min(found["min_lr"], found["lr"])
    return {"readout": "plain", **found}


def _loss(values: Mapping[str, Any]) -> dict[str, Any]:
    if values["hs"]:
        if values["negative"]:
            raise NotSupported(
                f"hs=1 with negative={values['negative']} is not supported: Firth trains with a "
                "tree or with noise words; give negative=0"
            )
        return {"loss": "hs", "noise_exponent": None}
    if not values["negative"]:
        raise NotSupported("negative=0 with hs=0 trains nothing: give hs=1 or negative=5")
    return {"loss": "ns", "negative": values["negative"]}


def _model(values: Mapping[str, Any]) -> dict[str, Any]:
    if values["sg"]:
        return {"model": "skipgram"}
    if not values["cbow_mean"]:
        raise NotSupported("cbow_mean=0 is not supported: the mean is always taken")
    return {"model": "cbow"}


def _subwords(values: Mapping[str, Any]) -> dict[str, Any]:
    if not values["max_n"]:
        return {"subwords": "none"}
    return {"subwords": (values["min_n"], values["max_n"]), "buckets": values["bucket"]}


def _documents(values: Mapping[str, Any]) -> dict[str, Any]:
    if values["dm"]:
        return {"model": "cbow", "documents": "joint"}
    return {"model": "skipgram", "documents": "joint" if values["dbow_words"] else "alone"}


# By the option that each begins from; a later one may replace what an earlier one chose.
_RULES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "vector_size": lambda _: {"subwords": "none"},
    "negative": _loss,
    "sg": _model,
    "max_n": _subwords,
    "dm": _documents,
}
