"""The routes of the explorer: files, map data, questions, two sets."""

import contextlib
import multiprocessing
import re
import threading
import time
from importlib.util import find_spec

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, FirthError
from firth.explorer import create_explorer
from firth.explorer.files import page_files
from firth.explorer.map_file import KeptMap
from firth.explorer.umap_job import UmapJob
from firth.vectors import Vectors, load
from firth.vectors.clusters import spherical_k_means, typical_rows


def array(client, route, dtype, **asked):
    answer = client.get(f"/explorer/{route}", params=asked)
    assert answer.status_code == 200, answer.text
    return np.frombuffer(answer.content, dtype)


def points_of(client, **asked):
    return array(client, "points", "<f4", **asked).reshape(-1, 2)


def test_the_page_and_its_files_have_a_policy(client):
    for name in ("/", *(f"/page/{name}" for name in page_files())):
        answer = client.get(name)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        sources = {source for part in policy.split("; ") for source in part.split()[1:]}
        assert sources == {"'none'", "'self'", "data:", "blob:"}
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_loads_its_own_files_alone():
    files = {name: content.decode("utf-8") for name, content in page_files().items()}
    named = re.findall(r'(?:src|href)="(?!#)([^"]*)"', files["index.html"])
    assert {"/page/main.js", "/page/style.css"} <= set(named)
    for name, content in files.items():
        named += re.findall(r'(?:from|import\(?)\s*"([^"]*)"', content)
        named += re.findall(r"url\(([^)]*)\)", content)
        # Names of vocabularies of XML are no addresses.
        foreign = set(re.findall(r"\bhttps?://[^\s\"']*", content))
        assert foreign <= {"http://www.w3.org/2000/svg"}, name
    assert len(named) > 40
    for address in named:
        assert re.sub(r"^(\./|/page/)", "", address) in files, address


def test_only_files_of_the_page_are_given(client):
    for name in ("%2e%2e/app.py", "%2e%2e%2fapp.py", "vendor", "none.js", "folder/none.js"):
        answer = client.get(f"/page/{name}")
        assert answer.status_code == 404, name
        assert "error" in answer.json()


@pytest.mark.parametrize("path", ["/", "/page/main.js", "/explorer/points", "/explorer/words"])
def test_other_hosts_and_origins_are_refused(client, path):
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 403
    assert client.get(path, headers={"Origin": "https://evil.example"}).status_code == 403


def test_words_counts_and_points_are_rows_of_the_vectors(client, paths):
    vectors = load(paths["old"])
    assert client.get("/explorer/words").json() == list(vectors.words)
    assert array(client, "counts", "<f8").tolist() == vectors.counts.tolist()
    unit = vectors.input_vectors / np.linalg.norm(vectors.input_vectors, axis=1, keepdims=True)
    centred = unit - unit.mean(axis=0)
    U, s, _ = np.linalg.svd(centred, full_matrices=False)
    found = points_of(client)
    for axis in (0, 1):
        assert abs(np.corrcoef(found[:, axis], U[:, axis])[0, 1]) > 0.9999
    # Both axes have one scale.
    ratio = found.std(axis=0)
    assert ratio[0] / ratio[1] == pytest.approx(s[0] / s[1], rel=1e-3)


def test_clusters_are_those_planted_and_named_by_their_words(client):
    labels = array(client, "clusters", "u1")
    legend = client.get("/explorer/legend").json()
    assert sum(legend["sizes"]) == len(labels) == 60
    assert np.bincount(labels).tolist() == legend["sizes"]
    for number in range(len(legend["sizes"])):
        assert len(set((np.flatnonzero(labels == number) % 3).tolist())) == 1


def test_vectors_that_cannot_tell_company_have_a_page_without_it(paths, request):
    planted = load(paths["old"])
    more = {"counts": planted.counts, "output_vectors": planted.input_vectors}
    Vectors(planted.words, planted.input_vectors, **more).save(paths["old"])
    client = request.getfixturevalue("client")
    assert client.get("/explorer/word", params={"word": "w3"}).json()["company"] is None
    for path in ("/explorer/sets", "/health"):
        assert not client.get(path).json()["sets"][0]["company"]


def test_a_word_has_neighbours_with_their_rows(client, paths):
    vectors = load(paths["old"])
    found = client.get("/explorer/word", params={"word": "w3", "top": 5}).json()
    assert (found["row"], found["rank"], found["count"], found["company"]) == (3, 4, 57, None)
    expected = vectors.similar("w3", top=5)
    assert [each["word"] for each in found["neighbours"]] == [each.word for each in expected]
    assert all(vectors.words[each["row"]] == each["word"] for each in found["neighbours"])
    missing = client.get("/explorer/word", params={"word": "none"})
    assert (missing.status_code, missing.json()["error"]["type"]) == (404, "unknown_word")


def test_words_of_nearly_the_same_spelling_are_found(client, paths):
    word = load(next(iter(paths.values()))).words[3]
    for given in (f"{word}x", word.upper()):
        answer = client.get("/explorer/spelled", params={"word": given}).json()
        assert word in answer["words"], given
    assert client.get("/explorer/spelled", params={"word": "x" * 90}).json() == {"words": []}


def test_an_equation_has_the_answers_of_similar_and_a_path_that_begins_at_its_word(client, paths):
    terms = [{"words": ["w3"], "weight": 1}, {"words": ["w5"], "weight": -1}]
    found = client.post("/explorer/equation", json={"terms": terms, "top": 5}).json()
    expected = load(paths["old"]).similar({"w3": 1, "w5": -1}, top=5)
    assert [each["word"] for each in found["answers"]] == [each.word for each in expected]
    assert len(found["path"]) == 2
    assert found["path"][0] == pytest.approx(points_of(client)[3].tolist(), abs=1e-5)


def test_a_term_of_several_words_is_their_mean(client):
    words = [f"w{row}" for row in range(0, 30, 3)]
    terms = [{"words": words, "weight": 1}]
    found = client.post("/explorer/equation", json={"terms": terms, "top": 5}).json()
    answers = [each["row"] for each in found["answers"]]
    assert all(row % 3 == 0 and row >= 30 for row in answers)


def test_terms_that_are_composed_are_told(tmp_path):
    from fastapi.testclient import TestClient

    from firth.server import ServerOptions, VectorSets

    units = [["tea", "team", "tear"] * 9] * 9
    vectors = firth.train(units, subwords="3-4", dim=8, threads=1, progress=False)
    vectors.save(tmp_path / "composed")
    paths = {"composed": tmp_path / "composed"}
    app = create_explorer(paths)(VectorSets(paths), ServerOptions())
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        terms = [{"words": ["tea"], "weight": 1}, {"words": ["teams", "tear"], "weight": -1}]
        terms.append({"words": ["teams"], "weight": -1})
        found = client.post("/explorer/equation", json={"terms": terms}).json()
    assert found["composed"] == ["teams"]


def terms_of(weight):
    return [{"words": [f"w{row}"], "weight": sign * weight} for row, sign in ((3, 1), (5, -1))]


@pytest.mark.parametrize("weight", [1e-300, 1e-160, 1e155, 1e308])
def test_an_equation_has_the_same_answers_and_path_however_large_its_weights(client, weight):
    found, expected = (
        client.post("/explorer/equation", json={"terms": terms_of(each)}).json()
        for each in (weight, 1.0)
    )
    assert [each["word"] for each in found["answers"]] == [
        each["word"] for each in expected["answers"]
    ]
    assert np.allclose(found["path"], expected["path"], atol=1e-5)


@pytest.mark.parametrize("weights", [(1e308, 1e308), (1e308, 1e308, -1e308, -1e308)])
def test_an_equation_whose_sum_is_too_large_is_refused(client, weights):
    terms = [{"words": ["w3"], "weight": weight} for weight in weights]
    answer = client.post("/explorer/equation", json={"terms": terms})
    assert answer.status_code == 422
    assert "too large for a float; give smaller weights" in answer.json()["error"]["message"]


def test_an_equation_whose_parts_cancel_is_refused(client):
    terms = [{"words": ["w3"], "weight": weight} for weight in (0.1, 0.2, -0.3)]
    answer = client.post("/explorer/equation", json={"terms": terms})
    assert answer.status_code == 422
    assert answer.json()["error"]["type"] == "no_direction"
    assert "the sum of these terms is zero" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body", [{"terms": []}, {"terms": [{"words": [], "weight": 1}]}, {"terms": 3}, {}]
)
def test_an_equation_of_nothing_is_refused(client, body):
    assert client.post("/explorer/equation", json=body).status_code == 422


@pytest.mark.parametrize(("changed", "other"), [("old", "new"), ("new", "old")])
def test_sets_are_compared_as_they_were_read_last(client, paths, changed, other):
    assert client.get("/explorer/moved").json()["mean_cosine"] < 0.99
    load(paths[other]).save(paths[changed])
    client.app.state.sets.refresh(at_once=True)
    # Both hold the same vectors now.
    assert client.get("/explorer/moved").json()["mean_cosine"] == pytest.approx(1.0)


def test_the_word_that_moved_is_first_and_lands_where_it_went(client):
    found = client.get("/explorer/moved", params={"top": 3}).json()
    assert (found["first"], found["second"], found["shared"]) == ("old", "new", 60)
    assert found["compared"] == 60
    assert client.get("/explorer/moved?among=10").json()["compared"] == 10
    first = found["words"][0]
    assert first["word"] == "w9"
    assert first["cosine"] < 0.6 < found["words"][1]["cosine"]
    points = points_of(client)
    assert first["here"] == pytest.approx(points[9].tolist(), abs=1e-5)
    middle = points[1::3].mean(axis=0)
    assert np.linalg.norm(np.subtract(first["there"], middle)) < 0.5
    one = client.get("/explorer/moved/word", params={"word": "w9", "top": 4}).json()
    assert all(each["row"] % 3 == 0 for each in one["first"])
    assert all(each["row"] % 3 == 1 for each in one["second"])
    assert client.get("/explorer/moved/word", params={"word": "none"}).json() is None


def test_lines_have_the_word_and_not_longer_ones(client):
    found = client.get("/explorer/lines", params={"word": "w3"}).json()
    assert found["complete"]
    assert found["lines"]
    assert {line["word"] for line in found["lines"]} == {"w3"}
    assert "w30" in found["lines"][0]["after"]
    assert client.get("/explorer/lines", params={"word": "w7"}).json()["lines"] == []


def test_no_set_and_three_sets_are_refused(paths):
    for given in ({}, {**paths, "third": paths["old"]}):
        with pytest.raises(ConfigError, match="one or two sets"):
            create_explorer(given)


def test_a_corpus_that_is_not_there_is_told(paths, tmp_path):
    with pytest.raises(ConfigError, match="there is no text at"):
        create_explorer(paths, tmp_path / "none.txt")


def test_a_map_is_kept_for_these_vectors_alone(paths):
    vectors, others = load(paths["old"]), load(paths["new"])
    points = np.random.default_rng(1).normal(size=(60, 2)).astype(np.float32)
    KeptMap(paths["old"], vectors).write(points, "UMAP")
    assert (paths["old"].parent / "old.map").is_file()
    assert np.array_equal(KeptMap(paths["old"], vectors).read(60), points)
    assert KeptMap(paths["old"], others).read(60) is None
    assert KeptMap(paths["old"], vectors).read(59) is None
    path = KeptMap(paths["old"], vectors).path
    whole = path.read_bytes()
    end = 8 + int.from_bytes(whole[:8], "little")
    header = whole[8:end].replace(b'"F32"', b'"BF16"').replace(b"[60,2]", b"[60,4]")
    path.write_bytes(len(header).to_bytes(8, "little") + header + whole[end:])
    assert KeptMap(paths["old"], vectors).read(60) is None
    path.write_bytes(whole)
    KeptMap(paths["old"], others).write(points, "UMAP")
    (paths["old"].parent / "old.map").write_bytes(b"no map")
    assert KeptMap(paths["old"], vectors).read(60) is None
    with pytest.raises(FirthError, match="what is there is no map; move it to another place"):
        KeptMap(paths["old"], vectors).write(points, "UMAP")
    assert (paths["old"].parent / "old.map").read_bytes() == b"no map"


def test_a_layout_that_is_not_there_is_told(client):
    answer = client.get("/explorer/points", params={"layout": "umap"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "no_layout")


@pytest.mark.skipif(find_spec("umap") is None, reason="umap-learn is not installed")
def test_umap_is_made_in_the_background_and_kept(client, paths):
    with pytest.MonkeyPatch.context() as patch:
        # For so few words, UMAP takes less time than compiling it.
        patch.setenv("NUMBA_DISABLE_JIT", "1")
        stages = [client.post("/explorer/umap").json()["stage"]]
    latest = time.monotonic() + 300
    while stages[-1] in ("neighbours", "layout") and time.monotonic() < latest:
        time.sleep(0.1)
        stages.append(client.get("/explorer/umap").json()["stage"])
    assert (stages[0], stages[-1]) == ("neighbours", "done")
    found = points_of(client, layout="umap")
    # Each word is nearer to the middle of its own cluster than to the others.
    middles = np.array([np.median(found[number::3], axis=0) for number in range(3)])
    nearest = np.linalg.norm(found[:, None] - middles, axis=2).argmin(axis=1)
    assert (nearest == np.arange(60) % 3).all()
    assert KeptMap(paths["old"], load(paths["old"])).read(60) is not None
    assert client.post("/explorer/umap").json()["stage"] == "done"


@pytest.mark.parametrize(
    ("words", "dim", "kind"), [("zz", 8, "nothing_shared"), ("w1", 5, "other_dimensions")]
)
def test_sets_that_cannot_be_compared_are_no_unknown_word(paths, tmp_path, words, dim, kind):
    from fastapi.testclient import TestClient

    from firth.server import ServerOptions, VectorSets

    paths["new"] = tmp_path / "unrelated"
    matrix = np.random.default_rng(1).normal(size=(2, dim)).astype(np.float32)
    Vectors([words, "other"], matrix).save(paths["new"])
    app = create_explorer(paths, None)(VectorSets(paths), ServerOptions())
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        for route in ("moved", "moved/word?word=w1"):
            answer = client.get(f"/explorer/{route}")
            assert (answer.status_code, answer.json()["error"]["type"]) == (422, kind)
        assert client.get("/explorer/word?word=w1").status_code == 200


def test_no_cluster_is_empty():
    """Vectors that are all the same are one cluster, whatever rounding makes of their distances."""
    unit = np.full((30, 8), 1 / np.sqrt(8), np.float32)
    unit[::2] *= 1 + 1e-7
    labels, centres = spherical_k_means(unit)
    assert len(centres) == len(set(labels.tolist()))
    assert all(typical_rows(unit, labels, centres))


def test_a_word_whose_vector_is_zero_has_a_page_without_neighbours(tmp_path):
    words = ["zero", *(f"w{row}" for row in range(8))]
    matrix = np.vstack([np.zeros((1, 3)), np.random.default_rng(1).normal(size=(8, 3))])
    paths = {name: tmp_path / name for name in ("old", "new")}
    for path in paths.values():
        Vectors(words, matrix, counts=np.arange(9, 0, -1)).save(path)
    for number in ("1", "2"):
        Vectors(words, matrix).save(tmp_path / "old.replicas" / number)
    from fastapi.testclient import TestClient

    from firth.server import ServerOptions, VectorSets

    app = create_explorer(paths, None)(VectorSets(paths), ServerOptions())
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        page = client.get("/explorer/word", params={"word": "zero"}).json()
        assert (page["count"], page["neighbours"]) == (9, [])
        assert len(client.get("/explorer/word", params={"word": "w1"}).json()["neighbours"]) == 7


def test_umap_that_could_not_begin_can_be_asked_for_again(paths, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    pipes, context = [], multiprocessing.get_context("spawn")
    make_pipe = context.Pipe
    monkeypatch.setattr(context, "Pipe", lambda **how: pipes.append(make_pipe(**how)) or pipes[-1])
    vectors = load(paths["old"])
    job = UmapJob(paths["old"], len(vectors), KeptMap(paths["old"], vectors))
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="new thread"):
        job.start()
    assert job.progress().stage == "none"
    assert job._process is None
    assert [end.closed for end in pipes[0]] == [True, True]


def test_umap_whose_process_cannot_be_started_has_failed(paths, monkeypatch):
    def refuse(process):
        raise OSError("no memory for a process")

    vectors = load(paths["old"])
    job = UmapJob(paths["old"], len(vectors), KeptMap(paths["old"], vectors))
    monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refuse)
    # It may be asked for again.
    for _ in range(2):
        with pytest.raises(OSError, match="no memory for a process"):
            job.start()
        latest = time.monotonic() + 30
        while job.progress().stage == "neighbours" and time.monotonic() < latest:
            time.sleep(0.01)
        assert (job.progress().stage, job.progress().kind) == ("failed", "ended")
        job.stop()


def test_umap_that_two_pages_ask_for_at_once_is_made_once(paths, monkeypatch):
    vectors = load(paths["old"])
    job = UmapJob(paths["old"], len(vectors), KeptMap(paths["old"], vectors))
    started, together = [], threading.Barrier(2)
    process = multiprocessing.get_context("spawn").Process
    monkeypatch.setattr(process, "start", lambda process: started.append(process))
    # It would be told that the process has ended.
    monkeypatch.setattr(UmapJob, "_listen", lambda job, answers: answers.close())
    progress = UmapJob.progress

    def slow_progress(job):
        found = progress(job)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(1)
        return found

    # Where it is asked before the job begins, both are told that there is none.
    monkeypatch.setattr(UmapJob, "progress", slow_progress)
    pages = [threading.Thread(target=job.start) for _ in range(2)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert len(started) == 1
