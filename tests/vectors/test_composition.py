"""Reading out: each step alone, what must not matter, and the space of other words."""

import dataclasses

import numpy as np
import pytest

import firth
from firth.errors import ConfigError
from firth.subwords import Subwords
from firth.subwords.floret import Floret
from firth.vectors import RawTables, Vectors, composition
from firth.vectors.composition import bag_sums, compose_words, read_out
from firth.vectors.readout import Readout, parse_readout

RECIPES = [
    "plain",
    "plain,own_row=no",
    "plain,components=1",
    "plain,output=0.5",
    "plain,unit=yes",
    "plain,axes=-0.5",
    "plain,own_row=no,components=2,output=0.3,unit=yes,axes=-0.25",
    "subword",
]


def read(tables, recipe):
    return read_out(tables.raw, tables.words, tables.output, parse_readout(recipe))[0]


def cosines_of(vectors):
    rows = vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def with_table(tables, table, output=None):
    raw = dataclasses.replace(tables.raw, input=table.astype(np.float32))
    output = tables.output if output is None else output.astype(np.float32)
    return tables._replace(raw=raw, output=output)


def rms(rows):
    return np.sqrt(np.mean(rows.astype(np.float64) ** 2))


@pytest.mark.parametrize("own_row", [True, False])
def test_a_word_is_the_sum_of_its_rows_over_the_root_of_their_number(tables, own_row):
    V = len(tables.words)
    composed = compose_words(tables.raw, tables.words, own_row=own_row)
    for row, word in enumerate(tables.words):
        rows = [V + each for each in tables.raw.subwords.rows_of(word)]
        if own_row or not rows:
            rows.append(row)
        expected = tables.raw.input[rows].sum(axis=0, dtype=np.float64) / np.sqrt(len(rows))
        np.testing.assert_allclose(composed[row], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("room", [1, 50, 10_000])
def test_sums_are_those_of_each_words_rows_in_their_order(monkeypatch, room):
    monkeypatch.setattr(composition, "NUMBERS_PER_BLOCK", room)
    generator = np.random.default_rng(1)
    sizes = generator.permutation([0, 0, 0, 1, 1, 2, 3, 9, 40, *range(8)])
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    table = generator.normal(size=(30, 4)).astype(np.float32)
    rows = generator.integers(30, size=offsets[-1]).astype(np.int32)
    words = 0
    for block, totals in bag_sums(table, offsets, rows):
        assert block.start == words
        for total in totals:
            bag = table[rows[offsets[words] : offsets[words + 1]]].astype(np.float64)
            # Added one after the other, so that the same rows always have the same sum.
            np.testing.assert_array_equal(total, sum(bag, np.zeros(4)))
            words += 1
    assert words == len(sizes)


def test_words_without_ngrams_keep_their_own_row(tables):
    assert tables.raw.subwords.rows_of("I") == []
    np.testing.assert_array_equal(read(tables, "plain,own_row=no")[0], tables.raw.input[0])


def test_whole_words_are_read_out_as_they_are(tables):
    V = len(tables.words)
    raw = RawTables(tables.raw.input[:V])
    vectors, space = read_out(raw, tables.words, None, parse_readout("plain"))
    assert np.shares_memory(vectors, raw.input)
    assert space is None


@pytest.mark.parametrize("recipe", RECIPES)
def test_rotating_the_tables_does_not_change_cosines(tables, recipe):
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))
    turned = with_table(tables, tables.raw.input @ turn, tables.output @ turn)
    found, expected = cosines_of(read(turned, recipe)), cosines_of(read(tables, recipe))
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("recipe", RECIPES)
def test_scaling_the_tables_does_not_change_cosines(tables, recipe):
    scaled = with_table(tables, tables.raw.input * 50, tables.output / 70)
    found, expected = cosines_of(read(scaled, recipe)), cosines_of(read(tables, recipe))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_axes_of_small_vectors_are_scaled_too(tables):
    recipe = "plain,axes=-0.25"
    small = with_table(tables, tables.raw.input * 1e-9, tables.output)
    found, expected = cosines_of(read(small, recipe)), cosines_of(read(tables, recipe))
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_order_of_words_does_not_matter(tables, recipe):
    V = len(tables.words)
    order = np.random.default_rng(2).permutation(V)
    table = np.concatenate([tables.raw.input[:V][order], tables.raw.input[V:]])
    moved = with_table(tables, table, tables.output[order])
    moved = moved._replace(words=[tables.words[row] for row in order])
    np.testing.assert_allclose(read(moved, recipe), read(tables, recipe)[order], atol=1e-4)


@pytest.mark.parametrize("recipe", RECIPES)
def test_blocks_change_nothing(tables, recipe, monkeypatch):
    expected = read(tables, recipe)
    monkeypatch.setattr("firth.vectors.blocks.NUMBERS_PER_BLOCK", 40)
    monkeypatch.setattr(composition, "NUMBERS_PER_BLOCK", 40)
    assert len(list(composition._blocks(np.array([0, 0, 0, 30, 31]), 6))) == 3
    np.testing.assert_allclose(read(tables, recipe), expected, atol=1e-5)


@pytest.mark.parametrize("room", [1, 50, 10_000])
def test_words_of_very_many_rows(monkeypatch, room):
    monkeypatch.setattr("firth.vectors.blocks.NUMBERS_PER_BLOCK", room)
    generator = np.random.default_rng(1)
    sizes = [3, 900, 0, 256, 257]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    table = generator.normal(size=(30, 4)).astype(np.float32)
    rows = generator.integers(30, size=offsets[-1]).astype(np.int32)
    ((_, totals),) = bag_sums(table, offsets, rows)
    bags = [rows[offsets[word] : offsets[word + 1]] for word in range(len(sizes))]
    expected = [table[bag].sum(axis=0, dtype=np.float64) for bag in bags]
    np.testing.assert_allclose(totals, expected, rtol=1e-12, atol=1e-12)
    # What else is added at the same time makes no difference.
    for bag, total in zip(bags, totals, strict=True):
        ((_, alone),) = bag_sums(table, np.array([0, len(bag)]), bag)
        np.testing.assert_array_equal(alone, [total])


LONG_MARKS = Subwords(
    1, 4, buckets=40, normalization="none", exponent=1, floret=Floret(4, 1, "<" * 16, ">" * 16)
)


@pytest.mark.parametrize(("subwords", "most"), [(None, 200), (LONG_MARKS, 800)])
def test_few_words_are_cut_at_a_time_if_they_are_long(tables, monkeypatch, subwords, most):
    if subwords is not None:
        numbers = np.resize(tables.raw.input, (len(tables.words) + 40, 6))
        tables = tables._replace(raw=RawTables(numbers, subwords))
    whole = composition.compose_words(tables.raw, tables.words, own_row=True)
    counts = []
    rows_of_all = Subwords.rows_of_all

    def counted(self, words):
        offsets, rows = rows_of_all(self, words)
        counts.append(offsets[-1])
        return offsets, rows

    monkeypatch.setattr(Subwords, "rows_of_all", counted)
    monkeypatch.setattr(composition, "NUMBERS_PER_BLOCK", 8 * 100)
    parts = composition.compose_words(tables.raw, tables.words, own_row=True)
    np.testing.assert_array_equal(parts, whole)
    assert len(counts) > 3
    assert max(counts) < most


def test_a_planted_common_component_is_removed(tables):
    common = np.array([0, 3, 0, 0, 4, 0]) / 5
    planted = with_table(tables, tables.raw.input + 20 * common)
    before, after = read(planted, "plain"), read(planted, "plain,components=1")
    assert (np.abs(before @ common) > 0.9 * np.linalg.norm(before, axis=1)).mean() > 0.9
    assert rms(after @ common) < 0.1 * rms(after)
    assert np.linalg.matrix_rank(after, tol=1e-4) == 5


def test_output_vectors_are_added_at_equal_root_mean_square(tables):
    composed = read(tables, "plain")
    expected = composed / rms(composed) + 0.5 * tables.output / rms(tables.output)
    np.testing.assert_allclose(read(tables, "plain,output=0.5"), expected, atol=1e-5)


def test_unit_rows_have_length_one(tables):
    lengths = np.linalg.norm(read(tables, "subword,unit=yes,axes=0"), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)


@pytest.mark.parametrize("exponent", [-1.0, -0.25, 0.5])
def test_axes_are_scaled_by_a_power_of_their_singular_values(tables, exponent):
    before, after = (
        np.linalg.svd(read(tables, recipe).astype(np.float64), compute_uv=False)
        for recipe in ("plain", f"plain,axes={exponent}")
    )
    expected = before ** (1 + exponent)
    np.testing.assert_allclose(after / after.sum(), expected / expected.sum(), rtol=1e-4)


def test_axes_that_hold_rounding_errors_only_do_not_grow(tables):
    vectors = read(tables, "plain,components=2,axes=-1")
    assert np.linalg.matrix_rank(vectors, tol=1e-3) == 4
    assert np.abs(vectors).max() < 100


@pytest.mark.parametrize("table", ["input", "output"])
def test_a_table_of_zeros_is_read_out(tables, table):
    zeros = {"input": tables.raw.input, "output": tables.output}
    zeros[table] = np.zeros_like(zeros[table])
    changed = with_table(tables, zeros["input"], zeros["output"])
    for recipe in ("subword,unit=yes", "plain,axes=0.5"):
        assert np.isfinite(read(changed, recipe)).all()


@pytest.mark.parametrize("buckets", [None, 50])
@pytest.mark.parametrize(
    "recipe",
    [
        "plain,own_row=no",
        "plain,own_row=no,components=1",
        "plain,own_row=no,components=1,axes=-0.25",
        "plain,own_row=no,unit=yes,axes=-0.25",
        "plain,own_row=no,components=1,unit=yes,axes=0.5",
    ],
)
def test_other_words_are_in_the_same_space(tables, recipe, buckets):
    # Without own rows and output vectors, a word is composed as if it were unknown.
    raw, V = tables.raw, len(tables.words)
    if buckets is not None:
        raw = RawTables(raw.input[: V + buckets], Subwords(3, 5, buckets=buckets))
    vectors = Vectors.from_tables(tables.words, raw, readout=recipe)
    assert "kingly" in vectors
    np.testing.assert_allclose(vectors.raw.compose("kingly"), vectors["kingly"], atol=1e-5)


def test_the_share_of_the_input_side_is_the_same_for_other_words(tables):
    vectors = Vectors.from_tables(
        tables.words, tables.raw, output_vectors=tables.output, readout="plain,own_row=no,output=1"
    )
    composed = read(tables, "plain,own_row=no")
    row = vectors.index["kingly"]
    expected = composed[row] / rms(composed)
    np.testing.assert_allclose(vectors.raw.compose("kingly"), expected, atol=1e-5)


@pytest.mark.parametrize("other", ["xyz", "", 7, None])
def test_what_has_no_ngrams_is_not_composed(tables, other):
    assert tables.raw.compose(other) is None
    assert RawTables(tables.raw.input).compose("kingly") is None


def test_words_are_not_composed_without_the_function_that_cuts_them(tables):
    subwords = Subwords(0, 0, ngrams=("k", "i"), cut=list)
    raw = RawTables(tables.raw.input, subwords)
    assert raw.compose("kingly") is not None
    raw = dataclasses.replace(raw, subwords=Subwords(0, 0, ngrams=("k", "i")))
    assert raw.compose("kingly") is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda raw: raw.input[:-1], "the raw table has .* rows for .* words and .* n-grams"),
        (lambda raw: raw.input[:, :3], r"must hold floats of shape \(rows, 6\)"),
        (lambda raw: raw.input.astype(np.int64), "must hold floats"),
        (lambda raw: np.where(np.arange(len(raw.input)) == 1, np.nan, raw.input.T).T, "'tea' has"),
        (lambda raw: raw.input * np.nan, "the word 'I' has NaN"),
    ],
)
def test_raw_tables_that_do_not_fit(tables, change, fault):
    raw = dataclasses.replace(tables.raw, input=change(tables.raw))
    with pytest.raises(ConfigError, match=fault):
        Vectors(tables.words, np.ones((len(tables.words), 6)), raw=raw)


@pytest.mark.parametrize("change", [lambda linear: linear[:3], lambda linear: linear * np.inf])
def test_a_map_that_does_not_fit(tables, change):
    vectors = Vectors.from_tables(tables.words, tables.raw, readout="plain,components=1")
    space = composition.Space(change(vectors.raw.space.linear))
    with pytest.raises(ConfigError, match=r"'linear' of the readout must be .* \(6, 6\)"):
        Vectors(
            tables.words,
            vectors.input_vectors,
            raw=dataclasses.replace(vectors.raw, space=space),
        )


def test_what_is_left_of_vectors_along_one_axis_is_not_made_large():
    table = np.outer([1.0, 2.0, 3.0], np.linspace(1.0, 2.0, 8)).astype(np.float32)
    output = np.ones((3, 8), np.float32)
    recipe = Readout(components=1, output=0.5)
    found, _ = read_out(RawTables(table), ["a", "b", "c"], output, recipe)
    assert np.abs(found - 0.5).max() < 1e-4


@pytest.mark.parametrize("seed", range(6))
def test_a_text_of_words_that_are_all_alike_is_read_out(seed):
    units = [["tea", "team", "tear"] * 9] * 9
    options = {"subwords": "3-4", "sample": 0, "dim": 8, "threads": 1, "progress": False}
    vectors = firth.train(units, seed=seed, **options)
    assert np.isfinite(vectors.input_vectors).all()
