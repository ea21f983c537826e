import numpy as np
import pytest

from firth.cluster.agreement import RULE, Agreement, Rule, factors
from firth.training.engines.team import ProcessorRows


def test_rare_rows_take_the_sum_and_hot_rows_the_mean():
    f = 1 - np.exp(-0.3 * 0.025 * np.array([1e-9, 10.0, 1e9]))
    expected = (1 - (1 - f) ** 4) / (4 * f)
    np.testing.assert_allclose(
        factors(np.array([1e-9, 10.0, 1e9]), 0.025, 4, RULE), expected, rtol=1e-5
    )


@pytest.mark.parametrize("workers", [5, 8, 16, 32, 64])
def test_where_the_loss_is_steepest_many_workers_do_not_go_past_the_end(workers):
    changes, lr = np.geomspace(1e-3, 1e4, 200), 0.05
    way = workers * factors(changes, lr, workers, RULE) * -np.expm1(-RULE.steepness * lr * changes)
    assert way.max() <= RULE.most * (1 + 1e-6)
    free = factors(changes, lr, workers, RULE._replace(most=np.inf))
    assert (factors(changes, lr, workers, RULE) <= free).all()


def test_few_workers_are_not_held_back():
    changes = np.geomspace(1e-3, 1e4, 200)
    np.testing.assert_array_equal(
        factors(changes, 0.05, 4, RULE), factors(changes, 0.05, 4, RULE._replace(most=np.inf))
    )


def test_eight_workers_are_held_back():
    # Free, they had a higher loss on 100 MB.
    changes, lr = np.array([12.0]), 0.025
    free = factors(changes, lr, 8, RULE._replace(most=np.inf))
    assert factors(changes, lr, 8, RULE) < 0.9 * free


# Changes of an input row between two steps, and how many times the way of one worker went too far.
@pytest.mark.parametrize(("workers", "changes", "too_far"), [(12, 26.0, 5.1), (16, 19.0, 5.5)])
def test_settings_that_diverged_on_much_text_are_held_back(workers, changes, too_far):
    assert workers * factors(np.array([changes]), 0.025, workers, RULE)[0] < 0.9 * too_far


def make(workers, rows=20, hot=4):
    rng = np.random.default_rng(1)
    start = {"input": rng.normal(size=(rows + 3, 5)), "output": rng.normal(size=(rows - 1, 5))}
    rates = {"input": rng.random(rows), "output": rng.random(rows - 1)}
    sides = []
    for _ in range(workers):
        tables = {name: table.astype(np.float32) for name, table in start.items()}
        sides.append((tables, Agreement(tables, rates, workers, ProcessorRows(), Rule(hot))))
    return rates, sides


def bring_together(sides, step, lr=0.1):
    for piece in sides[0][1].pieces(step):
        sent = [agreement.send(piece, lr, rounded=False) for _, agreement in sides]
        summed = sum(each.changes for each in sent)
        for (_, agreement), own in zip(sides, sent, strict=True):
            agreement.take(own, summed.copy())


@pytest.mark.parametrize(("step", "rows"), [(1, 4), (2, 8), (3, 4), (4, 16), (8, 20), (None, 20)])
def test_the_rows_that_change_most_are_brought_together_at_a_step(step, rows):
    rates, sides = make(3)
    before = sides[0][0]["input"].copy()
    for rank, (tables, agreement) in enumerate(sides):
        tables["input"] += np.float32(rank + 1)
        agreement.note_read(1)
    bring_together(sides, step)
    chosen = np.argsort(-rates["input"])[:rows]
    factor = factors(rates["input"][chosen], 0.1, 3, RULE)[:, np.newaxis]
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
    factor = factors(10 * rates["output"][3:4], 0.1, 2, RULE)
    np.testing.assert_allclose(sides[1][0]["output"][3], before[3] + factor, rtol=1e-5)


def test_after_tables_are_written_anew_they_are_what_was_agreed_on():
    _, sides = make(2)
    for tables, agreement in sides:
        tables["input"][:] = 7
        agreement.begin()
    bring_together(sides, None)
    assert all((tables["input"] == 7).all() for tables, _ in sides)


def test_after_tables_are_written_anew_changes_count_from_there():
    rates, sides = make(2)
    for _, agreement in sides:
        agreement.note_read(1_000)
    bring_together(sides, None)
    for _, agreement in sides:
        agreement.begin()
        agreement.note_read(10)
    before = sides[0][0]["output"].copy()
    sides[0][0]["output"][3] += 1
    bring_together(sides, None)
    factor = factors(10 * rates["output"][3:4], 0.1, 2, RULE)
    np.testing.assert_allclose(sides[1][0]["output"][3], before[3] + factor, rtol=1e-5)


def test_where_all_rows_come_together_all_tables_are_the_same():
    rates, sides = make(3)
    rng = np.random.default_rng(5)
    for tables, agreement in sides:
        for table in tables.values():
            table += rng.normal(size=table.shape).astype(np.float32)
        agreement.note_read(100)
    bring_together(sides, None)
    for name, shared in rates.items():
        first, *others = (tables[name][: len(shared)] for tables, _ in sides)
        assert all(np.array_equal(table, first) for table in others)


def test_long_tables_come_together_whole():
    rows = 150_000
    tables = {"input": np.zeros((rows, 1), np.float32)}
    agreement = Agreement(tables, {"input": np.ones(rows)}, 2, ProcessorRows())
    pieces = [piece for (piece,) in agreement.pieces()]
    assert len(pieces) > 1
    together = np.concatenate([np.arange(rows)[piece] for piece in pieces])
    np.testing.assert_array_equal(together, np.arange(rows))


def test_what_is_changed_while_a_sum_is_on_its_way_stays_on_top():
    rates, sides = make(2)
    chosen = np.argsort(-rates["input"])[:4]
    before = sides[0][0]["input"][chosen].copy()
    for rank, (tables, agreement) in enumerate(sides):
        tables["input"][chosen] += np.float32(rank + 1)
        agreement.note_read(1)
    (piece,) = sides[0][1].pieces(1)
    sent = [agreement.send(piece, 0.1, rounded=True) for _, agreement in sides]
    for rank, (tables, _) in enumerate(sides):
        tables["input"][chosen] += np.float32(10 * (rank + 1))
    for (_, agreement), own in zip(sides, sent, strict=True):
        agreement.take(own, sent[0].changes + sent[1].changes)
    factor = factors(rates["input"][chosen], 0.1, 2, RULE)[:, np.newaxis]
    for rank, (tables, _) in enumerate(sides):
        expected = before + 3 * factor + 10 * (rank + 1)
        np.testing.assert_allclose(tables["input"][chosen], expected, rtol=1e-5)


def test_nothing_is_lost_by_rounding():
    rates, sides = make(2)
    no_damping = {name: np.zeros_like(each) for name, each in rates.items()}
    sides = [
        (tables, Agreement(tables, no_damping, 2, ProcessorRows(), Rule(20, 0.3)))
        for tables, _ in sides
    ]
    rng = np.random.default_rng(2)
    expected = sides[0][0]["output"].astype(np.float64)
    for _ in range(30):
        for tables, _ in sides:
            change = rng.normal(size=tables["output"].shape).astype(np.float32) / 100
            tables["output"] += change
            expected += change
        (piece,) = sides[0][1].pieces(1)
        sent = [agreement.send(piece, 0.1, rounded=True) for _, agreement in sides]
        for (_, agreement), own in zip(sides, sent, strict=True):
            agreement.take(own, sent[0].changes + sent[1].changes)
    bring_together(sides, None)
    for tables, _ in sides:
        np.testing.assert_allclose(tables["output"], expected, atol=1e-5)
    assert sides[0][0]["output"].tobytes() == sides[1][0]["output"].tobytes()
