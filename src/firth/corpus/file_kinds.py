"""Recognizing by its first bytes what a file holds: text, compressed text, or something else."""

from __future__ import annotations

import re

from firth.errors import CorpusError
from firth.io.compression import ARCHIVES
from firth.io.mistaken import mistaken_for

# A tar archive has its mark at byte 257.
HEAD_BYTES = 4096

_UNPACK = "unpack it first and give the text in it"
_DECOMPRESS = "decompress it first"
_SAVE_AS_TEXT = "save it as plain text (UTF-8) first"
_EXTRACT = "write its text to a file first, one sentence or document a line"
_VECTORS = "to train on from vectors, give them as start (--start)"

# Pattern of the first bytes, what such a file is, what to do about it.
_OTHER_KINDS = (
    *((magic, f"a {name}", _UNPACK) for name, magic in ARCHIVES.items()),
    (rb"\x1f[\x9d\xa0]", "a file of compress (.Z)", _DECOMPRESS),
    (rb"\x04\x22\x4d\x18", "an lz4 file", _DECOMPRESS),
    (rb"LZIP\x01", "an lzip file", _DECOMPRESS),
    (rb"\xff\x06\x00\x00sNaPpY", "a snappy file", _DECOMPRESS),
    (rb"%PDF-", "a PDF document", _SAVE_AS_TEXT),
    (rb"\{\\rtf", "an RTF document", _SAVE_AS_TEXT),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document", _SAVE_AS_TEXT),
    (rb"\x89PNG\r\n", "a PNG picture", "give text"),
    (rb"\xff\xd8\xff", "a JPEG picture", "give text"),
    (rb"GIF8[79]a", "a GIF picture", "give text"),
    (rb"PAR1", "a Parquet table", _EXTRACT),
    (rb"ARROW1\x00\x00|FEA1|\xff\xff\xff\xff", "an Arrow table", _EXTRACT),
    (rb"ORC[\x00-\x1f]", "an ORC table", _EXTRACT),
    (rb"Obj\x01", "an Avro file", _EXTRACT),
    (rb"SQLite format 3\x00", "an SQLite database", _EXTRACT),
    (rb"\x89HDF\r\n", "an HDF5 file", _EXTRACT),
    (rb"\x93NUMPY", "a NumPy array", "give text, or lists of tokens from Python"),
    (rb"\x80[\x02-\x05]", "a pickle", "give text, or lists of tokens from Python"),
    (rb"(?s:.{6})\x00\x00\{", "a safetensors file", _VECTORS),
    (rb"\x7fELF|MZ\x90\x00", "a program", "give text"),
)
# Bytes that do not occur in text, and how many wrong bytes a text may have.
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f"))
_WRONG_BYTES = 8
_WRONG_SHARE = 0.2


def check_is_text(head: bytes, name: str) -> None:
    """Raise `CorpusError` if the first bytes of a file show that it is not text.

    Parameters
    ----------
    head : bytes
        `HEAD_BYTES` of them, or the whole file, decompressed.
    name : str
        The name of the file in a message.
    """
    for magic, what, advice in _OTHER_KINDS:
        if re.match(magic, head):
            raise CorpusError(f"{name} is {what}, not UTF-8 text; {advice}")
    mistaken = mistaken_for(head)
    if mistaken is not None:
        raise CorpusError(f"{name} is {mistaken}")


def is_mostly_text(data: bytes) -> bool:
    """Return whether only a small share of `data` is invalid UTF-8 or control characters."""
    readable = data.decode("utf-8", "ignore").encode().translate(None, _CONTROLS)
    return len(data) - len(readable) <= _WRONG_BYTES + _WRONG_SHARE * len(data)
