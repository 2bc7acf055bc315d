"""What says a score: the kinds of value that every call takes where music is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, Union

if TYPE_CHECKING:  # a theme in another metre needs no arrays
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["ColumnTable", "HasNoteArray", "HasScore", "MusicSource", "Readable", "Stream", "are_numbers"]


class HasScore(Protocol):
    """What can be written down as a score, as a `Theme` and an `Adaptation` can."""

    def to_score(self) -> object:
        """Its notes."""


class Stream(Protocol):
    """A Stream of music21."""

    def recurse(self) -> object:
        """Everything in it."""


class HasNoteArray(Protocol):
    """A `Score`; a score, a part or a performance of partitura."""

    def note_array(self) -> NDArray[np.void]:
        """Its notes as a table."""


class ColumnTable(Protocol):
    """A table with named columns, as those of pandas and polars."""

    @property
    def columns(self) -> Any:
        """The names."""

    def __getitem__(self, name: Any, /) -> Any:
        """A column."""


class Readable(Protocol):
    """A file that is open for reading."""

    def read(self) -> bytes | str:
        """All that is left in it."""


#: What every call takes where music is wanted; see `Score.of`.
MusicSource: TypeAlias = Union[
    HasNoteArray,
    HasScore,
    str,
    "PathLike[str]",
    bytes,
    Readable,
    Stream,
    "NDArray[np.void]",
    ColumnTable,
    "Mapping[str, ArrayLike]",
]


def are_numbers(value: object) -> bool:
    """Whether a `value` is a row of numbers, and no table: onsets, for calls that take them as well.

    Returns
    -------
    bool
        True for lists and plain arrays.
    """
    if isinstance(value, list | tuple | range):
        return True
    return (
        hasattr(value, "__array__")
        and getattr(getattr(value, "dtype", None), "names", None) is None
        and not hasattr(value, "columns")
    )
