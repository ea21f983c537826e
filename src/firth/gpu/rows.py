"""Rows of tables on a device, for workers that bring them together; see `RowOperations`.

The tables stay on the device. All is rounded as NumPy rounds it, so workers agree bit by bit.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.gpu.device import finish_own
from firth.training.engines.base import Floats


class DeviceRows:
    """Operations on rows of tables in PyTorch, on one device.

    Engines train on streams of their own. What these read or change next is done before a method
    returns.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def places(self, rows: NDArray[np.int64]) -> Tensor:
        """Return numbers of rows on the device."""
        return torch.from_numpy(rows).to(self._device)

    def empty(self, *shape: int) -> Tensor:
        """Return a float32 tensor whose numbers are not set."""
        return torch.empty(shape, device=self._device)

    def gather(self, table: Tensor, places: Tensor, found: Tensor) -> None:
        """Write rows of a table into `found`."""
        torch.index_select(table, 0, places, out=found)
        finish_own(self._device)

    def write_changes(
        self, table: Tensor, places: Tensor, agreed: Tensor, changes: Tensor, *, rounded: bool
    ) -> None:
        """Write the differences of some rows of a table from what was agreed on.

        Each number is read once. So it does no harm if training goes on meanwhile.
        """
        found = changes.view_as(agreed)
        torch.index_select(table, 0, places, out=found)
        found -= agreed
        if rounded:
            changes.copy_(changes.to(torch.bfloat16))

    def take_sum(
        self,
        table: Tensor,
        places: Tensor,
        agreed: Tensor,
        summed: Tensor,
        factor: Floats,
        own: Tensor,
        *,
        rounded: bool,
    ) -> None:
        """Change what was agreed on by the scaled sums, and bring some rows of a table there."""
        scale = torch.from_numpy(factor).to(self._device).unsqueeze(1)
        change = summed.view_as(agreed) * scale
        agreed += change
        if rounded:
            table.index_add_(0, places, change.sub_(own.view_as(agreed)))
        else:
            table.index_copy_(0, places, agreed)
        finish_own(self._device)
