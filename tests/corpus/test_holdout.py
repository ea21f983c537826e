import contextlib
import itertools
import math
from collections import Counter
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus import holdout as holdout_module
from firth.corpus import read_corpus
from firth.corpus.chunks import UNIT_END
from firth.corpus.first_pass import OpenedSource, TextOptions, first_pass
from firth.corpus.holdout import PIECE, hold_out
from firth.corpus.tokens import ScratchArray
from firth.errors import ConfigError, CorpusError


def units_in(raw):
    """Return the units of a raw corpus that are not empty, as lists of words."""
    symbols = np.concatenate([np.zeros(0, np.int32), *raw.symbols.blocks(1 << 16)])
    words = raw.spell(np.arange(len(raw.counts)))
    units = np.split(symbols, np.flatnonzero(symbols == UNIT_END) + 1)
    return [[words[symbol] for symbol in unit[:-1]] for unit in units if len(unit) > 1]


def divide(units, share, seed=1):
    """Return the units for training, those held out, and the counts of training."""
    with contextlib.ExitStack() as files:
        symbols, *parts = (files.enter_context(ScratchArray(np.int32)) for _ in range(3))
        raw = first_pass(OpenedSource(units, TextOptions()), symbols)
        training, held = hold_out(raw, *parts, share=share, seed=seed)
        assert np.array_equal(training.counts + held.counts, raw.counts)
        words = raw.spell(np.arange(len(raw.counts)))
        counts = dict(zip(words, training.counts.tolist(), strict=True))
        return units_in(training), units_in(held), counts


def numbered(lengths):
    """Return units of so many tokens, no two of them equal."""
    numbers = iter(range(sum(lengths)))
    return [[next(numbers) for _ in range(length)] for length in lengths]


def pieces_of(units, piece):
    return [unit[at : at + piece] for unit in units for at in range(0, len(unit), piece)]


def check_division(units, piece, share, training, held, counts):
    flat = [token for unit in units for token in unit]
    pieces = pieces_of(units, piece)
    out = {token for unit in held for token in unit}
    # Nothing is lost, doubled or moved.
    for part, is_held in ((training, False), (held, True)):
        assert [token for unit in part for token in unit] == [
            token for token in flat if (token in out) == is_held
        ]
    # Only whole pieces are held out, and never none nor all.
    assert all(len(out.intersection(piece)) in (0, len(piece)) for piece in pieces)
    assert 0 < len(out) < len(flat)
    # No unit reaches over a hole, or over the end of a unit; and none is cut but at a hole.
    unit_of = {token: place for place, unit in enumerate(units) for token in unit}
    for part in (training, held):
        for unit in part:
            assert unit == list(range(unit[0], unit[-1] + 1))
            assert len({unit_of[token] for token in unit}) == 1
        for unit, after in itertools.pairwise(part):
            assert (unit_of[unit[-1]] != unit_of[after[0]]) or unit[-1] + 1 < after[0]
    # As near to the share as one piece allows.
    assert abs(len(out) - share * len(flat)) <= max(map(len, pieces)) + 0.5
    assert counts == {token: int(token not in out) for token in flat}


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=30),
    share=st.floats(0.001, 0.999),
    seed=st.integers(0, 5),
    block=st.integers(1, 9),
)
def test_whole_pieces_are_held_out_and_all_stays_in_order(lengths, share, seed, block):
    units = numbered(lengths)
    with (
        mock.patch.object(holdout_module, "PIECE", 4),
        mock.patch.object(holdout_module, "_divide", holdout_module._divide.py_func),
    ):
        if len(pieces_of(units, 4)) == 1:
            with pytest.raises(CorpusError, match="in one piece"):
                divide(units, share, seed)
            return
        parts = divide(units, share, seed)
        check_division(units, 4, share, *parts)
        with mock.patch.object(holdout_module, "BATCH", block):
            assert divide(units, share, seed) == parts


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
@pytest.mark.parametrize(
    "lengths",
    [[50_000], [1_000, 2_000, 3_000] * 5, [1_001] * 9, [999, 1, 2_500] * 9, [7] * 9_000],
    ids=["one line", "whole pieces", "one more", "mixed", "short"],
)
def test_long_units_count_as_pieces_of_a_thousand(lengths, share):
    units = numbered(lengths)
    check_division(units, PIECE, share, *divide(units, share))


def test_same_seed_same_choice():
    units = numbered([5] * 200)
    first, again, other = (divide(units, 0.2, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("block", [1, 7])
def test_what_is_held_out_does_not_depend_on_where_blocks_end(block):
    units = numbered([3] * 200)
    expected = divide(units, 0.3)
    with mock.patch.object(holdout_module, "BATCH", block):
        assert divide(units, 0.3) == expected


def test_pieces_have_the_same_chance():
    units, seeds = numbered([3, 1, 8, 2] * 25), 400
    times = np.zeros(len(units))
    for seed in range(seeds):
        held = divide(units, 0.2, seed)[1]
        times[[index for index, unit in enumerate(units) if unit in held]] += 1
    # 5 deviations of the binomial distribution; the last pieces make up what is lacking.
    assert np.all(np.abs(times[:-4] - 0.2 * seeds) < 5 * np.sqrt(0.2 * 0.8 * seeds))
    # No trend by place or by length.
    first, second, *_ = np.split(times, [40, 80])
    assert abs(first.mean() - second.mean()) < 0.08 * 0.2 * seeds
    assert np.all(np.abs(times[:80].reshape(20, 4).mean(0) - 0.2 * seeds) < 0.08 * 0.2 * seeds)


def test_shares_too_small_or_too_large_for_the_pieces():
    units = numbered([5] * 10)
    for seed in range(30):
        for share, expected in ((1e-9, 5), (0.01, 5), (0.99, 45), (1 - 1e-9, 45)):
            held = divide(units, share, seed)[1]
            assert sum(map(len, held)) == expected
    # Which piece changes sides is drawn, too.
    assert len({str(divide(units, 1e-9, seed)[1]) for seed in range(30)}) > 5


def test_a_piece_ends_with_a_chunk_of_text(write):
    path = write("a,b,c " * 2_000 + "--- " * 5_000)
    corpus = read_corpus(path, tokenizer="words", holdout=0.2)
    assert corpus.words_read == 12_000 - 2_000
    # A chunk is five words (a , b , c), so 1,000 are 200 of them; "---" is none.
    assert corpus.held_out == 2_000
    assert np.all(np.diff(corpus.tokens.offsets) % 1_000 == 0)
    assert corpus.vocabulary.counts.sum() == 8_000


def expected_corpus(units, share, seed, min_count, max_vocab):
    """Read in the slow and obvious way: words from the training part only."""
    training, held, _ = divide(units, share, seed)
    appeared = {word: place for place, word in enumerate(dict.fromkeys(itertools.chain(*units)))}
    counts = Counter(itertools.chain(*training))
    ordered = sorted(counts, key=lambda word: (-counts[word], appeared[word]))
    kept = [word for word in ordered if counts[word] >= min_count][:max_vocab]
    parts = [
        [coded for unit in part if (coded := [kept.index(word) for word in unit if word in kept])]
        for part in (training, held)
    ]
    return kept, [counts[word] for word in kept], *parts


@settings(deadline=None, derandomize=True, max_examples=120)
@given(
    units=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=8), min_size=2, max_size=20),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 3),
    min_count=st.integers(1, 4),
    max_vocab=st.none() | st.integers(2, 4),
)
def test_words_are_those_of_the_training_part(units_of, units, share, seed, min_count, max_vocab):
    expected = expected_corpus(units, share, seed, min_count, max_vocab)
    kept, counts, training, held = expected
    options = {"min_count": min_count, "max_vocab": max_vocab, "holdout": share, "seed": seed}
    if len(kept) < 2 or not all(any(len(unit) > 1 for unit in part) for part in (training, held)):
        with pytest.raises(CorpusError, match=r"train on|nothing to measure"):
            read_corpus(units, **options)
        return
    corpus = read_corpus(units, **options)
    assert corpus.vocabulary.words == tuple(kept)
    assert corpus.vocabulary.counts.tolist() == counts
    assert units_of(corpus) == training + held
    assert corpus.held_out == sum(map(len, held))
    assert corpus.words_read == sum(map(len, units))
    assert corpus.units_read == len(units)


def test_a_text_on_one_line(write, units_of):
    # Neighbours differ by 1 (mod 997); words beside a hole, of 1,000 or more words, do not.
    path = write(" ".join(str(place % 997) for place in range(50_000)))
    corpus = read_corpus(path, holdout=0.1)
    assert corpus.held_out == 5_000
    assert corpus.tokens.size == 50_000
    assert corpus.units_read == 1
    assert len(corpus.tokens) > 5
    assert corpus.tokens.size - corpus.held_out in corpus.tokens.offsets
    numbers = np.array([int(word) for word in corpus.vocabulary])
    for unit in units_of(corpus):
        assert len(unit) % 1_000 == 0
        assert np.all(np.diff(numbers[unit]) % 997 == 1)


def test_without_holdout_nothing_changes():
    units = np.random.default_rng(1).integers(0, 50, (200, 30))
    with mock.patch("firth.corpus.reading.hold_out") as called:
        plain, none = read_corpus(units), read_corpus(units, holdout=0, seed=7)
    called.assert_not_called()
    assert plain.digest() == none.digest()
    assert plain.held_out == none.held_out == 0
    assert np.array_equal(
        plain.tokens.ids.reshape(200, 30), np.argsort(plain.vocabulary.words)[units]
    )


TRAINED = [["tea", "or", "toast"], ["tea", "and", "toast"]]


@pytest.mark.parametrize("trained_as", ["lists", "text"])
@pytest.mark.parametrize("held_as", ["lists", "generator", "text", "paths"])
def test_a_held_out_source(write, units_of, trained_as, held_as):
    held = [["toast", "with", "tea"], ["coffee"], ["or", "tea"]]
    trained, given = TRAINED, {"lists": held, "generator": iter(held)}.get(held_as)
    if trained_as == "text":
        trained = write(TRAINED)
    if given is None:
        given = str(write(held, "held.txt"))
        given = [given] if held_as == "paths" else given
    corpus = read_corpus(trained, min_count=1, holdout=given)
    assert corpus.vocabulary.words == ("tea", "toast", "or", "and")
    assert corpus.vocabulary.counts.tolist() == [2, 2, 1, 1]
    assert corpus.held_out == 4
    assert units_of(corpus) == [[0, 2, 1], [0, 3, 1], [1, 0], [2, 0]]
    assert (corpus.words_read, corpus.units_read) == (6, 2)


def test_units_are_numbered_that_are_trained_on():
    corpus = read_corpus([["coffee"], *TRAINED], min_count=2, holdout=[["toast", "tea"], ["tea"]])
    assert len(corpus.tokens) == 4
    assert corpus.numbers_of_units().tolist() == [1, 2]


def test_a_held_out_text_is_read_as_the_source_is(write):
    trained, held = write(b"Tea, toast\n"), write(b"TOAST,tea \xff\n", "held.txt")
    options = {"tokenizer": "words", "encoding_errors": "replace", "min_count": 1}
    corpus = read_corpus(trained, holdout=held, **options)
    assert corpus.tokens.ids.tolist() == [0, 1, 2, 2, 1, 0]
    with pytest.raises(CorpusError, match=r"^holdout: .*held.txt: invalid UTF-8 at byte 10;"):
        read_corpus(trained, holdout=held, min_count=1)


def test_progress_is_that_of_the_source():
    calls = []
    read_corpus(
        TRAINED,
        holdout=[["tea", "toast"]] * 5_000,
        min_count=1,
        on_progress=lambda *call: calls.append(call),
    )
    assert calls == [(2, 2)]


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        *((share, repr(share)) for share in (True, False, np.True_, -0.1, 1, 1.0, 2, -1e308, None)),
        *((share, repr(share)) for share in (math.nan, math.inf, np.float32(1.5))),
        (10**400, "an integer of about 400 digits"),
        (-(10**5000), "an integer of about 5,000 digits"),
    ],
    ids=lambda value: value if isinstance(value, str) else "share",
)
def test_shares_out_of_range(share, shown):
    with pytest.raises(ConfigError) as caught:
        read_corpus(TRAINED, min_count=1, holdout=share)
    assert str(caught.value) == (
        f"holdout must be a share from 0 to below 1, or held-out text or token lists, got {shown}"
    )


@pytest.mark.parametrize("seed", [-1, 1.0, True, None])
def test_seeds_out_of_range(seed):
    with pytest.raises(ConfigError, match=f"^seed must be a(t least 0| whole number), got {seed}$"):
        read_corpus(TRAINED, min_count=1, seed=seed)


@pytest.mark.parametrize(
    ("units", "options", "message"),
    [
        (
            [["a", "b"] * 500],
            {"holdout": 0.5},
            "cannot hold out a share of 1,000 words in one piece (a unit, or 1,000 words of a "
            "longer one); give more text, or held-out text of its own (holdout=FILE)",
        ),
        (
            [["a", "b"], ["b", "a"]],
            {"holdout": 0.5, "min_count": 2},
            "no word occurs 2 times or more: the most frequent of 2 words to train on occurs 1 "
            "time; give more text or lower min_count (--min-count)",
        ),
        (
            [["a", "b"], ["a"], ["b"]],
            {"holdout": [["a"], ["c", "b"]]},
            "holdout: the held-out text has 2 words of the vocabulary and no two of them in "
            "one line or token list: nothing to measure; hold out more, or lower min_count "
            "(--min-count)",
        ),
        (
            [["a", "b"]],
            {"holdout": [[1, 2]]},
            "holdout: none of its words (2) is in the vocabulary of what is trained on: nothing to "
            "measure",
        ),
        (
            [["a", "b"]],
            {"holdout": []},
            "holdout: none of its words (0) is in the vocabulary of what is trained on: nothing to "
            "measure",
        ),
        (
            [["a", "b"]],
            {"holdout": [["a", 1]]},
            "holdout: unit 0: all tokens must be str or all int, got both kinds",
        ),
        ([[], []], {"holdout": 0.5}, "the corpus holds no words: nothing to train on"),
    ],
)
def test_nothing_to_hold_out(units, options, message):
    with pytest.raises(CorpusError) as caught:
        read_corpus(units, **{"min_count": 1, **options})
    assert str(caught.value) == message


def test_held_out_pieces_without_pairs():
    with pytest.raises(CorpusError, match="holdout: the held-out text has 1 word of"):
        read_corpus([["a"], ["b"]] * 50 + [["a", "b"] * 100], min_count=1, holdout=0.001)


def test_a_missing_held_out_text_is_told_before_the_source_is_read(tmp_path):
    def source():
        raise AssertionError("read")
        yield

    with pytest.raises(CorpusError, match=r"^holdout: cannot read .*nothing.txt: No such file"):
        read_corpus(source(), holdout=tmp_path / "nothing.txt")


def test_what_is_trained_on_can_not_be_held_out(give_input, write, tmp_path, monkeypatch):
    path = write(TRAINED)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusError) as caught:
        read_corpus(tmp_path, holdout="text.txt")
    assert str(caught.value) == (
        "text.txt cannot be both trained on and held out; give different texts, or a share of one "
        "(holdout=0.01)"
    )
    give_input(b"tea and toast")
    with pytest.raises(
        CorpusError, match=r"^standard input cannot be both trained on and held out"
    ):
        read_corpus("-", holdout=["-"])
    corpus = read_corpus(path, holdout="-", min_count=1)
    assert corpus.held_out == 3


def test_options_for_text_with_held_out_token_lists(write):
    path = write(TRAINED)
    with pytest.raises(ConfigError, match=r"^holdout: tokenizer is for text, and the source holds"):
        read_corpus(path, tokenizer="words", holdout=[["tea", "toast"]])


def test_held_out_words_are_found_however_their_accents_are_written():
    corpus = read_corpus([["caf\xe9", "tea"]] * 5, holdout=[["cafe\u0301", "tea"]])
    assert corpus.tokens.ids[-corpus.held_out :].tolist() == [0, 1]
