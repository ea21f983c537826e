"""The job of the page on Kubernetes, with Ray's reader of YAML."""

import re
import shlex
from pathlib import Path

import pytest

from processes import output_of

yaml = pytest.importorskip("yaml", reason="Ray, which brings PyYAML, is not installed")
PAGE = Path(__file__).parents[2] / "docs/howto/kubernetes.md"


@pytest.fixture(scope="module")
def job():
    [text] = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def command(job):
    return shlex.split(job["spec"]["entrypoint"])


def groups_of(job):
    cluster = job["spec"]["rayClusterSpec"]
    return [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]


def mounts_of(group):
    [container] = group["template"]["spec"]["containers"]
    return {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", [])}


def test_its_command_has_options_of_firth_only(command):
    known = set(re.findall(r"--[a-z-]+", output_of("-m", "firth", "train", "--help")))
    assert command[:2] == ["firth", "train"]
    assert {word for word in command if word.startswith("--")} <= known


def test_it_has_as_many_processors_as_workers(job, command):
    head, workers = groups_of(job)
    assert head["rayStartParams"]["num-cpus"] == "0"
    [container] = workers["template"]["spec"]["containers"]
    processors = workers["replicas"] * int(container["resources"]["limits"]["cpu"])
    assert int(command[command.index("--workers") + 1]) == processors


def test_its_pods_have_what_they_mount_and_guarantee_what_they_ask_for(job):
    for group in groups_of(job):
        pod = group["template"]["spec"]
        [container] = pod["containers"]
        assert container["resources"]["limits"] == container["resources"]["requests"]
        assert set(mounts_of(group)) == {volume["name"] for volume in pod.get("volumes", [])}


def test_it_writes_on_a_volume_that_the_user_of_the_image_may_write(job, command):
    head, _ = groups_of(job)
    folder = mounts_of(head)["results"]
    for option in ("--output", "--checkpoint"):
        assert Path(folder) in Path(command[command.index(option) + 1]).parents
    # A new volume belongs to root, and Ray's image runs as another user.
    assert head["template"]["spec"]["securityContext"]["fsGroup"] > 0


def test_no_folder_of_a_volume_is_the_cache(job):
    # Others may write an emptyDir, so compiled code would not be kept in it.
    for group in groups_of(job):
        [container] = group["template"]["spec"]["containers"]
        assert "FIRTH_CACHE_DIR" not in {each["name"] for each in container.get("env", [])}
