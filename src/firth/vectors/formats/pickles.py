"""Pickles read as plain data: nothing in them is called, and what they make are bags of attributes.

A pickle is a program that may call any function of Python. Here the functions and classes that it
names are only noted. They must be on a list that the caller gives, and what they would have made
becomes a `Bag`, which holds their name, arguments and attributes.

The base is Python's own unpickler in Python: the one in C takes the memory that a pickle asks for,
before it reads what is there.
"""

from __future__ import annotations

import pickle
import pickletools
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from firth.errors import FormatError, one_line
from firth.io.pieces import PIECE, read_pieces

# Python compares the keys of a dictionary one by one if their hashes are equal, as those of some
# larger integers are.
_LARGEST_KEY = 1 << 53
_DAMAGES = (
    pickle.UnpicklingError, EOFError, IndexError, AttributeError, KeyError, TypeError, ValueError,
    OverflowError, struct.error,
)  # fmt: skip
# What needs no look at the objects that it handles.
_SIMPLE = (
    "PROTO", "FRAME", "STOP", "MARK", "POP", "POP_MARK", "DUP", "NONE", "NEWTRUE", "NEWFALSE",
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "EMPTY_TUPLE", "TUPLE", "TUPLE1",
    "TUPLE2", "TUPLE3", "EMPTY_LIST", "EMPTY_DICT", "GLOBAL", "STACK_GLOBAL", "BINPUT",
    "LONG_BINPUT", "MEMOIZE", "BINGET", "LONG_BINGET",
)  # fmt: skip
_NAMES = {ord(code.code): code.name for code in pickletools.opcodes}

_PythonUnpickler: Any = pickle._Unpickler


class Named:
    """A function or class that a pickle names, as `module.name`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Bag:
    """What a pickle makes by calling a function or class: the call, and the state it sets.

    Attributes
    ----------
    name : str
        The function or class, as `module.name`.
    arguments : tuple
        What it would be called with.
    state : object
        What would be its state, often a dictionary of attributes; None if there is none.
    """

    __slots__ = ("arguments", "name", "state")

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.name, self.arguments = name, arguments
        self.state: Any = None

    def __repr__(self) -> str:
        """Return the name alone: the rest may be long, or hold itself."""
        return f"<{self.name}>"

    def get(self, attribute: str) -> Any:  # noqa: ANN401
        """Return an attribute, or None."""
        return self.state.get(attribute) if isinstance(self.state, dict) else None


_ADVICE = (
    "save it in word2vec's format with the tool that wrote it (gensim: wv.save_word2vec_format)"
)


def read_pickle(
    file: BinaryIO,
    path: Path,
    allowed: Collection[str],
    advice: str = _ADVICE,
    *,
    program: str = "gensim",
) -> object:
    """Return what a pickle holds, with bags in the place of objects.

    Parameters
    ----------
    file : binary file
        At the start of the pickle.
    path : Path
        Its name for messages.
    allowed : collection of str
        The functions and classes that it may name, as `module.name`.
    advice : str
        What to do, if it names another one, with a file that one trusts.
    program : str
        Whose files these are, for messages.

    Raises
    ------
    FormatError
        If it names another one, uses an operation that is not needed, or is damaged.
    """
    unpickler = _Unpickler(file, path, allowed, advice, program)
    try:
        return unpickler.load()
    except _DAMAGES as error:
        raise FormatError(
            f"{path}: damaged pickle: {one_line(str(error) or 'it is cut short')}"
        ) from error


class _Unpickler(_PythonUnpickler):  # type: ignore[misc]
    """Python's unpickler, without all that could run code."""

    def __init__(
        self, file: BinaryIO, path: Path, allowed: Collection[str], advice: str, program: str
    ) -> None:
        self._source, self._path, self._allowed, self._advice = file, path, allowed, advice
        self._program = program
        super().__init__(self)
        self.dispatch = _Operations(path, program)

    # The base reads from what has these two methods.

    def read(self, size: int) -> bytes:
        """Return so many bytes; what is not there takes no memory."""
        # Most reads are of a few bytes.
        short = size <= PIECE
        data = self._source.read(size) if short else bytes(read_pieces(self._source, size))
        if len(data) < size:
            raise EOFError("it is cut short")
        return data

    def readline(self) -> bytes:
        """Return a line, which holds the name of a module or a class."""
        return self._source.readline(PIECE)

    def find_class(self, module: str, name: str) -> Named:
        """Return the name of what the base would import."""
        full = f"{module}.{name}"
        if full not in self._allowed:
            raise FormatError(
                f"{self._path}: the pickle names {one_line(full)}, which vectors of "
                f"{self._program} do not need; it was not read, since a pickle can run any code: "
                f"if there are vectors in it and you trust it, {self._advice}"
            )
        return Named(full)

    def load_bytes8(self) -> None:
        (size,) = struct.unpack("<Q", self.read(8))
        self.append(self.read(size))

    def load_set(self) -> None:
        """Keep a set as a tuple: nothing is hashed."""
        items = self.pop_mark()
        self.append(tuple(items))

    def load_empty_set(self) -> None:
        """Keep a set that grows as a bag, which does not show its items."""
        self.append(Bag("builtins.set", ()))

    def load_additems(self) -> None:
        self.pop_mark()
        if type(self.stack[-1]) is not Bag:
            raise pickle.UnpicklingError(f"it adds items to a {type(self.stack[-1]).__name__}")

    def load_append(self) -> None:
        value = self.stack.pop()
        self._extend([value])

    def load_appends(self) -> None:
        self._extend(self.pop_mark())

    def _extend(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise pickle.UnpicklingError(f"it appends to a {type(target).__name__}")
        target.extend(values)

    def load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._update([key], [value])

    def load_setitems(self) -> None:
        items = self.pop_mark()
        if len(items) % 2:
            raise pickle.UnpicklingError("a key has no value")
        self._update(items[::2], items[1::2])

    def _update(self, keys: Sequence[Any], values: Sequence[Any]) -> None:
        target = self.stack[-1]
        if type(target) is Bag:
            # A dictionary of a class of its own, such as counts of words; nothing needs them.
            return
        if type(target) is not dict:
            raise pickle.UnpicklingError(f"it sets items of a {type(target).__name__}")
        # Only the hashes of these are sure to take no time and no room on the stack.
        if not set(map(type, keys)) <= {str, int}:
            raise pickle.UnpicklingError("a key is neither text nor an integer")
        if any(type(key) is int and abs(key) > _LARGEST_KEY for key in keys):
            raise pickle.UnpicklingError("a key is too large a number")
        target.update(zip(keys, values, strict=True))

    def load_call(self) -> None:
        arguments, called = self.stack.pop(), self.stack.pop()
        if type(called) is not Named or type(arguments) is not tuple:
            raise pickle.UnpicklingError(f"it calls a {type(called).__name__}")
        self.append(Bag(called.name, arguments))

    def load_build(self) -> None:
        state, bag = self.stack.pop(), self.stack[-1]
        if type(bag) is not Bag or bag.state is not None:
            raise pickle.UnpicklingError(f"it sets the state of a {type(bag).__name__}")
        bag.state = state


_OURS: Mapping[str, Callable[[_Unpickler], None]] = {
    "BYTEARRAY8": _Unpickler.load_bytes8,
    "FROZENSET": _Unpickler.load_set,
    "EMPTY_SET": _Unpickler.load_empty_set,
    "ADDITEMS": _Unpickler.load_additems,
    "APPEND": _Unpickler.load_append,
    "APPENDS": _Unpickler.load_appends,
    "SETITEM": _Unpickler.load_setitem,
    "SETITEMS": _Unpickler.load_setitems,
    "REDUCE": _Unpickler.load_call,
    "NEWOBJ": _Unpickler.load_call,
    "BUILD": _Unpickler.load_build,
}


class _Operations(dict[int, Callable[[_Unpickler], None]]):
    """The operations that are carried out, by their code."""

    def __init__(self, path: Path, program: str) -> None:
        base = _PythonUnpickler.dispatch
        codes = {name: code for code, name in _NAMES.items()}
        super().__init__({codes[name]: base[codes[name]] for name in _SIMPLE})
        self.update({codes[name]: operation for name, operation in _OURS.items()})
        self._path, self._program = path, program

    def __missing__(self, code: int) -> Callable[[_Unpickler], None]:
        name = _NAMES.get(code)
        unknown = f"an operation ({name}) that files of {self._program} do not hold"
        what = unknown if name else "no pickle"
        raise FormatError(f"{self._path}: the pickle is damaged or unsafe: it has {what}")
