"""The known formats, and the choice of one for a path."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from firth.checks import one_of, switch
from firth.errors import (
    ConfigError,
    FirthError,
    FormatError,
    MissingFileError,
    VocabularyError,
    counted,
    one_line,
    reraise,
)
from firth.io.atomic import check_writable
from firth.io.compression import open_decompressed, open_regular, without_suffix
from firth.io.contents import CONFIG, FOLDER_OF_VECTORS, MODEL, SCRIPT, kind_of
from firth.io.mistaken import mistaken_for, refuse_mistaken
from firth.io.paths import to_path
from firth.vectors.formats import hub
from firth.vectors.formats.format import FLOAT32, NARROW, Format
from firth.vectors.formats.selection import Selection
from firth.vectors.table import Table

ARROW = ("pyarrow", "arrow")
FIRTH = Format("firth", "Firth's folder", (), "native", members=FOLDER_OF_VECTORS, dtypes=NARROW)
# Models from before 2017 begin with twelve int32: dim, ws, epoch, minCount, neg, wordNgrams, loss,
# model, bucket, minn, maxn, lrUpdateRate; loss and model are enumerations from 1 to 3.
EARLY_FASTTEXT = (
    rb"(?s:(?!\0\0)..\0\0(?:...[\0-\x0f]){5}(?:[\x01-\x03]\0\0\0){2}(?:...[\0-\x0f]){4})"
)
# Text first: its header may be the same as the binary format's, which has no other mark.
FORMATS: tuple[Format, ...] = (
    FIRTH,
    Format("word2vec-text", "word2vec text", (".txt", ".vec"), "word2vec_text"),
    Format("word2vec-binary", "word2vec binary", (".bin",), "word2vec_binary"),
    # Its files have the suffixes of word2vec's text, which reads them too.
    Format("glove", "GloVe's text", (), "glove"),
    Format(
        "gensim", "gensim's files", (".kv", ".model"), "gensim",
        magic=rb"\x80[\x02-\x05]", writes=False,
    ),
    Format(
        "fasttext", "fastText's models", (".bin",), "fasttext",
        magic=rb"\xba\x16\x4f\x2f|" + EARLY_FASTTEXT,
    ),
    Format(
        "npz", "NumPy's archive", (".npz",), "npz",
        magic=rb"(?s)PK\x03\x04.{26}(?:words|vectors)\.npy", is_archive=True, dtypes=NARROW,
    ),
    # Rows, D, lengths of n-grams, hashes, their seed, marks of start and end; then the first row.
    Format(
        "floret", "floret's tables", (".floret",), "floret",
        magic=rb"[0-9]+ [0-9]+ [0-9]+ [0-9]+ [1-4] [0-9]+ \S+ \S+\r?\n0 ",
    ),
    Format("finalfusion", "finalfusion's files", (".fifu",), "finalfusion", magic=b"FiFu"),
    Format(
        "parquet", "Parquet", (".parquet",), "parquet",
        magic=b"PAR1", needs=ARROW, dtypes=NARROW,
    ),
    Format(
        "arrow", "Arrow", (".arrow", ".feather"), "arrow",
        # A file, or a stream, as datasets keeps its tables: a mark, and the size of the schema.
        magic=rb"(?s)ARROW1\0\0|\xff\xff\xff\xff...\0", needs=ARROW, dtypes=NARROW,
    ),
    Format(
        "projector", "the folder of TensorBoard's projector", (), "projector",
        members=("vectors.tsv", "metadata.tsv"),
    ),
    Format(
        "static-embedding", "a folder of static embeddings", (), "static_embedding",
        members=(MODEL, "tokenizer.json"), other_members=(CONFIG, "modules.json", "README.md"),
        dtypes=NARROW,
    ),
    Format(
        "spacy", "a vocabulary of spaCy", (), "spacy_vocab",
        members=("vectors", "key2row", "strings.json"),
        other_members=("vectors.cfg", "lookups.bin"), needs=("spacy", "spacy"),
    ),
    Format(
        "qdrant", "the folder of Qdrant's local mode", (), "qdrant",
        members=("meta.json", "collection"), other_members=(".lock",),
    ),
    Format(
        "pgvector", "a script for PostgreSQL's pgvector", (".sql",), "pgvector",
        magic=re.escape(SCRIPT.encode()), dtypes=(FLOAT32, "float16"), reads=False,
    ),
)  # fmt: skip

HEAD_BYTES = 1 << 16


def read_table(
    path: str | os.PathLike[str], selection: Selection, name: str | None = None
) -> Table:
    """Read a folder or file for `firth.load`, by its first bytes, its suffix, or the given name."""
    if hub.is_on_hub(path):
        path = hub.download(path, _names_in_folders())
    path = to_path("the path of vectors", path)
    given = None if name is None else _by_name(name)
    if given is not None and not given.reads:
        raise FormatError(f"cannot read {path}: Firth writes {given.title}, but does not read it")
    with reraise(FormatError, f"read {path}"):
        if path.is_dir():
            table: Table = _folder_format(path, given).load().read(path, selection)
        else:
            with _open(path, given) as (file, size):
                form = _format_of(file, path) if given is None else _checked(given, file, path)
                table = form.load().read(file, size, path, selection)
    if not table.words and selection.words is not None:
        limit = selection.limit
        first = "" if limit is None else f" among its first {counted(limit, 'word')}"
        raise VocabularyError(f"{path} has none of the words to read{first}")
    return table


def is_read_by_rows(path: Path) -> bool:
    """Return whether a path is a file that is read block by block."""
    if hub.is_on_hub(path):
        return False
    with reraise(FormatError, f"read {path}"):
        if not path.is_file():
            return False
        with _open(path, None) as (file, _):
            return getattr(_format_of(file, path).load(), "READS_BY_ROWS", False)


def write_table(
    table: Table,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    name: str | None = None,
    dtype: str = FLOAT32,
) -> Format:
    """Write a table for `Vectors.save`, in the format of the path's suffix or the given name."""
    form = _format_for(path, name, dtype)
    switch("overwrite", overwrite)
    options: dict[str, object] = {} if dtype == FLOAT32 else {"dtype": dtype}
    if hub.is_on_hub(path):
        with tempfile.TemporaryDirectory() as temporary:
            form.load().write(table, Path(temporary, "vectors"), **options)
            hub.upload(Path(temporary, "vectors"), path)
        return form
    if form is FIRTH:
        options["overwrite"] = overwrite
    else:
        with reraise(FirthError, f"write {path}"):
            _check_replaceable(form, Path(path), overwrite=overwrite)
    form.load().write(table, Path(path), **options)
    return form


def check_destination(
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    format: str | None = None,
    dtype: str = FLOAT32,
) -> Format:
    """Return the format in which `Vectors.save` would write to `path`; no file changes.

    Raises
    ------
    FormatError
        If the suffix is unknown.
    FirthError
        If the path cannot be written, or holds something other than vectors.
    ConfigError
        If there is no format of that name, or it does not hold numbers of the type `dtype`.
    MissingExtraError
        If the format needs a package that is not installed.
    """
    form = _format_for(path, format, dtype)
    # A package may be missing.
    form.load_to_write()
    if hub.is_on_hub(path):
        hub.check_upload(path)
    else:
        check_writable(Path(path), folder=form.is_folder)
        with reraise(FirthError, f"write {path}"):
            _check_replaceable(form, Path(path), overwrite=overwrite)
    return form


def _check_replaceable(form: Format, path: Path, *, overwrite: bool) -> None:
    """Raise if there is a file that is neither empty nor holds vectors."""
    if form is FIRTH:
        form.load().check_replaceable(path, overwrite=overwrite)
        return
    if form.is_folder:
        names = {file.name for file in path.iterdir()} if path.is_dir() else set()
        others = sorted(names.difference(form.members, form.other_members))
        if others:
            raise FirthError(
                f"cannot write {path}: the folder holds other files ({one_line(repr(others[0]))}); "
                "choose a new folder, or an empty one"
            )
        is_free = not names
    else:
        is_free = not path.is_file() or path.stat().st_size == 0 or kind_of(path) == "vectors"
    is_ours = getattr(form.load(), "is_replaceable", None)
    if form.is_folder and is_ours is None:
        # The names of its files are enough.
        return
    if not (overwrite or is_free or (is_ours is not None and is_ours(path))):
        kind = "folder" if form.is_folder else "file"
        raise FirthError(
            f"cannot write {path}: the {kind} there does not hold vectors that Firth wrote; choose "
            "another name, or overwrite=True (--overwrite) to replace it"
        )


def _names_in_folders() -> set[str]:
    """Return the names of the files that folders of vectors have."""
    folders = (form for form in FORMATS if form.is_folder)
    return {name for form in folders for name in (*form.members, *form.other_members)}


def _by_name(name: str) -> Format:
    one_of("format", name, choices=[form.name for form in FORMATS])
    return next(form for form in FORMATS if form.name == name)


def _format_for(path: str | os.PathLike[str], name: str | None, dtype: str = FLOAT32) -> Format:
    """Return the format to write to a path."""
    one_of("dtype", dtype, choices=NARROW)
    if not hub.is_on_hub(path):
        to_path("the path of vectors", path)
        _check_uncompressed(path)
    form = _by_place(path) if name is None else _by_name(name)
    if form is None:
        raise FormatError(
            f"cannot write {path}: no format has the suffix '{Path(path).suffix}'; "
            f"{_known_formats(writes=True)}"
        )
    if not form.writes:
        raise FormatError(
            f"cannot write {path}: Firth reads {form.title}, but does not write that format; "
            f"{_known_formats(writes=True)}"
        )
    if hub.is_on_hub(path) and not _is_for_hub(form):
        raise ConfigError(
            f"cannot write {path} as {form.title}: the hub takes a folder of files only"
        )
    if dtype not in form.dtypes:
        several = ", ".join(other.name for other in FORMATS if dtype in other.dtypes)
        raise ConfigError(
            f"cannot write {path}: {form.title} cannot hold {dtype}; formats that can are {several}"
        )
    return form


def _is_for_hub(form: Format) -> bool:
    return form.is_folder and not getattr(form.load(), "HAS_FOLDERS", False)


def _check_uncompressed(path: str | os.PathLike[str]) -> None:
    """Raise if a name tells that a file is compressed: it would not be."""
    if without_suffix(Path(path)) != Path(path):
        raise FormatError(
            f"cannot write {path}: vectors are written as they are, and read compressed; write "
            f"{without_suffix(Path(path))}, and compress it"
        )


def _by_place(path: str | os.PathLike[str]) -> Format | None:
    # pathlib drops the trailing slash that marks a folder.
    is_folder = os.fspath(path).endswith(("/", os.sep)) or not Path(path).suffix
    if is_folder or hub.is_on_hub(path):
        return FIRTH
    found = [form for form in FORMATS if Path(path).suffix.lower() in form.suffixes]
    # Two formats may have a suffix in common; one that is only read gives way.
    return next((form for form in found if form.writes), found[0] if found else None)


def _folder_format(path: Path, given: Format | None) -> Format:
    if given is not None:
        if not given.is_folder:
            raise FormatError(f"cannot read {path} as {given.title}: it is a folder")
        return given
    found = _format_of_folder(path)
    if found is None and not any((path / name).exists() for name in FIRTH.members):
        inner = (each for each in sorted(path.iterdir(), reverse=True) if each.is_dir())
        # The last of several checkpoints.
        held = next((each for each in inner if _format_of_folder(each)), None)
        if held is not None:
            raise FormatError(f"{path} is not a folder of vectors; the folder {held} in it is one")
    return found or FIRTH


def _format_of_folder(path: Path) -> Format | None:
    """Return the format of a folder by the names of its files."""
    names = {file.name for file in path.iterdir()}
    folders = (form for form in FORMATS if form.is_folder and names.issuperset(form.members))
    return next(folders, None)


@contextlib.contextmanager
def _open(path: Path, given: Format | None) -> Iterator[tuple[io.BufferedReader, int | None]]:
    """Open a file, decompressed if it is compressed; an archive as it is."""
    if given is not None and given.is_folder:
        if not path.exists():
            raise MissingFileError(f"no such folder: {path}")
        raise FormatError(f"cannot read {path} as {given.title}: it is no folder")
    with open_regular(path) as file:
        found = given or _archive_of(file.peek(HEAD_BYTES), path)
        if found is not None and found.is_archive:
            yield file, os.fstat(file.fileno()).st_size
            return
    with open_decompressed(path) as (decompressed, size):
        if not decompressed.peek(1):
            raise FormatError(f"{path}: the file is empty")
        yield decompressed, size


def _archive_of(head: bytes, path: Path) -> Format | None:
    archives = (form for form in FORMATS if form.is_archive)
    return next((a for a in archives if a.starts(head) or path.suffix.lower() in a.suffixes), None)


def _checked(given: Format, file: io.BufferedReader, path: Path) -> Format:
    """Return the format that was given, unless the file is plainly of none."""
    if not (given.is_archive or given.starts(file.peek(HEAD_BYTES))):
        refuse_mistaken(file, path, decompressed=True)
    return given


def _format_of(file: io.BufferedReader, path: Path) -> Format:
    """Return the format of a file by its magic bytes, else its suffix, else its first row."""
    _refuse_part(path)
    found = _archive_of(file.peek(HEAD_BYTES), path)
    if found is not None:
        return found
    head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
    for form in FORMATS:
        if form.starts(head):
            break
    else:
        form = _plain_format_of(head, path)
    if not form.reads:
        raise FormatError(
            f"{path}: Firth writes {form.title}, but does not read that format; "
            f"{_known_formats(writes=False)}"
        )
    return form


def _plain_format_of(head: bytes, path: Path) -> Format:
    """Return the format of a file without magic bytes by its suffix, else by its first row."""
    mistaken = mistaken_for(head)
    if mistaken is not None:
        raise FormatError(f"{path} is {mistaken}")
    suffix = without_suffix(path).suffix.lower()
    plain = [form for form in FORMATS if not form.magic and not form.is_folder]
    found = (
        [form for form in plain if suffix in form.suffixes]
        or [form for form in plain if form.load().recognises(head)]
        or [form for form in FORMATS if suffix in form.suffixes and not form.reads]
    )
    if not found:
        raise FormatError(f"{path}: unknown format; {_known_formats(writes=False)}")
    return found[0]


def _refuse_part(path: Path) -> None:
    """Raise if a file is one of those that make up a folder of vectors.

    The numbers of TensorBoard's projector, alone, would be read as words and numbers.
    """
    if path.name not in _names_in_folders():
        return
    form = _format_of_folder(path.parent)
    if form is not None and path.name in (*form.members, *form.other_members):
        raise FormatError(f"{path} is only a part of {form.title}: give the folder, {path.parent}")


def _known_formats(*, writes: bool) -> str:
    known = [form for form in FORMATS if (form.writes if writes else form.reads)]
    by_suffix = [
        form
        for form in known
        if form.suffixes and (not writes or _by_place(f"a{form.suffixes[0]}") is form)
    ]
    files = ", ".join(f"{'/'.join(form.suffixes)} ({form.title})" for form in by_suffix)
    told = f"known are {files}, and a folder (no suffix, or a slash at the end)"
    if not writes:
        return told
    others = ", ".join(form.name for form in known if form not in (*by_suffix, FIRTH))
    return f"{told}; by name (format=, --to): {others}"
