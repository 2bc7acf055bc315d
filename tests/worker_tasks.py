"""Work for other processes, in a module that they import in no time."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from pathlib import Path

ITEMS = list(range(20))


def squares(batch: list[int], done: Callable[[int], object] | None = None) -> list[int]:
    """Some work; one item raises."""
    if 17 in batch:
        raise KeyError("seventeen")
    return [item * item for item in batch]


def deadly(batch: list[int], done: object = None) -> list[int]:
    """One item takes its process along, every time."""
    if 13 in batch and os.getpid() != int(os.environ["PARENT"]):
        os.kill(os.getpid(), signal.SIGKILL)
    return squares(batch)


def deadly_once(folder: Path, batch: list[int], done: object = None) -> list[int]:
    """One item takes its process along, the first time."""
    mark = folder / "killed"
    if 13 in batch and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return [item * item for item in batch]


def warned(item: int) -> int:
    """Work that warns."""
    warnings.warn("an item", UserWarning, stacklevel=1)
    return item


def process_of(item: int) -> int:
    """Where it is done."""
    return os.getpid()
