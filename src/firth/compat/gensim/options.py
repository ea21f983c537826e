"""gensim's options: their defaults, and what they are in Firth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from firth.checks import shown, whole_number
from firth.errors import ConfigError, warn


class NotSupported(ConfigError, NotImplementedError):
    """gensim can do it, and Firth cannot."""


class NotSupportedAttribute(NotSupported, AttributeError):
    """gensim has such a method or attribute, and Firth has not: `hasattr` is false."""


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
        The values that Firth can do; any if empty.
    advice : str
        What to do instead, for any other value.
    """

    default: Any
    name: str | None = None
    only: tuple[Any, ...] = ()
    advice: str = ""


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
    "trim_rule": Option(None),
    "sorted_vocab": Option(1, only=(1, True), advice="words are always sorted by count"),
    "null_word": Option(0, only=(0, False), advice="there is no such word"),
    "callbacks": Option(()),
    # How gensim works, and not what it computes.
    "hashfxn": Option(hash),
    "batch_words": Option(10_000),
    "compute_loss": Option(False),
    "comment": Option(None),
}


def _in_order(options: Mapping[str, Option], names: str) -> dict[str, Option]:
    """Return options in the order in which gensim takes their values without names."""
    return {name: options[name] for name in names.split()}


_WORDS = {**_COMMON, "sg": Option(0), "cbow_mean": Option(1)}
WORD2VEC = _in_order(
    _WORDS,
    "vector_size alpha window min_count max_vocab_size sample seed workers min_alpha sg hs "
    "negative ns_exponent cbow_mean hashfxn epochs null_word trim_rule sorted_vocab batch_words "
    "compute_loss callbacks comment max_final_vocab shrink_windows",
)
_FASTTEXT = {
    **_WORDS,
    "word_ngrams": Option(1, only=(1,), advice="give max_n=0 for whole words"),
    "min_n": Option(3),
    "max_n": Option(6),
    "bucket": Option(2_000_000),
}
FASTTEXT = _in_order(
    _FASTTEXT,
    "sg hs vector_size alpha window min_count max_vocab_size word_ngrams sample seed workers "
    "min_alpha negative ns_exponent cbow_mean hashfxn epochs null_word min_n max_n sorted_vocab "
    "bucket trim_rule batch_words callbacks max_final_vocab shrink_windows compute_loss comment",
)
_DOC2VEC = {
    **_COMMON,
    "epochs": Option(10, "epochs"),
    "dm": Option(1),
    "dm_mean": Option(None, only=(None, 1), advice="the mean is always taken"),
    "dbow_words": Option(0),
    "dm_concat": Option(0, only=(0, False), advice="inputs are averaged"),
    "dm_tag_count": Option(1, only=(1,), advice="it is for dm_concat"),
    "dv": Option(None, only=(None,), advice="documents begin with new vectors"),
    "dv_mapfile": Option(None, only=(None,), advice="the vectors stay in memory"),
}
DOC2VEC = _in_order(
    _DOC2VEC,
    "vector_size dm_mean dm dbow_words dm_concat dm_tag_count dv dv_mapfile comment trim_rule "
    "callbacks window epochs shrink_windows alpha min_count max_vocab_size sample seed workers "
    "min_alpha hs negative ns_exponent hashfxn null_word sorted_vocab batch_words compute_loss "
    "max_final_vocab",
)

# Where a folder keeps what a model knew.
SAVED = "gensim_model"

# What a program may ask a model of gensim for, and Firth's have not.
ABSENT = frozenset(
    {
        "add_null_word", "create_binary_tree", "load_binary_data", "make_cum_table",
        "save_word2vec_format", "score", "syn1",
    }
)  # fmt: skip


def named_values(
    values: Sequence[object], options: Mapping[str, Any], known: Mapping[str, Option], what: str
) -> dict[str, Any]:
    """Return options by name, some of whose values were given without one, in gensim's order.

    Raises
    ------
    TypeError
        If there are too many values, or an option is given twice.
    """
    names = list(known)[: len(values)]
    if len(values) > len(known):
        raise TypeError(f"{what}() takes at most {len(known) + 2} values, got {len(values) + 2}")
    for name in names:
        if name in options:
            raise TypeError(f"{what}() got multiple values for argument {name!r}")
    return {**dict(zip(names, values, strict=True)), **options}


def complete(given: Mapping[str, Any], known: Mapping[str, Option], what: str) -> dict[str, Any]:
    """Return the value of each option of gensim, given or by default.

    Raises
    ------
    TypeError
        If gensim has no such option.
    NotSupported
        If Firth cannot do what an option asks for.
    ConfigError
        If vectors would have no dimension.
    """
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"{what}() got an unexpected keyword argument {name!r}")
        option = known[name]
        if option.only and not _is_among(value, option.only):
            raise NotSupported(f"{name}={shown(value)} is not supported: {option.advice}")
    if "vector_size" in given:
        whole_number("vector_size", given["vector_size"], least=1)
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
    # Words that occur 0 times are not in the text.
    found["min_count"] = max(1, found["min_count"]) if values["min_count"] is not None else 1
    # gensim may go below the step at the end, and Firth may not begin below it.
    found["min_lr"] = min(found["min_lr"], found["lr"])
    return {"readout": "plain", **found}


def _loss(values: Mapping[str, Any]) -> dict[str, Any]:
    if values["hs"]:
        if values["negative"]:
            raise NotSupported(
                f"hs=1 with negative={shown(values['negative'])} is not supported: gensim trains "
                "with a tree and with noise words, Firth with one of them; give negative=0 too to "
                "train with the tree, or leave hs=1 out to train with noise words"
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
    least, most = max(1, values["min_n"]), values["max_n"]
    if most < least or not values["bucket"]:
        return {"subwords": "none"}
    return {"subwords": (least, most), "buckets": values["bucket"]}


def _documents(values: Mapping[str, Any]) -> dict[str, Any]:
    if values["dm"]:
        return {"model": "cbow", "documents": "joint"}
    if values["hs"] and not values["dbow_words"]:
        raise NotSupported(
            "dm=0 with hs=1 is not supported: leave hs=1 out and give negative=5, or give "
            "dbow_words=1"
        )
    return {"model": "skipgram", "documents": "joint" if values["dbow_words"] else "alone"}


# By the option that each begins from; a later one may replace what an earlier one chose.
_RULES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "vector_size": lambda _: {"subwords": "none"},
    "negative": _loss,
    "sg": _model,
    "max_n": _subwords,
    "dm": _documents,
}


def told_under(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what the config of a file has under a name; nothing, if another program put it."""
    found = config.get(name)
    return found if isinstance(found, Mapping) else {}


def recovered(config: Mapping[str, Any], known: Mapping[str, Option]) -> dict[str, Any]:
    """Return gensim's options of vectors that Firth or gensim trained, as far as they are told."""
    theirs = config.get("gensim")
    if isinstance(theirs, Mapping):
        found = {name: theirs[name] for name in known if name in theirs}
        return {name: value for name, value in found.items() if not isinstance(value, Mapping)}
    of_fasttext, ours = config.get("fasttext"), config.get("options")
    if isinstance(of_fasttext, Mapping):
        return _of_fasttext(of_fasttext, known)
    if not isinstance(ours, Mapping):
        return {}
    found = {
        name: ours[option.name]
        for name, option in known.items()
        if option.name in ours and ours[option.name] is not None
    }
    is_tree, is_cbow = ours.get("loss") == "hs", ours.get("model") == "cbow"
    documents, subwords = ours.get("documents"), ours.get("subwords")
    found |= {
        "hs": int(is_tree),
        "negative": 0 if is_tree else ours.get("negative", 5),
        "sg": int(not is_cbow),
        "dm": int(is_cbow),
        "dbow_words": int(not is_cbow and documents == "joint"),
    }
    if isinstance(subwords, list | tuple) and [type(n) for n in subwords] == [int, int]:
        found |= {"min_n": subwords[0], "max_n": subwords[1], "bucket": ours.get("buckets")}
    elif subwords == "none":
        found["max_n"] = 0
    return {name: value for name, value in found.items() if name in known and value is not None}


def usable(config: Mapping[str, Any], known: Mapping[str, Option]) -> dict[str, Any]:
    """Return gensim's options of vectors that were trained, without those that Firth has not."""
    saved = told_under(config, SAVED)
    found = recovered(config, known) | {name: saved[name] for name in known if name in saved}
    # It is that of the vectors.
    found.pop("vector_size", None)
    for name in list(found):
        try:
            complete({name: found[name]}, known, "load")
        except NotSupported:
            del found[name]
    try:
        translate(complete(found, known, "load"), known)
    except NotSupported as error:
        warn(f"options of training are taken to be gensim's defaults: {error}")
        return {}
    return found


# fastText's names of gensim's options.
_FASTTEXT_NAMES = {
    "window": "ws", "epochs": "epoch", "min_count": "min_count", "negative": "neg",
    "bucket": "bucket", "min_n": "minn", "max_n": "maxn", "sample": "t",
}  # fmt: skip


def _of_fasttext(told: Mapping[str, Any], known: Mapping[str, Option]) -> dict[str, Any]:
    """Return gensim's options for the settings in a file of fastText."""
    found = {name: told.get(theirs) for name, theirs in _FASTTEXT_NAMES.items()}
    found["sg"] = int(told.get("model") != "cbow")
    if told.get("loss") == "hs":
        found |= {"hs": 1, "negative": 0}
    return {name: value for name, value in found.items() if name in known and value is not None}
