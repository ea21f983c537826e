"""Small models as fastText writes them, made without it."""

import struct

import numpy as np

MAGIC = 793712314
SETTINGS = {
    "dim": 0, "ws": 5, "epoch": 5, "minCount": 1, "neg": 5, "wordNgrams": 1, "loss": 2, "model": 2,
    "bucket": 0, "minn": 3, "maxn": 6, "lrUpdateRate": 100,
}  # fmt: skip


def matrix(table):
    """Return a table as it stands in a file."""
    return struct.pack("<2q", *table.shape) + np.asarray(table, "<f4").tobytes()


def fasttext_bin(
    words,
    table,
    output=None,
    *,
    version=12,
    labels=(),
    counts=None,
    pruned=-1,
    flags=(0, 0),
    **more,
):
    """Return the bytes of a model; `table` has a row for each word, then one for each bucket.

    Version 0 is that from before 2017, which tells no version and nothing of compression.
    """
    encoded = [word if isinstance(word, bytes) else word.encode() for word in words]
    numbers = [len(words) - row for row in range(len(words))] if counts is None else counts
    buckets = len(table) - len(words)
    settings = {**SETTINGS, "dim": table.shape[1], "bucket": buckets, **more}
    parts = [
        struct.pack("<2i", MAGIC, version) if version else b"",
        struct.pack("<12id", *settings.values(), 1e-4),
        struct.pack("<3iq", len(words) + len(labels), len(words), len(labels), 99),
        struct.pack("<q", pruned) if version else b"",
        *(w + b"\0" + struct.pack("<qb", n, 0) for w, n in zip(encoded, numbers, strict=True)),
        *(label.encode() + b"\0" + struct.pack("<qb", 1, 1) for label in labels),
        bytes([flags[0]]) if version else b"",
        matrix(table),
        bytes([flags[1]]) if version else b"",
        matrix(table[: len(words)] if output is None else output),
    ]
    return b"".join(parts)
