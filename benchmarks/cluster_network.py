"""Train on a Ray cluster of network namespaces, over connections of several delays.

sudo python benchmarks/cluster_network.py TEXT [--output results/cluster_network.json] [OPTIONS]

Each of four namespaces stands for a machine: it has an address and a Ray node with one processor.
A relay in this process carries their packets (TUN devices, since not every kernel has `netem`). It
holds each packet for the delay, and sends no faster than the rate. All runs must end with the same
bytes, also that of a cluster without namespaces, and one that loses a namespace on its way. OPTIONS
go to `firth train`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import heapq
import importlib.metadata
import json
import os
import select
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import machine
from firth.cluster.plan import block_length, steps_of
from firth.training.config import TrainConfig

RESULTS = Path(__file__).parent / "results" / "cluster_network.json"
WORKERS = 4
OPTIONS = ["--tokenizer", "words", "--subwords", "none", "--epochs", "2", "--dim", "100"]
HEAD = "10.77.0.1:6379"
MTU = 9_000
# Delay of each way in seconds, and bits a second, 0 for no limit.
NETWORKS = {
    "no delay": (0.0, 0.0),
    "1 ms, 1 Gbit/s": (0.001, 1e9),
    "20 ms, 1 Gbit/s": (0.02, 1e9),
}
# Ray takes a node for dead after some 5 s, not 30.
ENVIRONMENT = {
    **os.environ,
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1500",
    "RAY_health_check_failure_threshold": "3",
}
SECONDS_TO_START, SECONDS_OF_A_RUN = 120, 400


class Relay(threading.Thread):
    """Carries packets between the TUN devices of namespaces."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.delay, self.rate = 0.0, 0.0
        self.is_closed = False
        self.devices: dict[bytes, int] = {}  # by address

    def open_device(self, name: str, address: str) -> None:
        """Make a TUN device, whose packets this relay reads and writes."""
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        is_tun, no_header = 0x0001, 0x1000
        fcntl.ioctl(device, 0x400454CA, struct.pack("16sH", name.encode(), is_tun | no_header))
        self.devices[bytes(int(part) for part in address.split("."))] = device

    def run(self) -> None:
        """Carry packets until `is_closed`."""
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -15)
        waiting: list[tuple[float, int, int, bytes]] = []
        free = dict.fromkeys(self.devices.values(), 0.0)  # when each may send its next packet
        number = 0
        while not self.is_closed:
            until = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 0.1
            for device in select.select(list(free), [], [], until)[0]:
                for packet in _packets(device):
                    target = self.devices.get(packet[16:20])
                    if target is None:
                        continue
                    now = time.monotonic()
                    seconds = len(packet) * 8 / self.rate if self.rate else 0.0
                    free[device] = max(free[device], now) + seconds
                    number += 1
                    heapq.heappush(waiting, (free[device] + self.delay, number, target, packet))
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, target, packet = heapq.heappop(waiting)
                # A device that is down takes nothing.
                with contextlib.suppress(OSError):
                    os.write(target, packet)
        for device in free:
            os.close(device)


def _packets(device: int) -> Iterator[bytes]:
    """Read what a device has, but let others have their turn."""
    for _ in range(16):
        try:
            yield os.read(device, MTU + 100)
        except OSError:
            return


class Namespaces:
    """Network namespaces, each with one device and address, joined by a relay."""

    def __init__(self, count: int) -> None:
        self.names = [f"firth{number}" for number in range(count)]
        self.addresses = [f"10.77.0.{number + 1}" for number in range(count)]
        self.relay = Relay()

    def __enter__(self) -> Namespaces:
        """Make the namespaces."""
        try:
            for name, address in zip(self.names, self.addresses, strict=True):
                ip("netns", "add", name)
                self.relay.open_device(name, address)
                ip("link", "set", name, "netns", name)
                ip("-n", name, "link", "set", "lo", "up")
                ip("-n", name, "address", "add", f"{address}/24", "dev", name)
                ip("-n", name, "link", "set", name, "mtu", str(MTU), "txqueuelen", "10000", "up")
            self.relay.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Remove them."""
        self.close()

    def close(self) -> None:
        """End the processes in the namespaces, and remove these."""
        for name in self.names:
            found = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True)
            for pid in found.stdout.split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), 9)
        self.relay.is_closed = True
        if self.relay.is_alive():
            self.relay.join()
        for name in self.names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)

    def start_ray(self, folder: Path, processors: int) -> None:
        """Start a Ray node in each namespace, and wait until all know each other."""
        for number, (name, address) in enumerate(zip(self.names, self.addresses, strict=True)):
            role = ["--head", "--port", HEAD.split(":")[1], "--include-dashboard=false"]
            role += ["--disable-usage-stats", "--temp-dir", str(folder)]
            arguments = ["start", "--block", "--node-ip-address", address, "--num-cpus"]
            arguments += [str(processors), "--object-store-memory", "100000000"]
            arguments += ["--address", HEAD] if number else role
            with (folder / f"{name}.log").open("w") as log:
                subprocess.Popen(
                    inside(name, ray_program(), *arguments),
                    env=ENVIRONMENT,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self._wait_for_nodes(number + 1, folder / f"{name}.log")

    def _wait_for_nodes(self, wanted: int, log: Path) -> None:
        program = "import ray, sys; ray.init(sys.argv[1], log_to_driver=False); "
        program += "print('nodes', sum(node['Alive'] for node in ray.nodes()))"
        began = time.monotonic()
        while time.monotonic() - began < SECONDS_TO_START:
            if "Ray runtime started" in log.read_text():
                if wanted < len(self.names):
                    return
                command = inside(self.names[0], sys.executable, "-c", program, HEAD)
                done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
                if f"nodes {wanted}" in done.stdout:
                    return
            time.sleep(0.5)
        raise SystemExit(f"Ray did not start {wanted} nodes:\n{log.read_text()}")

    def bytes_sent(self) -> list[int]:
        """Return the bytes that the device of each namespace has sent."""
        sent = []
        for name in self.names:
            shown = json.loads(ip("-n", name, "-s", "-j", "link", "show", "dev", name))
            sent.append(int(shown[0]["stats64"]["tx"]["bytes"]))
        return sent


def main() -> None:
    """Train over each network; report time and bytes of a step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked, options = parser.parse_known_args()
    check_root(parser.prog)
    options = [str(asked.text.resolve()), *OPTIONS, *options]
    with tempfile.TemporaryDirectory(prefix="f") as folder:
        runs = measure(Path(folder), options)
    report = {
        "command": f"python benchmarks/cluster_network.py {asked.text.name}",
        "machine": {
            **machine.describe(),
            **{name: importlib.metadata.version(name) for name in ("ray", "torch")},
        },
        "options": options[1:],
        "workers": WORKERS,
        "runs": runs,
        "same_bytes": all(run["same_bytes"] for run in runs),
    }
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if report["same_bytes"] else 1)


def check_root(program: str) -> None:
    """End this program if it cannot make network namespaces."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise SystemExit(f"{program} makes network namespaces: run it as root on Linux")


def measure(folder: Path, options: list[str]) -> list[dict[str, object]]:
    """Train in all settings."""
    # The first run compiles.
    train(folder / "compiled", [*options, "--cluster", "auto"])
    runs = [train(folder / "auto", [*options, "--cluster", "auto"])]
    expected = tables(folder / "auto")
    runs[0] = {"network": "none: one machine", **runs[0], "same_bytes": True}
    show(runs[0])

    def keep(network: str, run: dict[str, object], name: str) -> None:
        run = {"network": network, **run}
        run["same_bytes"] = "error" not in run and tables(folder / name) == expected
        runs.append(run)
        show(run)

    over_ray = [*options, "--cluster", HEAD]
    with Namespaces(4) as namespaces:
        namespaces.start_ray(ray_folder(folder, "4"), 1)
        for number, (network, (delay, rate)) in enumerate(NETWORKS.items()):
            namespaces.relay.delay, namespaces.relay.rate = delay, rate
            output = folder / str(number)
            keep(f"4 namespaces, {network}", train(output, over_ray, namespaces), str(number))
        namespaces.relay.delay, namespaces.relay.rate = NETWORKS["1 ms, 1 Gbit/s"]
        run = train(folder / "cut", over_ray, namespaces, is_cut=True)
        keep("4 namespaces, 1 ms, 1 Gbit/s, one is cut off", run, "cut")
    with Namespaces(2) as namespaces:
        namespaces.start_ray(ray_folder(folder, "2"), 2)
        run = train(folder / "two", over_ray, namespaces)
        keep("2 namespaces, no delay", run, "two")
    return runs


def ray_folder(folder: Path, name: str) -> Path:
    """Return a new folder for the files of Ray; the paths of its sockets must be short."""
    path = folder / f"r{name}"
    path.mkdir()
    return path


def train(
    output: Path, options: list[str], namespaces: Namespaces | None = None, *, is_cut: bool = False
) -> dict[str, object]:
    """Run `firth train`; return its time, steps and bytes."""
    log = output.with_suffix(".jsonl")
    command = [sys.executable, "-m", "firth", "train", *options, "--workers", str(WORKERS)]
    command += ["--output", str(output), "--log", str(log), "--quiet"]
    if namespaces is not None:
        command = inside(namespaces.names[0], *command)
    before = namespaces.bytes_sent() if namespaces else []
    began, cut_at = time.monotonic(), None
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as run:
        if is_cut and namespaces is not None:
            cut_at = cut_off(namespaces, run, log, began)
        try:
            errors = run.communicate(timeout=SECONDS_OF_A_RUN)[1]
        except subprocess.TimeoutExpired:
            run.kill()
            errors = f"{run.communicate()[1]}not done after {SECONDS_OF_A_RUN} s"
    seconds = time.monotonic() - began
    found: dict[str, object] = {"seconds": round(seconds, 2)}
    if cut_at is not None:
        found["cut_off_after_seconds"] = round(cut_at, 2)
    if warnings := [line for line in errors.splitlines() if "processors" not in line]:
        found["stderr"] = warnings
    if run.returncode != 0:
        return {**found, "error": run.returncode}
    config = json.loads((output / "config.json").read_text())
    size, epochs = config["corpus"]["words_kept"], config["epoch"]
    plan = TrainConfig(epochs=epochs, workers=WORKERS)
    length = block_length(plan, size)
    blocks = [min(length, size - start) for start in range(0, size, length)]
    steps = epochs * sum(steps_of(plan, size, block) for block in blocks)
    training = json.loads(log.read_text().splitlines()[-1])["seconds"]
    found |= {
        "seconds_training": round(training, 2),
        "words": size,
        "rows_of_a_table": len(json.loads((output / "vocabulary.json").read_text())["words"]),
        "steps": steps,
        "steps_with_all_rows": epochs * len(blocks),
    }
    if namespaces is not None:
        sent = [now - then for now, then in zip(namespaces.bytes_sent(), before, strict=True)]
        found["bytes_sent"] = sent
    # A run that went back has made more steps.
    if cut_at is None:
        found["ms_per_step"] = round(training / steps * 1e3, 1)
        if namespaces is not None:
            found["kB_per_step"] = round(max(sent) / steps / 1e3, 1)
    return found


def cut_off(
    namespaces: Namespaces, run: subprocess.Popen[str], log: Path, began: float
) -> float | None:
    """Cut off the last namespace in the middle of training; return when."""
    while run.poll() is None:
        if log.exists() and '"progress"' in log.read_text():
            ip("-n", namespaces.names[-1], "link", "set", namespaces.names[-1], "down")
            return time.monotonic() - began
        time.sleep(0.05)
    return None


def show(run: dict[str, object]) -> None:
    """Print a line of the table."""
    print(json.dumps(run), flush=True)


def tables(folder: Path) -> bytes:
    """Return the tables of a model."""
    return (folder / "model.safetensors").read_bytes()


def inside(name: str, *command: str) -> list[str]:
    """Return a command that runs another in a namespace."""
    return ["ip", "netns", "exec", name, *command]


def ray_program() -> str:
    """Return the program `ray` of this environment."""
    return str(Path(sys.executable).with_name("ray"))


def ip(*arguments: str) -> str:
    """Call `ip` of iproute2; return what it prints."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    main()
