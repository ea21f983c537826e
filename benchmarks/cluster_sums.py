"""How long the sum of a step takes: by members, bytes, and the delay of a network.

sudo python benchmarks/cluster_sums.py [--members 2,4,8] [--output results/cluster_sums.json]

Each member is a process in a network namespace of its own, see cluster_network.py, and adds up by
`gloo` what workers add up at a step. The delays tell how many messages travel one after another:
the part of a sum's time that grows with the delay, divided by it. `cluster_model.py` takes that.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import machine
from cluster_network import ENVIRONMENT, Namespaces, check_root, inside
from firth.cluster.group import import_distributed, join_group

RESULTS = Path(__file__).parent / "results" / "cluster_sums.json"
DELAYS = (0.0, 0.01, 0.02, 0.04)
# Numbers that are added up, as bfloat16: 512, 4,096 and 32,768 rows of 100.
NUMBERS = (51_200, 409_600, 3_276_800)
PORT = 6_380
ROUNDS = 7
# That members may take.
SECONDS = 600


def main() -> None:
    """Measure all sums; print a line for each number of members and numbers, and write all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", default="2,4,8")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--member", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.member is not None:
        add_up(*map(int, asked.member))
        return
    check_root(parser.prog)
    sums = [each for size in map(int, asked.members.split(",")) for each in measure(size)]
    report = {"command": machine.command(), "machine": machine.describe(), "sums": sums}
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measure(size: int) -> list[dict[str, object]]:
    """Return the times of sums of so many members, over all delays."""
    found: dict[int, dict[float, float]] = {numbers: {} for numbers in NUMBERS}
    for delay in DELAYS:
        with Namespaces(size) as namespaces:
            namespaces.relay.delay = delay
            command = [sys.executable, __file__, "--member"]
            members = [
                subprocess.Popen(
                    inside(name, *command, str(rank), str(size)),
                    env=ENVIRONMENT,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for rank, name in enumerate(namespaces.names)
            ]
            printed = [member.communicate(timeout=SECONDS)[0] for member in members]
        if failed := [rank for rank, member in enumerate(members) if member.returncode != 0]:
            raise SystemExit(f"members {failed} of {size} failed with a delay of {delay} s")
        for numbers, seconds in json.loads(printed[0]).items():
            found[int(numbers)][delay] = seconds
    rows = []
    for numbers, by_delay in found.items():
        messages, rest = np.polyfit(list(by_delay), list(by_delay.values()), 1)
        rows.append(
            {
                "members": size,
                "kB": numbers * 2 / 1e3,
                "ms_by_delay_in_ms": {1e3 * d: round(1e3 * s, 2) for d, s in by_delay.items()},
                "messages_one_after_another": round(float(messages), 2),
                "ms_without_delay": round(1e3 * float(rest), 2),
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    return rows


def add_up(rank: int, size: int) -> None:
    """Be a member: add up, and print how long it took if this is the first."""
    store = None
    if rank == 0:
        store = import_distributed().TCPStore(
            "10.77.0.1", PORT, size, is_master=True, wait_for_workers=False
        )
    group = join_group("10.77.0.1", PORT, rank, size, f"10.77.0.{rank + 1}")
    seconds: dict[int, float] = {}
    for numbers in NUMBERS:
        changes, times = np.ones(numbers, np.float32), []
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            group.add_up(changes, short=True)()
            times.append(time.perf_counter() - began)
        # The first makes connections.
        seconds[numbers] = statistics.median(times[1:])
    if rank == 0:
        print(json.dumps(seconds))
    # Nobody leaves before all are done.
    group.add_up(np.ones(1, np.float32))()
    del store


if __name__ == "__main__":
    main()
