"""Which files a folder has: those of a known kind, sorted, without hidden ones and pipes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from itertools import chain
from os import PathLike
from pathlib import Path

from mi_theme.errors import FileError
from mi_theme.files.formats import ENDINGS

__all__ = ["Place", "files_in", "files_under"]

Place = str | PathLike[str]


def files_in(places: Place | Iterable[Place]) -> list[Path]:
    """Every file of a known kind, sorted within each folder; hidden ones and pipes are left out, folders that are closed to us are not.

    Raises
    ------
    FileError
        Where a place does not exist, or there is no file of a known kind.
    """
    roots = [places] if isinstance(places, str | PathLike) else list(places)
    found = list(dict.fromkeys(chain.from_iterable(files_under(Path(root)) for root in roots)))
    if not found:
        raise FileError(f"{', '.join(map(str, roots[:3]))}: no files that end in {' '.join(ENDINGS)}")
    return found


def files_under(root: Path) -> Iterator[Path]:
    """Every file of a known kind under a folder, sorted; of a place that is none the place itself.

    Raises
    ------
    FileError
        Where it does not exist.
    """
    if not root.exists():
        raise FileError(f"{root}: no such file or folder")
    if not root.is_dir():
        yield root
        return
    closed: list[Path] = []
    found = [
        Path(folder, name)
        for folder, _, names in os.walk(root, onerror=lambda error: closed.append(Path(error.filename)))
        for name in names
        if Path(name).suffix.lower() in ENDINGS
    ]
    for path in sorted([*found, *closed]):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and not _is_special(path):
            yield path


def _is_special(path: Path) -> bool:
    """Whether this is a pipe, a socket or a device; what cannot be looked at is left to the reader, which says why."""
    try:
        return not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode)
    except OSError:
        return False
