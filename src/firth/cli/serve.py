"""The verb `serve`: vectors over HTTP."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from firth.cli.app import tell, verb
from firth.cli.parameters import Argument, Option
from firth.cli.words import name_of
from firth.errors import ConfigError, FirthError, reraise
from firth.io.paths import absolute

if TYPE_CHECKING:
    from firth.server import ServerOptions, VectorSets

_NAMED = re.compile(r"([A-Za-z0-9][\w.:-]*)=(.+)", re.ASCII)
_MEGABYTE = 1 << 20


@verb(epilog="Example: firth serve vectors, or firth serve en=vectors de=german.bin")
def serve(
    given: Annotated[
        list[str],
        Argument(
            metavar="NAME=VECTORS...",
            help="Folders or files of vectors, and a name for each; the first is the default.",
        ),
    ],
    host: Annotated[
        str, Option(help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[int, Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    workers: Annotated[int, Option(help="Processes that answer.")] = 1,
    token_file: Annotated[
        Path | None,
        Option(metavar="FILE", help="Answer only requests with the token that this file holds."),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        Option(metavar="NAME", help="A name of this service, beside addresses; repeatable."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        Option(
            metavar="ORIGIN", help="Let web pages of https://example.org ask (CORS); repeatable."
        ),
    ] = None,
    tokenizer: Annotated[
        Literal["whitespace", "words", "textbook", "chinese"],
        Option(help="How texts are cut, for vectors that do not say how theirs was."),
    ] = "whitespace",
    max_body: Annotated[int, Option(metavar="MB", help="Largest request body.")] = 2,
) -> None:
    """Answer questions over HTTP: nearest words, analogies, company, embeddings of texts.

    The description of all requests is at /openapi.json, and /v1/embeddings is that of OpenAI.
    SIGTERM lets requests finish, and SIGHUP has the vectors read anew.
    """
    from firth.server import ServerOptions

    paths = named_paths(given)
    options = ServerOptions(
        host=host,
        port=port,
        workers=workers,
        token=None if token_file is None else _token(token_file),
        hosts=tuple(allow_host or ()),
        origins=tuple(allow_origin or ()),
        tokenizer=tokenizer,
        max_body=max_body * _MEGABYTE,
    )
    _run(paths, options)
    tell("ended")


def _run(paths: dict[str, Path], options: ServerOptions) -> None:
    from firth.server.running import bind, is_loopback, run_here, url_of
    from firth.server.workers import Workers

    with bind(options) as listener:
        url = url_of(listener)
        if options.token is None and not is_loopback(options.host):
            tell(f"warning: whoever reaches {options.host} may ask; give --token-file FILE")

        def announce(described: list[str]) -> None:
            tell(f"serving {', '.join(described)} at {url}; Ctrl-C ends")

        def announce_sets(sets: VectorSets) -> None:
            announce([each.describe() for each in sets])

        if options.workers == 1:
            run_here(paths, options, listener, announce_sets)
        else:
            Workers(paths, options, listener).run(announce)


def named_paths(given: list[str]) -> dict[str, Path]:
    """Return the name and the path of each set; without a name, it is that of the file.

    Raises
    ------
    ConfigError
        If two sets have one name, or there are no such vectors.

    Examples
    --------
    >>> named_paths(["here=.", "/"])
    Traceback (most recent call last):
    firth.errors.ConfigError: '/' needs a name: NAME=/
    """
    paths: dict[str, Path] = {}
    for each in given:
        match = None if Path(each).exists() else _NAMED.fullmatch(each)
        path = Path(match[2] if match else each)
        if not path.exists():
            raise ConfigError(f"there are no vectors at {path}; give NAME=VECTORS or VECTORS")
        name = match[1] if match else name_of(path.resolve())
        if not name:
            raise ConfigError(f"{each!r} needs a name: NAME={each}")
        if name in paths:
            raise ConfigError(f"two sets are named {name!r}; give another name: NAME={path}")
        paths[name] = absolute(path)
    return paths


def _token(path: Path) -> str:
    with reraise(FirthError, f"read {path}", OSError, UnicodeDecodeError):
        return path.read_text("utf-8").strip()
