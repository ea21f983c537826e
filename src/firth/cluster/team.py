"""A team of members, as the process that leads a run sees it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from firth.errors import ConfigError, FirthError


class Team(Protocol):
    """Members in processes of their own, which do the same at the same time."""

    size: int
    """The number of members."""

    engine: str
    """The name of the engine that each member has."""

    @property
    def members_here(self) -> int:
        """The number of members in this process, whose memory is its own."""

    @property
    def is_running(self) -> bool:
        """Whether the members are there."""

    def start(self) -> None:
        """Start the members, or start them anew after they were lost."""

    def call(self, method: str, *arguments: object) -> list[Any]:
        """Call a method of all members at once, and return their results in order.

        The arguments are only read.

        Raises
        ------
        WorkersLost
            If a member ended or cannot be reached; then all of them are ended.
        FirthError
            If a member raised it.
        """
        return self.call_each(method, [arguments] * self.size)

    def call_each(self, method: str, arguments: Sequence[Sequence[object]]) -> list[Any]:
        """Call a method of all members at once, each with arguments of its own; see `call`."""

    def call_first(self, method: str, *arguments: object) -> Any:  # noqa: ANN401
        """Call a method of the first member, and return its result; see `call`."""

    def call_merged(self, method: str, merge: Callable[[Any, Any], Any]) -> Any:  # noqa: ANN401
        """Call a method of all members, and merge their results, neighbours with neighbours."""
        return functools.reduce(merge, self.call(method))

    def close(self) -> None:
        """End all members, and what was started for them."""


def check_alike(descriptions: Sequence[dict[str, object]]) -> None:
    """Raise ConfigError if members do not run the same programs.

    Parameters
    ----------
    descriptions : sequence of dict
        What `Member.describe` returned for each.
    """
    first = descriptions[0]
    for rank, other in enumerate(descriptions):
        for name in ("firth", "python"):
            if other[name] != first[name]:
                raise ConfigError(
                    f"all machines must run the same version of {name}: worker 0 on "
                    f"{first['host']} has {first[name]}, worker {rank} on {other['host']} "
                    f"{other[name]}"
                )


def with_place(error: FirthError, rank: int, host: str) -> FirthError:
    """Return an error of a member, which tells the machine where it was raised.

    Examples
    --------
    >>> print(with_place(FirthError("cannot read text.txt"), 3, "node7"))
    cannot read text.txt (worker 3 on node7)
    """
    error.args = (f"{error} (worker {rank} on {host})",)
    return error
