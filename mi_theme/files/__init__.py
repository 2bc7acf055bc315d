"""Files in and out: what kind of file it is, and who reads it."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import Any

from mi_theme.errors import FileError, ScoreError
from mi_theme.files.books import cut_out, place_of
from mi_theme.score import Score

__all__ = ["ENDINGS", "bytes_of", "read", "read_stream", "save", "save_stream"]

MIDI_ENDINGS = (".mid", ".midi", ".kar")
XML_ENDINGS = (".musicxml", ".xml", ".mxl")
SOUND_ENDINGS = (".wav", ".ogg", ".flac", ".mp3")
#: The endings of file names that `read` knows.
ENDINGS = (*MIDI_ENDINGS, *XML_ENDINGS, ".abc", ".krn")
LARGEST_FILE = 256 * 2**20  # bytes; a larger one is refused before it is read


def read(source: str | PathLike[str] | bytes) -> Score:
    """Read a score from a path or from the bytes of a file: MIDI, MusicXML, ABC or kern.

    Parameters
    ----------
    source
        A path, or the bytes of a file; of a book of ABC tunes the first, ``book.abc#3`` is the third.

    Returns
    -------
    Score
        Of a MIDI file every event, of notation the notes, metres, tempos and words.

    Raises
    ------
    FileError
        Where it is damaged, too large or of an unknown kind.
    OSError
        Where it cannot be opened.
    """
    from mi_theme.files import midi

    data, name = bytes_of(source)
    if data[:4] == b"MThd" or not _is_notation(data, name):
        return midi.parse(data, name)
    from mi_theme.files.notation.from_stream import parse_stream, score_of_stream

    stream = parse_stream(data, name, Path(name).suffix.lower())
    try:
        return score_of_stream(stream, name)
    except ScoreError as error:
        raise FileError(f"{name or 'notation'}: {error}") from None


def read_stream(source: str | PathLike[str] | bytes) -> Any:
    """Read notation as a music21 Stream, with all that a Score does not hold.

    Parameters
    ----------
    source
        A path, or the bytes of a file.

    Returns
    -------
    music21 Stream
        As music21 reads it.

    Raises
    ------
    FileError, OSError
        As `read`.
    """
    from mi_theme.files.notation.from_stream import parse_stream

    data, name = bytes_of(source)
    return parse_stream(data, name, Path(name).suffix.lower())


def save(score: Score, path: str | PathLike[str], *, exact: bool = False) -> None:
    """Write a score, whole or not at all; the ending of the path says in which form.

    Parameters
    ----------
    score
        What to write.
    path
        Ending in ``.mid``, ``.musicxml`` or another of `ENDINGS` that can be written.
    exact
        Whether a time that the file cannot hold is an error instead of rounded.

    Raises
    ------
    FileError
        Where the ending is unknown; with `exact`, where ticks must be rounded.
    """
    from mi_theme.files import midi
    from mi_theme.files.saving import replace_file

    ending = Path(path).suffix.lower()
    if ending in XML_ENDINGS:
        from mi_theme.files.notation.to_stream import stream_of_score

        save_stream(stream_of_score(score), path)
        return
    if ending and ending not in MIDI_ENDINGS:
        sound = "; sound is made by to_wav, or mi-theme sound" if ending in SOUND_ENDINGS else ""
        raise FileError(
            f"{path}: scores are saved as MIDI or MusicXML, so end the name in .mid, .musicxml or .mxl{sound}"
        )
    replace_file(path, midi.write(score, exact=exact))


def save_stream(stream: Any, path: str | PathLike[str]) -> None:
    """Write a music21 Stream as MusicXML, the same bytes each time.

    Parameters
    ----------
    stream
        A music21 Stream.
    path
        Ending in ``.musicxml``, ``.xml`` or ``.mxl``.

    Raises
    ------
    FileError
        Where the ending is not that of MusicXML, or music21 cannot write the stream.
    """
    from mi_theme.files.notation.to_stream import musicxml
    from mi_theme.files.saving import replace_file

    ending = Path(path).suffix.lower()
    if ending not in XML_ENDINGS:
        raise FileError(f"{path}: notation is saved as MusicXML, so end the name in .musicxml or .mxl")
    replace_file(path, musicxml(stream, compressed=ending == ".mxl"))


def bytes_of(source: str | PathLike[str] | bytes) -> tuple[bytes, str]:
    """The bytes of a file, and its path for messages.

    Parameters
    ----------
    source
        A path, or the bytes of a file; ``book.abc#3`` is the third tune of a book.

    Returns
    -------
    bytes, str
        The bytes, and the path; empty where bytes were given.
    """
    if isinstance(source, bytes | bytearray):
        return bytes(source), ""
    path, number = place_of(Path(fspath(source)))
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise FileError(f"{path}: larger than {LARGEST_FILE // 2**20} MiB")
    return (_tune_of(data, path, number), f"{path}#{number}") if number else (data, str(path))


def _tune_of(data: bytes, book: Path, number: int) -> bytes:
    from mi_theme.files.notation.from_stream import decoded

    return cut_out(decoded(data, str(book)), number, book)


def _is_notation(data: bytes, name: str) -> bool:
    from mi_theme.files.notation.from_stream import kind_of

    ending = Path(name).suffix.lower()
    return bool(data.strip()) and bool(kind_of(data, ending) or ending in ENDINGS[len(MIDI_ENDINGS) :])
