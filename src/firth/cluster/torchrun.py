"""A team of processes that `torchrun` started.

The process of rank 0 leads the run. The others call `serve`, and do what it tells them. If one is
lost, `torchrun` ends all of them; with its `--max-restarts` and `--resume` the run goes on.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import traceback
from collections.abc import Sequence
from typing import Any

from firth.cluster.group import TIMEOUT, GroupBroken, TorchGroup, import_distributed
from firth.cluster.member import Member
from firth.cluster.team import Team, check_alike, with_place
from firth.errors import ConfigError, FirthError, counted
from firth.training.engines.registry import team_engine_named

# How long members wait for the leader, which may read a text meanwhile.
_PATIENCE = datetime.timedelta(days=7)


def rank_here() -> int:
    """Return the rank that `torchrun` gave this process.

    Raises
    ------
    ConfigError
        If `torchrun` did not start it.
    """
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        raise ConfigError(
            "cluster='torchrun' (--cluster torchrun) is for processes that torchrun has started: "
            "torchrun --nproc-per-node 2 -m firth train ... --cluster torchrun --workers 2"
        )
    return int(os.environ["RANK"])


def check_leads() -> None:
    """Raise ConfigError if another process of `torchrun` than this one leads the run."""
    if rank_here() > 0:
        raise ConfigError(
            "with cluster='torchrun' only the process of rank 0 trains; in the others call "
            "firth.cluster.torchrun.serve()"
        )


def serve() -> None:
    """Be a member of the team of the process of rank 0, until its run is done."""
    with contextlib.closing(_Channel()) as channel:
        member = Member(channel.group)
        while (command := channel.receive()) is not None:
            channel.answer(member, command)


class TorchrunTeam(Team):
    """The processes that `torchrun` started, led by this one; see `Team`.

    Raises
    ------
    ConfigError
        If `torchrun` did not start this process, or another number of them than wanted.
    """

    def __init__(self, workers: int, engine: str) -> None:
        rank_here()
        started = int(os.environ["WORLD_SIZE"])
        if started != workers:
            raise ConfigError(
                f"torchrun has started {counted(started, 'process')}, and workers is {workers}: "
                f"give --workers {started}"
            )
        # Before a text is read.
        team_engine_named(engine).for_worker(*_place_here())
        self.size, self.engine = workers, engine
        self._channel: _Channel | None = None
        self._hosts: list[str] = []

    @property
    def members_here(self) -> int:
        """One member is in this process."""
        return 1

    @property
    def is_running(self) -> bool:
        """Whether the members are there."""
        return self._channel is not None

    def start(self) -> None:
        """Meet the other processes."""
        self._channel = _Channel()
        self._member = Member(self._channel.group)
        descriptions = self.call("describe")
        self._hosts = [str(each["host"]) for each in descriptions]
        check_alike(descriptions)
        self.call("choose_engine", self.engine)

    def call_each(self, method: str, arguments: Sequence[Sequence[object]]) -> list[Any]:
        """Call a method of all members at once, each with its own arguments; see `Team`."""
        assert self._channel is not None
        try:
            self._channel.send([(method, own) for own in arguments])
            answers = self._channel.answer(self._member, (method, arguments[0]))
        except GroupBroken as error:
            # The others cannot be told to end, nor be started anew.
            self._channel.close()
            self._channel = None
            raise FirthError(
                f"{error}. Only torchrun can start the workers anew: give it --max-restarts, and "
                "the command --checkpoint and --resume"
            ) from error
        for rank, answer in enumerate(answers):
            if isinstance(answer, FirthError) and self._hosts:
                raise with_place(answer, rank, self._hosts[rank])
            if isinstance(answer, Exception):
                raise answer
        return answers

    def call_first(self, method: str, *arguments: object) -> Any:  # noqa: ANN401
        """Call a method of the first member, which is in this process; see `Team`."""
        return getattr(self._member, method)(*arguments)

    def close(self) -> None:
        """Let the other processes end."""
        if self._channel is not None:
            # One that has ended need not be told.
            with contextlib.suppress(GroupBroken):
                self._channel.send([None] * self.size)
            self._channel.close()
        self._channel = None


def _place_here() -> tuple[int, int]:
    """Return the number of this process on its machine, and how many there are."""
    found = os.environ
    number, size = found.get("LOCAL_RANK"), found.get("LOCAL_WORLD_SIZE")
    return int(number or found["RANK"]), int(size or found["WORLD_SIZE"])


class _Channel:
    """How commands go from the leader to the members, and answers back."""

    def __init__(self) -> None:
        self._distributed = import_distributed()
        self._distributed.init_process_group("gloo", timeout=TIMEOUT)
        self.group = TorchGroup(_place_here())
        self._orders = self._distributed.new_group(timeout=_PATIENCE)

    def send(self, commands: list[Any]) -> None:
        """Send each member its command; the leader only."""
        with self.group.connection_watched():
            self._distributed.scatter_object_list([None], commands, src=0, group=self._orders)

    def receive(self) -> Any:  # noqa: ANN401
        """Wait for a command of the leader."""
        received: list[Any] = [None]
        with self.group.connection_watched():
            self._distributed.scatter_object_list(received, None, src=0, group=self._orders)
        return received[0]

    def answer(self, member: Member, command: tuple[str, Sequence[object]]) -> list[Any]:
        """Do what a command says, and tell the leader; return all answers if this is the leader."""
        method, arguments = command
        answer: Any
        try:
            answer = getattr(member, method)(*arguments)
        except GroupBroken:
            raise
        except Exception as error:
            answer = error
            if self.group.rank > 0 and not isinstance(error, FirthError):
                # The leader may be in a sum that lacks this member, and never hear of it.
                traceback.print_exc()
        answers = [None] * self.group.size if self.group.rank == 0 else None
        with self.group.connection_watched():
            self._distributed.gather_object(answer, answers, dst=0, group=self._orders)
        return answers or []

    def close(self) -> None:
        """Leave the group; a process that ends without may be aborted by its threads."""
        self._distributed.destroy_process_group()
