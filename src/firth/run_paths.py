"""Checks of the paths of a command's run: no result may replace an input or another result."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from firth.corpus.finding import names_text
from firth.errors import FirthError
from firth.io.atomic import is_same, lies_in
from firth.io.contents import DOCUMENTS, FOLDER_OF_VECTORS, PHRASES, SUBWORDS
from firth.io.paths import refuse_standard_output


def check_run_paths(
    output: Path,
    *,
    texts: Sequence[str] = (),
    frozen: str | None = None,
    phrases: str | None = None,
    vocabulary: str | None = None,
    log: str | None = None,
    record: str | None = None,
    checkpoint: str | None = None,
) -> None:
    """Raise if the run would overwrite one of its inputs, or one result with another.

    The new vectors may replace those of `--start`, from which they are trained.

    Parameters
    ----------
    output : Path
        Where the vectors will be.
    texts : sequence of str
        The training and held-out texts: files, folders, patterns, or `-` for standard input.
    frozen, phrases, vocabulary, log, record, checkpoint : str, optional
        The file of words that do not change, the file of phrases, that of words and counts, the
        log, the recording, and the folder of checkpoints. Phrases from a folder of vectors stay:
        the new vectors hold them too.

    Raises
    ------
    FirthError
        If a path would be overwritten.
    """
    # Empty paths are reported where they are opened.
    held_by = {
        "words of --frozen": frozen,
        "phrases of --phrases": phrases,
        "words of --vocabulary": vocabulary,
    }
    log_path, page, folder = (Path(path) if path else None for path in (log, record, checkpoint))
    _check_results(output, log_path, page, folder)
    for option, written in (("--output", output), ("--log", log_path), ("--record", page)):
        if written is None or not os.path.exists(written):  # noqa: PTH110 (a name may be too long)
            continue
        for held, given in held_by.items():
            if given and not written.is_dir() and is_same(Path(given), written):
                raise FirthError(
                    f"cannot write {written}: it holds the {held}; name another place ({option})"
                )
        if _is_read(written, texts):
            name = option.removeprefix("--")
            raise FirthError(
                f"cannot write {written}: it is one of the texts to read; name another {name}"
            )


def _is_read(written: Path, texts: Sequence[str]) -> bool:
    if written.is_dir():
        # The only folders that a run replaces are folders of vectors.
        parts = [written / name for name in (*FOLDER_OF_VECTORS, SUBWORDS, PHRASES, DOCUMENTS)]
        return any(is_same(Path(text), part) for text in texts for part in parts)
    return names_text(texts, written)


def _check_results(
    output: Path, log: Path | None, record: Path | None, checkpoint: Path | None
) -> None:
    """Raise if the output, the log, the recording and the folder of checkpoints overlap.

    Only one overlap is allowed: the log and the recording may be in the folder of checkpoints.
    """
    refuse_standard_output(output)
    for option, path in (("--log", log), ("--record", record), ("--checkpoint", checkpoint)):
        if path is None:
            continue
        refuse_standard_output(path)
        if is_same(path, output):
            raise FirthError(f"--output and {option} must differ, got {output} for both")
        if lies_in(path, output):
            raise FirthError(
                f"{option} {path} must not be inside --output {output}, which is replaced as a "
                "whole; give another place"
            )
        if lies_in(output, path):
            raise FirthError(
                f"--output {output} must not be inside {option} {path}; give another place"
            )
    if log is not None and record is not None and is_same(log, record):
        raise FirthError(f"--log and --record must differ, got {log} for both")
    for option, path in (("--log", log), ("--record", record)):
        if path is not None and checkpoint is not None and lies_in(checkpoint, path):
            raise FirthError(
                f"--checkpoint {checkpoint} must not be {option} {path}, or inside it; give "
                "another place"
            )
