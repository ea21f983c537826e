"""Files that were saved or fetched in another way than was meant."""

import gzip

import numpy as np
import pytest

from firth.corpus import Vocabulary
from firth.errors import FormatError
from firth.evaluation.analogy_files import read_analogies
from firth.evaluation.categories import read_categories
from firth.vectors import Vectors, load
from firth.vectors.converting import read_word_list

VECTORS = Vectors(["tea", "milk"], np.array([[1, 2], [3, 4]], np.float32))
TEXT = "2 2\ntea 1 2\nmilk 3 4\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


mistaken = pytest.mark.parametrize(
    ("content", "fault"),
    [
        (POINTER, "is a pointer of Git LFS; fetch the file: git lfs pull"),
        (TEXT.encode("utf-16"), "is UTF-16 text, not UTF-8; convert it: iconv -f UTF-16 -t UTF-8"),
        (TEXT.encode("utf-16-be"), "convert it: iconv -f UTF-16BE -t UTF-8"),
        (TEXT.encode("utf-32"), "convert it: iconv -f UTF-32 -t UTF-8"),
        (
            gzip.compress(gzip.compress(TEXT.encode(), mtime=0), mtime=0),
            "is compressed once more; decompress",
        ),
    ],
)


@pytest.mark.parametrize("name", ["v.txt", "v.bin", "v.kv", "v.npz", "v.fifu", "v.other"])
@mistaken
def test_a_file_of_vectors(name, content, fault, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    if name == "v.npz":  # whose content is never decompressed
        fault = fault.replace("compressed once more", "compressed")
    with pytest.raises(FormatError, match=fault):
        load(path)


@pytest.mark.parametrize(
    "format",
    ["word2vec-text", "word2vec-binary", "gensim", "fasttext", "npz", "floret", "finalfusion"],
)
@mistaken
def test_a_file_of_a_named_format(format, content, fault, tmp_path):
    path = tmp_path / "v"
    path.write_bytes(content)
    if format == "npz":
        fault = fault.replace("compressed once more", "compressed")
    with pytest.raises(FormatError, match=fault):
        load(path, format=format)


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(read_word_list, id="words"),
        pytest.param(Vocabulary.load, id="counts"),
        pytest.param(read_analogies, id="analogies"),
        pytest.param(read_categories, id="categories"),
    ],
)
@mistaken
def test_a_list(read, content, fault, tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=rf"list\.txt .*{fault}"):
        read(path)


@pytest.mark.parametrize(
    ("format", "name"),
    [
        ("firth", "model.safetensors"),
        ("firth", "vocabulary.json"),
        ("firth", "config.json"),
        ("static-embedding", "model.safetensors"),
        ("static-embedding", "tokenizer.json"),
        ("projector", "vectors.tsv"),
        ("projector", "metadata.tsv"),
    ],
)
def test_a_file_of_a_folder(format, name, tmp_path):
    VECTORS.save(tmp_path / "v", format=format)
    path = tmp_path / "v" / name
    whole = path.read_bytes()
    path.write_bytes(POINTER)
    with pytest.raises(FormatError, match=rf"{name} is a pointer of Git LFS; fetch the file"):
        load(tmp_path / "v")
    path.write_bytes(gzip.compress(whole))
    with pytest.raises(FormatError, match=rf"{name} is compressed; decompress it first"):
        load(tmp_path / "v")


def test_an_array_beside_a_pickle_of_gensim(tmp_path):
    gensim_pickles = pytest.importorskip("gensim_pickles")
    pickled = gensim_pickles.dumped(gensim_pickles.key_vectors(["tea", "milk"], None))
    (tmp_path / "v.kv").write_bytes(pickled)
    (tmp_path / "v.kv.vectors.npy").write_bytes(POINTER)
    with pytest.raises(FormatError, match=r"v\.kv\.vectors\.npy is a pointer of Git LFS"):
        load(tmp_path / "v.kv")


@pytest.mark.parametrize("kept", ["v.npz", "v.parquet"])
def test_archives_that_are_compressed(kept, tmp_path):
    pytest.importorskip("pyarrow")
    VECTORS.save(tmp_path / kept)
    content = gzip.compress((tmp_path / kept).read_bytes())
    for name in (kept, f"{kept}.gz"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FormatError, match="; decompress it"):
            load(tmp_path / name)


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json"])
def test_json_may_begin_with_a_mark(name, tmp_path):
    VECTORS.save(tmp_path / "v")
    path = tmp_path / "v" / name
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(tmp_path / "v").words == VECTORS.words
