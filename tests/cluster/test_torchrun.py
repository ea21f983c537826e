"""A team of processes as torchrun starts them, of which one is lost."""

import os
import socket

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

from processes import begin_python

LEADER = """
import sys
from firth.cluster.torchrun import TorchrunTeam
from firth.errors import FirthError

team = TorchrunTeam(2, "hogwild")
team.start()
sys.stdin.readline()  # by default the other process has ended
if sys.argv[1] != "close":
    try:
        team.call("describe")
    except (FirthError, ZeroDivisionError) as error:
        print(type(error).__name__, error)
    print(team.is_running)
    sys.stdin.readline()
team.close()
print("closed")
"""
# It follows the orders by which a team is started.
MEMBER = """
import os
import sys
from firth.cluster.torchrun import Member, _Channel
from firth.errors import MissingExtraError

channel = _Channel()
member = Member(channel.group)
for _ in range(2):
    channel.answer(member, channel.receive())
if sys.argv[1] in ("fail", "refuse"):
    def fail():
        raise ZeroDivisionError("no tea") if sys.argv[1] == "fail" else MissingExtraError("s3fs")

    member.describe = fail
    channel.answer(member, channel.receive())
os._exit(7)
"""
# It serves until the leader, which was told of nothing, has ended.
SERVING = """
from firth.cluster.torchrun import serve
from firth.errors import FirthError

try:
    serve()
except FirthError as error:
    print(error)
"""
ENDING = """
import os
from firth.cluster.torchrun import TorchrunTeam

team = TorchrunTeam(2, "hogwild")
team.start()
os._exit(7)
"""


def begin_two(leader, member, *arguments):
    """Begin a process that leads and one that is a member; return both."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}
    return [
        begin_python("-c", each, *arguments, env={**os.environ, **shared, "RANK": rank}, stdin=-1)
        for rank, each in (("0", leader), ("1", member))
    ]


def leader_of_a_lost_member(how):
    """Return what the process that leads has printed, and what the other one has told."""
    leader, member = begin_two(LEADER, MEMBER, how)
    if how in ("fail", "refuse"):
        leader.stdin.write("\n")
        leader.stdin.flush()
    told = member.communicate()[1]
    assert member.returncode == 7, told
    printed, error = leader.communicate("\n")
    assert leader.returncode == 0, error
    return printed, told


def test_a_lost_member_ends_the_run_in_one_line():
    # Two of three such processes were aborted at their end by threads of a group left open.
    error, *rest = leader_of_a_lost_member("call")[0].splitlines()
    assert error.startswith("FirthError worker 0 lost its connection: ")
    assert error.endswith("give it --max-restarts, and the command --checkpoint and --resume")
    assert rest == ["False", "closed"]


def test_a_member_that_is_lost_at_the_end_does_no_harm():
    assert leader_of_a_lost_member("close")[0] == "closed\n"


def test_a_member_tells_of_an_error_that_the_leader_may_not_hear_of():
    printed, told = leader_of_a_lost_member("fail")
    assert printed == "ZeroDivisionError no tea\nTrue\nclosed\n"
    assert "ZeroDivisionError: no tea" in told


def test_what_a_member_refuses_is_told_with_its_machine():
    printed, told = leader_of_a_lost_member("refuse")
    assert printed == (
        "MissingExtraError s3fs is not installed; run: pip install s3fs (worker 1 on "
        f"{socket.gethostname()})\nTrue\nclosed\n"
    )
    assert "MissingExtraError" not in told


def test_a_member_that_has_lost_the_leader_ends_in_one_line():
    leader, member = begin_two(ENDING, SERVING)
    leader.communicate()
    assert leader.returncode == 7
    printed, error = member.communicate()
    assert (member.returncode, error) == (0, "")
    assert printed.startswith("worker 1 lost its connection: ")
