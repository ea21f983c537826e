"""The kernel against the float64 reference, on the same lists."""

import numba
import numpy as np
import pytest

from firth.training import kernel, reference, worker
from firth.training.engines.hogwild import parts_of
from firth.training.lists.gathering import BLOCK
from firth.training.lists.windows import Window, empty_list
from training_case import BOTH, Case, assert_close, assert_same, draw_case, no_frozen, padded

# Hierarchical softmax, which has no noise words. `test_widths.py` leaves it out by this name.
TREE = pytest.param(None, id="tree")
TREE_33 = pytest.param(33, None, id="33-tree")


@BOTH
@pytest.mark.parametrize("dim", [1, 7, 16, 33, 100, 300])
@pytest.mark.parametrize("negative", [1, 5, 6, 15, TREE])
def test_agrees_with_the_reference(cbow, dim, negative):
    case = draw_case(cbow=cbow, dim=dim, negative=negative)
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize("negative", [*range(1, 14), 31, 64])
def test_agrees_for_every_tile_of_targets(cbow, negative):
    case = draw_case(cbow=cbow, dim=10, negative=negative, lengths=(20, 5))
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize(
    ("reach", "negative"),
    [
        (1, 5),
        (2, 5),
        (12, 5),
        (100, 5),
        *(pytest.param(reach, None, id=f"{reach}-tree") for reach in (1, 12, 30)),
    ],
)
def test_agrees_for_every_window(cbow, reach, negative):
    case = draw_case(cbow=cbow, dim=20, negative=negative, reach=reach, shrink=False, sample=0.0)
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize("negative", [2, TREE])
@pytest.mark.parametrize("words", [BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 3])
def test_agrees_for_any_number_of_blocks(cbow, negative, words):
    case = draw_case(
        cbow=cbow, dim=5, negative=negative, sample=0.0, vocabulary=200, lengths=(words,)
    )
    assert_same(case.run_kernel(), case.run_reference())


@pytest.mark.parametrize("ngrams", [0, 25])
def test_agrees_where_the_change_of_a_mean_is_divided(ngrams):
    case = draw_case(cbow=True, dim=20, negative=5, divided=True, ngrams=ngrams)
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize("negative", [5, TREE])
def test_agrees_on_a_vocabulary_of_two(cbow, negative):
    # Every window repeats words, and most noise words are the centre or each other.
    case = draw_case(
        cbow=cbow, dim=12, negative=negative, vocabulary=2, sample=0.0, lengths=(40, 40)
    )
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
def test_agrees_on_the_longest_paths_of_a_tree(cbow):
    # The counts of a tree of one branch.
    case = draw_case(cbow=cbow, dim=12, negative=None, sample=0.0)
    case = Case(
        case.ids, case.offsets, 2 ** np.arange(40)[::-1], case.inputs, case.outputs, cbow=cbow,
        negative=None, sample=0.0,
    )  # fmt: skip
    assert case.window.longest_path == 39
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize("negative", [5, TREE])
def test_agrees_where_rows_are_frozen(cbow, negative):
    case = draw_case(cbow=cbow, dim=20, negative=negative)
    frozen = (0, 3, 4), (1, 30, 38)
    assert_same(case.run_kernel(frozen=frozen), case.run_reference(frozen=frozen))


@BOTH
@pytest.mark.parametrize("negative", [5, TREE])
def test_where_the_corpus_is_cut_changes_nothing(cbow, negative):
    case = draw_case(cbow=cbow, dim=20, negative=negative, reach=4)
    whole = case.run_kernel()
    for cuts in ([1], [49, 50, 51, 52, 53], range(1, len(case.ids))):
        cut = case.run_kernel(cuts=cuts)
        np.testing.assert_array_equal(cut[0], whole[0])
        np.testing.assert_array_equal(cut[1], whole[1])
        assert cut[2] == pytest.approx(whole[2], rel=1e-6)
        assert cut[3] == whole[3]


@BOTH
@pytest.mark.parametrize(("dim", "negative"), [(1, 1), (16, 5), (33, 6), (100, 15), TREE_33])
def test_agrees_where_documents_are_inputs(cbow, dim, negative):
    case = draw_case(cbow=cbow, dim=dim, negative=negative, documents="joint")
    assert_same(case.run_kernel(), case.run_reference())
    assert_same(case.run_kernel(cuts=[49, 50, 51, 52, 53]), case.run_reference())


def test_agrees_where_documents_get_their_share_of_the_mean():
    case = draw_case(cbow=True, dim=20, negative=5, documents="joint", divided=True)
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize(("dim", "negative"), [(1, 1), (16, 5), (33, 6), TREE_33])
@pytest.mark.parametrize("tags", [2, 50])
def test_agrees_where_units_share_documents(cbow, dim, negative, tags):
    case = draw_case(cbow=cbow, dim=dim, negative=negative, documents="joint", tags=tags)
    assert_same(case.run_kernel(), case.run_reference())
    assert_same(case.run_kernel(cuts=[49, 50, 51, 52, 53]), case.run_reference())


def test_agrees_where_shared_documents_get_their_share_of_the_mean():
    case = draw_case(cbow=True, dim=20, negative=5, documents="joint", tags=5, divided=True)
    assert_same(case.run_kernel(), case.run_reference())


def test_agrees_where_shared_documents_are_the_only_inputs():
    lengths = (3, *[1] * BLOCK, 0, 5 * BLOCK + 3)
    case = draw_case(cbow=False, dim=20, negative=5, documents="alone", lengths=lengths, tags=9)
    trained = case.run_kernel()
    assert_same(trained, case.run_reference())
    is_changed = (trained[0] != case.inputs).any(axis=1)
    assert not is_changed[: len(case.outputs)].any()
    assert is_changed[len(case.outputs) :].all()


def test_agrees_where_documents_are_the_only_inputs():
    lengths = (3, *[1] * BLOCK, 0, 5 * BLOCK + 3)
    case = draw_case(cbow=False, dim=20, negative=5, documents="alone", lengths=lengths)
    inputs, outputs, loss, pairs = case.run_kernel()
    assert_same((inputs, outputs, loss, pairs), case.run_reference())
    is_changed = (inputs != case.inputs).any(axis=1)
    assert not is_changed[: len(outputs)].any()
    assert is_changed[len(outputs) :].any()


@BOTH
@pytest.mark.parametrize(("dim", "negative"), [(1, 1), (16, 5), (33, 6), (100, 15), TREE_33])
def test_agrees_where_words_are_composed(cbow, dim, negative):
    case = draw_case(cbow=cbow, dim=dim, negative=negative, ngrams=25)
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize("reach", [1, 2, 12, 100])
def test_agrees_where_words_are_composed_for_every_window(cbow, reach):
    case = draw_case(cbow=cbow, dim=20, negative=5, reach=reach, sample=0.0, ngrams=25)
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
@pytest.mark.parametrize("words", [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 3])
def test_words_are_composed_in_any_number_of_blocks(cbow, words):
    lengths = (words, *[1] * 2 * BLOCK, 3)
    case = draw_case(
        cbow=cbow, dim=5, negative=2, sample=0.0, vocabulary=200, lengths=lengths, ngrams=50
    )
    assert_same(case.run_kernel(), case.run_reference())


@BOTH
def test_words_of_one_row_are_trained_as_they_are(cbow):
    case = draw_case(cbow=cbow, dim=20, negative=5, reach=4, sample=0.0)
    plain = case.run_kernel()
    case.window = case.window._replace(subwords=True)
    case.parts = [[w] for w in range(len(case.inputs))]
    assert_same(case.run_kernel(), plain)
    assert_same(case.run_kernel(cuts=range(1, len(case.ids))), plain)


def test_loss_is_exact_for_scores_of_any_size():
    case = draw_case(cbow=False, dim=4, negative=5)
    case.inputs *= 30.0
    case.outputs *= 30.0
    x, y, _ = reference.vectors_of(case.inputs, case.outputs, next(case.windows()))
    assert np.abs(x @ y.T).max() > 50
    ours, theirs = case.run_kernel(), case.run_reference()
    assert ours[2] == pytest.approx(theirs[2], rel=1e-4)


@pytest.mark.parametrize("bfloat16", [False, True])
def test_a_number_that_is_not_finite_shows_in_the_loss(bfloat16):
    case = draw_case(cbow=False, dim=4, negative=5, bfloat16=bfloat16)
    case.inputs[0, 0] = np.nan
    assert np.isnan(case.run_kernel()[2])


# ---------------------------------------------------------------------------- bfloat16


@pytest.mark.parametrize("dim", [1, 16, 33, 100])
@pytest.mark.parametrize("negative", [1, 5, 8, 15])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"reach": 12, "shrink": False},
        {"documents": "joint"},
        {"documents": "joint", "tags": 6},
        {"ngrams": 25},
    ],
    ids=["plain", "wide", "documents", "tags", "words"],
)
def test_agrees_where_factors_are_rounded(dim, negative, options):
    case = draw_case(cbow=False, dim=dim, negative=negative, bfloat16=True, **options)
    assert_close(case.run_kernel(), case.run_reference(), case)


def test_agrees_where_factors_are_rounded_and_rows_are_frozen():
    case = draw_case(cbow=False, dim=20, negative=5, bfloat16=True)
    frozen = (0, 3, 4), (1, 30, 38)
    trained = case.run_kernel(frozen=frozen)
    assert_close(trained, case.run_reference(frozen=frozen), case)
    for table, before, rows in zip(trained, (case.inputs, case.outputs), frozen, strict=False):
        np.testing.assert_array_equal(table[list(rows)], before[list(rows)])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("most", [1, 2, 6, 7, 8, 9, 17])
def test_a_step_with_rounded_factors_errs_by_no_more_than_the_bound(most, seed):
    drawn = DrawnList(most=most, sizes=None, rows=(8, 40), seed=seed, count=1, dim=50)
    drawn.window = drawn.window._replace(bfloat16=True)
    eta = 0.05
    window = reference.window_in(drawn.listed, 0, drawn.stride)
    tables = drawn.inputs.astype(np.float64), drawn.outputs.astype(np.float64)
    of_loss, *errors = reference.bfloat16_errors(*reference.vectors_of(*tables, window))
    ours, theirs = drawn.run_kernel(eta), drawn.run_reference(eta)
    assert abs(ours[2] - theirs[2]) < of_loss
    rows = [bag[0] for bag in window.bags], list(window.targets)
    for table, expected, of_row, listed in zip(ours, theirs, errors, rows, strict=False):
        bound = np.full(table.shape, 1e-6)
        np.add.at(bound, listed, eta * of_row)
        assert (np.abs(table - expected) <= bound).all()


# ---------------------------------------------------------------------------- any list


@numba.njit
def train_list(tables, listed, count, eta, frozen, scratch, bfloat16):
    loss, pending = 0.0, 0
    for w in range(count):
        taken, pending = kernel.train_window(
            tables, listed, w, eta, frozen, scratch, pending, None, bfloat16
        )
        loss += taken
    return loss + kernel.flush_loss(scratch.loss)


class DrawnList:
    """A list that no text would give: of any inputs and labels, with rows repeated at random."""

    def __init__(self, *, most, sizes, dim=9, rows=(8, 50), count=6, seed=0):
        rng = np.random.default_rng(seed)
        self.count, self.dim = count, dim
        window = Window(None if sizes is None else True, None, 6, False, most - 1)
        listed = empty_list(window, 2 * BLOCK)
        self.stride = padded(np.zeros((1, dim))).shape[1]
        if sizes is not None:
            listed.gains[:] = rng.uniform(0.2, 1.0, 2 * BLOCK)
        self.listed, self.window = listed, window
        for w in range(count):
            self.draw_targets(rng, w, rows[1], most)
            self.draw_inputs(rng, w, rows[0], sizes or range(1, 9))
        self.inputs, self.outputs = (
            rng.normal(size=(n, dim), scale=0.5).astype(np.float32) for n in rows
        )

    def draw_targets(self, rng, w, rows, most):
        listed = self.listed
        t = int(rng.integers(1, most + 1))
        # Few different rows, so that they repeat.
        listed.t[w] = t
        listed.targets[w, :t] = rng.integers(0, rows, t) * self.stride
        listed.labels[w, :t] = rng.integers(0, 2, t)
        listed.is_relabelled[w] = listed.has_repetitions[w] = True

    def draw_inputs(self, rng, w, rows, sizes):
        m = self.listed.m[w] = int(rng.choice(sizes))
        self.listed.inputs[w, :m] = rng.integers(0, rows, m) * self.stride

    def run_kernel(self, eta):
        tables = kernel.Tables(
            padded(self.inputs), padded(self.outputs), parts_of(None, self.stride)
        )
        scratch = worker.make_worker(self.window, self.stride, 1).scratch
        loss = train_list(
            tables, self.listed, self.count, np.float32(eta), no_frozen(self.stride), scratch,
            self.window.bfloat16,
        )  # fmt: skip
        return *(table[:, : self.dim] for table in tables[:2]), loss, 0

    def run_reference(self, eta):
        inputs, outputs = self.inputs.astype(np.float64), self.outputs.astype(np.float64)
        losses = [
            reference.train_window(
                inputs, outputs, reference.window_in(self.listed, w, self.stride), eta
            )[0]
            for w in range(self.count)
        ]
        return inputs, outputs, sum(losses), 0


@pytest.mark.parametrize("sizes", [None, (1,), (3,), (1, 2, 7)], ids=str)
@pytest.mark.parametrize("most", [*range(1, 15), 17, 33, 65])
def test_trains_any_list(sizes, most):
    drawn = DrawnList(most=most, sizes=sizes, rows=(8, 40), seed=most)
    assert_same(drawn.run_kernel(0.05), drawn.run_reference(0.05))


def test_agrees_where_nothing_is_compiled(run_uncompiled):
    run_uncompiled(
        __file__,
        "for cbow in (False, True):\n"
        "    for dim, negative in ((11, 5), (70, 9), (33, None)):\n"
        "        case = draw_case(cbow=cbow, dim=dim, negative=negative, lengths=(20, 1, 0, 30))\n"
        "        assert_same(case.run_kernel(), case.run_reference())\n"
        "case = draw_case(cbow=False, dim=33, negative=9, lengths=(20, 1, 0, 30), bfloat16=True)\n"
        "assert_close(case.run_kernel(), case.run_reference(), case)",
    )
