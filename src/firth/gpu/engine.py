"""The engine of `firth.train(..., engine="gpu")`: kernels in Triton list and train on a GPU.

    D dimensions · V vocabulary · R windows of a run · T targets of a window

A stretch's ids go to the GPU, its loss comes back, and nothing else travels. Two threads take
turns: while the GPU trains one stretch, the next one is uploaded and listed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self

import numpy as np
import torch
import triton
from numpy.typing import NDArray
from torch import Tensor

from firth.corpus import TokenStore
from firth.errors import ConfigError
from firth.gpu.device import (
    check_gpus,
    check_room,
    choose_device,
    finish,
    free_memory,
    is_interpreted,
    on_stream,
    programs_of,
    streams_of,
)
from firth.gpu.flight import FROZEN, rates, windows_in_flight
from firth.gpu.kernel import Shape, Tables, Windows, train_kernel
from firth.gpu.lists import Lister
from firth.gpu.rows import DeviceRows
from firth.training import draws
from firth.training.arithmetic import arithmetic_of_processor
from firth.training.config import TrainConfig
from firth.training.engines import base
from firth.training.engines.base import (
    INPUT,
    NO_ROWS,
    NO_WORDS,
    OUTPUT,
    Composition,
    FrozenRows,
    Sizes,
    Stretch,
    check_one_worker,
)
from firth.training.engines.tables import initialise, two_tables
from firth.training.engines.team import ROWS_AT_ONCE, RowOperations
from firth.training.lists.windows import sampling_of, window_of
from firth.training.rates import occurrences_in

# The most tokens that are listed and trained before a loss comes back.
_STRETCH = 1 << 20
# Stretches at the same time: one that trains, and one that gets ready.
_WORKERS = 2
# Windows of a run, where its scores have room; with wide windows, fewer.
_RUN = 4
# The least side of a product that `tl.dot` takes.
_LEAST = 16
# The most scores of a run, and the most columns of its rows at a time.
_MOST_SCORES = 32 * 128
_MOST_COLUMNS = 128
# Scores of a run for each warp, and the least and the most warps.
_SCORES_OF_A_WARP = 512
_WARPS = 2, 8
# Numbers that a thread has registers for: those of rows, and of scores, which take four each.
_ROOM = 144
# So many warps fill the registers of one processor of the GPU.
_WARPS_OF_A_PROCESSOR = 8
# Of a token of a stretch on the device: ids, places, ends, units, and what a list holds of it.
_BYTES_PER_TOKEN = 4 + 4 + 8 + 8 + 8 + 4 + 8 + 4 + 4 + 4
# Of rows that workers bring together: their changes that are on their way, those of the next rows,
# sums, short and long, and what they change.
_COPIES_OF_A_PIECE = 6
# Kernels are compiled by one thread at a time.
_COMPILING = threading.Lock()
# Of a word: what is drawn from, and how often its rows change.
_BYTES_PER_WORD = 8 + 8 + 4 + 4


class GpuEngine:
    """Skip-gram and CBOW with negative sampling, on a GPU; see `Engine` for the parameters.

    Several `threads` are refused; each of several workers has a GPU of its own. Additions to a row
    come in any order, so two runs do not give the same bytes: `deterministic` is refused, and so
    are `loss="hs"` and documents.
    """

    name = "gpu"
    shapes = staticmethod(two_tables)
    arithmetic = staticmethod(arithmetic_of_processor)
    # Of the GPU, of several workers on this machine; otherwise it is PyTorch's current one.
    number: ClassVar[int | None] = None

    @classmethod
    def check(cls, config: TrainConfig) -> None:
        """Raise ConfigError if the engine lacks an option, or there is no GPU."""
        check_one_worker(config)
        cls.check_options(config)
        choose_device()

    @staticmethod
    def check_options(config: TrainConfig) -> None:
        """Raise ConfigError if the engine lacks an option."""
        for option, given, only in (
            ("loss", config.loss, "ns"),
            ("documents", config.documents, "none"),
            ("deterministic", config.deterministic, False),
        ):
            if given != only:
                raise ConfigError(
                    f"engine='gpu' (--engine gpu) trains with {option}={only!r} only, got "
                    f"{given!r}; give engine='hogwild' (--engine hogwild)"
                )
        if "threads" not in config.not_given and config.threads > 1:
            raise ConfigError(
                "engine='gpu' (--engine gpu) trains with one thread, and the GPU does the rest: "
                f"leave out threads (--threads), got {config.threads}"
            )
        shape_of(config, trains=True, precision="ieee")

    @staticmethod
    def gpus() -> int:
        """Return how many GPUs a worker needs: one, or none where Triton interprets."""
        return 0 if is_interpreted() else 1

    @classmethod
    def for_worker(cls, number: int, workers: int) -> type[Self]:
        """Return the engine of a worker, of so many on this machine; see `TeamEngine`."""
        check_gpus(workers)
        return type(cls.__name__, (cls,), {"number": number})

    @staticmethod
    def stretch_length(config: TrainConfig, size: int) -> int:
        """Return the most tokens of a stretch: enough to keep a GPU at work."""
        return max(1, min(_STRETCH, -(-size // 8)))

    @staticmethod
    def memory(config: TrainConfig, sizes: Sizes, stretch: int, frozen: int) -> int:
        """Estimate the bytes of the processor's memory that the engine holds, see `Engine`.

        The tables are made there, and taken back in the end; what is drawn from is made there too.
        """
        tables = sum(shape.bytes for shape in two_tables(config, sizes).values())
        return tables + sizes.words * (8 + 4) + 4 * _WORKERS * stretch

    @staticmethod
    def device_memory(config: TrainConfig, sizes: Sizes, stretch: int) -> int:
        """Estimate the bytes of the GPU's memory that the engine holds."""
        tables = two_tables(config, sizes).values()
        rows = sum(shape.bytes + 4 * shape.rows for shape in tables)
        if config.workers > 1:
            # What was agreed on, the order of rows, and pieces of both.
            pieces = sum(min(shape.rows, ROWS_AT_ONCE) * shape.dim for shape in tables)
            rows += sum(shape.bytes + 8 * shape.rows for shape in tables)
            rows += 4 * _COPIES_OF_A_PIECE * pieces
        token = _BYTES_PER_TOKEN + 4 * ((config.negative or 0) + 1)
        parts = 4 * sizes.parts + (12 * sizes.words if sizes.parts else 0)
        return rows + parts + _BYTES_PER_WORD * sizes.words + _WORKERS * token * stretch

    def __init__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: FrozenRows = NO_ROWS,
        composition: Composition | None = None,
    ) -> None:
        self._config, self._device = config, choose_device(self.number)
        sizes = base.sizes_of(config, len(counts), len(tokens), composition)
        self._shapes = self.shapes(config, sizes)
        what = f"{sizes.words:,} words in {config.dim} dimensions"
        needed = self.device_memory(config, sizes, stretch)
        check_room(needed, free_memory(self._device), what)
        sampling = sampling_of(counts, config)
        self._lister = Lister(tokens, sampling, window_of(config), self._device)
        shape = shape_of(config, trains=True, precision="ieee")
        most = shape.run * programs_of(self._device, _WARPS_OF_A_PROCESSOR // shape.warps)
        # One of several workers may have no text.
        occurrences = occurrences_in(tokens.ids, sizes.words) if tokens.size else counts
        windows = windows_in_flight(config, counts, occurrences, most)
        self._programs = max(1, windows // shape.run)
        flying = self._programs * shape.run
        expected = rates(config, counts, occurrences, sizes, flying, composition)
        for name, values in zip((INPUT, OUTPUT), expected, strict=True):
            values[frozen.get(name, NO_WORDS)] = FROZEN
        self._tables = self._make_tables(expected, composition)
        self._streams = streams_of(self._device, _WORKERS)
        self._turn = threading.Lock()
        self._last: torch.cuda.Event | None = None
        finish(self._device)

    @property
    def workers(self) -> int:
        """How many stretches may be worked on at the same time; one of them trains."""
        return len(self._streams)

    def compile(self) -> None:
        """Have the kernels compiled, or loaded: training nothing does."""
        with _COMPILING:
            for lr in (0.0, 1.0):
                self.train(0, Stretch(epoch=0, start=0, stop=0, lr=lr, slope=0.0))

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch; return the sum of its losses in nats, and its positive pairs."""
        trains = stretch.lr != 0.0 or stretch.slope != 0.0
        shape = shape_of(self._config, trains=trains, precision=precision_on(self._device))
        with on_stream(self._streams[worker]):
            listed = self.windows(stretch)
            losses = torch.zeros(self._programs, dtype=torch.float64, device=self._device)
            pairs = torch.zeros(self._programs, dtype=torch.int64, device=self._device)
            with self._in_turn(self._streams[worker]):
                launch((self._programs,), self._tables, listed, losses, pairs, shape)
            return float(losses.sum().item()), int(pairs.sum().item())

    def windows(self, stretch: Stretch) -> Windows:
        """Return the windows whose centres are in a stretch, on the device."""
        return self._lister.list(
            stretch, draws.epoch_key(self._config.seed, stretch.epoch, stretch.first)
        )

    def tables(self) -> base.Tables:
        """Return the tables; on the processor, they are views."""
        return {name: table.cpu().numpy() for name, table in self._trained().items()}

    def shared_tables(self) -> tuple[dict[str, Tensor], RowOperations]:
        """Return the tables on the device, and what works on their rows."""
        return self._trained(), DeviceRows(self._device)

    def restore(self, tables: base.Tables, places: NDArray[np.int64] | None = None) -> None:
        """Write rows into the tables of these names: all, or those at some places."""
        trained = self._trained()
        for name, rows in tables.items():
            values = torch.from_numpy(np.array(rows, np.float32)).to(self._device)
            if places is None:
                trained[name].copy_(values)
            else:
                trained[name][torch.from_numpy(places).to(self._device)] = values
        finish(self._device)

    def take_tables(self) -> base.Tables:
        """Return the tables; the engine cannot train any more."""
        tables = self.tables()
        self._tables = None  # type: ignore[assignment]
        return tables

    def close(self) -> None:
        """Release all memory of the engine."""
        vars(self).clear()

    @contextmanager
    def _in_turn(self, stream: torch.cuda.Stream | None) -> Iterator[None]:
        """Have what is launched on a stream begin when what was launched before has ended."""
        if stream is None:
            yield
            return
        with self._turn:
            if self._last is not None:
                stream.wait_event(self._last)
            yield
            self._last = stream.record_event()

    def _trained(self) -> dict[str, Tensor]:
        return {INPUT: self._tables.input, OUTPUT: self._tables.output}

    def _make_tables(
        self, expected: tuple[base.Floats, base.Floats], composition: Composition | None
    ) -> Tables:
        inputs, outputs = (self._shapes[name] for name in (INPUT, OUTPUT))
        values = np.empty((inputs.rows, inputs.dim), np.float32)
        initialise(values, inputs.rows, inputs.dim, self._config.seed)
        if composition is None:
            composition = Composition(np.zeros(1, np.int64), np.zeros(0, np.int32), 0)
        return Tables(
            torch.from_numpy(values).to(self._device),
            torch.zeros((outputs.rows, outputs.dim), device=self._device),
            torch.from_numpy(expected[0]).to(self._device),
            torch.from_numpy(expected[1]).to(self._device),
            torch.from_numpy(composition.starts).to(self._device),
            torch.from_numpy(composition.rows).to(self._device),
            torch.from_numpy(composition.scales).to(self._device),
        )


def precision_on(device: torch.device) -> str:
    """Return the precision of products: on a GPU, that of its tensor cores for float32."""
    return "ieee" if device.type == "cpu" else "tf32"


def launch(
    grid: tuple[int], tables: Tables, listed: Windows, losses: Tensor, pairs: Tensor, shape: Shape
) -> None:
    """Train the windows of a list, by so many programs."""
    train_kernel[grid](
        tables,
        listed,
        losses,
        pairs,
        SHAPE=shape,
        num_warps=shape.warps,
        num_stages=1,
        enable_fp_fusion=True,
    )


def shape_of(config: TrainConfig, *, trains: bool, precision: str, run: int = _RUN) -> Shape:
    """Return what the kernel is compiled for.

    Parameters
    ----------
    trains : bool
        Whether to change the tables.
    precision : str
        Of the products, see `triton.language.dot`.
    run : int
        The most windows of a run, a power of 2.

    Raises
    ------
    ConfigError
        If a window is too wide.
    """
    negative, is_cbow = config.negative or 0, config.model == "cbow"
    while True:
        contexts = max(_LEAST, triton.next_power_of_2(run + 2 * config.window))
        places = max(triton.next_power_of_2(negative + 1), _LEAST // run)
        if contexts * places * run <= _MOST_SCORES:
            break
        if run == 1:
            raise ConfigError(
                f"engine='gpu' (--engine gpu) cannot train with window={config.window} (--window) "
                f"and negative={negative} (--negative), which are too many scores of a window for "
                "a GPU's registers; lower them, or give engine='hogwild' (--engine hogwild)"
            )
        run //= 2
    scores, rows = contexts * places * run, contexts + places * run
    warps = triton.next_power_of_2(triton.cdiv(scores, _SCORES_OF_A_WARP))
    warps = min(max(warps, _WARPS[0]), _WARPS[1])
    columns = min(_MOST_COLUMNS, max(_LEAST, triton.next_power_of_2(config.dim)))
    while columns > _LEAST and rows * columns + 4 * scores > 32 * warps * _ROOM:
        columns //= 2
    return Shape(
        dim=config.dim, columns=columns, chunks=triton.cdiv(config.dim, columns), run=run,
        reach=config.window, contexts=contexts, bags=max(_LEAST, run), negative=negative,
        places=places, cbow=is_cbow, divided=config.cbow_gradient == "mean",
        subwords=config.subwords != "none", trains=trains, precision=precision,
        warps=warps,
    )  # fmt: skip
