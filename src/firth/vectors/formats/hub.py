"""Folders of vectors on the Hugging Face hub: `hf://user/name`. Needs the extra `hub`.

A revision may follow (`hf://user/name@v1`), and a folder in the repository (`hf://user/name/sub`).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from firth._version import __version__
from firth.errors import FirthError, MissingExtraError, one_line

# A path has one slash of the two.
_ADDRESS = re.compile(
    r"hf:/{1,2}(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[^/@]+))?(?:/(?P<folder>.+?))?/*"
)
_EXAMPLE = "hf://user/name"


def is_on_hub(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is an address on the hub.

    Examples
    --------
    >>> is_on_hub("hf://user/name"), is_on_hub(Path("hf://user/name")), is_on_hub("hf")
    (True, True, False)
    """
    return str(path).startswith("hf:/")


@dataclass(frozen=True)
class Address:
    """A folder on the hub.

    Examples
    --------
    >>> Address.parse("hf://user/name@v1/small")
    Address(repository='user/name', revision='v1', folder='small')
    """

    repository: str
    revision: str | None
    folder: str | None

    @classmethod
    def parse(cls, path: str | os.PathLike[str]) -> Self:
        """Return the parts of an address.

        Raises
        ------
        FirthError
            If it is none.
        """
        match = _ADDRESS.fullmatch(os.fspath(path))
        if match is None:
            raise FirthError(
                f"{one_line(os.fspath(path))} is no address on the Hugging Face hub, such as "
                f"{_EXAMPLE}, {_EXAMPLE}@revision or {_EXAMPLE}/folder"
            )
        return cls(**match.groupdict())


def download(path: str | os.PathLike[str], names: Iterable[str]) -> Path:
    """Return a local copy of the files of these names, from the cache if they did not change.

    Raises
    ------
    FirthError
        If there is no such repository, or it cannot be reached.
    """
    address, hub = Address.parse(path), _hub()
    within = f"{address.folder}/" if address.folder else ""
    with _reraise_hub_errors(f"read {os.fspath(path)}", hub):
        copy = hub.snapshot_download(
            address.repository,
            revision=address.revision,
            allow_patterns=[within + name for name in names],
        )
    return Path(copy, within)


def check_upload(path: str | os.PathLike[str]) -> None:
    """Raise if it is known beforehand that a folder cannot be uploaded.

    Raises
    ------
    FirthError
        If the address is none, or nobody is logged in.
    """
    Address.parse(path)
    if _hub().get_token() is None:
        raise FirthError(f"cannot write {os.fspath(path)}: log in with 'hf auth login' first")


def upload(folder: Path, path: str | os.PathLike[str]) -> None:
    """Upload the files of a folder in one commit; a new repository is private.

    Raises
    ------
    FirthError
        If it cannot be written or reached.
    """
    check_upload(path)
    address, hub = Address.parse(path), _hub()
    with _reraise_hub_errors(f"write {os.fspath(path)}", hub):
        api = hub.HfApi()
        api.create_repo(address.repository, private=True, exist_ok=True)
        api.upload_folder(
            repo_id=address.repository,
            folder_path=folder,
            path_in_repo=address.folder,
            revision=address.revision,
            commit_message=f"Vectors written by Firth {__version__}",
        )


def _hub() -> Any:  # noqa: ANN401
    if importlib.util.find_spec("huggingface_hub") is None:
        raise MissingExtraError("huggingface_hub", "hub")
    import huggingface_hub

    return huggingface_hub


@contextlib.contextmanager
def _reraise_hub_errors(what: str, hub: Any) -> Iterator[None]:  # noqa: ANN401
    """Report errors of the hub and of the connection in one line."""
    try:
        yield
    except (hub.errors.HfHubHTTPError, OSError, ValueError) as error:
        raise FirthError(f"cannot {what}: {one_line(' '.join(str(error).split()))}") from error
