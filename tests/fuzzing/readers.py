"""What reads files, small valid files for each, and what must hold of whatever is read."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import mmap
import os
import random
import sys
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from damage import (
    BYTES,
    JSON,
    LARGEST_FILE,
    LINES,
    PICKLES,
    SAFETENSORS,
    Damage,
    change_member,
)  # fmt: skip
from safetensors.numpy import save_file

from firth.errors import ConfigError, FormatError, MissingExtraError
from firth.io import mapping
from firth.phrases import Phrase, Phrases
from firth.subwords import Subwords
from firth.subwords.floret import Floret
from firth.vectors import RawTables, Vectors, load
from firth.vectors.composition import Space
from firth.vectors.documents import DocumentTable
from firth.vectors.formats import lazy_words, registry, word2vec_text
from firth.vectors.formats.documents import DOCUMENTS
from firth.vectors.formats.selection import Selection
from firth.vectors.loading import load_selection
from firth.vectors.questions.company import tells_company

sys.path.append(str(Path(__file__).parents[1] / "support"))
import fasttext_files
import finalfusion_files
import gensim_pickles
import qdrant_files

# Python's objects take much more room than the text that tells of them: `{},` becomes 72 bytes.
MULTIPLE = 40
CONSTANT = 300_000
# NumPy reads headers of arrays of up to 10,000 bytes, as Python's own values.
HEADER = 5_000_000
# What a child may map beyond what it had when the valid files were read: it bounds native code.
ROOM = 1 << 27


@dataclass(frozen=True)
class Reader:
    """What reads a kind of file.

    Parameters
    ----------
    originals : list of bytes
        Small valid files.
    damages : list of callables
        What may happen to them.
    target : Path
        Where the damaged file is put.
    read : callable
        Reads `target`; takes the seed for choices of its own.
    check : callable
        Raises where what was read is not valid; takes that and the seed.
    errors : tuple of exception types
        What `read` may raise, on one line.
    choices : int
        Seeds that differ by this number make the same choices.
    constant : callable
        The bytes it may take beside a multiple of the file's size, by seed.
    """

    originals: list[bytes]
    damages: list[Damage]
    target: Path
    read: Callable[[int], Any]
    check: Callable[[Any, int], None]
    errors: tuple[type[Exception], ...]
    choices: int = 1
    constant: Callable[[int], int] = lambda seed: CONSTANT


def _some_vectors() -> list[Vectors]:
    numbers = np.random.default_rng(1).normal(size=(40, 7)).astype(np.float32)
    extremes = np.array(
        [[3.4028235e38, -3.4028235e38], [1e-45, -0.0], [0, 0], [1e30, 1e-30]], dtype=np.float32
    )
    words = [f"w{place}" for place in range(40)]
    return [
        Vectors(["king", "queen", "tea", "茶"], np.arange(12).reshape(4, 3) / 7),
        Vectors(["a"], np.array([[0.5]])),
        Vectors(["7", "8", "x" * 70, "a\u00a0b"], extremes, counts=np.array([9, 3, 3, 0])),
        Vectors(words, numbers, counts=np.arange(40)[::-1], output_vectors=-numbers),
    ]


# How pairs were drawn, as Firth, gensim and fastText tell it.
_TELL_COMPANY: list[dict[str, object]] = [
    {
        "options": {"negative": 5, "noise_exponent": 0.75, "sample": 1e-3},
        "part": {"counts": 0.5, "kept": 0.25, "noise": 0.125},
    },
    {"gensim": {"negative": 5, "ns_exponent": 0.75, "sample": 20}},
    {"fasttext": {"neg": 5, "t": 1e-4, "loss": "ns", "model": "sg", "ntokens": 40}},
]


def _native(name: str, damages: list[Damage], scratch: Path) -> Reader:
    """Damage one file of a folder of whole words."""
    matrix = np.arange(1, 13, dtype=np.float32).reshape(4, 3) / 7
    words = ["king", "queen", "tea", "茶"]
    counts = np.array([9, 9, 5, 1])
    config = {"options": {"dim": 3, "lr": 0.025}, "losses": [1.5, 1.25], "x": [None, True, "é"]}
    tables = [
        Vectors(words, matrix, config=config),
        Vectors([7, -1, 10**30, "\ud800"], matrix, counts=counts, config=config),
        *(
            Vectors(words, matrix, counts=counts, output_vectors=-matrix, config=each)
            for each in ({}, *_TELL_COMPANY)
        ),
    ]
    return _folder(tables, name, damages, scratch)


def _native_with_ngrams(name: str, damages: list[Damage], scratch: Path) -> Reader:
    """Damage one file of a folder with n-grams and the tables that were read out."""
    # Many n-grams, so that some damage changes one and does no harm.
    ngrams = ["<te", "tea", "ea>", "<茶>", "<\ud800>", *(f"{number:03}" for number in range(60))]
    by_count, hashed = Subwords(3, 4, ngrams=tuple(ngrams)), Subwords(1, 2, buckets=65)
    numbers = np.random.default_rng(2).normal(size=(69, 3)).astype(np.float32)
    turn = np.linalg.qr(numbers[:3])[0]
    words = ["tea", "teas", "茶", "7"]
    tables = [
        Vectors(words, numbers[:4], raw=RawTables(numbers, subwords, space))
        for subwords, space in (
            (by_count, Space(turn)), (hashed, Space(turn, axes=turn)), (by_count, None),
        )
    ]  # fmt: skip
    # Without its vectors, a folder is a checkpoint; what composes them is imported before limits.
    for subwords in (by_count, hashed):
        subwords.rows_of_all(words)
    return _folder(tables, name, damages, scratch)


def _native_with_documents(damages: list[Damage], scratch: Path) -> Reader:
    """Damage the file of the documents of a folder, which are looked at too."""
    numbers = np.random.default_rng(3).normal(size=(40, 3)).astype(np.float32)
    tables = [
        Vectors(
            ["tea", "milk"], numbers[:2], documents=DocumentTable(ids, numbers[: len(ids)], tags)
        )
        for ids, tags in (
            (np.arange(3), ("é", 7, "7")),
            (np.array([5, 2**40]), None),
            (np.arange(40) * 7, None),
        )
    ]
    reader = _folder(tables, DOCUMENTS, damages, scratch)

    def read(seed: int) -> Vectors:
        vectors: Vectors = reader.read(seed)
        if vectors.document_table is not None:
            _check_vectors(vectors.documents)
        return vectors

    return dataclasses.replace(reader, read=read, errors=(FormatError, ConfigError))


def _phrases(scratch: Path) -> Reader:
    """Damage a file of phrases, which then join words."""
    pairs = [Phrase(("new", "york"), 9, 250.0), Phrase(("bank", "of", "ing\ud800"), 3, -0.5)]
    many = [Phrase((f"a{number}", "茶"), number, number / 7) for number in range(40)]
    reading = {"tokenizer": "whitespace", "lowercase": True, "normalization": None}
    path, originals = scratch / "phrases.json", []
    for phrases in (
        Phrases([pairs, [Phrase(("new_york", "city"), 2, 1.0)]], ["of"], "_", {"min_count": 2}),
        Phrases([many], delimiter="", reading=reading),
        Phrases([]),
    ):
        phrases.save(path)
        originals.append(path.read_bytes())

    def check(phrases: Phrases, seed: int) -> None:
        assert Phrases.of_dict(phrases.to_dict(), "again") == phrases
        for text in ("in new york city", "a bank of ing\ud800 a1 茶"):
            joined = phrases.join(text.split())
            assert len(joined) <= len(text.split())
            assert all(type(word) is str for word in [*joined, phrases.spell(text)])
        assert len(phrases.best(3)) <= 3

    return Reader(originals, JSON, path, lambda seed: Phrases.load(path), check, (FormatError,))


def _folder(tables: list[Vectors], name: str, damages: list[Damage], scratch: Path) -> Reader:
    """Damage one file of the folder; the others stay whole."""
    originals = []
    for table in tables:
        table.save(scratch / "vectors")
        originals.append((scratch / "vectors" / name).read_bytes())
    return vectors_reader(originals, damages, scratch / "vectors", scratch / "vectors" / name)


def _word2vec(suffix: str, scratch: Path, *, header: bool = True) -> Reader:
    originals = []
    for vectors in _some_vectors():
        vectors.save(scratch / f"original{suffix}")
        content = (scratch / f"original{suffix}").read_bytes()
        originals.append(content if header else content.partition(b"\n")[2])
    if suffix == ".bin":  # gensim's have no newline after each vector
        rows = [f"{word} ".encode() + vectors[word].tobytes() for word in vectors]
        originals.append(content.partition(b"\n")[0] + b"\n" + b"".join(rows))
    return vectors_reader(originals, LINES, scratch / f"vectors{suffix}")


def _glove(scratch: Path) -> Reader:
    """Damage lines without a header, of which the first may look like one."""
    path = scratch / "vectors.txt"
    originals = [b"7 1\n1 2\n", "# 1e3 -2\n\u2028 0 .5\ntwo words 1 2".encode()]
    for vectors in _some_vectors():
        vectors.save(path, format="glove", overwrite=True)
        originals.append(path.read_bytes())
    return vectors_reader(originals, LINES, path, format="glove")


def _gensim(scratch: Path) -> Reader:
    """Damage pickles of gensim, with arrays in them and beside them."""
    numbers = np.random.default_rng(4).normal(size=(70, 3)).astype(np.float32)
    words, beside = ["tea", "milk", "茶"], ["king", "queen"]
    np.save(scratch / "vectors.kv.vectors.npy", numbers[:2])
    np.save(scratch / "vectors.kv.wv.vectors.npy", numbers[:2])
    keyed = gensim_pickles.key_vectors(words, numbers[:3], [9, 3, 1])
    fasttext = gensim_pickles.fasttext_vectors(words, numbers[:3], numbers[3:])
    Subwords(3, 6, buckets=67).rows_of_all(words)  # imported before limits
    instances = [
        keyed,
        gensim_pickles.key_vectors(beside, None),
        gensim_pickles.model(
            "Word2Vec", keyed, syn1neg=numbers[3:6], negative=5, ns_exponent=0.75, sample=0.1
        ),
        gensim_pickles.model("Doc2Vec", gensim_pickles.key_vectors(beside, None), dv=keyed),
        gensim_pickles.model("FastText", fasttext),
    ]
    originals = [
        gensim_pickles.dumped(instance, protocol)
        for instance in instances
        for protocol in (2, 4, 5)
    ]
    reader = vectors_reader(originals, PICKLES, scratch / "vectors.kv")
    # An empty list, of one byte in a pickle, takes 64 bytes.
    return dataclasses.replace(
        reader, constant=lambda seed: reader.constant(seed) + MULTIPLE * LARGEST_FILE
    )


def _gensim_array(scratch: Path) -> Reader:
    """Damage an array beside a pickle of gensim."""
    path = scratch / "vectors.kv"
    path.write_bytes(gensim_pickles.dumped(gensim_pickles.key_vectors(["tea", "milk"], None)))
    originals, target = [], scratch / "vectors.kv.vectors.npy"
    for dtype in ("<f4", ">f4", "<f2", "<f8"):
        np.save(target, np.arange(6, dtype=dtype).reshape(2, 3))
        originals.append(target.read_bytes())
    reader = vectors_reader(originals, LINES, path, target)
    return dataclasses.replace(reader, constant=lambda seed: reader.constant(seed) + HEADER)


def _fasttext(scratch: Path) -> Reader:
    """Damage models of fastText, with n-grams and without."""
    table = np.random.default_rng(6).normal(size=(40, 3)).astype(np.float32)
    Subwords(3, 6, buckets=36).rows_of_all(["tea"])  # imported before limits
    words = ["</s>", "tea", "茶", "b\u00e9"]
    originals = [
        fasttext_files.fasttext_bin(words, table),
        fasttext_files.fasttext_bin(words, table, -table[:4], version=11, minn=1, maxn=2),
        fasttext_files.fasttext_bin(words, table[:4], maxn=0),
        fasttext_files.fasttext_bin(words, table, table[:2], labels=["a", "b"], model=3, loss=3),
        fasttext_files.fasttext_bin(words, table, loss=1),
        fasttext_files.fasttext_bin(words, table, version=0),
    ]
    return vectors_reader(originals, BYTES, scratch / "vectors.bin")


def _npz(scratch: Path) -> Reader:
    """Damage archives of arrays, and the arrays in them."""
    path, originals = scratch / "vectors.npz", []
    for vectors in _some_vectors():
        for dtype in ("float32", "int8"):
            vectors.save(path, dtype=dtype)
            originals.append(path.read_bytes())
    np.savez_compressed(path, words=np.array([5, 7]), vectors=np.eye(2))
    originals.append(path.read_bytes())
    reader = vectors_reader(originals, [*BYTES, *[change_member] * 20], path)
    return dataclasses.replace(reader, constant=lambda seed: reader.constant(seed) + HEADER)


def _arrow(suffix: str, scratch: Path) -> Reader:
    # Other memory pools would take much more address space than memory.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    path, originals = scratch / f"vectors{suffix}", []
    for vectors in _some_vectors():
        for dtype in ("float32", "int8"):
            vectors.save(path, dtype=dtype)
            originals.append(path.read_bytes())
    reader = vectors_reader(originals, BYTES, path)
    # However short a file is, what it holds may be long.
    return dataclasses.replace(
        reader, constant=lambda seed: reader.constant(seed) + MULTIPLE * LARGEST_FILE
    )


def _arrow_stream(scratch: Path) -> Reader:
    """Damage streams of Arrow, which are not written."""
    import pyarrow

    reader = _arrow(".arrow", scratch)
    originals = []
    for original in reader.originals:
        sink = pyarrow.BufferOutputStream()
        table = pyarrow.ipc.open_file(original).read_all()
        with pyarrow.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=9)
        originals.append(sink.getvalue().to_pybytes())
    return dataclasses.replace(reader, originals=originals)


def _projector(name: str, scratch: Path) -> Reader:
    """Damage one of the two tables of a projector's folder."""
    path, originals = scratch / "vectors", []
    matrix = np.arange(1, 13, dtype=np.float32).reshape(4, 3) / 7
    words = ["king", "queen", "new york", "茶"]
    for counts in (None, np.array([9, 5, 5, 1])):
        Vectors(words, matrix, counts=counts).save(path, format="projector")
        originals.append((path / name).read_bytes())
    return vectors_reader(originals, LINES, path, path / name)


def _qdrant(scratch: Path) -> Reader:
    """Damage the database of a folder of Qdrant."""
    path, originals = scratch / "vectors", []
    target = path / "collection" / "words" / "storage.sqlite"
    for vectors in _some_vectors():
        counts = None if vectors.counts is None else vectors.counts.tolist()
        words = list(vectors)
        qdrant_files.write_folder(path, qdrant_files.points(words, vectors.input_vectors, counts))
        originals.append(target.read_bytes())
    damages = [functools.partial(_in_whole_pages, damage) for damage in BYTES]
    return vectors_reader(originals, damages, path, target)


def _in_whole_pages(damage: Damage, draw: random.Random, data: bytes) -> bytes:
    """Damage a database, and most often fill its last page, or it is refused by its size."""
    damaged = damage(draw, data)
    return damaged if draw.random() < 0.1 else damaged.ljust(-(-len(damaged) // 4096) * 4096, b"\0")


def _qdrant_point(scratch: Path) -> Reader:
    """Damage one of two points of Qdrant, which are pickles."""
    path, target = scratch / "vectors", scratch / "point"
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3) / 7
    originals = [
        point
        for protocol in (4, 5)
        for counts in (None, [9, 3])
        for point in qdrant_files.points(["tea", "茶"], matrix, counts, protocol)
    ]
    reader = vectors_reader(originals, PICKLES, path, target)
    whole = qdrant_files.points(["milk"], matrix[:1])

    def read(seed: int) -> Vectors:
        qdrant_files.write_folder(path, [*whole, target.read_bytes()])
        found: Vectors = reader.read(seed)
        return found

    # An empty list, of one byte in a pickle, takes 64 bytes.
    return dataclasses.replace(
        reader, read=read, constant=lambda seed: reader.constant(seed) + MULTIPLE * LARGEST_FILE
    )


def _floret(scratch: Path) -> Reader:
    """Damage tables of floret, of which words are composed."""
    rows = np.random.default_rng(10).normal(size=(20, 3)).astype(np.float32)
    originals = []
    for header in ("20 3 3 6 2 2166136261 < >", "4 3 1 2 4 0 [ é", "1 1 2 2 1 9 < >"):
        few = rows[: int(header.split()[0]), : int(header.split()[1])]
        lines = [f"{row} {' '.join(f'{x:.5g}' for x in each)}" for row, each in enumerate(few)]
        originals.append("\n".join([header, *lines, ""]).encode())
    words = ["tea", "茶", "", "</s>", "\ud800", "new york", 7]
    subwords = Subwords(1, 2, buckets=9, floret=Floret(1, 0))
    subwords.rows_of_all(["tea"])  # imported before limits
    named = {"words": words, "format": "floret"}
    return vectors_reader(originals, LINES, scratch / "vectors.floret", **named)


def _finalfusion(scratch: Path) -> Reader:
    """Damage files of finalfusion."""
    numbers = np.random.default_rng(8).normal(size=(30, 3)).astype(np.float32)
    words = ["tea", "茶", "new york"]
    make = finalfusion_files.finalfusion_file
    originals = [
        make(words, numbers[:3]),
        make(words, numbers[:3], numbers[:3, 0], metadata=b"a = 1\n"),
        make(words, numbers, vocab=finalfusion_files.FASTTEXT),
    ]
    return vectors_reader(originals, BYTES, scratch / "vectors.fifu")


def _static_embedding(name: str, damages: list[Damage], scratch: Path) -> Reader:
    """Damage one file of a folder of static embeddings."""
    matrix = np.arange(1, 13, dtype=np.float32).reshape(4, 3) / 7
    path, originals = scratch / "vectors", []
    path.mkdir()
    vocab = {"[UNK]": 0, "tea": 1, "茶": 2, "##s": 3}
    tokenizers = [
        {"version": "1.0", "added_tokens": [{"id": 0, "content": "[UNK]"}], "model": model}
        for model in ({"type": "WordPiece", "vocab": vocab}, {"vocab": [[w, -1.5] for w in vocab]})
    ]
    for key, tokenizer in zip(("embedding.weight", "embeddings"), tokenizers, strict=True):
        (path / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
        save_file({key: matrix}, path / "model.safetensors")
        originals.append((path / name).read_bytes())
    made = scratch / "made"
    # Their tokens are more than the rows of the others.
    for dtype in ("float16", "int8") if name == "model.safetensors" else ():
        Vectors(list("abcd"), matrix).save(made, format="static-embedding", dtype=dtype)
        originals.append((made / name).read_bytes())
    return vectors_reader(originals, damages, path, path / name)


def _zipped(scratch: Path) -> Reader:
    """Damage zip archives of one file."""
    path, originals = scratch / "vectors.zip", []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for original in _word2vec(".txt", scratch).originals:
            with zipfile.ZipFile(path, "w", method) as archive:
                archive.writestr("v.txt" if len(originals) % 2 else "茶.txt", original)
            originals.append(path.read_bytes())
    return vectors_reader(originals, BYTES, path)


def _of_unknown_suffix(scratch: Path) -> Reader:
    """Mix files of all kinds, under a name that does not tell which."""
    kinds = [_word2vec(".bin", scratch), _word2vec(".txt", scratch)]
    kinds.append(_word2vec(".txt", scratch, header=False))
    originals = [content for kind in kinds for content in kind.originals]
    return vectors_reader(originals, LINES, scratch / "model.w2v")


def vectors_reader(
    originals: list[bytes],
    damages: list[Damage],
    path: Path,
    target: Path | None = None,
    **options: Any,
) -> Reader:
    """Read what is at `path`, of which `target` is damaged, with these options of `load`."""
    usual = word2vec_text.BLOCK_BYTES
    # Imported before memory is measured: a damaged file may seem to be of any format.
    for form in registry.FORMATS:
        with contextlib.suppress(MissingExtraError):
            form.load()

    def block_bytes(seed: int) -> int:
        # Small blocks bring their bounds into small files.
        return usual if seed % 4 == 0 else 3 * word2vec_text._SHORT_LINE

    def read(seed: int) -> Vectors:
        word2vec_text.BLOCK_BYTES = block_bytes(seed)
        # Every other time, lists of words and tables are read as long and large ones are.
        lazy_words.LEAST_BYTES = mapping.LEAST_BYTES = 0 if seed % 2 else 1 << 40
        errors = "replace" if seed % 8 == 1 else "strict"
        if seed % 8 == 3:
            # As `firth convert` reads: tables are mapped, or kept in a temporary file.
            words, format = options.get("words"), options.get("format")
            return load_selection(path, Selection(errors, None, words, path.parent), format)
        return load(path, encoding_errors=errors, **options)

    def check(vectors: Vectors, seed: int) -> None:
        _check_vectors(vectors)
        if seed % 8 in (0, 1, 2):
            _check_use(vectors, path.with_name("again"))

    return Reader(
        originals, damages, target or path, read, check, (FormatError,), choices=8,
        constant=lambda seed: CONSTANT + block_bytes(seed),
    )  # fmt: skip


def _check_vectors(vectors: Vectors) -> None:
    V, D = len(vectors.words), vectors.dim
    assert V >= 1
    assert D >= 1
    assert len(set(vectors.words)) == V
    assert {type(word) for word in vectors.words} <= {str, int}
    for matrix in (vectors.input_vectors, vectors.output_vectors):
        if matrix is not None:
            assert matrix.shape == (V, D)
            assert matrix.dtype == np.float32
            assert np.isfinite(matrix).all()
    if vectors.counts is not None:
        assert vectors.counts.shape == (V,)
        assert vectors.counts.dtype == np.int64
        assert vectors.counts.min() >= 0
    if vectors.raw is not None:
        subwords = vectors.raw.subwords
        assert len(vectors.raw.input) == V + (0 if subwords is None else len(subwords))
        assert np.isfinite(vectors.raw.input).all()
    assert type(vectors.config) is dict


def _check_use(vectors: Vectors, path: Path) -> None:
    """What could be read can be asked, written, and read again."""
    if vectors.input_vectors[0].any():
        for _, score in vectors.similar(vectors.words[0], top=3):
            assert -1.001 <= score <= 1.001
    if tells_company(vectors):
        for _, score, probability in vectors.company(vectors.words[0], top=3):
            assert np.isfinite(score)
            assert 0 <= probability <= 1
    try:
        vectors.save(path)
    except FormatError as error:
        # What the stack could just hold on reading, it may not on writing.
        if "recursion" not in str(error):
            raise
        return
    again = load(path)
    assert again.words == vectors.words
    for name in ("input_vectors", "output_vectors", "counts"):
        np.testing.assert_array_equal(getattr(again, name), getattr(vectors, name))
    with contextlib.suppress(RecursionError):
        assert again.config == vectors.config


FAULTS: dict[str, Callable[[], object]] = {
    "crash": os.abort,
    "hang": lambda: any(iter(int, 1)),
    "allocation": lambda: bytearray(2 * CONSTANT + MULTIPLE * LARGEST_FILE),
    "mapping": lambda: mmap.mmap(-1, 2 * ROOM),
    "warning": lambda: warnings.warn("look out", RuntimeWarning, stacklevel=1),
    "two-lines": lambda: _raise(LookupError("one\u2028two")),
    "long-message": lambda: _raise(LookupError("a" * 10_000)),
    "other-error": lambda: _raise(MemoryError()),
}


def _raise(error: Exception) -> None:
    raise error


def _faulty(fault: str, scratch: Path) -> Reader:
    """Go wrong at one seed, to show that the fuzzer tells of it."""

    def read(seed: int) -> None:
        if seed == 3:
            FAULTS[fault]()
        raise LookupError("refused")

    return Reader([], BYTES, scratch / "file", read, lambda _, seed: None, (LookupError,))


def _growing(scratch: Path) -> Reader:
    """Take much memory once, as Python's own tables do when they grow."""
    begun: list[int] = []

    def read(seed: int) -> None:
        begun.append(seed)
        if len(begun) == 3:
            FAULTS["allocation"]()
        raise LookupError("refused")

    return Reader([], BYTES, scratch / "file", read, lambda _, seed: None, (LookupError,))


READERS: dict[str, Callable[[Path], Reader]] = {
    "native-model": functools.partial(_native, "model.safetensors", SAFETENSORS),
    "native-vocabulary": functools.partial(_native, "vocabulary.json", JSON),
    "native-config": functools.partial(_native, "config.json", JSON),
    "native-subwords": functools.partial(_native_with_ngrams, "subwords.json", JSON),
    "native-documents": functools.partial(_native_with_documents, SAFETENSORS),
    "native-subwords-model": functools.partial(
        _native_with_ngrams, "model.safetensors", SAFETENSORS
    ),
    "phrases": _phrases,
    "glove": _glove,
    "word2vec-binary": functools.partial(_word2vec, ".bin"),
    "word2vec-text": functools.partial(_word2vec, ".txt"),
    "word2vec-text-without-header": functools.partial(_word2vec, ".vec", header=False),
    "gensim": _gensim,
    "gensim-array": _gensim_array,
    "fasttext": _fasttext,
    "npz": _npz,
    "static-embedding-model": functools.partial(
        _static_embedding, "model.safetensors", SAFETENSORS
    ),
    "static-embedding-tokenizer": functools.partial(_static_embedding, "tokenizer.json", JSON),
    "finalfusion": _finalfusion,
    "floret": _floret,
    "qdrant": _qdrant,
    "qdrant-point": _qdrant_point,
    "projector-vectors": functools.partial(_projector, "vectors.tsv"),
    "projector-metadata": functools.partial(_projector, "metadata.tsv"),
    "parquet": functools.partial(_arrow, ".parquet"),
    "arrow": functools.partial(_arrow, ".arrow"),
    "arrow-stream": _arrow_stream,
    "zipped": _zipped,
    "unknown-suffix": _of_unknown_suffix,
    "growing": _growing,
    **{f"faulty-{fault}": functools.partial(_faulty, fault) for fault in FAULTS},
}
