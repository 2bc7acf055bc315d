"""One writer at a time: a lock that the system gives back when its holder ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mi_theme.errors import FileError

__all__ = ["LOCK", "sole_writer"]

LOCK = "lock"


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Be the one that writes into an index.

    Parameters
    ----------
    folder
        The index.

    Raises
    ------
    FileError
        Where another one is writing.
    """
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            _lock(handle)
        except OSError:
            raise FileError(f"{folder}: another process is writing into this index; wait until it has ended") from None
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
