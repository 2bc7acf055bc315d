"""The letters of pictures on paper and as pixels: those that matplotlib brings, the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

__all__ = ["letters"]

NAMES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique")


def letters() -> Iterator[Path]:
    """The files of the letters; none without matplotlib, then those of the system are used.

    Yields
    ------
    Path
        A font.
    """
    found = find_spec("matplotlib")
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" if found and found.origin else Path()
    yield from (path for name in NAMES if (path := folder / f"{name}.ttf").is_file())
