"""The benchmarks that measure training and reading run, on a text of no size."""

import json
import re
import shutil
from pathlib import Path

import pytest

import firth
from processes import output_of

ROOT = Path(__file__).parent.parent
BENCHMARKS = ROOT / "benchmarks"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ("peak.py TEXT --rounds 1 --dim 8", "results"),
        ("peak.py TEXT --rounds 1 --dim 8 --model cbow", "results"),
        ("read_speed.py TEXT --runs 1", "tokenizers"),
        ("train_speed.py TEXT --rounds 1 --epochs 1 --tools firth", "tools"),
        ("subword_cost.py TEXT --rounds 1", "results"),
    ],
)
def test_a_benchmark_runs(tmp_path, arguments, part):
    text = tmp_path / "text.txt"
    text.write_text("some words of a text that go round and round\n" * 2_000)
    script, _, *options = arguments.split()
    report = tmp_path / "report.json"
    output_of(BENCHMARKS / script, text, *options, "--output", report)
    assert json.loads(report.read_text())[part]


def test_the_time_of_a_cluster_is_computed(tmp_path):
    report = tmp_path / "report.json"
    options = ["--machines", "2,8", "--words", "1e9,1e11", "--vocabulary", "1000"]
    output_of(BENCHMARKS / "cluster_model.py", *options, "--output", report)
    rows = json.loads(report.read_text())["rows"]
    assert [row["machines"] for row in rows] == [2, 2, 8, 8]
    shares = [row["share_training"] for row in rows]
    assert 0 < shares[2] < shares[0] < shares[1] < 1
    assert shares[2] < shares[3] < shares[1]


def test_the_shares_of_the_page_on_clusters_are_those_that_are_computed(tmp_path):
    report, page = tmp_path / "report.json", ROOT / "docs/cluster.md"
    output_of(BENCHMARKS / "cluster_model.py", "--output", report)
    rows = json.loads(report.read_text())["rows"]
    assert (
        rows == json.loads((BENCHMARKS / "results/cluster_model.json").read_text("utf-8"))["rows"]
    )
    computed = {(row["machines"], row["words"]): row for row in rows}
    told = re.findall(
        r"^\| (\d+) \| ([\d,]+) G \| (\S+) \| (\S+) \| (\S+) % \|$", page.read_text("utf-8"), re.M
    )
    assert len(told) == 7
    for machines, words, training, seconds, share in told:
        row = computed[int(machines), float(words.replace(",", "")) * 1e9]
        found = [float(each.replace(",", "")) for each in (training, seconds, share)]
        expected = [row["seconds_training"], row["seconds"], 100 * row["share_training"]]
        assert found == pytest.approx(expected, abs=0.51)


def test_many_rows_are_several_sums_of_a_cluster(tmp_path):
    def seconds(rows):
        report = tmp_path / "report.json"
        # Messages take all the time.
        options = ["--trip", "1000", "--gbits", "1e9", "--speed", "1e15", "--words", "1e12"]
        options += ["--machines", "2", "--vocabulary", str(rows)]
        output_of(BENCHMARKS / "cluster_model.py", *options, "--output", report)
        [row] = json.loads(report.read_text())["rows"]
        return row["seconds"] / row["steps"]

    assert seconds(1_000) == pytest.approx(4, rel=0.01)
    assert seconds(65_536 * 154) > 1.9 * seconds(1_000)


def test_threads_and_workers_are_timed(tmp_path):
    text, report = tmp_path / "text.txt", tmp_path / "report.json"
    text.write_text("the cat sat on the mat and the dog sat on the log\n" * 100)
    options = ["--threads", "1", "2", "--workers", "2", "--rounds", "1"]
    output_of("-W", "ignore", BENCHMARKS / "thread_speed.py", text, *options, "--output", report)
    found = json.loads(report.read_text())
    assert found["words"] == 1_300
    assert [run["words_per_second"] > 0 for run in found["runs"]] == [True] * 3
    assert [(case["threads"], case["workers"]) for case in found["medians"]] == [
        (1, 1), (2, 1), (1, 2),
    ]  # fmt: skip
    for case, run in zip(found["medians"], found["runs"], strict=True):
        assert run["words_per_second"] == case["words_per_second"]


def test_queries_are_timed(tmp_path):
    report = tmp_path / "report.json"
    options = ["--words", "300", "--dim", "8", "--queries", "40", "--singles", "3", "--rounds", "1"]
    output_of(BENCHMARKS / "query_speed.py", *options, "--output", report)
    assert json.loads(report.read_text())["median"]["many_words_per_second"] > 0


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_service_is_timed(tmp_path):
    pytest.importorskip("fastapi")
    report = tmp_path / "report.json"
    options = ["--words", "300", "--dim", "8", "--seconds", "1", "--rounds", "1"]
    output_of(BENCHMARKS / "serve_speed.py", *options, "--output", report)
    assert json.loads(report.read_text())["median"]["firth"]["queries_per_second"] > 0


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="memory is read from /proc")
def test_the_memory_of_a_service_is_watched(tmp_path):
    pytest.importorskip("fastapi")
    vectors = firth.train([["tea", "milk", "sugar"], ["old", "king"]] * 300, dim=8, progress=False)
    vectors.save(tmp_path / "vectors")
    report = tmp_path / "report.json"
    options = ["--minutes", "0.08", "--look", "0.2", "--workers", "1", "--output", report]
    output_of(BENCHMARKS / "serve_soak.py", tmp_path / "vectors", *options)
    found = json.loads(report.read_text())
    assert found["looks"] == 24
    assert found["most"] > 1
    assert found["answers_by_status"]["200"] > 0
    assert found["answers_by_status"].keys() <= {"200", "404", "422"}


def test_the_cost_of_watching_is_measured(tmp_path):
    pytest.importorskip("fastapi")
    text, report = tmp_path / "text.txt", tmp_path / "report.json"
    text.write_text("some words of a text that go round and round\n" * 2_000)
    options = ["--rounds", "1", "--epochs", "1", "--threads", "1", "--dim", "8", "--output", report]
    output_of(BENCHMARKS / "watch_cost.py", text, *options)
    assert json.loads(report.read_text())["cost"].keys() == {"filmed", "page"}


def test_the_company_of_words_is_compared_with_their_shares(tmp_path):
    vectors = firth.train([["tea", "milk", "sugar"], ["old", "king"]] * 300, dim=8, progress=False)
    vectors.save(tmp_path / "vectors")
    report = tmp_path / "report.json"
    options = ["--inputs", "50", "--output", report]
    output_of(BENCHMARKS / "company.py", tmp_path / "vectors", *options)
    found = json.loads(report.read_text())
    assert 0.2 < found["mean_sum"] < 5
    assert found["company"]["tea"]
    assert found["company"]["good bad"] == []


def test_drift_is_measured(tmp_path):
    words = ["tea", "guitar", "paris", "protein", "soldier"]
    text = " ".join(f"{words[n % 5]} with{n % 5} and{n % 7} of{n % 3}" for n in range(6_000))
    (tmp_path / "text.txt").write_text(text)
    report = tmp_path / "report.json"
    options = ["--pairs", "1", "--epochs", "1", "--dim", "8", "--output", report]
    output_of("-W", "ignore", BENCHMARKS / "drift.py", tmp_path / "text.txt", *options)
    (result,) = json.loads(report.read_text())["results"]
    assert result["changed"]["words"] == result["control"]["words"] == 20


def test_the_parts_of_a_window_make_the_whole(tmp_path):
    (tmp_path / "text.txt").write_text("some words of a text that go round and round\n" * 2_000)
    report = tmp_path / "report.json"
    options = ["--rounds", "1", "--repeats", "1", "--dim", "20", "--output", report]
    output_of(BENCHMARKS / "peak_parts.py", tmp_path / "text.txt", *options)
    skipgram, cbow = json.loads(report.read_text())["results"]
    for found in (skipgram, cbow):
        *parts, whole = found["median"]["ns"].values()
        assert sum(parts) == pytest.approx(whole)
        # Of each line, the words that are left have each other in reach.
        assert 0 < found["windows"] <= 2_000 * 9
        assert 1 <= found["inputs"] <= 8
        assert 5 < found["targets"] <= 6
    for name in ("windows", "inputs", "targets"):
        assert skipgram[name] == cbow[name]
    assert skipgram["operations"] > 6 * 20 * skipgram["inputs"] * 5
    assert cbow["operations"] < skipgram["operations"]


def test_recipes_are_measured_once(tmp_path):
    (tmp_path / "text.txt").write_text("some words of a text that go round and round\n" * 200)
    (tmp_path / "questions-words.txt").write_text(": all\nsome words of a\nof a go round\n")
    (tmp_path / "wordsim353.tsv").write_text("some\twords\t3\n" + "of\ta\t1\na\tgo\t2\n" * 3)
    report = tmp_path / "report.json"
    command = [
        BENCHMARKS / "quality.py", "--english", tmp_path / "text.txt", "--sets", tmp_path,
        "--megabytes", "1", "--recipes", "by default", "--threads", "1", "--output", report,
    ]  # fmt: skip
    assert "| by default | " in output_of(*command)
    found = json.loads(report.read_text())
    [(name, rows)] = found["texts"].items()
    assert name == "english, 0.009 MB"
    scores = rows["by default"]["scores"]
    for name, items in [("Google", 2), ("WordSim-353", 7)]:
        halves = scores[name]["choose"]["items"], scores[name]["report"]["items"]
        assert sum(halves) == scores[name]["all"]["items"] == items
    pairs = scores["WordSim-353"]["all"]
    assert pairs["low"] <= pairs["score"] <= pairs["high"]
    assert rows["by default"]["options"][0]["epochs"] > 5
    # What is there is not made again.
    before = report.read_bytes()
    output_of(*command)
    assert json.loads(report.read_bytes())["texts"] == json.loads(before)["texts"]


def test_options_are_searched_and_tried(tmp_path):
    pytest.importorskip("optuna", reason="the search needs Optuna (extra tune)")
    (tmp_path / "text.txt").write_text("some words of a text that go round and round\n" * 500)
    (tmp_path / "pairs.txt").write_text("some words 5\ntext round 3\nof a 1\n")
    report = tmp_path / "report.json"
    pairs = tmp_path / "pairs.txt"
    options = ["--similarity", pairs, "--unseen", pairs, "--search", "window", "--seeds", "1"]
    output_of(
        "-W", "ignore", BENCHMARKS / "tune.py", tmp_path / "text.txt", *options, "--trials", "2",
        "--output", report,
    )  # fmt: skip
    assert [run["name"] for run in json.loads(report.read_text())["whole"]] == ["defaults", "tuned"]
