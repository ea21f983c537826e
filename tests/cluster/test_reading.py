"""A text that members read in parts has the words and counts that one process finds."""

import gzip
import os

import numpy as np
import pytest

import firth
import firth.cluster.reading
import firth.corpus.shares
from firth.cluster.local_team import LocalTeam
from firth.cluster.reading import Counts, check_small, merge, read_text
from firth.cluster.samples import samples_of_share
from firth.corpus import read_corpus
from firth.corpus.changes import Watch
from firth.corpus.finding import find_text
from firth.corpus.first_pass import TextOptions
from firth.corpus.shares import share_out
from firth.corpus.sources import TextFile
from firth.corpus.sources import read_text as text_of
from firth.errors import CorpusError, FirthWarning
from thread_team import ThreadTeam


@pytest.fixture
def texts(tmp_path):
    """Return files of lines of words; the second is compressed."""
    rng = np.random.default_rng(0)
    for number in range(4):
        words = np.minimum(rng.geometric(0.02, size=(300 * number + 100, 7)), 200)
        lines = [" ".join(f"é{k}ü" for k in line) for line in words]
        text = ("\n".join(lines) + "\n" * (number % 2)).encode()
        path = tmp_path / f"{number}.txt"
        path.write_bytes(gzip.compress(text) if number == 1 else text)
    return tmp_path


def together(shares):
    return "".join("".join(text_of(share, "strict")) for share in shares)


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_shares_are_the_text_in_its_order(texts, workers):
    files = find_text(str(texts))
    assert together(share_out(files, workers)) == "".join(text_of(files, "strict"))


def test_shares_of_one_file_are_about_equal(texts):
    shares = share_out([TextFile(texts / "3.txt")], 5)
    sizes = [sum(file.size() for file in share) for share in shares]
    assert max(sizes) - min(sizes) < 100


def test_long_lines_are_cut_at_white_space(tmp_path, monkeypatch):
    monkeypatch.setattr(firth.corpus.shares, "_FARTHEST", 1_000)
    path = tmp_path / "long.txt"
    path.write_text(" ".join(["word"] * 10_000) + "\n")
    shares = share_out([TextFile(path)], 3)
    assert together(shares).split() == ["word"] * 10_000
    assert all(abs(share[0].size() - 50_000 / 3) < 10 for share in shares)


def test_a_text_without_white_space_is_not_cut(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("x" * 100_000)
    assert [len(share) for share in share_out([TextFile(path)], 3)] == [1, 0, 0]


def test_files_that_cannot_be_cut_are_shared_out_where_shares_are_about_equal(tmp_path):
    paths = [tmp_path / f"{number}.txt.gz" for number in range(5)]
    for path in paths:
        path.write_bytes(gzip.compress(b"tea milk sugar\n" * 1_000))
    shares_of = [share_out(list(map(TextFile, paths)), workers) for workers in range(1, 7)]
    sizes = [shares and sorted(map(len, shares)) for shares in shares_of]
    assert sizes == [[5], [2, 3], [1, 2, 2], None, [1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1]]


def test_workers_get_equal_parts_of_a_text_that_cannot_be_cut(tmp_path):
    path = tmp_path / "text.txt.gz"
    path.write_bytes(gzip.compress(b"tea milk sugar\njam bread tea\n" * 1_000))
    options = {"workers": 3, "threads": 1, "dim": 4, "epochs": 1}
    vectors = firth.train(path, **options)
    cut = firth.train(read_corpus(path), **options)
    np.testing.assert_array_equal(vectors.input_vectors, cut.input_vectors)


def test_standard_input_cannot_be_shared_out():
    assert share_out([TextFile(None)], 2) is None


@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
@pytest.mark.parametrize("workers", [1, 3, 8])
def test_words_counts_and_tokens_are_those_of_one_process(texts, tokenizer, workers):
    options = TextOptions(tokenizer, lowercase=True)
    team = ThreadTeam(workers)
    team.start()
    shares = share_out(find_text(str(texts)), workers)
    corpus, shared = read_text(team, shares, options, min_count=3, max_vocab=150)
    alone = read_corpus(str(texts), **vars(options), min_count=3, max_vocab=150)
    assert corpus.vocabulary.words == alone.vocabulary.words
    np.testing.assert_array_equal(corpus.vocabulary.counts, alone.vocabulary.counts)
    for name in ("words_read", "units_read", "words_left_out", "script"):
        assert getattr(corpus, name) == getattr(alone, name), name
    parts = [member._tokens for member in team.members]
    np.testing.assert_array_equal(np.concatenate([p.ids for p in parts]), alone.tokens.ids)
    assert (corpus.tokens.size, len(corpus.tokens)) == (alone.tokens.size, len(alone.tokens))
    assert [place.size for place in shared.whole.places] == [part.size for part in parts]
    sizes = [part.size for part in parts]
    assert [place.first for place in shared.whole.places] == [0, *np.cumsum(sizes)[:-1]]
    # New members read the same.
    team.start()
    shared.deliver(team)
    again = [member._tokens for member in team.members]
    assert all(np.array_equal(a.ids, b.ids) for a, b in zip(parts, again, strict=True))


def test_the_digest_tells_texts_and_numbers_of_members_apart(texts):
    def digest(workers, min_count=3):
        team = ThreadTeam(workers)
        team.start()
        shares = share_out(find_text(str(texts)), workers)
        return read_text(team, shares, TextOptions(), min_count=min_count)[0].digest()

    assert digest(2) == digest(2)
    assert len({digest(2), digest(3), digest(2, min_count=4)}) == 3


def test_a_text_that_differs_between_machines_is_refused(texts, monkeypatch):
    team = ThreadTeam(2)
    team.start()
    shares = share_out(find_text(str(texts)), 2)
    expected = [samples_of_share(share) for share in shares]
    larger = expected[0][0]._replace(size=expected[0][0].size + 1)
    arguments = [[shares[0], [larger, *expected[0][1:]], TextOptions()]]
    arguments.append([shares[1], expected[1], TextOptions()])
    with pytest.raises(CorpusError, match=r"0\.txt has .* bytes, and .* on the machine that leads"):
        team.call_each("read", arguments)
    team.close()


def test_lines_of_one_word_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("tea\nmilk\n" * 99)
    team = ThreadTeam(2)
    team.start()
    shares = share_out(find_text(str(tmp_path)), 2)
    with pytest.raises(CorpusError, match="no line or token list has two words"):
        read_text(team, shares, TextOptions(), min_count=1)


def fail(line):
    raise AssertionError


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"\n \n", "the corpus holds no words"), (b"tea tea\n", "only 'tea' occurs")],
)
def test_small_texts_are_looked_at_before_workers_start(content, fault, tmp_path):
    (tmp_path / "a.txt").write_bytes(content)
    files = find_text(str(tmp_path))
    words = {"min_count": 1, "max_vocab": None, "start": None}
    with pytest.raises(CorpusError, match=fault):
        check_small(files, TextOptions(), **words)
    # What a function does may take long, and so does reading a long text.
    check_small(files, TextOptions(fail), **words)
    with (tmp_path / "b.txt").open("wb") as file:
        file.truncate(2_000_000)
    check_small(find_text(str(tmp_path)), TextOptions(), **words)


def test_an_empty_text_is_refused(tmp_path):
    (tmp_path / "empty.txt").write_text("\n \n")
    team = ThreadTeam(2)
    team.start()
    shares = share_out(find_text(str(tmp_path)), 2)
    with pytest.raises(CorpusError, match="the corpus holds no words"):
        read_text(team, shares, TextOptions(), min_count=1)
    team.close()


def test_too_many_words_are_dropped_within_the_bound_that_is_told(texts, monkeypatch):
    whole = read_corpus(str(texts), min_count=1)
    counts = dict(zip(whole.vocabulary.words, whole.vocabulary.counts.tolist(), strict=True))
    monkeypatch.setattr(firth.cluster.reading, "most_words", lambda: 60)
    team = ThreadTeam(4)
    team.start()
    shares = share_out(find_text(str(texts)), 4)
    with pytest.warns(
        FirthWarning, match=r"counts may be too low by up to [\d,]+, and words"
    ) as told:
        corpus, _ = read_text(team, shares, TextOptions(), min_count=1)
    bound = int(str(told[0].message).partition("by up to ")[2].partition(",")[0])
    assert 0 < bound < max(counts.values()) / 2
    found = dict(zip(corpus.vocabulary.words, corpus.vocabulary.counts.tolist(), strict=True))
    assert 0 < len(found) <= 60
    for word, count in counts.items():
        assert count - bound <= found.get(word, 0) <= count
    assert corpus.words_read == whole.words_read


def test_what_is_dropped_depends_on_no_order():
    one = Counts(["a", "b", "c"], np.array([5, 1, 1]), 1, None)
    two = Counts(["c", "b", "d"], np.array([1, 1, 5]), 1, None)
    both = merge(one, two), merge(two, one)
    for found in both:
        pruned = firth.cluster.reading.prune(found, 3)
        assert (sorted(pruned.words), pruned.dropped, pruned.bound) == (["a", "d"], 4, 2)


def test_what_was_dropped_of_both_parts_adds_up():
    one = Counts(["a"], np.array([5]), 1, "Thai", dropped=3, bound=2)
    two = Counts(["b"], np.array([4]), 2, None, dropped=7, bound=1)
    for both in (merge(one, two), merge(two, one)):
        assert (both.units, both.dropped, both.bound) == (3, 10, 3)
        # Of most of the text.
        assert both.unspaced == "Thai"


def test_as_many_words_as_fit_are_all_kept():
    counted = Counts(["a", "b"], np.array([2, 1]), 1, None)
    assert firth.cluster.reading.prune(counted, 2) is counted


def test_a_million_words_are_kept_however_little_memory_there_is(monkeypatch):
    monkeypatch.setattr(firth.cluster.reading, "available_memory", lambda: 1)
    assert firth.cluster.reading.most_words() == 1_000_000


def test_parts_may_have_very_many_words(tmp_path):
    words = list(map(str, range(70_000)))
    (tmp_path / "a.txt").write_text(" ".join(words) + "\n0 1\n")
    team = ThreadTeam(2)
    team.start()
    shares = share_out(find_text(str(tmp_path)), 2)
    corpus, _ = read_text(team, shares, TextOptions(), min_count=1)
    assert set(corpus.vocabulary.words) == set(words)
    assert corpus.tokens.size == 70_002


def touch(path):
    os.utime(path, ns=(1, 1))


def append(path):
    with path.open("ab") as file:
        file.write(b"sugar\n")


def replace(path):
    status = path.stat()
    new = path.with_name("new")
    new.write_bytes(path.read_bytes()[::-1])
    os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
    new.replace(path)


@pytest.mark.parametrize("change", [touch, append, replace])
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_change_while_only_a_middle_part_is_read_is_told_once(
    tmp_path, monkeypatch, recwarn, change, compress
):
    """Neither the first nor the last reader sees it: the one that leads them tells it."""
    path = tmp_path / "text.txt"
    path.write_bytes(compress(b"tea milk\n" * 9_000))
    files = [TextFile(path)]
    if compress is gzip.compress:
        others = [tmp_path / name for name in ("first.txt", "last.txt")]
        for other in others:
            other.write_bytes(path.read_bytes())
        files = [TextFile(others[0]), *files, TextFile(others[1])]
    watch = Watch((file.name, file.path) for file in files)
    shares = share_out(files, 3)
    first, *middle, last = [text_of(each, "strict") for each in shares]
    list(first)
    list(last)
    (blocks,) = middle
    next(blocks)
    change(path)
    list(blocks)
    assert len(recwarn) == 0
    watch.check()
    (told,) = recwarn
    assert "text.txt changed while several workers read it" in str(told.message)


def test_a_text_that_several_workers_read_is_watched(tmp_path, monkeypatch):
    """The sizes are compared with those before it is cut, however long workers take to start."""
    path = tmp_path / "text.txt"
    path.write_bytes(b"tea milk sugar\n" * 900)
    start = LocalTeam.start

    def truncating(self):
        start(self)
        path.write_bytes(b"tea milk sugar\n" * 800)

    monkeypatch.setattr(LocalTeam, "start", truncating)
    with pytest.raises(CorpusError, match="became shorter while it was read: it had 13,500 bytes"):
        firth.train(path, workers=3, threads=1, dim=2, epochs=1)


def test_unchanged_texts_and_those_that_are_no_files_are_not_told(texts, recwarn):
    watch = Watch([("here", texts / "0.txt"), ("gone", texts / "gone"), ("input", None)])
    watch.check()
    (texts / "0.txt").unlink()
    watch.check()
    assert len(recwarn) == 0


def test_new_workers_refuse_a_text_that_is_not_what_the_run_has_read(texts):
    team = ThreadTeam(3)
    team.start()
    _, shared = read_text(team, share_out(find_text(str(texts)), 3), TextOptions(), min_count=1)
    last = texts / "3.txt"
    status = last.stat()
    last.write_bytes(last.read_bytes().replace(b" ", b"\n", 1))
    os.utime(last, ns=(status.st_atime_ns, status.st_mtime_ns))
    team.start()
    with pytest.raises(
        CorpusError, match=r"changed since this run read it: part \d of 3, from .*txt"
    ):
        shared.deliver(team)
