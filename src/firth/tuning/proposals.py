"""Proposals of options, by Optuna's TPE sampler.

TPE: Bergstra, Bardenet, Bengio and Kégl (2011), "Algorithms for Hyper-Parameter Optimization".
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from firth.errors import MissingExtraError
from firth.training.config import TrainConfig
from firth.tuning.space import Space, is_log, is_whole

# Significant digits of numbers, so that the command for the best trial is short and exact.
_DIGITS = 3


@dataclass(frozen=True)
class Proposal:
    """Options that are proposed, and Optuna's trial."""

    options: dict[str, Any]
    asked: Any


class Proposals:
    """Asks Optuna for options, and tells it the scores.

    Parameters
    ----------
    space : mapping
        From `space_of`.
    fixed : mapping
        The options of `TrainConfig` that are not searched.
    seed : int
        Start of the random numbers.
    minimise : bool
        Whether the least score is best.

    Raises
    ------
    MissingExtraError
        If Optuna is not installed.
    """

    def __init__(
        self, space: Space, fixed: Mapping[str, Any], seed: int, *, minimise: bool
    ) -> None:
        try:
            import optuna
        except ImportError as error:
            raise MissingExtraError("optuna", "tune") from error
        self._optuna = optuna
        self._space, self._fixed = space, fixed
        self._distributions = {name: _distribution(of) for name, of in space.items()}
        # Optuna takes seeds of 32 bits.
        sampler = optuna.samplers.TPESampler(seed=seed % 2**32)
        with self._quietly():
            self._study = optuna.create_study(
                sampler=sampler, direction="minimize" if minimise else "maximize"
            )

    def next(self) -> Proposal:
        """Return the next proposal."""
        with self._quietly():
            asked = self._study.ask(self._distributions)
        options = {name: self._value(name, asked.params[name]) for name in self._space}
        return Proposal(options, asked)

    def tell(self, proposal: Proposal, score: float | None) -> None:
        """Tell the score of a proposal, or that it has none."""
        state = None if score is not None else self._optuna.trial.TrialState.FAIL
        with self._quietly():
            self._study.tell(proposal.asked, score, state=state)

    def add(self, options: Mapping[str, Any], score: float) -> None:
        """Tell the score of options that were not proposed, if they lie in the space."""
        params = {name: self._parameter(name, options[name]) for name in self._space}
        if all(self._holds(name, value) for name, value in params.items()):
            trial = self._optuna.trial.create_trial(
                params=params, distributions=self._distributions, value=score
            )
            self._study.add_trial(trial)

    def _holds(self, name: str, parameter: Any) -> bool:  # noqa: ANN401
        """Return whether the space has a parameter."""
        of = self._space[name]
        return parameter is not None and (isinstance(of, list) or of[0] <= parameter <= of[1])

    def _value(self, name: str, parameter: Any) -> Any:  # noqa: ANN401
        """Return the value of an option for a parameter of Optuna."""
        of = self._space[name]
        if isinstance(of, list):
            return of[parameter]
        if isinstance(parameter, float):
            rounded = float(f"{parameter:.{_DIGITS}g}")
            return min(max(rounded, of[0]), of[1])
        return parameter

    def _parameter(self, name: str, value: Any) -> Any:  # noqa: ANN401
        """Return the parameter of Optuna for an option as a run records it; None for no choice."""
        of = self._space[name]
        if not isinstance(of, list):
            return value
        spelled = [TrainConfig(**{**self._fixed, name: choice}).as_json()[name] for choice in of]
        return spelled.index(value) if value in spelled else None

    @contextlib.contextmanager
    def _quietly(self) -> Iterator[None]:
        """Keep Optuna's messages back, which it writes to standard error."""
        logging = self._optuna.logging
        before = logging.get_verbosity()
        logging.set_verbosity(logging.WARNING)
        try:
            yield
        finally:
            logging.set_verbosity(before)


def _distribution(of: Any) -> Any:  # noqa: ANN401
    """Return a range or choices as Optuna's distribution; choices by their place."""
    from optuna import distributions

    if isinstance(of, list):
        return distributions.CategoricalDistribution(tuple(range(len(of))))
    low, high = of
    kind = distributions.IntDistribution if is_whole(of) else distributions.FloatDistribution
    return kind(low, high, log=is_log(of))
