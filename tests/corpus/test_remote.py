"""Texts that URLs name are read as local ones are."""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.corpus import read_corpus
from firth.corpus.finding import find_text, names_text
from firth.corpus.shares import share_out
from firth.corpus.sources import TextFile
from firth.corpus.sources import read_text as text_of
from firth.errors import ConfigError, CorpusError, MissingExtraError
from firth.io import remote
from processes import output_of, run_python
from web_server import serving

fsspec = pytest.importorskip("fsspec")


def lines(seed, count=3_000):
    words = np.random.default_rng(seed).geometric(0.02, size=(count, 7))
    return "".join(" ".join(f"é{k}ü" for k in line) + "\n" for line in words).encode()


TEXTS = {
    "texts/0.txt": lines(0),
    "texts/1.txt.gz": gzip.compress(lines(1)),
    "texts/below/2.txt": lines(2, 50),
}


@pytest.fixture
def memory():
    """Return the URL of a store in memory that holds the texts."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    for name, content in {**TEXTS, "texts/.hidden": b"\0", "texts/.old/3.txt": b"\0"}.items():
        store.pipe_file(f"/{name}", content)
    yield "memory://"
    store.store.clear()


@pytest.fixture
def server():
    pytest.importorskip("aiohttp")
    with serving() as started:
        started.files = dict(TEXTS)
        yield started


@pytest.fixture(params=["memory", "web"])
def address(request):
    """Return a function from a name to its URL, in memory or on a web server."""
    if request.param == "memory":
        root = request.getfixturevalue("memory")
        return lambda name: root + name
    return request.getfixturevalue("server").url


def words_of(source, **options):
    corpus = read_corpus(source, min_count=1, **options)
    return corpus.vocabulary.words, corpus.vocabulary.counts.tolist(), corpus.tokens.ids.tolist()


@pytest.mark.parametrize("names", [["texts/0.txt"], ["texts/1.txt.gz", "texts/0.txt"]])
def test_files_are_read_as_local_ones(address, tmp_path, names):
    paths = []
    for name in names:
        paths.append(tmp_path / name.rpartition("/")[2])
        paths[-1].write_bytes(TEXTS[name])
    assert words_of([address(name) for name in names]) == words_of(paths)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("texts/", ["0.txt", "1.txt.gz", "2.txt"]),
        ("texts/*.txt", ["0.txt"]),
        ("texts/**/*.txt", ["0.txt", "2.txt"]),
        ("texts/*/*", ["2.txt"]),
    ],
)
def test_folders_and_patterns_name_what_is_in_them(address, name, found):
    files = find_text(address(name))
    assert [file.name.rpartition("/")[2] for file in files] == found


def test_a_folder_of_a_store_needs_no_slash(memory):
    assert len(find_text(memory + "texts")) == len(TEXTS)


def test_a_url_of_this_machine_is_a_path(tmp_path):
    (tmp_path / "a b.txt").write_bytes(b"tea milk\n")
    assert find_text((tmp_path / "a b.txt").as_uri()) == [TextFile(tmp_path / "a b.txt")]


def test_a_path_does_not_import_fsspec(tmp_path):
    (tmp_path / "text.txt").write_bytes(b"tea milk\n" * 10)
    program = (
        "import sys, firth, warnings; warnings.simplefilter('ignore')\n"
        f"firth.read_corpus({str(tmp_path / '*.txt')!r})\n"
        "print('fsspec' in sys.modules, 'urllib.request' in sys.modules)"
    )
    assert output_of("-c", program) == "False False\n"


def test_a_file_is_read_by_ranges_each_once(server):
    shares = share_out(find_text(server.url("texts/0.txt")), 3)
    assert [len(share) for share in shares] == [1, 1, 1]
    server.sent.clear()
    for share in shares:
        "".join(text_of(share, "strict"))
    sizes = [stop - start for _, start, stop in server.sent]
    # fsspec reads ahead, but no further than a block.
    assert len(sizes) == 3
    assert [start for _, start, _ in server.sent] == [share[0].start for share in shares]
    assert (
        b"".join(TEXTS["texts/0.txt"][share[0].start : share[0].stop] for share in shares)
        == (TEXTS["texts/0.txt"])
    )


def test_no_byte_is_asked_for_twice(server):
    server.files["large.txt"] = large = b"some words of a line of a long text\n" * 600_000
    files = find_text(server.url("large.txt"))
    server.sent.clear()
    assert sum(len(block) for block, _ in files[0].blocks()) == len(large)
    assert sum(stop - start for _, start, stop in server.sent) == len(large)
    # Some megabytes each.
    assert 2 <= len(server.sent) <= 4


@pytest.mark.parametrize("tells_sizes", [True, False])
def test_a_server_without_ranges_sends_whole_files(server, tells_sizes):
    expected = words_of(server.url("texts/0.txt"))
    server.serves_ranges, server.tells_sizes = False, tells_sizes
    assert words_of(server.url("texts/0.txt")) == expected
    files = find_text(server.url("texts/0.txt"))
    assert (share_out(files, 1) is not None) == tells_sizes
    assert share_out(files, 3) is None


@pytest.mark.parametrize("serves_ranges", [True, False])
@pytest.mark.parametrize("name", ["texts/0.txt", "texts/1.txt.gz"])
def test_a_connection_that_breaks_is_one_line(server, serves_ranges, name):
    files = find_text(server.url(name))
    server.serves_ranges = serves_ranges
    if not serves_ranges:
        files = find_text(server.url(name))
    server.breaks_after = 20_000
    with pytest.raises(CorpusError, match=rf"^cannot read http://\S*{name}: [^\n]+$"):
        "".join(text_of(files, "strict"))


def test_a_file_that_is_cut_short_by_its_server_is_refused(server, monkeypatch):
    files = find_text(server.url("texts/0.txt"))
    opened = fsspec.implementations.http.HTTPFile
    fetch = opened.async_fetch_range

    async def shortened(self, start, end):
        return (await fetch(self, start, end))[:-100]

    monkeypatch.setattr(opened, "_fetch_range", fsspec.asyn.sync_wrapper(shortened))
    with pytest.raises(CorpusError, match=r"the connection ended after [\d,]+ of [\d,]+ bytes"):
        "".join(text_of(files, "strict"))


def test_a_file_that_changed_since_it_was_found_is_refused(server):
    files = find_text(server.url("texts/0.txt"))
    server.etags["texts/0.txt"] = '"2"'
    with pytest.raises(CorpusError, match="it has changed since this run found it"):
        "".join(text_of(files, "strict"))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("memory://texts/9.txt", "cannot read memory://texts/9.txt: no such file"),
        ("memory://texts/*.md", "no file matches memory://texts/*.md"),
        ("memory://texts/.old", "memory://texts/.old holds no files (hidden ones are left out)"),
        ("abc://x/y", "cannot read abc://x/y: fsspec knows no protocol 'abc'"),
        ("zip://a::memory://b", "cannot read zip://a::memory://b: URLs in a chain (::) are not"),
    ],
)
def test_what_cannot_be_read_is_one_line(memory, url, told):
    if url.endswith(".old"):
        fsspec.filesystem("memory").mkdirs("/empty")
        url, told = "memory://empty", told.replace("texts/.old", "empty")
    with pytest.raises(CorpusError) as error:
        read_corpus(url)
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)


def test_a_url_as_a_path_is_refused():
    with pytest.raises(CorpusError, match=r"cannot read s3://bucket/a\.txt: give a URL as a str"):
        read_corpus(Path("s3://bucket/a.txt"))


def test_a_text_of_this_machine_is_never_replaced(memory, tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"tea milk\n")
    assert names_text(["memory://texts/0.txt", path.as_uri()], path)
    assert not names_text(["memory://texts/0.txt"], path)


def test_a_server_that_is_not_there_or_has_no_such_file(server):
    with pytest.raises(CorpusError, match=r"^cannot read http://\S+/no.txt\?\.\.\.: no such file$"):
        read_corpus(server.url("no.txt?key=secret"))
    address = server.url("texts/0.txt")
    server.shutdown()
    server.socket.close()
    with pytest.raises(CorpusError, match=r"^cannot read http://\S+/0.txt: Cannot connect .*$"):
        read_corpus(address)


@pytest.mark.parametrize("url", ["s3://bucket/text.txt", "gs://bucket/text.txt"])
def test_a_missing_package_is_named(url, monkeypatch):
    package = {"s3": "s3fs", "gs": "gcsfs"}[url.partition(":")[0]]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=f"^{package} is not installed; run: pip install"):
        read_corpus(url)


def test_without_fsspec_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(MissingExtraError, match=r"fsspec is not .*'firth\[data\]'"):
        read_corpus("memory://texts/0.txt")


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"3 2\na 1 2\nb 1 2\nc 1 2\n", "vectors"), (b'{"event": "start"', "the log of a run")],
)
def test_a_folder_that_holds_something_else_than_text_is_refused(memory, content, what):
    fsspec.filesystem("memory").pipe_file("/texts/other", content)
    with pytest.raises(CorpusError, match=f"texts/other holds {what}, not text"):
        read_corpus("memory://texts")


def test_a_text_cannot_be_trained_on_and_held_out(memory):
    with pytest.raises(CorpusError, match="cannot be both trained on and held out"):
        read_corpus("memory://texts/0.txt", holdout="memory://texts/0.txt")
    corpus = read_corpus("memory://texts/0.txt", holdout="memory://texts/below/2.txt")
    assert corpus.held_out > 0


def test_workers_read_parts_and_a_run_is_resumed(server, tmp_path):
    """The words of a cluster are those of one process; the same text is resumed, another is not."""
    options = {
        "workers": 3, "dim": 4, "epochs": 1, "subwords": "none", "threads": 1, "min_count": 2,
        "checkpoint": tmp_path / "run",
    }  # fmt: skip
    url = server.url("texts/*.txt")
    vectors = firth.train(url, **options)
    assert vectors.words == read_corpus(url, min_count=2).vocabulary.words
    assert vectors.config["corpus"]["source"] == url
    parts = {start for path, start, _ in server.sent if path == "texts/0.txt"}
    assert len(parts) >= 3
    again = firth.train(url, **options, resume=True)
    np.testing.assert_array_equal(vectors.input_vectors, again.input_vectors)
    server.files["texts/0.txt"] = lines(7)
    with pytest.raises(ConfigError, match="checkpoint"):
        firth.train(url, **options, resume=True)


def test_workers_that_meet_another_file_refuse_it(server, monkeypatch):
    share = share_out

    def changing(files, workers):
        shares = share(files, workers)
        server.etags["texts/0.txt"] = '"2"'
        return shares

    monkeypatch.setattr("firth.cluster.sharing.share_out", changing)
    with pytest.raises(CorpusError, match="it has changed since"):
        firth.train(server.url("texts/0.txt"), workers=2, dim=4, epochs=1)


def test_the_command_reads_urls(server, tmp_path):
    options = ["--output", tmp_path / "vectors", "--dim", "4", "--epochs", "1", "--json"]
    printed = output_of("-m", "firth", "train", server.url("texts/"), *options)
    assert json.loads(printed)["words"] > 50


@pytest.mark.parametrize("option", ["output", "log", "checkpoint"])
def test_results_stay_on_this_machine(tmp_path, option):
    (tmp_path / "text.txt").write_bytes(b"tea milk\n" * 10)
    options = {"output": "vectors", option: "s3://bucket/place"}
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    done = run_python("-m", "firth", "train", "text.txt", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "of this machine, got the URL s3://bucket/place; only texts" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_vectors_are_saved_on_this_machine_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    vectors = firth.train([["tea", "milk"]] * 100, dim=2, epochs=1, sample=0)
    with pytest.raises(ConfigError, match="got the URL s3://bucket/vectors"):
        vectors.save("s3://bucket/vectors")
    assert not list(tmp_path.iterdir())


def test_keys_of_urls_are_not_kept(server, tmp_path):
    url = server.url("texts/0.txt?key=secret")
    vectors = firth.train(url, dim=2, epochs=1)
    assert "secret" not in json.dumps(vectors.config)
    assert remote.public_name("sftp://me:secret@host/a") == "sftp://host/a"
    assert remote.public_name("abfs://container@account/a") == "abfs://container@account/a"
