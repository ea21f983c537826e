"""Damaging bytes, lines, JSON and safetensors files: each function draws what it does."""

from __future__ import annotations

import io
import itertools
import json
import math
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

LARGEST_FILE = 1 << 17

Damage = Callable[[random.Random, bytes], bytes]

_NUMBERS = [
    *"""
    0 -0 1 -1 2 3 7 8 255 256 65535 65536 2147483647 2147483648 -2147483648 4294967295
    4294967296 9223372036854775807 9223372036854775808 -9223372036854775808
    18446744073709551615 18446744073709551616 1e5 1e38 3.4028235e38 3.5e38 -1e39 1e-46 1e308
    1e309 1e999 -1e999 1e-999 0x10 1_0 1. .5 . +1 ++1 +-1 1e 1e+ e5 nan NaN -nan inf Infinity
    -Infinity 1,5 0.1f ٣ 1٣ Ⅷ 00 007 100000 1000000 999999999
    000000000000000000000000000000000000000000000000000000000000001
    """.encode().split(),
    b"", b"9" * 30, b"9" * 64, b"1" * 5_000, b"0." + b"3" * 3_000,
]  # fmt: skip

_TEXTS = [
    text.encode("utf-8", "surrogatepass")
    for text in (
        *"\x00\x01\t\n\v\f\r\x1c\x1f \x7f\x85\xa0\xad\u0300\u0640\u1680\u2003\u200b\u200d\u2028",
        *"\u202e\u3000\ufeff\ufffd\ufffe\uffff\ud800\udfff😀\U0010ffff漢é",
        *("", "\r\n", "\n\n", "  ", "\x00\x00\x00\x00", "e\u0301" * 20, "\\", '"', "\\u0000", "%s"),
        *("a" * 300, "{}", "[", "]", "//", ":", ": ", "#", ",", "\t\t", "'"),
    )
] + [
    b"\x80", b"\xc0\x80", b"\xc2", b"\xe1\x9a", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf8\x88",
    b"\xfe\xff", b"\xff\xfe", b"\xff" * 8, b"\x00" * 8, b"\x00\x00\x80\x7f", b"\x00\x00\xc0\xff",
    b"\x00" * 64, struct.pack("<f", 3.4e38), struct.pack("<i", 793712314), b"\x1f\x8b\x08",
]  # fmt: skip

_NUMBER = re.compile(rb"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_SPACE = re.compile(rb"[ \t\r\n]+")


def _place(draw: random.Random, data: bytes) -> int:
    """Choose a place; every second time near the start or the end, where the structure is."""
    if draw.random() < 0.3:
        return min(len(data), int(draw.expovariate(1 / 12)))
    if draw.random() < 0.2:
        return max(0, len(data) - int(draw.expovariate(1 / 12)))
    return draw.randint(0, len(data))


def _span(draw: random.Random, data: bytes) -> tuple[int, int]:
    start = _place(draw, data)
    return start, min(len(data), start + int(draw.expovariate(1 / draw.choice([1, 8, 64]))) + 1)


def flip_bits(draw: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 8])):
        if changed:
            changed[min(_place(draw, data), len(data) - 1)] ^= 1 << draw.randrange(8)
    return bytes(changed)


def change_bytes(draw: random.Random, data: bytes) -> bytes:
    start, stop = _span(draw, data)
    return data[:start] + draw.randbytes(stop - start) + data[stop:]


def cut_end(draw: random.Random, data: bytes) -> bytes:
    return data[: _place(draw, data)]


def cut_out(draw: random.Random, data: bytes) -> bytes:
    start, stop = _span(draw, data)
    return data[:start] + data[stop:]


def insert(draw: random.Random, data: bytes) -> bytes:
    place = _place(draw, data)
    added = draw.choice(_TEXTS) if draw.random() < 0.7 else draw.randbytes(draw.randint(1, 40))
    return data[:place] + added * draw.choice([1, 1, 1, 3, 300]) + data[place:]


def overwrite(draw: random.Random, data: bytes) -> bytes:
    start, stop = _span(draw, data)
    return data[:start] + draw.choice(_TEXTS) + data[stop:]


def repeat(draw: random.Random, data: bytes) -> bytes:
    start, stop = _span(draw, data)
    return data[:stop] + data[start:stop] * draw.choice([1, 2, 30, 1_000]) + data[stop:]


def swap(draw: random.Random, data: bytes) -> bytes:
    a, b, c, d = sorted(draw.randint(0, len(data)) for _ in range(4))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def change_number(draw: random.Random, data: bytes) -> bytes:
    return _replace_match(draw, _NUMBER, data, _a_number(draw))


def change_first_line(draw: random.Random, data: bytes) -> bytes:
    line, end, rest = data.partition(b"\n")
    return _replace_match(draw, _NUMBER, line, _a_number(draw)) + end + rest


def change_space(draw: random.Random, data: bytes) -> bytes:
    return _replace_match(draw, _SPACE, data, draw.choice(_TEXTS))


def change_lines(draw: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    place = draw.randrange(len(lines))
    kind = draw.randrange(4)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(place, draw.choice(lines))
    elif kind == 2:
        draw.shuffle(lines)
    else:
        lines[place] = draw.choice(_TEXTS)
    return draw.choice([b"\n", b"\n", b"\n", b"\r\n", b"\r"]).join(lines)


def encode_anew(draw: random.Random, data: bytes) -> bytes:
    return data.decode("latin-1").encode(draw.choice(["utf-8", "utf-16", "utf-32", "utf-8-sig"]))


def _a_number(draw: random.Random) -> bytes:
    if draw.random() < 0.7:
        return draw.choice(_NUMBERS)
    return str(draw.choice([draw.randint(-4, 40), draw.getrandbits(draw.randint(1, 70))])).encode()


def _first_matches(pattern: re.Pattern[bytes], data: bytes) -> list[re.Match[bytes]]:
    # Damaged files may have very many.
    return list(itertools.islice(pattern.finditer(data), 500))


def _replace_match(
    draw: random.Random, pattern: re.Pattern[bytes], data: bytes, new: bytes
) -> bytes:
    matches = _first_matches(pattern, data)
    if not matches:
        return data + new
    # The first ones are the headers.
    match = matches[0] if draw.random() < 0.2 else draw.choice(matches)
    return data[: match.start()] + new + data[match.end() :]


BYTES: list[Damage] = [
    flip_bits, change_bytes, cut_end, cut_out, insert, overwrite, repeat, swap, change_number,
]  # fmt: skip
LINES = [*BYTES, change_first_line, change_space, change_lines, encode_anew]

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+0-9.eE]+|[a-z]+|[\[\]{},:]')
_VALUES = [
    b"null", b"true", b"false", b"NaN", b"Infinity", b"-Infinity", b"[]", b"{}", b'""', b"0", b"-0",
    b"1.5", b"1e400", b"-1e400", b"1e-400", b"1E3", b"9" * 25, b"9" * 4_300, b"9" * 4_301, b'"a"',
    b'"\\ud800"', b'"\\u0000"', b'"\\udc00\\ud800"', b'"\xed\xa0\x80"', b'"\xff"', b'"\n"', b"'a'",
    b'"\\x"', b'"\\u12"', b"[[[]]]", b'{"a": {"a": 1}}', b'{"a": 1, "a": 2}', b'[1, "1"]', b"//",
    b'"__metadata__"', b'"embeddings"', b'"output"', b'"words"', b'"counts"', b'"dtype"', b'"F32"',
    b'"shape"', b'"data_offsets"', b'"F64"', b'"BF16"', b'"F8_E4M3"', b'"F4"', b'"BOOL"', b'"C64"',
    b"[0, 0]", b"[3, 4]", b"[4, 3]", b"[2, 2, 3]", b"[12]", b"[0, 48]", b"[48, 0]", b"[0, 96]",
    b"[48, 96]", b"[9223372036854775808, 2]", b"[4611686018427387904, 4]",
    b"[0, 1152921504606846976]", b"[0, 18446744073709551615]", b"[18446744073709551615, 0]",
    b"[-1, -3]",
]  # fmt: skip


def change_token(draw: random.Random, data: bytes) -> bytes:
    """Replace, leave out, repeat or swap tokens of JSON."""
    tokens = _first_matches(_TOKEN, data)
    if not tokens:
        return data + draw.choice(_VALUES)
    token = draw.choice(tokens)
    other = draw.choice(tokens)
    new = draw.choice(
        [draw.choice(_VALUES), draw.choice(_VALUES), _a_number(draw), b"", other[0], token[0] * 2]
    )
    return data[: token.start()] + new + data[token.end() :]


def nest(draw: random.Random, data: bytes) -> bytes:
    """Put deeply nested lists or objects in the place of a token."""
    tokens = _first_matches(_TOKEN, data) or [re.match(b"", data)]
    token = draw.choice(tokens)
    depth = draw.choice([2, 50, 400, 900, 990, 1_000, 2_000, 20_000])
    opening, closing = draw.choice([(b"[", b"]"), (b'{"a":', b"}"), (b'[{"":', b"}]")])
    closed = draw.choice([True, True, False])
    nested = opening * depth + token[0] + (closing * depth if closed else b"")
    return data[: token.start()] + nested + data[token.end() :]


def lengthen(draw: random.Random, data: bytes) -> bytes:
    """Repeat a value many times, as further elements."""
    tokens = _first_matches(_TOKEN, data) or [re.match(b"", data)]
    token = draw.choice(tokens)
    value = draw.choice([token[0], *_VALUES])
    more = (b"," + value) * draw.choice([1, 2, 100, 4_000])
    return data[: token.end()] + more + data[token.end() :]


JSON = [*BYTES, change_token, change_token, change_token, change_token, nest, lengthen, encode_anew]


def change_header(draw: random.Random, data: bytes) -> bytes:
    """Damage the JSON at the start of a safetensors file; most often its length is put right."""
    (length,) = struct.unpack("<Q", data[:8].ljust(8, b"\0"))
    header, numbers = data[8 : 8 + length], data[8 + length :]
    header = draw.choice(JSON)(draw, header)
    if draw.random() < 0.5:
        header = header.ljust(-(-len(header) // 8) * 8)
    length = len(header) if draw.random() < 0.8 else length
    return struct.pack("<Q", length) + header + numbers


def change_header_length(draw: random.Random, data: bytes) -> bytes:
    (length,) = struct.unpack("<Q", data[:8].ljust(8, b"\0"))
    near = length + draw.randint(-9, 9)
    odd = draw.choice([0, 1, 2, near, near, near, len(data), len(data) - 8, 100_000_000, 2**63])
    return struct.pack("<Q", (odd + draw.choice([0, 0, 1, -1])) % 2**64) + data[8:]


def describe_anew(draw: random.Random, data: bytes) -> bytes:
    """Describe the numbers of a safetensors file in another way that fits them, or nearly."""
    (length,) = struct.unpack("<Q", data[:8].ljust(8, b"\0"))
    numbers = data[8 + length : 8 + length + LARGEST_FILE]
    tensors, start = {}, 0
    others = draw.sample(["output", "weights", "", "\u2028\n"], draw.choice([0, 1, 2]))
    for name in ["embeddings", *others] if draw.random() < 0.9 else others:
        rows = draw.choice([4, 4, 4, 4, 4, 0, 1, 3, 12])
        dim = draw.choice([3, 3, 3, 3, 0, 1, 4, 50, 2**60])
        dtype, size = draw.choice(
            [("F32", 4)] * 6
            + [("F64", 8), ("F16", 2), ("BF16", 2), ("I32", 4), ("BOOL", 1), ("F8_E5M2", 1)]
            + [("F4", 0.5), ("F6_E2M3", 0.75), ("F8_E8M0", 1), ("C64", 8)]
        )
        shape = draw.choice([[rows, dim]] * 6 + [[], [rows * dim], [rows, dim, 1], [0, rows, dim]])
        stop = start + int(math.prod(shape) * size)
        tensors[name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}
        start = stop if draw.random() < 0.9 else draw.randint(0, 100)
    if draw.random() < 0.2:
        tensors["__metadata__"] = draw.choice([{}, {"a": "b"}, {"a": 1}, None, "\ud800"])
    header = json.dumps(tensors, ensure_ascii=draw.random() < 0.8)
    encoded = header.encode("utf-8", "surrogatepass")
    numbers = (numbers * 20)[: min(start, 1 << 16)] if draw.random() < 0.9 else numbers
    return struct.pack("<Q", len(encoded)) + encoded + numbers


SAFETENSORS = [
    *BYTES, *[change_header] * 8, change_header_length, change_header_length, *[describe_anew] * 12,
]  # fmt: skip


_GLOBALS = [
    b"cos\nsystem\n", b"\x8c\x02os\x8c\x06system\x93", b"cnumpy\nndarray\n", b"cnumpy\ndtype\n",
    b"cgensim.models.keyedvectors\nKeyedVectors\n", b"ccollections\ndefaultdict\n",
]  # fmt: skip
_PIECES = [
    *_GLOBALS, *(bytes([code]) for code in range(256)), b")R", b")\x81", b"}b", b"(e", b"(u",
    b"h\x00", b"r\xff\xff\xff\x7f", b"B\xff\xff\xff\x7f", b"\x8e" + b"\xff" * 7 + b"\x7f",
    b"\x95\0\0\0\0\1\0\0\0", b"\x96\0\0\0\0\1\0\0\0", b"(" * 300, b"]" * 300, b"\x85" * 3000,
    b"I1\n", b"M\xff\xff", b"K\x02K\x03\x86", b"J\xff\xff\xff\x7f\x85",
    b"\x8a\x08" + b"\xff" * 7 + b"\x7f",
]  # fmt: skip


def change_operations(draw: random.Random, data: bytes) -> bytes:
    """Put operations of a pickle in the place of others, or between them."""
    place = _place(draw, data)
    pieces = draw.choices(_PIECES, k=draw.choice([1, 1, 2, 5]))
    return data[:place] + b"".join(pieces) + data[place + draw.choice([0, 0, 1, 2, 9]) :]


def repeat_operation(draw: random.Random, data: bytes) -> bytes:
    """Repeat an operation, and what follows it, until the end."""
    place = _place(draw, data)
    return data[:place] + draw.choice(_PIECES) * draw.choice([2, 100, 3000]) + data[place:]


PICKLES = [*BYTES, *[change_operations] * 6, repeat_operation]


def change_member(draw: random.Random, data: bytes) -> bytes:
    """Damage a file in a zip archive, so that the damage is not seen on unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError):
        return data
    if members:
        name = draw.choice(list(members))
        members[name] = draw.choice(LINES)(draw, members[name])[:LARGEST_FILE]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def damaged(originals: Sequence[bytes], damages: Sequence[Damage], seed: int) -> bytes:
    """Damage one of the originals, a few times over: the same for the same seed."""
    draw = random.Random(seed)
    data = draw.choice(originals or [b"nothing"])
    for _ in range(draw.choice([1, 1, 1, 2, 3, 6])):
        if draw.random() < 0.05:
            other = draw.choice(originals or [data])
            data = data[: _place(draw, data)] + other[_place(draw, other) :]
        else:
            data = draw.choice(damages)(draw, data)[:LARGEST_FILE]
    return data
