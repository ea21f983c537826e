"""A team of Ray actors, on this machine or on a cluster."""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Callable, Sequence
from typing import Any

from firth.cluster.group import TIMEOUT, GroupBroken, import_distributed, import_extra, join_group
from firth.cluster.member import Member
from firth.cluster.ray_room import check_room, share_of_worker
from firth.cluster.team import Team, check_alike, with_place
from firth.errors import ConfigError, FirthError, counted, size_of, warn
from firth.io.resources import available_memory, available_processors
from firth.training.engines.recovery import WorkersLost
from firth.training.engines.registry import team_engine_named

AUTO = "auto"
# The variable of the environment that Ray takes for its own "auto".
RAY_ADDRESS = "RAY_ADDRESS"
# How long members may take to be placed, and then to tell why they failed.
_SECONDS_TO_START = 120.0
_SECONDS_TO_FAIL = 5.0
# Of a worker that has imported Ray, PyTorch and Numba.
_BYTES_OF_A_PROCESS = 300_000_000
# Options of Ray for as few words as possible.
_QUIET = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}


class RayTeam(Team):
    """Members as Ray actors, connected by PyTorch's `gloo`, or GPUs by `nccl`; see `Team`.

    Actors alone start several times as fast as Ray Train's worker groups, and what they need of
    these is little: a run goes back to its own checkpoints.

    A cluster that runs is joined at once. One of its own is started with the members only, since
    that takes seconds: a text that cannot be read is told before.

    Parameters
    ----------
    address : str
        That of a Ray cluster, or "auto" for the one of this machine, which is started if need be.
    workers, threads : int
        The members, and the threads of each.
    engine : str
        The name of the engine of each.

    Raises
    ------
    MissingExtraError
        If Ray or PyTorch is not installed.
    ConfigError
        If there is no cluster at the address, or it has fewer processors or GPUs than wanted.
    """

    def __init__(self, address: str, workers: int, threads: int, engine: str) -> None:
        self._ray = _import_ray()
        import_distributed()
        self.size, self.engine, self._threads = workers, engine, threads
        self._gpus = team_engine_named(engine).gpus()
        self._actors: list[Any] = []
        self._addresses: list[str] = []  # of the machines of the members
        self._is_joined = self._is_own = False
        self._join(address)

    @property
    def members_here(self) -> int:
        """No member is in this process."""
        return 0

    @property
    def is_running(self) -> bool:
        """Whether the members are there."""
        return bool(self._actors)

    def start(self) -> None:
        """Start the members, wherever there is room."""
        if not self._is_joined:
            self._start_cluster()
        alive = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        nodes = [each.get("CPU", 0.0) for each in alive if each.get("GPU", 0.0) >= self._gpus]
        share = share_of_worker(nodes, self.size, self._threads)
        if share < self._threads:
            warn(
                f"{counted(self.size, 'worker')} share {counted(int(sum(nodes)), 'processor')}, "
                "all that is left"
            )
        # Each sees only the GPU that Ray gives it.
        actor = self._ray.remote(_MemberActor).options(
            num_cpus=share, num_gpus=self._gpus or None, scheduling_strategy="SPREAD"
        )
        self._actors = [actor.remote() for _ in range(self.size)]
        try:
            addresses = self._get(
                [actor.address.remote() for actor in self._actors], _SECONDS_TO_START
            )
            # Sums go round by rank: neighbours on one machine need no network.
            by_machine = sorted(range(self.size), key=addresses.__getitem__)
            self._actors = [self._actors[place] for place in by_machine]
            self._addresses = [addresses[place] for place in by_machine]
            host, port = self._get([self._actors[0].open_store.remote(self.size)])[0]
            self._get(
                [
                    actor.join.remote(host, port, rank, self.size)
                    for rank, actor in enumerate(self._actors)
                ],
                _SECONDS_TO_START,
            )
            check_alike(self.call("describe"))
            self.call("choose_engine", self.engine)
        except BaseException:
            self._end_members()
            raise

    def call(self, method: str, *arguments: object) -> list[Any]:
        """Call a method of all members at once; see `Team`."""
        # One copy for all members of a machine.
        shared = [self._ray.put(argument) for argument in arguments]
        return self.call_each(method, [shared] * self.size)

    def call_each(self, method: str, arguments: Sequence[Sequence[object]]) -> list[Any]:
        """Call a method of all members at once, each with its own arguments; see `Team`."""
        return self._get(
            [
                actor.call.remote(method, *own)
                for actor, own in zip(self._actors, arguments, strict=True)
            ]
        )

    def call_first(self, method: str, *arguments: object) -> Any:  # noqa: ANN401
        """Call a method of the first member; see `Team`."""
        return self._get([self._actors[0].call.remote(method, *arguments)])[0]

    def call_merged(self, method: str, merge: Callable[[Any, Any], Any]) -> Any:  # noqa: ANN401
        """Call a method of all members, and merge neighbours' results; see `Team`."""
        # Results are merged where they are; this process gets the last one.
        merging = self._ray.remote(merge).options(num_cpus=0, scheduling_strategy="SPREAD")
        found = [actor.call.remote(method) for actor in self._actors]
        while len(found) > 1:
            pairs = zip(found[::2], found[1::2], strict=False)
            found = [merging.remote(*pair) for pair in pairs] + found[len(found) // 2 * 2 :]
        return self._get(found, are_merged=True)[0]

    def close(self) -> None:
        """End all members; end Ray too if it was started for them."""
        self._end_members()
        if self._is_own:
            self._ray.shutdown()

    def _join(self, address: str) -> None:
        """Join the cluster at an address, if one is there."""
        if not self._ray.is_initialized():
            self._is_own = _connect(address)
            if not self._is_own:
                return
        self._is_joined = True
        self._check_room()

    def _start_cluster(self) -> None:
        """Start a cluster on this machine, unless reading the text has done so."""
        if not self._ray.is_initialized():
            _start_here(self._ray, self.size, self._threads)
            self._is_own = True
        self._is_joined = True
        self._check_room()

    def _check_room(self) -> None:
        try:
            check_room(self._ray, self.size * self._threads, self.size * self._gpus)
        except ConfigError:
            self.close()
            raise

    def _get(
        self, references: list[Any], seconds: float | None = None, *, are_merged: bool = False
    ) -> list[Any]:
        """Wait for results of members, or of several; if one is lost, end all: WorkersLost."""
        waiting = references
        while waiting:
            done, waiting = self._ray.wait(waiting, num_returns=1, timeout=seconds)
            if not done:
                raise self._lost(f"workers did not start within {seconds:.0f} s")
            try:
                self._ray.get(done)
            except self._ray.exceptions.RayTaskError as error:
                if isinstance(error.cause, GroupBroken):
                    raise self._lost(self._who_is_lost(references, str(error.cause))) from error
                if isinstance(error.cause, FirthError):
                    rank = None if are_merged else references.index(done[0])
                    raise self._with_place(error.cause, rank) from None
                if isinstance(error, self._ray.exceptions.RayActorError):
                    # What a member should have returned was to be merged.
                    raise self._lost(f"one of {self.size} workers ended") from error
                raise
            except self._ray.exceptions.RayError as error:
                if getattr(error, "actor_init_failed", False):
                    self._end_members()
                    raise _no_firth_there(error) from None
                raise self._lost(self._who_is_lost(references, str(error))) from error
        results: list[Any] = self._ray.get(references)
        return results

    def _with_place(self, error: FirthError, rank: int | None) -> FirthError:
        """Return an error with the machine of the member that has raised it, if it is known."""
        if rank is None or not self._addresses:
            return error
        return with_place(error, rank, self._addresses[rank])

    def _who_is_lost(self, references: list[Any], otherwise: str) -> str:
        """Return which member has ended, or else another reason."""
        for rank, reference in enumerate(references):
            try:
                self._ray.get(reference, timeout=_SECONDS_TO_FAIL)
            except self._ray.exceptions.ActorDiedError:
                return f"worker {rank} of {self.size} ended"
            except self._ray.exceptions.ActorUnavailableError:
                return f"worker {rank} of {self.size} cannot be reached"
            except self._ray.exceptions.RayError:
                continue
        return otherwise.splitlines()[0]

    def _lost(self, reason: str) -> WorkersLost:
        self._end_members()
        return WorkersLost(reason)

    def _end_members(self) -> None:
        for actor in self._actors:
            self._ray.kill(actor)
        self._actors, self._addresses = [], []


class _MemberActor:
    """The process of a member."""

    def address(self) -> str:
        """Return the address of the machine."""
        return str(_import_ray().util.get_node_ip_address())

    def open_store(self, size: int) -> tuple[str, int]:
        """Open the store in which members find each other; return its address."""
        host = self.address()
        self._store = import_distributed().TCPStore(
            host, 0, size, is_master=True, wait_for_workers=False, timeout=TIMEOUT
        )
        return host, self._store.port

    def join(self, host: str, port: int, rank: int, size: int) -> None:
        """Become a member of the group whose store is at an address."""
        self._member = Member(join_group(host, port, rank, size, self.address()))

    def call(self, method: str, *arguments: object) -> Any:  # noqa: ANN401
        """Call a method of the member."""
        return getattr(self._member, method)(*arguments)


def _import_ray() -> Any:  # noqa: ANN401
    # Nothing is sent to anybody unless the user says so.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    return import_extra("ray")


def _connect(address: str) -> bool:
    """Join a cluster; return False if "auto" finds none."""
    ray = _import_ray()
    named, option = address, "--cluster"
    if address == AUTO:
        named = os.environ.get(RAY_ADDRESS) or AUTO
        option = "--cluster" if named == AUTO else RAY_ADDRESS
    if named != AUTO:
        _check_address(named, option)
    _keep_quiet(ray)
    try:
        ray.init(address=address, **_QUIET)
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        if named != AUTO or _is_one_there(error):
            raise ConfigError(
                f"the Ray cluster at {named!r} ({option}) cannot be joined: {_reason(error)}. "
                "If it wants a token, set RAY_AUTH_MODE=token, and have the token in "
                "RAY_AUTH_TOKEN or in ~/.ray/auth_token"
            ) from error
        if not str(error):
            # Older versions of Ray found a cluster, and do not say where.
            warn(
                "the Ray cluster that this machine remembers cannot be joined, so one is started "
                "for this run; to join one, give its address (--cluster)"
            )
        return False
    return True


def _start_here(ray: Any, workers: int, threads: int) -> None:  # noqa: ANN401
    """Start a Ray cluster on this machine that has room for workers with so many threads each.

    Raises
    ------
    ConfigError
        If memory is too small for their processes.
    FirthError
        If Ray does not start.
    """
    memory, needed = available_memory(), workers * _BYTES_OF_A_PROCESS
    if memory is not None and needed > memory:
        raise ConfigError(
            f"{counted(workers, 'worker')} on this machine are processes that take "
            f"{size_of(needed)} of memory before they train, and {size_of(memory)} are free: give "
            "fewer workers (--workers)"
        )
    processors = available_processors()
    if workers * threads > processors:
        warn(
            f"{counted(workers, 'worker')} with {counted(threads, 'thread')} each are more than "
            f"{counted(processors, 'processor')}: fewer (--workers, --threads) are as fast"
        )
    # By default Ray's workers give way to all other programs.
    os.environ.setdefault("RAY_worker_niceness", "0")
    most = max(workers * threads, processors)
    try:
        ray.init(address="local", num_cpus=most, include_dashboard=False, **_QUIET)
    except Exception as error:
        # What Ray raises has no class of its own.
        ray.shutdown()
        raise FirthError(
            f"Ray did not start on this machine: {_reason(error)}. Try again when the machine "
            "is less busy, or leave out cluster (--cluster): workers are then threads of one "
            "process"
        ) from error


def _no_firth_there(error: Exception) -> ConfigError:
    """Return the error for a machine on which the process of a member cannot import Firth."""
    # Ray ends its text with that of the error there.
    reason = str(error).strip().splitlines()[-1]
    return ConfigError(
        f"a machine of the Ray cluster cannot import Firth ({reason}): install the same version "
        "on all machines, with the extra cluster, in the environment from which Ray is started"
    )


def _reason(error: Exception) -> str:
    """Return the first sentence of an error, without its full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].partition(". ")[0].rstrip(" .")


def _is_one_there(error: Exception) -> bool:
    """Return whether a cluster is there that Ray has found for "auto", but cannot join.

    The address that Ray remembers may be that of a cluster that has ended.
    """
    # Older versions of Ray have no tokens, and no such error.
    if isinstance(error, getattr(_import_ray().exceptions, "AuthenticationError", ())):
        return True
    found = re.search(r"(\S+):(\d+)$", str(error))
    return found is not None and _unreachable(found[1], int(found[2])) is None


def _check_address(address: str, option: str) -> None:
    """Raise ConfigError if nothing listens at an address: Ray would wait for minutes."""
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme not in ("", "ray") or not host or not port.isdigit():
        known = "the address of a Ray cluster such as 10.0.0.1:6379"
        if option == RAY_ADDRESS:
            raise ConfigError(f"RAY_ADDRESS must be {known}, or not be set, got {address!r}")
        raise ConfigError(
            f"cluster must be 'auto', {known}, or 'torchrun', got {address!r} (--cluster)"
        )
    if (error := _unreachable(host, int(port))) is not None:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"there is no Ray cluster at {address!r} ({option}): {reason}. Start one there (ray "
            f"start --head --port {port}), or give the address of one that runs"
        ) from error


def _unreachable(host: str, port: int) -> Exception | None:
    """Return why nothing can be reached at an address, None if something answers."""
    try:
        # Addresses of IPv6 stand in brackets.
        socket.create_connection((host.strip("[]"), port), _SECONDS_TO_FAIL).close()
    except (OSError, OverflowError) as error:
        return error
    return None


def _keep_quiet(ray: Any) -> None:  # noqa: ANN401
    """Have Ray log what it would print: the output may be read by a program."""
    log = logging.getLogger("ray")
    log.setLevel(max(log.level, logging.ERROR))
    # There is no option for its messages on workers that end.
    ray._private.worker.print_to_stdstream = lambda data, **_: log.info("%s", data)
