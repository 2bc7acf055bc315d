"""Files in and out: what kind of file it is, and who reads it."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from mi_theme.errors import FileError
from mi_theme.score import Score

__all__ = ["read", "save"]

MIDI_ENDINGS = (".mid", ".midi", ".kar")
LARGEST_FILE = 256 * 2**20  # bytes; a larger one is refused before it is read


def read(source: str | PathLike[str] | bytes) -> Score:
    """Read a score from a path or from the bytes of a file.

    Raises
    ------
    FileError
        Where it is damaged, too large or of an unknown kind.
    OSError
        Where it cannot be opened.
    """
    from mi_theme.files import midi

    if isinstance(source, bytes | bytearray):
        return midi.parse(bytes(source))
    path = Path(fspath(source))
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise FileError(f"{path}: larger than {LARGEST_FILE // 2**20} MiB")
    return midi.parse(data, str(path))


def save(score: Score, path: str | PathLike[str], *, exact: bool = False) -> None:
    """Write a score, whole or not at all; the ending of the path says in which form.

    Raises
    ------
    FileError
        Where the ending is unknown; with `exact`, where ticks must be rounded.
    """
    from mi_theme.files import midi
    from mi_theme.files.saving import replace_file

    ending = Path(path).suffix.lower()
    if ending and ending not in MIDI_ENDINGS:
        raise FileError(f"{path}: scores are saved as MIDI, so end the name in .mid")
    replace_file(path, midi.write(score, exact=exact))
