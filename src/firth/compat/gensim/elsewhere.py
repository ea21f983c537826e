"""What gensim has and Firth has not, by the package that a program would import it from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

from firth.compat.gensim.options import NotSupported

_TOPICS = "Firth has word vectors and no models of topics: import it from gensim"
_DATA = "Firth brings no data: give the path of a file of yours"


class NotSupportedImport(NotSupported, ImportError):
    """gensim has such a module or class, and Firth has not."""


def _by_name(table: Mapping[str, str]) -> dict[str, str]:
    """Return a table from advice to names the other way round."""
    return {name: advice for advice, names in table.items() for name in names.split()}


PACKAGES = _by_name(
    {
        _TOPICS: "corpora interfaces matutils parsing topic_coherence",
        "Firth downloads from the Hugging Face hub: firth.load('hf://user/name')": "downloader",
        "vectors.build_index() has approximate search": "similarities",
    }
)
MODELS = _by_name(
    {
        _TOPICS: "AtireBM25Model AuthorTopicModel CoherenceModel EnsembleLda HdpModel LdaModel "
        "LdaMulticore LdaSeqModel LogEntropyModel LsiModel LuceneBM25Model Nmf NormModel "
        "OkapiBM25Model RpModel TfidfModel atmodel bm25model coherencemodel ensemblelda hdpmodel "
        "ldamodel ldamulticore ldaseqmodel logentropy_model lsimodel nmf normmodel rpmodel "
        "tfidfmodel",
        "firth.align(vectors, onto) turns vectors into the space of others": "TranslationMatrix "
        "BackMappingTranslationMatrix translation_matrix",
        "Firth has no hyperbolic space: import it from gensim": "poincare",
    }
)
TEST_DATA = _by_name(
    {_DATA: "common_corpus common_dictionary datapath lee_corpus_list module_path"}
)


def not_here(package: str, others: Mapping[str, str]) -> Callable[[str], NoReturn]:
    """Return the `__getattr__` of a package that tells what to do without some names.

    Examples
    --------
    >>> not_here("gensim.models", MODELS)("LdaModel")
    Traceback (most recent call last):
    firth.compat.gensim.elsewhere.NotSupportedImport: gensim.models.LdaModel is not supported: \
Firth has word vectors and no models of topics: import it from gensim
    """

    def find(name: str) -> NoReturn:
        if name in others:
            raise NotSupportedImport(f"{package}.{name} is not supported: {others[name]}")
        raise AttributeError(f"module {package!r} of Firth has no attribute {name!r}")

    return find
