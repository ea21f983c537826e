"""What reads texts: corpora, plain and compressed, and evaluation sets."""

from __future__ import annotations

import bz2
import contextlib
import functools
import gzip
import io
import lzma
import random
import sys
import unicodedata
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from damage import BYTES, LARGEST_FILE, LINES, Damage
from readers import CONSTANT, MULTIPLE, Reader

from firth.corpus import Corpus, read_corpus, sources
from firth.errors import CorpusError, FirthWarning, FormatError
from firth.evaluation import evaluate
from firth.vectors import Vectors

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# The blocks of the text and the tables that number its words, whatever its size.
TABLES = 12_000_000

TEXTS = [
    "to be or not to be\nthat is the question\n",
    "\ufefftea, milk and sugar!\r\n\r\nTEA and milk.\u2028so\u3000it goes",
    "茶 牛奶 茶\n" * 30 + "naïve é\u00a0e\u0301 😀 " * 20,
    "a " * 700 + "\n" + " ".join(f"w{number % 300}" for number in range(600)),
]

OPTIONS: list[dict[str, Any]] = [
    {},
    {"encoding_errors": "replace"},
    {"tokenizer": "words"},
    {"tokenizer": "words", "encoding_errors": "replace", "normalization": "NFKC"},
    {"tokenizer": str.split, "lowercase": True, "encoding_errors": "replace"},
]


PACKING_ERRORS = (zlib.error, lzma.LZMAError, zstd.ZstdError)


class Compression(NamedTuple):
    """How a kind of file is packed and unpacked."""

    pack: Callable[[bytes], bytes]
    open: Callable[..., Any]


COMPRESSIONS = {
    "": Compression(bytes, lambda file: file),
    ".gz": Compression(functools.partial(gzip.compress, mtime=0), gzip.open),
    ".bz2": Compression(bz2.compress, bz2.open),
    ".xz": Compression(functools.partial(lzma.compress, preset=0), lzma.open),
    ".zst": Compression(zstd.compress, zstd.open),
}


def _inside(compression: Compression, draw: random.Random, data: bytes) -> bytes:
    """Damage the text within, so that the damage is not seen on unpacking."""
    with contextlib.suppress(OSError, EOFError, ValueError, MemoryError, *PACKING_ERRORS):
        with compression.open(io.BytesIO(data)) as file:
            text = file.read(LARGEST_FILE)
        return compression.pack(draw.choice(LINES)(draw, text)[:LARGEST_FILE])
    return data


def _bounded(compression: Compression, damage: Damage, draw: random.Random, data: bytes) -> bytes:
    """Damage a packed file, but do not let it grow to megabytes of text, which take their room."""
    changed = damage(draw, data)
    with (
        contextlib.suppress(OSError, EOFError, ValueError, MemoryError, *PACKING_ERRORS),
        compression.open(io.BytesIO(changed)) as file,
    ):
        size = 0
        while piece := file.read(1 << 14):
            size += len(piece)
            if size > LARGEST_FILE:
                return data
    return changed


def _corpus(suffix: str, scratch: Path) -> Reader:
    compression = COMPRESSIONS[suffix]
    originals = [compression.pack(text.encode()) for text in TEXTS]
    damages: list[Damage] = LINES
    if suffix:
        damages = [functools.partial(_bounded, compression, damage) for damage in BYTES]
        damages += [functools.partial(_inside, compression)] * 4
    if suffix == ".xz":  # the older format has no checksum
        old = [{"id": lzma.FILTER_LZMA1, "preset": 0}]
        content = lzma.compress(TEXTS[0].encode(), lzma.FORMAT_ALONE, filters=old)
        # The other asks for as much memory as it can: once there is a limit, it is refused.
        originals += [content, content[:1] + b"\xff" * 4 + content[5:]]
    path = scratch / f"text.txt{suffix}"
    usual = sources.BLOCK_BYTES

    def read(seed: int) -> Corpus:
        sources.BLOCK_BYTES = usual if seed % 4 == 0 else 1_000
        return read_corpus(path, min_count=1, **OPTIONS[seed % len(OPTIONS)])

    def check(corpus: Corpus, seed: int) -> None:
        _check_corpus(corpus)
        if suffix == "" and OPTIONS[seed % len(OPTIONS)] == {}:
            text = path.read_bytes().decode().removeprefix("\ufeff")
            words = unicodedata.normalize("NFC", text).split()
            counts = dict(zip(corpus.vocabulary.words, corpus.vocabulary.counts, strict=True))
            assert counts == Counter(words)

    return Reader(
        originals, damages, path, read, check, (CorpusError,), choices=len(OPTIONS),
        # However short a file is, its text may be long.
        constant=lambda seed: TABLES + (MULTIPLE * LARGEST_FILE if suffix else 0),
    )  # fmt: skip


def _check_corpus(corpus: Corpus) -> None:
    vocabulary, ids, offsets = corpus.vocabulary, corpus.tokens.ids, corpus.tokens.offsets
    assert len(set(vocabulary.words)) == len(vocabulary) >= 2
    assert all(word and "\0" not in word for word in vocabulary.words)
    np.testing.assert_array_equal(np.bincount(ids, minlength=len(vocabulary)), vocabulary.counts)
    assert (np.diff(vocabulary.counts) <= 0).all()
    assert offsets[0] == 0
    assert offsets[-1] == len(ids) == corpus.words_read
    assert (np.diff(offsets) > 0).all()
    assert len(corpus.tokens) <= corpus.units_read


ANALOGIES = [
    ": capitals\nathens greece rome italy\nrome italy Athens Greece\n\n"
    ": family\nking queen man woman\n",
    "\ufeff// a comment\n: one: two\nking queen man tea\n// more\nking man queen woman",
    ": empty\n: forms\n" + "tea teas king kings\n" * 60,
]
PAIRS = [
    "# word 1\tword 2\tscore\nking\tqueen\t8.5\ntea\tman\t0.25\nrome\titaly\t1e1\n",
    "king,queen,7\ntea, milk ,3.5\nnew york,rome,-2\n",
    "\ufeffking queen 1\nman woman 2\nathens greece 3\r\ntea milk +4.0",
]


def _evaluation(kind: str, originals: list[str], scratch: Path) -> Reader:
    words = ["king", "Queen", "man", "woman", "athens", "greece", "rome", "italy", "tea", "milk"]
    vectors = Vectors(words, np.random.default_rng(2).normal(size=(len(words), 5)))
    path = scratch / kind

    def read(seed: int) -> Any:
        with warnings.catch_warnings():
            # Damage repeats lines too.
            warnings.filterwarnings("ignore", ".* stood there before", FirthWarning)
            return evaluate(vectors, **{kind: path}, fold=seed % 2 == 0)

    def check(found: Any, seed: int) -> None:
        for result in found.analogies:
            assert 0 <= result.total.correct <= result.total.answered
            assert result.total.answered + result.total.skipped >= 1
        for result in found.similarity:
            assert result.spearman is None or abs(result.spearman) <= 1.000001
            assert result.answered + result.missing >= 1

    encoded = [text.encode() for text in originals]
    return Reader(
        encoded, LINES, path, read, check, (FormatError,), choices=2,
        constant=lambda seed: CONSTANT,
    )  # fmt: skip


READERS: dict[str, Callable[[Path], Reader]] = {
    **{f"corpus{suffix}": functools.partial(_corpus, suffix) for suffix in COMPRESSIONS},
    "analogies": functools.partial(_evaluation, "analogies", ANALOGIES),
    "similarity": functools.partial(_evaluation, "similarity", PAIRS),
}
