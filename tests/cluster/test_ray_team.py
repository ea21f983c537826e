import socket
import types

import pytest

pytest.importorskip("ray")

import ray

from firth.cluster import ray_team
from firth.cluster.ray_room import check_room, share_of_worker
from firth.errors import ConfigError, FirthError, FirthWarning, MissingExtraError
from firth.training.engines.recovery import WorkersLost


@pytest.mark.parametrize(
    ("nodes", "workers", "threads", "share"),
    [
        ([1.0, 1.0, 1.0, 1.0], 4, 1, 1.0),
        # Three quarters would leave no node with room for a second worker.
        ([1.0, 1.0, 1.0], 4, 1, 0.5),
        ([16.0, 16.0, 16.0], 4, 16, 8.0),
        ([8.0, 0.0, 4.0], 3, 4, 4.0),
        ([2.0], 3, 1, 0.666),
        ([1.0], 10, 1, 0.1),
        ([64.0], 2, 4, 4.0),
        ([0.0], 2, 1, 0.0),
        ([], 2, 1, 0.0),
    ],
)
def test_all_workers_find_room_in_the_nodes_that_are_left(nodes, workers, threads, share):
    assert share_of_worker(nodes, workers, threads) == share


def test_a_cluster_with_fewer_gpus_than_workers_is_refused_in_one_line():
    class Cluster:
        @staticmethod
        def cluster_resources():
            return {"CPU": 8.0, "GPU": 1.0}

    check_room(Cluster, processors=2, gpus=1)
    told = r"has 1 GPU, and the workers need 2: give .*, another engine \(--engine hogwild\)"
    with pytest.raises(ConfigError, match=told):
        check_room(Cluster, processors=2, gpus=2)


class RayError(Exception):
    pass


class AuthenticationError(RayError):
    pass


class BrokenRay:
    """Finds no cluster, or one that it cannot join, and starts none."""

    def __init__(self, joining, errors=(RayError, AuthenticationError)):
        self.joining, self.asked = joining, []
        self.exceptions = types.SimpleNamespace(**{error.__name__: error for error in errors})

    def is_initialized(self):
        return False

    def init(self, address, **_):
        self.asked.append(address)
        if address == "local":
            raise Exception("The current node timed out. It may be busy.\nMore lines.")
        raise self.joining

    def shutdown(self):
        pass


@pytest.fixture
def connect(monkeypatch):
    def call(joining, address="auto", workers=1, **options):
        ray = BrokenRay(joining, **options)
        monkeypatch.setattr(ray_team, "_import_ray", lambda: ray)
        monkeypatch.setattr(ray_team, "_keep_quiet", lambda ray: None)
        with pytest.raises(FirthError) as told:
            ray_team.RayTeam(address, workers, 1, "hogwild").start()
        assert "\n" not in str(told.value)
        return ray.asked, str(told.value)

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    return call


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_ray_that_does_not_start_is_told_in_one_line(connect):
    asked, told = connect(ConnectionError("Could not find any running Ray instance."))
    assert asked == ["auto", "local"]
    assert told.startswith("Ray did not start on this machine: The current node timed out. Try")


def test_a_cluster_of_this_machine_that_cannot_be_joined_is_not_passed_over(connect, port):
    failed = ConnectionError(f"Failed to connect to Ray cluster at 127.0.0.1:{port}")
    asked, told = connect(failed)
    assert asked == ["auto"]
    assert "'auto' (--cluster) cannot be joined: Failed to connect" in told
    assert "set RAY_AUTH_MODE=token" in told
    asked, told = connect(AuthenticationError("Token authentication is enabled. Ensure that"))
    assert asked == ["auto"]
    assert "cannot be joined: Token authentication is enabled. If it wants a token" in told
    asked, told = connect(ConnectionError(f"\nRefused at 127.0.0.1:{port}.\n"), f"127.0.0.1:{port}")
    assert "cannot be joined: Refused at 127.0.0.1:" in told
    assert f"{port}. If it wants a token" in told


def test_a_cluster_that_has_ended_is_passed_over(connect):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    asked, _ = connect(ConnectionError(f"Failed to connect to Ray cluster at 127.0.0.1:{port}"))
    assert asked == ["auto", "local"]


def test_an_address_of_the_environment_is_that_of_auto(connect, port, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    asked, told = connect(ConnectionError("not asked"))
    assert asked == []
    assert told == (
        "there is no Ray cluster at '127.0.0.1:1' (RAY_ADDRESS): Connection refused. Start one "
        "there (ray start --head --port 1), or give the address of one that runs"
    )
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{port}")
    asked, told = connect(ConnectionError("Failed to connect"))
    assert asked == ["auto"]
    assert f"'127.0.0.1:{port}' (RAY_ADDRESS) cannot be joined: Failed to connect" in told


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "local", "127.0.0.1", "auto "])
def test_an_address_of_the_environment_that_is_none_is_named(connect, port, monkeypatch, address):
    # That of a dashboard, which `ray job submit` takes, is no cluster's.
    monkeypatch.setenv("RAY_ADDRESS", address.format(port=port))
    asked, told = connect(ConnectionError("not asked"))
    assert asked == []
    assert told.startswith("RAY_ADDRESS must be the address of a Ray cluster such as 10.0.0.1:6379")


def test_an_empty_address_of_the_environment_is_none(connect, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "")
    asked, _ = connect(ConnectionError("Could not find any running Ray instance."))
    assert asked == ["auto", "local"]


def test_versions_of_ray_without_tokens_start_a_cluster_too(connect):
    missing = ConnectionError("Could not find any running Ray instance.")
    asked, _ = connect(missing, errors=[RayError])
    assert asked == ["auto", "local"]


def test_a_cluster_that_an_older_ray_does_not_name_is_not_passed_over_in_silence(connect):
    with pytest.warns(FirthWarning, match="remembers cannot be joined, so one is started for this"):
        asked, _ = connect(ConnectionError(), errors=[RayError])
    assert asked == ["auto", "local"]


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_an_address_of_ipv6_stands_in_brackets():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        ray_team._check_address(f"[::1]:{server.getsockname()[1]}", "--cluster")


class StartedMeanwhile(BrokenRay):
    """Runs since a text was read by it, with one processor."""

    is_running = False

    def is_initialized(self):
        return self.is_running

    def cluster_resources(self):
        return {"CPU": 1.0}

    def nodes(self):
        raise KeyError("members are placed")

    def shutdown(self):
        raise AssertionError("it is not this team's to end")


def test_a_cluster_that_reading_the_text_has_started_is_joined(monkeypatch):
    ray = StartedMeanwhile(ConnectionError("Could not find any running Ray instance."))
    monkeypatch.setattr(ray_team, "_import_ray", lambda: ray)
    monkeypatch.setattr(ray_team, "_keep_quiet", lambda ray: None)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    one, two = (ray_team.RayTeam("auto", workers, 1, "hogwild") for workers in (1, 2))
    ray.is_running = True
    with pytest.raises(KeyError, match="members are placed"):
        one.start()
    with pytest.raises(ConfigError, match="the cluster has 1 processor, and the workers need 2"):
        two.start()
    one.close()
    assert ray.asked == ["auto", "auto"]


class WithoutFirth(StartedMeanwhile):
    """Has a machine that lacks Firth, as Ray tells of it when a member is made."""

    is_running = True

    def __init__(self):
        super().__init__(None, errors=(ray.exceptions.RayError, ray.exceptions.RayTaskError))
        self.killed = []

    def nodes(self):
        return [{"Alive": True, "Resources": {"CPU": 1.0}}]

    def remote(self, made):
        actor = types.SimpleNamespace(address=types.SimpleNamespace(remote=lambda: "reference"))
        return types.SimpleNamespace(
            options=lambda **_: types.SimpleNamespace(remote=lambda: actor),
        )

    def wait(self, waiting, **_):
        return waiting[:1], waiting[1:]

    def get(self, references, **_):
        told = (
            "RuntimeError: ...\n\nray::_MemberActor()\nModuleNotFoundError: No module named 'firth'"
        )
        cause = ray.exceptions.RayTaskError("_MemberActor", told, ModuleNotFoundError())
        raise ray.exceptions.ActorDiedError(cause)

    def kill(self, actor):
        self.killed.append(actor)


class WithoutPackage(WithoutFirth):
    """Has a machine that lacks a package, as its member tells when it begins."""

    def __init__(self):
        super().__init__()
        self.asked_members = 0

    def remote(self, made):
        method = types.SimpleNamespace(remote=lambda *_: object())
        actor = types.SimpleNamespace(address=method, open_store=method, join=method, call=method)
        return types.SimpleNamespace(
            options=lambda **_: types.SimpleNamespace(remote=lambda: actor),
        )

    def put(self, argument):
        return argument

    def get(self, references, **_):
        self.asked_members += 1
        # Each waits for two members, then for all.
        if self.asked_members <= 3:
            return ["10.0.0.8", "10.0.0.7"][: len(references)]
        if self.asked_members <= 5:
            return [("10.0.0.7", 7)]
        raise ray.exceptions.RayTaskError("join", "told", MissingExtraError("torch", "cluster"))


class Unreachable(WithoutFirth):
    """Has a machine that is gone, as Ray tells of a member there before it takes it for dead."""

    def __init__(self):
        super().__init__()
        self.exceptions = ray.exceptions

    def get(self, references, **_):
        if references == ["of the second"] or references == "of the second":
            raise ray.exceptions.ActorUnavailableError("The actor is temporarily unavailable", None)


def test_a_member_that_cannot_be_reached_is_named(monkeypatch):
    found = Unreachable()
    monkeypatch.setattr(ray_team, "_import_ray", lambda: found)
    team = ray_team.RayTeam("auto", 1, 1, "hogwild")
    team.size = 2
    with pytest.raises(WorkersLost, match=r"^worker 1 of 2 cannot be reached$"):
        team._get(["of the first", "of the second"])


def test_a_machine_that_lacks_a_package_is_named(monkeypatch):
    found = WithoutPackage()
    found.cluster_resources = lambda: {"CPU": 2.0}
    monkeypatch.setattr(ray_team, "_import_ray", lambda: found)
    with pytest.raises(MissingExtraError, match=r"'firth\[cluster\]' \(worker 0 on 10.0.0.7\)"):
        ray_team.RayTeam("auto", 2, 1, "hogwild").start()


def test_a_machine_without_firth_is_told_and_not_started_anew(monkeypatch):
    found = WithoutFirth()
    monkeypatch.setattr(ray_team, "_import_ray", lambda: found)
    team = ray_team.RayTeam("auto", 1, 1, "hogwild")
    told = r"cannot import Firth \(ModuleNotFoundError: No module named 'firth'\): install"
    with pytest.raises(ConfigError, match=told):
        team.start()
    assert len(found.killed) == 1
    assert not team.is_running


def test_more_workers_than_processors_are_told(connect, monkeypatch):
    monkeypatch.setattr(ray_team, "available_processors", lambda: 1)
    none_there = ConnectionError("Could not find any running Ray instance.")
    with pytest.warns(FirthWarning, match="2 workers with 1 thread each are more than 1 processor"):
        connect(none_there, workers=2)


def test_workers_whose_processes_do_not_fit_into_memory_are_refused(connect, monkeypatch):
    monkeypatch.setattr(ray_team, "available_memory", lambda: 2_000_000_000)
    none_there = ConnectionError("Could not find any running Ray instance.")
    asked, told = connect(none_there, workers=1_000)
    assert asked == ["auto"]
    assert told.startswith(
        "1,000 workers on this machine are processes that take 300.0 GB of memory"
    )
    assert "2.0 GB are free: give fewer workers (--workers)" in told
    monkeypatch.setattr(ray_team, "available_memory", lambda: None)
    with pytest.warns(FirthWarning, match="1,000 workers with 1 thread each are more than"):
        asked, _ = connect(none_there, workers=1_000)
    assert asked == ["auto", "local"]
