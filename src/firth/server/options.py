"""How a service listens, whom it answers, and how much it takes."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from firth.checks import real_number, shown, whole_number
from firth.errors import ConfigError

LOOPBACK = "127.0.0.1"
_HOST = "a host is a name without scheme and port, such as vectors.example"
_ORIGIN = "an origin is a scheme and a host, such as https://example.org"


@dataclass(frozen=True)
class ServerOptions:
    """Options of a service.

    Parameters
    ----------
    host : str
        The address to listen on; by default only programs on this machine reach it.
    port : int
        0 takes a free one.
    workers : int
        How many processes answer.
    token : str, optional
        What requests must send as `Authorization: Bearer TOKEN`; all but `/health` need it.
    hosts : tuple of str
        Names that requests may give as `Host`, beside addresses, `localhost` and `host`; `*` allows
        all.
    origins : tuple of str
        Origins of web pages of other hosts that may ask, such as `https://example.org`.
    tokenizer : str
        How texts become words, for vectors that do not say how theirs was cut.
    max_body : int
        Bytes of the largest request body.
    body_seconds : float
        How long a client may take to send a body, and as long again the head before it.
    drain_seconds : float
        How long requests may go on after the service was told to end.
    check_seconds : float
        How often the files of the vectors are looked at.

    Raises
    ------
    ConfigError
        If a number is out of range, the token is empty, or a name of `hosts` or `origins` is one
        that no request gives.
    """

    host: str = LOOPBACK
    port: int = 8000
    workers: int = 1
    token: str | None = None
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    tokenizer: str = "whitespace"
    max_body: int = 2 << 20
    body_seconds: float = 30.0
    drain_seconds: float = 30.0
    check_seconds: float = 2.0

    def __post_init__(self) -> None:
        """Check the options."""
        if not isinstance(self.host, str):
            raise ConfigError(f"host must be text, got {shown(self.host)}")
        if not self.host:
            raise ConfigError("host is empty; give an address to listen on, such as 127.0.0.1")
        if not isinstance(self.token, str | None):
            # Its text is a secret.
            raise ConfigError(f"token must be text, got {type(self.token).__name__}")
        whole_number("port", self.port, least=0, most=65_535)
        whole_number("workers", self.workers, least=1, most=1_024)
        whole_number("max_body", self.max_body, least=1)
        for name in ("body_seconds", "drain_seconds", "check_seconds"):
            real_number(name, getattr(self, name), least=0.01)
        if self.token is not None and not (self.token.isascii() and self.token.isprintable()):
            raise ConfigError("a token must hold only printable ASCII characters")
        if self.token is not None and not self.token.strip():
            raise ConfigError("the token is empty; give one of several characters")
        _check_names("hosts", self.hosts, _is_host, _HOST)
        _check_names("origins", self.origins, _is_origin, _ORIGIN)


def _check_names(option: str, given: object, is_valid: Callable[[str], bool], what: str) -> None:
    """Raise if an option is no list of names, or one of them is a name that no request gives."""
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
        raise ConfigError(f"{option} must be a list of names, got {shown(given)}")
    for name in given:
        if not is_valid(name):
            raise ConfigError(f"{what}, or * for all; got {shown(name)}")


def _is_host(name: str) -> bool:
    """Return whether a request may give a name as `Host`, beside a port.

    Examples
    --------
    >>> [_is_host(name) for name in ("vectors.example", "*", "[::1]", "::1", "127.0.0.1")]
    [True, True, True, True, True]
    >>> [_is_host(name) for name in ("example:80", "http://a", "*.example", "[::1", "a,b", "")]
    [False, False, False, False, False, False]
    """
    bare = name[1:-1] if re.fullmatch(r"\[.*\]", name) else name
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(bare))
    return name == "*" or re.fullmatch(r"[^\s/:@?#*,\[\]]+", name) is not None


def _is_origin(name: str) -> bool:
    """Return whether a browser may give a name as `Origin`, but for a slash at the end.

    Examples
    --------
    >>> [_is_origin(name) for name in ("https://a.example/", "http://[::1]:8000", "null", "*")]
    [True, True, True, True]
    >>> [_is_origin(name) for name in ("a.example", "https://a.example/page", "https://", "")]
    [False, False, False, False]
    >>> [_is_origin(name) for name in ("https://*.example", "https://a.example:443")]
    [False, False]
    """
    if name in ("*", "null"):
        return True
    # Browsers leave out the port that a scheme has anyway.
    found = re.fullmatch(r"([\w+.-]+)://[^\s/@?#*,]+?(:\d+)?/?", name)
    return found is not None and (found[1], found[2]) not in (("http", ":80"), ("https", ":443"))
