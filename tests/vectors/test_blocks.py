"""Blocks of rows cover all, and keep to the limit."""

import pytest

from firth.vectors import blocks
from firth.vectors.blocks import row_blocks


@pytest.mark.parametrize(("rows", "columns"), [(0, 5), (1, 1000), (101, 3), (64, 1)])
def test_row_blocks_cover_every_row_once_and_keep_to_the_limit(monkeypatch, rows, columns):
    monkeypatch.setattr(blocks, "NUMBERS_PER_BLOCK", 64)
    cut = list(row_blocks(rows, columns))
    covered = [row for block in cut for row in range(block.start, block.stop)]
    assert covered == list(range(rows))
    assert all((block.stop - block.start) * columns <= max(64, columns) for block in cut)
