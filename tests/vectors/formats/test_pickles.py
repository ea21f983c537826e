"""Pickles that would run code, or take the memory or the time of the machine, do none of it."""

import copyreg
import io
import os
import pickle
import pickletools
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from firth.errors import FormatError
from firth.vectors import load
from firth.vectors.formats.gensim import ALLOWED
from firth.vectors.formats.pickles import Bag, read_pickle
from gensim_pickles import dumped, key_vectors, model

MATRIX = np.ones((2, 3), np.float32)
WHOLE = dumped(model("Word2Vec", key_vectors(["tea", "milk"], MATRIX, [2, 1])))
KEYED = "gensim.models.keyedvectors"


class Attack:
    """Pickled as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def text(content):
    """Return the operation that pushes a short text."""
    encoded = content.encode()
    return b"\x8c" + bytes([len(encoded)]) + encoded


def named(module, name):
    """Return the operations that push what a module calls by a name, dotted or not."""
    return text(module) + text(name) + b"\x93"


@pytest.fixture
def refuse(tmp_path):
    """Assert that a pickle is refused in one line, and that nothing of it was run."""

    def check(content, fault):
        path = tmp_path / "v.kv"
        path.write_bytes(content)
        before = set(tmp_path.iterdir())
        with pytest.raises(FormatError, match=fault) as caught:
            load(path)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 1000
        assert set(tmp_path.iterdir()) == before

    return check


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (os.mkdir, ("ran",)),
        (os.system, ("mkdir ran",)),
        (eval, ("__import__('os').mkdir('ran')",)),
        (exec, ("open('ran', 'w')",)),
        (getattr, ("", "upper")),
        (__import__, ("os",)),
        (open, ("ran", "w")),
        (Path.touch, (Path("ran"),)),
        (np.save, ("ran", MATRIX)),
        (np.load, ("ran.npy",)),
        (pickle.loads, (b"N.",)),
        (map, (print, "a")),
        (bytearray, (1 << 40,)),
    ],
)
def test_no_function_is_called(function, arguments, protocol, refuse, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    attack = Attack(function, *arguments)
    refuse(pickle.dumps(attack, protocol), "the pickle names .*save_word2vec_format")
    within = model("Word2Vec", key_vectors(["tea", "milk"], MATRIX), comment=attack)
    refuse(dumped(within, protocol), "the pickle names")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (KEYED, "KeyedVectors.load"),
        (KEYED, "KeyedVectors.__init__.__globals__"),
        (KEYED, "os"),
        (KEYED, "pickle.loads"),
        (f"{KEYED}.KeyedVectors", "load"),
        ("gensim.utils", "unpickle"),
        ("numpy", "ndarray.tofile"),
        ("numpy", "dtype.__class__"),
        ("numpy.core.multiarray", "_reconstruct.__self__"),
        ("builtins", "hash.__self__.eval"),
        ("builtins", "int.__subclasses__"),
        ("collections", "_sys.modules"),
        ("collections.defaultdict", ""),
        ("", "builtins.hash.eval"),
        ("builtins\n", "hash"),
        ("x" * 250, "\u2028\n\x1b[2J"),
    ],
)
def test_names_are_compared_whole(module, name, refuse):
    refuse(b"\x80\x04" + named(module, name) + b"].R.", "the pickle names|it calls")
    refuse(b"\x80\x04" + named(module, name) + b")R.", "the pickle names")


def test_names_that_are_allowed_make_bags_and_nothing_else(tmp_path):
    for full in sorted(ALLOWED):
        module, _, name = full.rpartition(".")
        content = b"\x80\x04" + named(module, name) + b"J\xff\xff\xff\x7f\x85R."
        bag = read_pickle(io.BytesIO(content), tmp_path, ALLOWED)
        assert type(bag) is Bag
        assert (bag.name, bag.arguments, bag.state) == (full, (2**31 - 1,), None)


@pytest.mark.parametrize(
    "content",
    [
        named(KEYED, "KeyedVectors") + b"N}b.",  # the state of a class that was not called
        named(KEYED, "KeyedVectors") + b")\x81}b}b.",  # a state twice
        named("numpy", "ndarray") + b"NR.",  # arguments that are no tuple
        named("numpy", "ndarray") + b")R)R.",  # calling what a call made
        text("os") + b")R.",
        b"])R.",
        b"]}b.",
        b"})b.",
        text("a") + b"}" + text("__class__") + text("b") + b"sb.",
        b")]a.",
        text("a") + text("b") + b"a.",
        named(KEYED, "KeyedVectors") + b")\x81" + text("x") + b"a.",
        b"]" + text("a") + text("b") + b"s.",
        b"}(" + text("a") + b"u.",
        b"N" + named("builtins", "int") + b"\x93.",  # a name that is no text
        b"0.",
        b".",
        b"h\x07.",
        b"R.",
        b"e.",
    ],
)
def test_operations_on_the_wrong_objects(content, refuse):
    refuse(b"\x80\x04" + content, "damaged pickle: |but not of a model")


@pytest.mark.parametrize(
    ("content", "operation"),
    [
        (b"(cos\nsystem\n(S'mkdir ran'\no.", "names os.system"),
        (b"(S'mkdir ran'\nios\nsystem\n.", "STRING"),
        (b"(" + text("mkdir ran") + b"ios\nsystem\n.", "INST"),
        (b"(" + named("builtins", "int") + b"o.", "OBJ"),
        (named(KEYED, "KeyedVectors") + b")}\x92.", "NEWOBJ_EX"),
        (b"Pother\n.", "PERSID"),
        (text("other") + b"Q.", "BINPERSID"),
        (b"\x82\x01.", "EXT1"),
        (b"\x83\x01\x00.", "EXT2"),
        (b"\x84\x01\x00\x00\x00.", "EXT4"),
        (b"\x97.", "NEXT_BUFFER"),
        (b"]\x98.", "READONLY_BUFFER"),
        (b"I" + b"9" * 100_000 + b"\n.", "INT"),
        (b"L" + b"9" * 100_000 + b"L\n.", "LONG"),
        (b"p1000000000\n.", "PUT"),
        (b"\xee.", "no pickle"),
    ],
)
def test_operations_that_are_not_needed_are_refused(content, operation, refuse):
    copyreg.add_extension("os", "mkdir", 1)
    try:
        refuse(b"\x80\x04" + content, operation)
    finally:
        copyreg.remove_extension("os", "mkdir", 1)


@pytest.mark.parametrize(
    "content",
    [
        b"\x8e" + struct.pack("<Q", 1 << 62),
        b"\x8e" + struct.pack("<Q", (1 << 63) + 5),
        b"\x8d" + struct.pack("<Q", 1 << 40),
        b"\x96" + struct.pack("<Q", 1 << 40),
        b"B" + struct.pack("<I", (1 << 32) - 1),
        b"X" + struct.pack("<I", (1 << 32) - 1),
        b"\x8b" + struct.pack("<i", (1 << 31) - 1),
        b"\x8b" + struct.pack("<i", -5),
        b"\x95" + struct.pack("<Q", 1 << 50),
        b"Nr\xff\xff\xff\xff",
        b"Nj\xff\xff\xff\xff",
        b"(" * 3000,
        b"]" + b"2" * 3000 + b"e",
        b"c" + b"x" * 3000,
    ],
)
def test_sizes_that_a_pickle_claims_take_no_memory(content, tmp_path):
    path = tmp_path / "v.kv"
    path.write_bytes(b"\x80\x05" + content + b".")
    with pytest.raises(FormatError):
        load(path)
    tracemalloc.start()
    with pytest.raises(FormatError):
        load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # A few buffers of 64 KiB.
    assert peak < 500_000


def test_sets_do_not_hash_what_they_hold(refuse):
    refuse(b"\x80\x04\x8f(" + text("a") + b"]}\x90.", "not of a model|expected|should")
    refuse(b"\x80\x04](" + text("a") + b"\x90.", "adds items to a list")


def test_calls_do_not_multiply_what_they_are_given(tmp_path):
    # 3,000 dictionaries, each made of one of 3,000 items: 9 million items if they were made.
    items = b"}(" + b"".join(text(f"{n}") + b"N" for n in range(3000)) + b"u"
    calls = named("collections", "OrderedDict") + b"q\x02" + b"h\x02h\x01\x85R" * 3000
    content = b"\x80\x04" + items + b"q\x01" + calls + b"."
    tracemalloc.start()
    bag = read_pickle(io.BytesIO(content), tmp_path, ALLOWED)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(bag, Bag)
    assert peak < 40 * len(content)


@pytest.mark.parametrize(
    "shape", [(1 << 40, 3), (2, 1 << 62), (1 << 32, 1 << 32, 0), (-2, -3), (2.0, 3), (True, 6)]
)
def test_shapes_take_no_memory_either(shape, refuse):
    content, other = dumped(key_vectors(["a", "b"], MATRIX)), pickle.dumps(shape, 2)
    assert content.count(b"K\x02K\x03\x86") == 1
    other = pickletools.optimize(other).removeprefix(b"\x80\x02").removesuffix(b".")
    content = content.replace(b"\x95" + content[3:11], b"")  # without the length of the frame
    refuse(content.replace(b"K\x02K\x03\x86", other), "'vectors' (has|should)")


@pytest.mark.parametrize("key", [b")" + b"\x85" * 200_000, b"]", b"N", b"G" + bytes(8), b"}"])
def test_keys_are_text_or_integers(key, refuse):
    # Hashing a tuple of tuples of tuples and so on would end the process.
    refuse(b"\x80\x04}" + key + b"Ns.", "a key is neither text nor an integer")
    refuse(b"\x80\x04}(" + key + b"Nu.", "a key is neither text nor an integer")


def test_keys_do_not_have_equal_hashes(refuse):
    modulus = (1 << 61) - 1
    numbers = (modulus * n for n in range(1, 2000))
    keys = b"".join(b"\x8a\x09" + n.to_bytes(9, "little") + b"N" for n in numbers)
    refuse(b"\x80\x04}(" + keys + b"u.", "a key is too large a number")


def test_what_holds_itself_or_is_very_deep_is_refused(refuse):
    refuse(b"\x80\x04]q\x00h\x00a.", "holds a list")
    deep = b"]" * 50_000 + b"a" * 49_999 + b"."
    refuse(b"\x80\x04" + deep, "holds a list")
    bags = named(KEYED, "KeyedVectors") + b")\x81" + b"\x85" * 50_000
    refuse(b"\x80\x04" + named(KEYED, "KeyedVectors") + bags + b"R.", "expected a list of words")


def test_files_cut_short_anywhere(refuse):
    for size in range(2, len(WHOLE)):
        refuse(WHOLE[:size], "damaged|unsafe|number|should|expected|the pickle|the model")


@pytest.mark.parametrize(
    "names",
    [
        ["../../secret"], ["/etc/passwd"], ["vectors/../../secret", "vectors"], ["vectors\0"],
        [["vectors"]], "vectors", {"vectors": 1},
    ],
)  # fmt: skip
def test_arrays_are_read_from_beside_the_pickle_only(names, tmp_path, refuse):
    np.save(tmp_path / "secret.npy", MATRIX)
    np.save(tmp_path / "v.kv...npy", MATRIX)
    keyed = key_vectors(["a", "b"], None)
    vars(keyed)["__numpys"] = names
    told = rf"no such file: {tmp_path}/v\.kv\.vectors\.npy$|the pickle has no array 'vectors'$"
    refuse(dumped(keyed), told)


def test_an_array_with_objects_is_not_read(tmp_path, refuse):
    refuse(
        dumped(key_vectors(["a"], np.array([[Attack(print, "ran")]], object))),
        "the pickle names builtins.print",
    )
    refuse(dumped(key_vectors(["a"], np.array([["b"]], object))), "should be an array of numbers")
    np.save(
        tmp_path / "v.kv.vectors.npy",
        np.array([[Attack(os.mkdir, "ran")]], object),
        allow_pickle=True,
    )
    refuse(dumped(key_vectors(["a"], None)), "damaged")


def test_the_memory_for_many_words_is_in_proportion_to_the_file(tmp_path):
    words = [f"w{n}" for n in range(100_000)]
    content = dumped(key_vectors(words, np.ones((100_000, 2), np.float32)))
    (tmp_path / "v.kv").write_bytes(content)
    tracemalloc.start()
    assert len(load(tmp_path / "v.kv")) == 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * len(content)
