"""The table of formats: how a file of each is known, who reads it, and who writes it.

To add a format is to add a row, and a function that makes a `Score` of bytes.
"""

from __future__ import annotations

import re
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mi_theme.arguments import asked
from mi_theme.errors import FileError
from mi_theme.files.disk import bytes_of, opened, replace_file, unpacked
from mi_theme.hooks import answer, function_at
from mi_theme.score import Score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mi_theme.files.bulk.sheets import Sheet

__all__ = [
    "ENDINGS",
    "FORMATS",
    "WRITTEN",
    "Format",
    "format_of",
    "parsed",
    "parsed_sheet",
    "read",
    "read_notes",
    "read_sheet",
    "read_stream",
    "save",
    "save_stream",
    "written",
]

HEAD = 65536  # bytes in which a file shows what it is: kern may have many lines of comments first


class Format(NamedTuple):
    """A format of files.

    Attributes
    ----------
    name
        What it is called in messages.
    endings
        Of file names, the first one proposed.
    begins
        What its first bytes match.
    reader
        Room and function that make a Score of bytes and a name; of notation, of a stream too.
    sheets
        The same for a `Sheet`, fast.
    notes
        The same for the table of a sheet alone, where that is less work.
    writer
        The same that makes bytes of a Score.
    pieces
        The same that makes them piece by piece, where files are many times what they say.
    translator
        The same that makes MusicXML of bytes and a name, where it is another notation: reader and sheets
        are those of MusicXML then.
    notation
        Whether it is read as a music21 Stream too.
    """

    name: str
    endings: tuple[str, ...]
    begins: bytes
    reader: str
    sheets: str
    notes: str = ""
    writer: str = ""
    pieces: str = ""
    translator: str = ""
    notation: bool = True


FORMATS = (
    Format(
        name="MIDI",
        endings=(".mid", ".midi", ".kar"),
        begins=rb"(?s)MThd|RIFF.{4}RMID",
        reader="files.midi:parse",
        sheets="files.bulk.midi_notes:parse_sheet",
        notes="files.bulk.midi_notes:parse_notes",
        writer="files.midi:write",
        notation=False,
    ),
    Format(
        name="compressed MusicXML",
        endings=(".mxl",),
        begins=rb"PK\x03\x04",
        reader="files.musicxml.to_score:parse",
        sheets="files.musicxml.assembly:parse_sheet",
        writer="files.musicxml.from_score:write_packed",
    ),
    Format(
        name="MusicXML",
        endings=(".musicxml", ".xml"),
        begins=rb"[\xef\xbb\xbf\xff\xfe\0\s]*<",
        reader="files.musicxml.to_score:parse",
        sheets="files.musicxml.assembly:parse_sheet",
        writer="files.musicxml.from_score:write",
        pieces="files.musicxml.from_score:pieces",
    ),
    Format(
        name="kern",
        endings=(".krn",),
        begins=rb"(?s).*?\*\0?\*\0?k\0?e\0?r\0?n",
        reader="files.musicxml.to_score:parse",
        sheets="files.musicxml.assembly:parse_sheet",
        translator="files.kern.spine_reading:musicxml_of_kern",
    ),
    Format(
        name="ABC",
        endings=(".abc",),
        begins=rb"(?s)(.*?[\n\r])?[\xef\xbb\xbf\xff\xfe\0\s]*X\0?:",
        reader="files.musicxml.to_score:parse",
        sheets="files.musicxml.assembly:parse_sheet",
        translator="files.abc.tune_reading:musicxml_of_abc",
    ),
)
#: The endings of file names that `read` knows.
ENDINGS = tuple(ending for row in FORMATS for ending in row.endings)
#: Those among them that `save` knows.
WRITTEN = tuple(ending for row in FORMATS if row.writer for ending in row.endings)
SOUND_ENDINGS = (".wav", ".ogg", ".flac", ".mp3")


def format_of(data: bytes, name: str = "") -> Format:
    """The format of a file, by its first bytes, else by the ending of its name.

    Parameters
    ----------
    data
        Its bytes.
    name
        Its path, if it has one.

    Raises
    ------
    FileError
        Where it is none of `FORMATS`.
    """
    where = name or "this data"
    if not data or data.isspace():
        raise FileError(f"{where}: an empty file")
    for row in FORMATS:
        if re.match(row.begins, data[:HEAD]):
            return row
    ending = Path(name.partition("#")[0]).suffix.lower()
    named = next((row for row in FORMATS if ending in row.endings), None)
    if named is None and ending in (*SOUND_ENDINGS, ".m4a", ".aac"):
        raise FileError(f"{where}: this is sound, and notes are read: MIDI, MusicXML, ABC or kern")
    if named is None:
        raise FileError(f"{where}: neither MIDI, MusicXML, ABC nor kern")
    return named


@asked()
def read(source: str | PathLike[str] | bytes) -> Score:
    """Read a score from a path or from the bytes of a file: MIDI, MusicXML, ABC or kern.

    Parameters
    ----------
    source
        A path, or the bytes of a file, or its text, such as a tune in ABC; of a book of ABC tunes the first,
        ``book.abc#3`` is the third.

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
    return parsed(*opened(source))


def parsed(data: bytes | BytesIO, name: str = "") -> Score:
    """A score of the bytes of a file that nobody opens here: one that was sent.

    Parameters
    ----------
    data
        The bytes, or a stream of them.
    name
        What the file is called, for messages and titles.

    Raises
    ------
    FileError
        Where it is damaged, too large or of an unknown kind.
    """
    stream = data if isinstance(data, BytesIO) else BytesIO(data)
    row = format_of(stream.getvalue(), name)
    score: Score = function_at(row.reader)(_contents(stream, row, name), name)
    return score


def _contents(stream: BytesIO, row: Format, name: str) -> BytesIO | bytes:
    """What the reader of a format takes: MIDI as bytes, notation as a stream, ABC and kern as MusicXML."""
    if row.translator:
        return BytesIO(function_at(row.translator)(stream.getvalue(), name))
    return stream if row.notation else stream.getvalue()


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
        As `read`; where it is no notation.
    """
    from mi_theme.files.notation.from_stream import parse_stream
    from mi_theme.files.notation.ties import untangle_ties

    data, name = bytes_of(source)
    row = format_of(data, name)
    if not row.notation:
        raise FileError(f"{name or 'this data'}: {row.name} is no notation")
    data = function_at(row.translator)(data, name) if row.translator else data
    stream = parse_stream(unpacked(data, name or "notation") if ".mxl" in row.endings else data, name)
    untangle_ties(stream)
    return stream


def read_notes(path: str | PathLike[str] | bytes) -> NDArray[np.void]:
    """The notes of a file and nothing else, fast.

    Parameters
    ----------
    path
        A path, or the bytes of a file.

    Returns
    -------
    structured array, shape (n,)
        As `Score.note_table`; in MIDI ``part`` counts symusic's tracks (one
        for each channel, program and track), in notation staves.

    Raises
    ------
    FileError
        Where the file cannot be read.
    MissingExtra
        Where it is MIDI and symusic is not installed.
    """
    data, name = bytes_of(path)
    row = format_of(data, name)
    if row.notes:
        return function_at(row.notes)(data, name)  # type: ignore[no-any-return]
    stream, data = BytesIO(data), b""  # the stream alone holds them, until they are read
    return _sheet_of(stream, row, name).table


def read_sheet(path: str | PathLike[str] | bytes) -> Sheet:
    """The notes, part names and metres of a file, fast.

    Parameters
    ----------
    path
        A path, or the bytes of a file.

    Raises
    ------
    FileError, MissingExtra, OSError
        As `read_notes`; where it cannot be opened.
    """
    return parsed_sheet(*opened(path))


def parsed_sheet(data: bytes | BytesIO, name: str = "") -> Sheet:
    """The same of the bytes of a file that nobody opens here.

    Parameters
    ----------
    data
        The bytes.
    name
        What the file is called, for messages.

    Raises
    ------
    FileError, MissingExtra
        As `read_sheet`.
    """
    stream = data if isinstance(data, BytesIO) else BytesIO(data)
    return _sheet_of(stream, format_of(stream.getvalue(), name), name)


def _sheet_of(stream: BytesIO, row: Format, name: str) -> Sheet:
    return function_at(row.sheets)(_contents(stream, row, name), name)  # type: ignore[no-any-return]


def save(score: Score, path: str | PathLike[str], *, exact: bool = False) -> None:
    """Write a score, whole or not at all; the ending of the path says in which form.

    Parameters
    ----------
    score
        What to write.
    path
        Ending in ``.mid``, ``.musicxml`` or another of `ENDINGS` that can be written; or, for its
        sound, in ``.wav``, ``.ogg``, ``.flac`` or ``.mp3``.
    exact
        Whether a time that the file cannot hold is an error instead of rounded.

    Raises
    ------
    FileError
        Where the ending is unknown; with `exact`, where ticks must be rounded.
    """
    ending = Path(path).suffix.lower() or ".mid"
    if ending in SOUND_ENDINGS:
        answer("Score.to_sound", score, path, ending)
        return
    row = _writable(ending, str(path))
    replace_file(path, function_at(row.pieces)(score) if row.pieces else written(score, ending, str(path), exact=exact))


def written(score: Score, ending: str, name: str = "", *, exact: bool = False) -> bytes:
    """The bytes of the file that `save` writes.

    Parameters
    ----------
    score
        What to write.
    ending
        Of the file's name, with its dot.
    name
        The whole name, for messages.
    exact
        Whether a time that the file cannot hold is an error instead of rounded.

    Raises
    ------
    FileError
        As `save`; where the ending is that of sound.
    """
    made: bytes = function_at(_writable(ending, name).writer)(score, exact=exact)
    return made


def _writable(ending: str, name: str) -> Format:
    """The format that files with this ending are written in."""
    row = next((row for row in FORMATS if ending in row.endings and row.writer), None)
    if row is None:
        raise FileError(
            f"{name or ending}: scores are saved as music, so end the name in .mid, .musicxml or .mxl, "
            f"or as sound, in {', '.join(SOUND_ENDINGS)}"
        )
    return row


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

    ending = Path(path).suffix.lower()
    if not any(ending in row.endings for row in FORMATS if row.notation and row.writer):
        raise FileError(f"{path}: notation is saved as MusicXML, so end the name in .musicxml or .mxl")
    replace_file(path, musicxml(stream, compressed=ending == ".mxl"))
