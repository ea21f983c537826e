import numpy as np
import pytest

from firth.cluster.agreement import Agreement, Rule, factors


def test_rare_rows_take_the_sum_and_hot_rows_the_mean():
    f = 1 - np.exp(-0.3 * 0.025 * np.array([1e-9, 10.0, 1e9]))
    expected = (1 - (1 - f) ** 8) / (8 * f)
    np.testing.assert_allclose(
        factors(np.array([1e-9, 10.0, 1e9]), 0.025, 8, 0.3), expected, rtol=1e-5
    )


def make(workers, rows=20, hot=4):
    rng = np.random.default_rng(1)
    start = {"input": rng.normal(size=(rows + 3, 5)), "output": rng.normal(size=(rows - 1, 5))}
    rates = {"input": rng.random(rows), "output": rng.random(rows - 1)}
    sides = []
    for _ in range(workers):
        tables = {name: table.astype(np.float32) for name, table in start.items()}
        sides.append((tables, Agreement(tables, rates, workers, Rule(hot, 0.3))))
    return rates, sides


def bring_together(sides, step, lr=0.1):
    for piece in sides[0][1].pieces(step):
        summed = sum(agreement.changes(piece) for _, agreement in sides)
        for _, agreement in sides:
            agreement.take(piece, summed.copy(), lr)


@pytest.mark.parametrize(("step", "rows"), [(1, 4), (2, 8), (3, 4), (4, 16), (8, 20), (None, 20)])
def test_the_rows_that_change_most_are_brought_together_at_a_step(step, rows):
    rates, sides = make(3)
    before = sides[0][0]["input"].copy()
    for rank, (tables, agreement) in enumerate(sides):
        tables["input"] += np.float32(rank + 1)
        agreement.note_read(1)
    bring_together(sides, step)
    chosen = np.argsort(-rates["input"])[:rows]
    factor = factors(rates["input"][chosen], 0.1, 3, 0.3)[:, np.newaxis]
    for rank, (tables, _) in enumerate(sides):
        np.testing.assert_allclose(tables["input"][chosen], before[chosen] + 6 * factor, rtol=1e-5)
        others = np.setdiff1d(np.arange(len(before)), chosen)
        np.testing.assert_array_equal(
            tables["input"][others], before[others] + np.float32(rank + 1)
        )


def test_changes_count_from_the_last_time_that_rows_were_brought_together():
    rates, sides = make(2)
    for _ in range(2):
        for _, agreement in sides:
            agreement.note_read(1_000)
        bring_together(sides, None)
    before = sides[0][0]["output"].copy()
    sides[0][0]["output"][3] += 1
    for _, agreement in sides:
        agreement.note_read(10)
    bring_together(sides, None)
    factor = factors(10 * rates["output"][3:4], 0.1, 2, 0.3)
    np.testing.assert_allclose(sides[1][0]["output"][3], before[3] + factor, rtol=1e-5)


def test_after_tables_are_written_anew_they_are_what_was_agreed_on():
    _, sides = make(2)
    for tables, agreement in sides:
        tables["input"][:] = 7
        agreement.begin()
    bring_together(sides, None)
    assert all((tables["input"] == 7).all() for tables, _ in sides)
