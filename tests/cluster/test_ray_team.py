import pytest

pytest.importorskip("ray")

from firth.cluster import ray_team
from firth.cluster.ray_team import share_of_worker
from firth.errors import ConfigError


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


def test_a_cluster_with_fewer_gpus_than_workers_is_refused_in_one_line(monkeypatch):
    class Cluster:
        @staticmethod
        def cluster_resources():
            return {"CPU": 8.0, "GPU": 1.0}

    monkeypatch.setattr(ray_team, "_import_ray", lambda: Cluster)
    ray_team._check_room(processors=2, gpus=1)
    with pytest.raises(ConfigError, match="the cluster has 1 GPUs, and the workers need 2: give"):
        ray_team._check_room(processors=2, gpus=2)
