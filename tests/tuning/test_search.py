"""The search over options."""

import itertools
import json
import math
import sys
import types

import pytest

import firth
from firth.errors import ConfigError, MissingExtraError
from firth.tuning import search

pytest.importorskip("optuna", reason="the search needs Optuna (extra tune)")
SMALL = {"dim": (4, 12), "window": (1, 5), "lr": (0.01, 0.2)}
FIXED = {"threads": 1, "sample": 0, "epochs": 2}


def tune(units, pairs=(), **options):
    return firth.tune(units, similarity=pairs, **{"space": SMALL, **FIXED, **options})


def test_the_best_trial_is_told_and_trains_again_to_the_same_score(units, pairs):
    told = []
    found = tune(units, pairs, trials=8, report=told.append)
    assert found.trials == tuple(told)
    assert found.reason == "trials"
    assert [trial.number for trial in told] == list(range(8))
    assert found.default.options == {}
    assert all(trial.options.keys() == SMALL.keys() for trial in told[1:])
    assert found.best.score == max(trial.score for trial in told)
    assert found.curve() == list(itertools.accumulate((t.score for t in told), max))
    vectors = firth.train(units, **found.options)
    assert firth.evaluate(vectors, similarity=pairs).similarity[0].spearman == found.best.score
    assert {trial.evaluation.similarity[0].answered for trial in told} == {5}
    report = json.loads(json.dumps(found.to_dict()))
    assert report["best"] == found.best.number
    assert report["trials"][3]["options"] == found.trials[3].options


def test_the_search_knows_the_defaults_and_repeats_by_its_seed(units, pairs):
    first, again, other = (
        [t.options for t in tune(units, pairs, trials=6, seed=seed).trials] for seed in (1, 1, 2)
    )
    assert first == again != other


def test_proposals_follow_the_scores():
    from firth.tuning.proposals import Proposals

    means = []
    for minimise in (True, False):
        proposals = Proposals({"window": (2, 20)}, {}, 1, minimise=minimise)
        proposals.add({"window": 5}, 5.0)
        for _ in range(60):
            proposal = proposals.next()
            proposals.tell(proposal, float(proposal.options["window"]))
        last = [proposals.next().options["window"] for _ in range(20)]
        means.append(sum(last) / len(last))
    # All alike would have a mean of 11.
    assert means[0] < 8
    assert means[1] > 14


def test_without_sets_the_loss_on_held_out_words_is_least(units):
    found = tune(units, space={"dim": [2, 16]}, trials=3, holdout=0.1)
    assert found.by_loss
    scores = [trial.score for trial in found.trials]
    assert found.best.score == min(scores)
    assert all(0 < score < math.inf for score in scores)
    assert found.curve()[-1] == min(scores)
    assert found.comparisons() == ()


def test_only_a_sample_is_trained(units, pairs):
    found = tune(units, pairs, trials=1, words=1000)
    assert found.words == 1000
    assert found.whole == 4800


def test_a_trial_that_diverges_is_told_and_does_not_win(units, pairs):
    found = tune(units, pairs, space={"lr": [1e20, 0.05]}, trials=3)
    failed = [trial for trial in found.trials if trial.error is not None]
    assert [trial.options for trial in failed] == [{"lr": 1e20}]
    assert "diverges" in failed[0].error
    assert failed[0].score is None
    assert found.best is not failed[0]
    assert len(found.curve()) == len(found.trials)


def test_a_space_that_is_exhausted_ends_the_search(units, pairs):
    found = tune(units, pairs, space={"window": [1, 2]}, budget="1h")
    assert found.reason == "exhausted"
    assert sorted(trial.options["window"] for trial in found.trials[1:]) == [1, 2]


def test_the_budget_ends_the_search(units, pairs, monkeypatch):
    ticks = itertools.count()
    clock = types.SimpleNamespace(monotonic=lambda: float(next(ticks)))
    monkeypatch.setattr(search, "time", clock)
    found = tune(units, pairs, budget=40, trials=1000)
    assert found.reason == "budget"
    assert 1 < len(found.trials) < 40
    with pytest.raises(ConfigError, match=r"^no trial was finished in the time of budget: give mo"):
        tune(units, pairs, budget=1)


def test_ctrl_c_ends_the_search_with_what_there_is(units, pairs):
    def interrupt(trial):
        if trial.number == 2:
            raise KeyboardInterrupt

    found = tune(units, pairs, report=interrupt)
    assert found.reason == "interrupted"
    assert len(found.trials) == 3


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"windw": 3}, "there is no option 'windw'; the nearest is window"),
        ({"search": ["dim"]}, "there is no option 'search'; Firth calls it space"),
        ({"n_trials": 3}, "there is no option 'n_trials'; Firth calls it trials"),
        ({"timeout": 3}, "there is no option 'timeout'; Firth calls it budget"),
        ({"xyzzy": 3}, "there is no option 'xyzzy'; there are source, similarity, analogies, bud"),
        ({"window": 0}, "window must be at least 1, got 0"),
        ({"trials": 0}, "trials must be at least 1, got 0"),
        ({"budget": "soon"}, "budget must be a time above 0"),
        ({"words": 0}, "words must be at least 1, got 0"),
        ({"holdout": 0.0, "space": ["dim"]}, "holdout must be a share above 0"),
        ({"windows": (5, 2), "space": ["dim"]}, "windows combines several models"),
        ({"documents": "joint", "space": ["dim"]}, "documents have no held-out loss"),
        ({"space": ["window"]}, "window changes what is predicted"),
    ],
)
def test_bad_input_is_refused_before_reading(options, fault):
    def unread():
        raise AssertionError
        yield

    with pytest.raises(ConfigError) as caught:
        firth.tune(unread(), **options)
    assert str(caught.value).startswith(fault)


def test_sets_without_known_words_are_told(units, tmp_path):
    path = tmp_path / "other.txt"
    path.write_text("dog cat 7\nhorse sheep 5\n")
    with pytest.raises(ConfigError, match="no score is defined: too few words"):
        tune(units, path, trials=2)


def test_optuna_is_named_when_it_is_missing(units, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r"optuna is not installed; run: pip install 'fi"):
        tune(units, trials=1, space=["dim"])
