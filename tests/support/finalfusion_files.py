"""Small files as finalfusion writes them, made without it."""

import struct

import numpy as np

SIMPLE, ARRAY, BUCKETS, METADATA, NORMS, FASTTEXT = 1, 2, 3, 5, 6, 7


def _chunk(kind, content):
    return struct.pack("<I Q", kind, len(content)) + content


def _padding(place):
    return bytes(4 - place % 4)


def finalfusion_file(words, rows, norms=None, *, metadata=None, vocab=SIMPLE, dtype=10):
    """Return the bytes of a file; `rows` has a row for each word, then those of n-grams."""
    kinds = [vocab, ARRAY]
    kinds = ([] if metadata is None else [METADATA]) + kinds + ([] if norms is None else [NORMS])
    data = struct.pack(f"<4s 2I {len(kinds)}I", b"FiFu", 0, len(kinds), *kinds)
    if metadata is not None:
        data += _chunk(METADATA, metadata)
    encoded = [word if isinstance(word, bytes) else word.encode() for word in words]
    ngrams = b"" if vocab == SIMPLE else struct.pack("<3I", 3, 6, len(rows) - len(words))
    content = struct.pack("<Q", len(words)) + ngrams
    data += _chunk(vocab, content + b"".join(struct.pack("<I", len(w)) + w for w in encoded))
    size = struct.pack("<Q 2I", *rows.shape, dtype)
    numbers = np.asarray(rows, "<f4").tobytes()
    data += _chunk(ARRAY, size + _padding(len(data) + 12 + len(size)) + numbers)
    if norms is not None:
        size = struct.pack("<Q I", len(norms), dtype)
        numbers = np.asarray(norms, "<f4").tobytes()
        data += _chunk(NORMS, size + _padding(len(data) + 12 + len(size)) + numbers)
    return data
