"""Firth's names for what other tools call differently.

Users of gensim, fastText, word2vec.c or scikit-learn may try a name that Firth does not know. The
error then tells Firth's own name: `Firth calls it dim`. Where Firth has nothing like it, the table
has a sentence that says so and begins with "Firth".
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import ParamSpec, TypeVar

from firth.errors import ConfigError, one_line

P = ParamSpec("P")
R = TypeVar("R")

_NO_LABELS = "Firth trains word vectors only, without labels"
_MODEL = "Firth has model, 'skipgram' or 'cbow'"
_CBOW_MEAN = (
    "Firth's CBOW always takes the mean of the context words; cbow_gradient says whether each of "
    "them gets the mean's change undivided, 'sum', or divided by their number, 'mean'"
)
_DOCUMENTS = (
    "Firth has documents: dm=1 is model='cbow', documents='joint'; dm=0 is documents='alone', and "
    "with dbow_words=1 documents='joint', both with model='skipgram'"
)
_NGRAMS = "Firth has subwords: minn=3, maxn=6 is subwords=(3, 6), maxn=0 is subwords='none'"
_WORD_NGRAMS = (
    "Firth has phrases, which joins neighbouring words to one word; it takes no word n-grams"
)
_LOSSES = "Firth always measures the loss of each epoch: vectors.config['losses']"
_UNCHANGEABLE = "Firth's vectors cannot be changed; make others: firth.Vectors(words, matrix)"
_INTERVALS = (
    "Firth has firth.neighbour_intervals(vectors, query, replicas), with the replicas that "
    "firth.replicate(vectors, source) trains"
)
_AS_MODULE = "Firth has it as a module: import firth."


def _by_their_name(table: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is told of each name, from the names that each of ours is told of."""
    told: dict[str, list[str]] = {}
    for ours, theirs in table.items():
        for name in theirs.split():
            told.setdefault(name, []).append(ours)
    return told


# Keywords of functions, and options of the command: ours, and what others call it. If several of
# ours are told of one name, the error tells the first that the function has.
OPTIONS = _by_their_name(
    {
        "associations": "weat",
        "buckets": "bucket",
        "connectors": "common_terms connector_words",
        "dim": "embedding_dim size vector_size",
        "encoding_errors": "unicode_errors",
        "epochs": "epoch iter",
        "fold": "case_insensitive",
        "lr": "alpha learning_rate start_alpha",
        "max_vocab": "max_final_vocab max_vocab_size vocab_size",
        "min_lr": "end_alpha min_alpha",
        "negative": "neg ns",
        "noise_exponent": "ns_exponent",
        "progress": "verbose",
        "restrict": "restrict_vocab",
        "limit": "restrict_vocab",
        "Firth takes the first n words of a file: firth.load(path, limit=n)": "restrict_vocab",
        "sample": "subsample t",
        "seed": "random_state",
        "similarity": "pairs",
        "budget": "max_time time_limit timeout",
        "space": "param_grid search search_space",
        "trials": "max_evals max_trials n_trials",
        "source": "corpus corpus_file corpus_iterable input sentences texts train",
        "start": "pretrained_vectors",
        "threads": "n_jobs num_threads num_workers thread workers",
        "top": "k top_k topn",
        "Firth has unknown='zero', which is gensim's dummy4unknown=True": "dummy4unknown",
        "window": "context_size window_size ws",
        "Firth adds and subtracts words in analogy(positive, negative)": "negative positive",
        "Firth always orders words by count": "sorted_vocab",
        "Firth detects the format by the file's suffix, or its first bytes": "binary no_header",
        "Firth has firth.load(path)": "model_file",
        "Firth has min_count and max_vocab": "trim_rule",
        "Firth has seed": "hashfxn",
        "Firth holds vectors as float32": "datatype dtype",
        "Firth keeps the counts of the words that it trains: vectors.counts": "keep_raw_vocab",
        "Firth lowers the step size continuously": "lr_update_rate",
        "Firth needs no batch size": "batch_size batch_words",
        "Firth needs no padding word": "null_word",
        "Firth reads UTF-8; convert the file": "encoding",
        "Firth reads only a part of a file with limit or words": "mmap",
        "Firth trains on the processor": "device",
        "Firth has loss: hs=1 is loss='hs', hs=0 is loss='ns', negative sampling": "hs "
        "hierarchical_softmax",
        "Firth has firth.read_corpus(lists).with_documents(tags), then documents='joint'": "tags",
        "Firth detects the format of what it reads (firth convert has --from and --to)": "format",
        "Firth has firth.learn_phrases(source, threshold=...), and trains with phrases": "bigrams "
        "threshold",
        _CBOW_MEAN: "cbow_mean",
        _INTERVALS: "confidence intervals replicas uncertain uncertainty",
        _DOCUMENTS: "dbow_words dm",
        _LOSSES: "compute_loss",
        _MODEL: "cbow",
        f"{_MODEL}: sg=1 is model='skipgram', sg=0 is model='cbow'": "sg",
        _NO_LABELS: "label min_count_label",
        _NGRAMS: "max_n maxn min_n minn n_grams ngrams",
        _WORD_NGRAMS: "word_ngrams",
    }
)

# Attributes and methods of gensim's KeyedVectors and Word2Vec, of fastText's models, and of arrays.
VECTORS = _by_their_name(
    {
        "distance(a, b)": "distances",
        "'word in vectors'": "has_index_for",
        "analogy(positive, negative, top=10)": "get_analogies",
        "analogy(positive, negative, method='mul')": "most_similar_cosmul",
        "counts[index[word]]": "get_vecattr",
        "dim": "vector_size get_dimension",
        "documents": "docvecs dv",
        "firth.align(vectors, onto)": "align",
        "firth.combine([vectors, others])": "combine",
        "firth.drift(before, after, shuffled=pairs)": "drift",
        "firth.evaluate(vectors, analogies=path, similarity=path)": "evaluate",
        "firth.replicate(vectors, source)": "replicate",
        _INTERVALS: "confidence intervals neighbour_intervals uncertainty",
        "firth.evaluate(vectors, analogies=path)": "evaluate_word_analogies accuracy",
        "firth.evaluate(vectors, similarity=path)": "evaluate_word_pairs",
        "firth.infer(vectors, tokens)": "infer infer_vector",
        "firth.load(path)": "load load_word2vec_format",
        "firth.train(source, start=path)": "intersect_word2vec_format",
        "firth.train(source, start=vectors)": "train",
        "index, the row of each word": "key_to_index",
        "index, the row of each word; counts, how often each occurred": "vocab",
        "index[word]": "get_index get_word_id",
        "input_vectors": "syn0 get_input_matrix matrix to_numpy values",
        "input_vectors (or np.asarray(vectors))": "vectors",
        "odd_one_out(words)": "doesnt_match",
        "output_vectors": "syn1neg get_output_matrix",
        "save(path)": "save_model",
        "save(path), with .bin, .txt or .vec as its suffix": "save_word2vec_format",
        "similar(vector, top=10)": "similar_by_vector",
        "similar(word, top=10)": "similar_by_word similar_by_key get_nearest_neighbors nearest "
        "neighbors neighbours",
        "similar(word, top=10), or analogy(positive, negative, top=10)": "most_similar",
        "similarity(a, b), of two words or lists of words": "n_similarity",
        "vectors: firth.train returns the vectors themselves, not a model": "wv",
        "vectors[word], or get(word)": "get_vector word_vec get_word_vector",
        "vectors[words].mean(axis=0)": "get_mean_vector get_sentence_vector",
        "word_movers_distance(a, b)": "wmdistance",
        "words": "keys index_to_key index2word index2entity get_words labels get_labels",
        "words; counts, how often each occurred": "vocabulary",
        "Firth normalizes vectors by itself when it compares them": "get_normed_vectors "
        "fill_norms init_sims unit_normalize_all",
        "Firth reads, counts and trains at once: firth.train(source)": "build_vocab fit",
        _UNCHANGEABLE: "add_vector add_vectors",
        _LOSSES: "get_latest_training_loss",
        _NO_LABELS: "predict",
        "raw.subwords.ngrams_of(word), of vectors with n-grams": "get_subwords",
        "raw.subwords, of vectors with n-grams": "ngrams subwords",
        "raw.subwords.rows_of(word), of vectors with n-grams": "get_subword_id",
        "raw.input, of vectors with n-grams: the words' rows, then the n-grams'": "vectors_ngrams "
        "vectors_vocab",
    }
)

# Names in the modules of gensim and fastText, and modules of Firth that are not imported with it.
MODULE = _by_their_name(
    {
        "firth.Vectors, which firth.load reads": "KeyedVectors",
        "firth.infer(vectors, tokens)": "infer_vector",
        "firth.learn_phrases": "FrozenPhrases Phraser",
        "firth.load": "load_model load_word2vec_format",
        "firth.load(source).save(destination)": "convert",
        "firth.train": "FastText Word2Vec train_unsupervised",
        "firth.train(source, documents='joint')": "Doc2Vec",
        "firth.train(lists of words): each list is a document, with its number; for tags: "
        "firth.read_corpus(lists).with_documents(tags)": "TaggedDocument",
        "firth.train and firth.load": "models",
        "firth.train(folder): a line of a text is a sentence": "PathLineSentences",
        "firth.train(path): a line of a text is a sentence": "LineSentence",
        _NO_LABELS: "train_supervised",
        **{f"{_AS_MODULE}{name}": name for name in ("callbacks", "plotting", "torch")},
    }
)


def unknown_attribute(owner: str, name: str, others: Mapping[str, list[str]]) -> str:
    """Return the message for a missing attribute.

    Examples
    --------
    >>> unknown_attribute("'Vectors' object", "vector_size", VECTORS)
    "'Vectors' object has no attribute 'vector_size'; Firth calls it dim"
    >>> unknown_attribute("'Vectors' object", "colour", VECTORS)
    "'Vectors' object has no attribute 'colour'"
    """
    message = f"{owner} has no attribute {name!r}"
    return f"{message}; {_as_sentence(others[name][0])}" if name in others else message


def advice(name: str, known: Iterable[str] | Mapping[str, str]) -> str | None:
    """Return what to use instead of an option that does not exist, or None if nothing is similar.

    Parameters
    ----------
    name : str
        The name as given, in snake_case or camelCase.
    known : iterable of str, or mapping
        The options that exist, in a mapping with how the user writes each.

    Examples
    --------
    >>> known = ["dim", "min_count", "window"]
    >>> advice("vector_size", known), advice("minCount", known), advice("windows", known)
    ('Firth calls it dim', 'Firth calls it min_count', 'the nearest is window')
    >>> advice("vector_size", {"dim": "--dim"})
    'Firth calls it --dim'
    """
    written = known if isinstance(known, Mapping) else {option: option for option in known}
    plain = _plain(name)
    for ours in [*(each for each in written if _plain(each) == plain), *_OPTIONS.get(plain, ())]:
        if ours in written or _is_sentence(ours):
            return _as_sentence(written.get(ours, ours))
    near = difflib.get_close_matches(name, written, n=1)
    return f"the nearest is {written[near[0]]}" if near else None


def check_options(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise if an option does not exist; the error tells what to use instead.

    Raises
    ------
    ConfigError
        If one of `given` is not `known`.

    Examples
    --------
    >>> check_options(["dim", "topn"], ["dim", "top"])
    Traceback (most recent call last):
    firth.errors.ConfigError: there is no option 'topn'; Firth calls it top
    """
    options = list(known)
    for name in given:
        if name not in options:
            hint = advice(name, options) or f"there are {', '.join(options)}"
            raise ConfigError(f"there is no option '{one_line(name)}'; {hint}")


def explain_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function answer unknown keywords with the error of `check_options`."""
    known = [name for name in inspect.signature(function).parameters if name != "self"]

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        check_options(kwargs, known)
        return function(*args, **kwargs)

    return call


def _as_sentence(ours: str) -> str:
    return ours if _is_sentence(ours) else f"Firth calls it {ours}"


def _is_sentence(ours: str) -> bool:
    return ours.startswith("Firth")


def _plain(name: str) -> str:
    """Return a name without what differs between ways of writing it: `_` and capitals."""
    return name.replace("_", "").lower()


_OPTIONS = {_plain(name): ours for name, ours in OPTIONS.items()}
