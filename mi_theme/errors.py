"""The few things that can go wrong, all of them ``ValueError``.

::

    MiThemeError(ValueError)
    ├── TextError       text that is no metre, grouping, degree or motif
    ├── MapError        points that make no bar map
    ├── StrategyError   a strategy that cannot reach this target
    ├── ScoreError      rows that make no notes, bars that are not there
    ├── FileError       a file that cannot be read or written as asked
    │   └── MissingFile a file that is not there; a FileNotFoundError too
    ├── ClaimError      a claim that is none, or a fact that nobody states
    ├── UnknownName     no strategy, style, form or part of that name
    ├── CallError       a call with arguments that it does not take; a TypeError too
    └── MissingExtra    an optional package is not installed
"""

from __future__ import annotations

from collections.abc import Iterable
from errno import ENOENT
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_WORDS = 200  # letters of a message that nobody wrote for readers
FEW = 8  # names that are all told, beside the nearest


class MiThemeError(ValueError):
    """Anything mi_theme refuses; the message says where and what to do."""


class TextError(MiThemeError):
    """Text that is no metre, grouping, degree or motif."""

    @classmethod
    def at(cls, text: str, column: int, why: str) -> TextError:
        """Point at a column (from 0) of `text`.

        Parameters
        ----------
        text
            What was read.
        column
            Where, from 0.
        why
            What would be right.
        """
        shown = text if len(text) <= 40 else text[:37] + "..."
        return cls(f"{shown!r}, column {column + 1}: {why}")


class MapError(MiThemeError):
    """Points that make no bar map."""


class StrategyError(MiThemeError):
    """A strategy that cannot reach this target."""


class ScoreError(MiThemeError):
    """Rows that make no notes, bars or parts that are not there."""


class FileError(MiThemeError):
    """A file that cannot be read or written as asked."""


class MissingFile(FileError, FileNotFoundError):
    """A file that is not there; a FileNotFoundError too, as Python has it."""

    @classmethod
    def at(cls, path: Path) -> MissingFile:
        """Say what is missing, and which file beside it has nearly that name.

        Parameters
        ----------
        path
            Where it would be.
        """
        from difflib import get_close_matches

        try:
            named = sorted(path.parent.iterdir(), key=lambda each: (each.suffix == path.suffix, each))
            beside = {each.stem.casefold(): each.name for each in named}  # of the same ending, where there are several
        except OSError:
            beside = {}
        near = get_close_matches(path.stem.casefold(), beside, n=1, cutoff=0.75)
        hint = f"; did you mean {str(path.with_name(beside[near[0]]))!r}?" if near else ""
        words = f"No such file or directory{hint}"
        found = cls(f"{path}: {words}")
        found.errno, found.strerror, found.filename = (
            ENOENT,
            words,
            str(path),
        )  # those of a ValueError are not read from arguments
        return found

    def __str__(self) -> str:
        return str(self.args[0])  # an OSError would say its number


class ClaimError(MiThemeError):
    """Text that is no claim, or a fact that is needed and nobody states."""


class UnknownName(MiThemeError):
    """No such name; near ones are suggested, and of a few all are named."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str], listed: Iterable[str] = ()) -> UnknownName:
        """Say what is known, the nearest first.

        Parameters
        ----------
        kind
            What it would be the name of.
        name
            The name that was given.
        known
            Names there are.
        listed
            What to list where none is near; all of them without it.
        """
        from difflib import get_close_matches

        name, names = str(name), list(known)
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        shown = name if len(name) <= 40 else name[:37] + "..."
        every = "there are: " + ", ".join(listed or names)
        hint = f"did you mean {near[0]!r}?" + f" {every}" * (len(names) <= FEW) if near else every
        return cls(f"no {kind} {shown!r}: {hint}")


class CallError(MiThemeError, TypeError):
    """A call with arguments that it does not take; a TypeError too, as Python has it."""


class MissingExtra(MiThemeError):
    """An optional package is not installed; the message names the extra."""

    @classmethod
    def named(cls, package: str, extra: str) -> MissingExtra:
        """Say how to install it.

        Parameters
        ----------
        package
            What is missing.
        extra
            The extra that brings it.
        """
        return cls(f"this needs {package}: pip install {package}, or mi_theme with its extra [{extra}]")


def error_words(error: Exception, file: str = "") -> str:
    """What went wrong in one line that names the file once.

    Parameters
    ----------
    error
        What was raised; of what should not be raised its type is told.
    file
        The file that is meant, for a message that does not name it.

    Returns
    -------
    str
        A line.
    """
    words = " ".join(str(error).split())
    match error:
        case IsADirectoryError(filename=name) if name:
            words = f"{name}: this is a directory; name a file, or one in that folder"
        case OSError(filename=name, strerror=said) if said:
            words = f"{name}: {said}" if name else said
        case MiThemeError() | OSError():
            pass
        case RecursionError():
            words = "the input is nested too deeply"
        case MemoryError():
            words = "the input needs more memory than there is"
        case _:
            words = f"this should not happen ({type(error).__name__}: {words[:LONGEST_WORDS]}); please tell"
    return words if file in words else f"{file}: {words}"
