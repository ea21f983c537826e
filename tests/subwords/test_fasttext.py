"""Hashed n-grams agree with fastText's, whose numbers stand here.

Rows are from `get_subwords` of the wheel fasttext-community 0.11.9, of models with `dim=1` and the
lengths and buckets below. Vectors are from `fasttext print-word-vectors` of Debian's fastText 0.9.2
(the wheel scales them to unit length).
"""

import hashlib
import itertools
import struct

import numpy as np
import pytest

from firth.subwords import hashed_ngrams, word_bags
from firth.vectors import RawTables, Vectors, load
from unicode_words import composed_words, unicode_words

# SHA-256 of the number of n-grams of each word, then of all rows, as int32, little-endian.
DIGESTS = {
    (3, 6, 2_000_000): "93075ed17efa2d1e28c3f4ffed78e944f7664e199e0474a36ab97c365f4dd20c",
    (1, 3, 1_000_003): "989fb0dcf938a61e8fbddf87c68986b41ad72d89e7c43b91e1837a9bcdce0ed7",
}
ROWS = {
    (3, 6, 2_000_000): {
        "tea": [1484008, 630059, 130191, 23337, 1528757, 55895],
        "茶": [365135],
        "é": [806231],
        "<a>": [331436, 1909718, 533816, 1087600, 1655882, 1487544],
        "кофе": [
            469847, 752450, 1588185, 745125, 1349316, 1638379, 1271503, 1931557, 1780609, 1560667,
        ],
        "𠀀𠀁": [1671720, 866978, 1143844],
        "🍵": [1425706],
        "": [],
        "</s>": [],
    },
    (1, 3, 1_000_003): {
        "tea": [
            450213, 479001, 99135, 167961, 14277, 880470, 137301, 53357, 990745, 613945,
        ],
        "茶": [996354, 359963, 951528, 292743],
        "é": [34611, 803225, 40708, 984040],
        "<a>": [
            994060, 328616, 129668, 3467, 80523, 990745, 613945, 482477, 684807, 307488,
        ],
        "🍵": [185956, 417777, 302254, 427628],
        "": [438921],
        "</s>": [],
    },
}  # fmt: skip
VECTORS = {
    "crime-and-punishment.bin": {
        "Раскольников": [-0.0022284, 0.0569, 0.02893, 0.08917, 0.031643],
        "pawnbroker": [0.00031365, 0.04212, 0.0085646, 0.090418, 0.052457],
        "and-punishment": [0.0070907, 0.052199, 0.032969, 0.10689, 0.051807],
        "the": [-0.063007, 0.046053, 0.045744, 0.10716, 0.019843],
    },
    "lee_fasttext_new.bin": {
        "unforeseen": [
            -0.22317, -0.12153, 0.16099, -0.99924, 0.18865,
            -0.99737, 0.46184, 0.058918, -0.19139, 0.0054875,
        ],
        "café": [
            -0.62668, -0.12895, -0.054985, -1.0981, 0.42253,
            -1.2178, 0.45751, -0.20339, -0.042547, -0.076677,
        ],
        "in": [
            -0.48886, -0.26498, 0.044217, -0.9284, 0.77722,
            -1.2153, 0.58476, 0.069224, -0.022603, -0.33941,
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize("numbers", DIGESTS)
def test_rows_of_random_unicode_words_are_fasttexts(numbers):
    offsets, rows = hashed_ngrams(*numbers).rows_of_all(composed_words(100_000))
    sizes = np.diff(offsets).astype("<i4")
    digest = hashlib.sha256(sizes.tobytes() + rows.astype("<i4").tobytes())
    assert digest.hexdigest() == DIGESTS[numbers]


@pytest.mark.parametrize("numbers", ROWS)
def test_rows_of_some_words_are_fasttexts(numbers):
    subwords = hashed_ngrams(*numbers)
    assert {word: subwords.rows_of(word) for word in ROWS[numbers]} == ROWS[numbers]


def test_many_words_at_once_have_the_same_rows_as_one_by_one():
    subwords = hashed_ngrams(2, 5, 2**31 - 1)
    # Not normalized, and with characters that UTF-8 does not allow.
    words = [
        *unicode_words(2_000),
        "</s>",
        "\ud800",
        "a\udfffb",
        "e\u0301",
        "é",
        "<",
        ">",
        "x" * 999,
    ]
    offsets, rows = subwords.rows_of_all(words)
    bounds = itertools.pairwise(offsets)
    assert [rows[first:last].tolist() for first, last in bounds] == [
        subwords.rows_of(word) for word in words
    ]
    assert rows.dtype == np.int32
    assert rows.max() > 2**30


def read_fasttext(path):
    """Return the words of a model file, its table, and its least, most and buckets."""
    data = path.read_bytes()
    *_, buckets, least, most, _ = struct.unpack_from("<12i", data, 8)
    size, V, _, _, pruned = struct.unpack_from("<3i2q", data, 64)
    place = 64 + struct.calcsize("<3i2q")
    words = []
    for _ in range(size):
        end = data.index(b"\0", place)
        words.append(data[place:end].decode())
        place = end + 1 + struct.calcsize("<qb")
    is_quantized = data[place]
    assert (V, pruned, is_quantized) == (size, -1, 0)
    rows, dim = struct.unpack_from("<2q", data, place + 1)
    assert rows == V + buckets
    table = np.frombuffer(data, "<f4", rows * dim, place + 17).reshape(rows, dim)
    return words, table, (least, most, buckets)


@pytest.mark.parametrize("name", VECTORS)
def test_vectors_are_composed_as_fasttext_does(shared_data, name):
    words, table, numbers = read_fasttext(shared_data / "vectors" / name)
    subwords = hashed_ngrams(*numbers)
    offsets, bags = word_bags(subwords, words)
    assert len(set(VECTORS[name]) - set(words)) > 1
    assert set(VECTORS[name]) & set(words)
    for word, expected in VECTORS[name].items():
        rows = np.add(len(words), subwords.rows_of(word))
        if word in words:
            place = words.index(word)
            rows = bags[offsets[place] : offsets[place + 1]]
        # The expected numbers have five digits.
        np.testing.assert_allclose(table[rows].mean(axis=0), expected, rtol=5e-5)


@pytest.mark.parametrize("name", VECTORS)
def test_unknown_words_have_fasttexts_directions(shared_data, name):
    words, table, numbers = read_fasttext(shared_data / "vectors" / name)
    raw = RawTables(table, hashed_ngrams(*numbers))
    vectors = Vectors.from_tables(words, raw, readout="plain")
    for word, expected in VECTORS[name].items():
        # fastText takes the mean, Firth the sum over the root of the number.
        for found in [vectors[word]] + ([] if word in words else [raw.compose(word)]):
            lengths = np.linalg.norm(found) * np.linalg.norm(expected)
            assert found @ expected / lengths == pytest.approx(1.0, abs=1e-6)
            number = len(raw.subwords.rows_of(word)) + (word in words)
            np.testing.assert_allclose(found / np.sqrt(number), expected, rtol=1e-4)


@pytest.mark.parametrize("name", VECTORS)
def test_loaded_models_have_fasttexts_vectors_of_known_and_unknown_words(shared_data, name):
    vectors = load(shared_data / "vectors" / name)
    for word, expected in VECTORS[name].items():
        np.testing.assert_allclose(vectors[word], expected, rtol=5e-5)
