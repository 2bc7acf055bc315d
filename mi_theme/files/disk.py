"""Bytes from files and into them: limits, archives, text in any encoding, tunes of books, files that appear whole."""

from __future__ import annotations

import os
import re
import zipfile
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from html.entities import html5
from io import BytesIO
from os import PathLike, fspath
from pathlib import Path
from secrets import token_hex

from mi_theme.errors import FileError
from mi_theme.file_bytes import LARGEST_FILE, file_bytes

__all__ = [
    "FileWarning",
    "bytes_of",
    "decoded",
    "first_line",
    "is_text",
    "is_utf8",
    "opened",
    "place_of",
    "replace_file",
    "tunes_of",
    "unpacked",
]

LARGEST_NOTATION = 64 * 2**20  # bytes of text; more is refused before it is parsed
LARGEST_CONTAINER = 2**20  # bytes of what lists an archive: a few lines
MOST_TUNES = 200_000  # of a book
NAMED = re.compile(r"(?is)(.+\.abc)#(\d{1,9})")
DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)""")
BYTE_ORDERS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}  # first bytes: what text they begin
UTF8 = (b"utf-8", b"utf8")  # what text in UTF-8 may say that it is in
ENTITY = re.compile(rb"&([A-Za-z]\w*);")
PIECE = 2**20  # bytes that are looked at in one go
XML_NAMES = ("amp", "lt", "gt", "quot", "apos")  # entities that XML itself has
XML_ENTITIES = tuple(name.encode() for name in XML_NAMES)


class FileWarning(UserWarning):
    """A file was read, but something in it was put right or left out; the message says what."""


def bytes_of(source: str | PathLike[str] | bytes) -> tuple[bytes, str]:
    """The bytes of a file, and its path for messages.

    Parameters
    ----------
    source
        A path, or the bytes of a file, or its text, which has lines; ``book.abc#3`` is the third tune of a book.

    Returns
    -------
    bytes, str
        The bytes, and the path; empty where bytes were given.

    Raises
    ------
    FileError
        Where the file is too large, or has no such tune.
    OSError
        Where it cannot be opened; where it is not there a FileError too, `MissingFile`.
    """
    if isinstance(source, bytes | bytearray):
        return bytes(source), ""
    if is_text(source):
        return str(source).encode(), ""
    if not isinstance(source, str | PathLike):
        raise FileError(f"a path or the bytes of a file belong here, not {source!r:.60}")
    path, number = place_of(source if isinstance(source, Path) else Path(fspath(source)))
    data = file_bytes(path)
    if not number:
        return data, str(path)
    tunes = tunes_of(decoded(data, str(path)))
    if number > len(tunes):
        raise FileError(f"{path}: there are {len(tunes)} tunes in it, and no #{number}")
    return tunes[number - 1].encode(), f"{path}#{number}"


def opened(source: str | PathLike[str] | bytes) -> tuple[BytesIO, str]:
    """The same as a stream that alone holds the bytes: who reads notation lets them go when it has read them."""
    data, name = bytes_of(source)
    return BytesIO(data), name


def is_text(source: object) -> bool:
    """Whether this is the text of a file, which has lines, and not its name."""
    return isinstance(source, str) and "\n" in source.strip()


def place_of(path: Path) -> tuple[Path, int]:
    """The file that a name means, and the number of a tune of a book in it; 0 for all of it."""
    named = NAMED.fullmatch(str(path))
    return (Path(named[1]), int(named[2])) if named and int(named[2]) and not path.exists() else (path, 0)


def tunes_of(text: str) -> list[str]:
    """The text of each tune of a book, with what stands before the first; none where nothing is numbered.

    Raises
    ------
    FileError
        Where there are more than any book has, or what stands before them is too long for so many.
    """
    head, *tunes = re.split(r"(?m)^(?=X:)", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(tunes) > MOST_TUNES or len(head) * len(tunes) > LARGEST_FILE:
        raise FileError(f"a book of {len(tunes)} tunes: that is too large")
    return [head + tune for tune in tunes]


def unpacked(data: bytes, where: str) -> bytes:
    """The score of a compressed MusicXML file, no larger than is sensible.

    Raises
    ------
    FileError
        Where the archive is damaged, or has no score.
    """
    from xml.etree import ElementTree

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if not name.startswith("META-INF/")]
            roots: list[str | None] = []
            container = "META-INF/container.xml"
            if container in archive.namelist() and archive.getinfo(container).file_size < LARGEST_CONTAINER:
                listed = ElementTree.fromstring(archive.read(container))
                roots = [element.get("full-path") for element in listed.iter() if element.tag.endswith("rootfile")]
            scores = [name for name in names if name.lower().endswith((".xml", ".musicxml"))]
            name = next((name for name in [*roots, *scores] if name in names), None)
            if name is None:
                raise FileError(f"{where}: no score in this archive")
            if archive.getinfo(name).file_size > LARGEST_NOTATION:
                raise FileError(f"{where}: unpacked it is larger than {LARGEST_NOTATION // 2**20} MiB")
            with archive.open(name) as file:
                return file.read(LARGEST_NOTATION)
    except (FileError, MemoryError):
        raise
    except Exception as error:  # zipfile and what it unpacks with raise their own kinds
        raise FileError(f"{where}: damaged: {first_line(error)}") from None


def decoded(data: bytes, where: str) -> str:
    """The text of a file: in UTF-8 or UTF-16, in what XML declares, else in Latin-1.

    Raises
    ------
    FileError
        Where it is too large, or declares entities.
    """
    if len(data) > LARGEST_NOTATION:
        raise FileError(f"{where}: larger than {LARGEST_NOTATION // 2**20} MiB")
    text = _text(data)
    if "<!ENTITY" in text[:65536]:
        raise FileError(f"{where}: entities are not read")
    if text.lstrip()[:5] == "<?xml":  # a declaration of another encoding is no longer true
        text = text[text.index("?>") + 2 :] if "?>" in text else text
    text = re.sub(r"&([A-Za-z]\w*;)", _character, text) if "&" in text else text
    return text.lstrip()


def is_utf8(data: bytes) -> bool:
    """Whether these are the bytes of text that `decoded` would leave as it is: in UTF-8, and nothing in it to put right.

    Nothing is copied to find out: a large file is there once.
    """
    declared = DECLARED.match(data[:1024])
    if not data.startswith(b"<") or (declared and declared[1].lower() not in UTF8) or len(data) > LARGEST_NOTATION:
        return False
    if b"<!ENTITY" in data or any(name[1] not in XML_ENTITIES for name in ENTITY.finditer(data)):
        return False
    reader = getincrementaldecoder("utf-8")()
    try:
        for first in range(0, len(data), PIECE):
            reader.decode(data[first : first + PIECE], first + PIECE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _text(data: bytes) -> str:
    marked = next((name for start, name in BYTE_ORDERS.items() if data.startswith(start)), "")
    if marked:
        return data.decode(marked, "replace")
    declared = DECLARED.match(data[:1024])
    names = [declared[1].decode()] if declared and not declared[1].lower().startswith((b"utf-16", b"utf-32")) else []
    for name in [*names, "utf-8"]:
        with suppress(UnicodeDecodeError, LookupError):
            return data.decode(name)
    return data.decode("latin-1")


def _character(entity: re.Match[str]) -> str:
    """The character of an entity that HTML has and XML has not, such as ``&auml;``."""
    return entity[0] if entity[1][:-1] in XML_NAMES else html5.get(entity[1], entity[0])


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def replace_file(path: str | PathLike[str], data: bytes | Iterable[bytes]) -> None:
    """Write to a temporary file beside `path`, on the disk before it is put in its place.

    The data may come piece by piece. An existing file keeps its content until then, and its permissions for good.
    A device or a pipe is written to directly.

    Raises
    ------
    OSError
        Where nothing can be written there; the error names `path`.
    """
    target, pieces = Path(os.path.realpath(path)), [data] if isinstance(data, bytes) else data
    if target.exists() and not target.is_file():
        target.write_bytes(b"".join(pieces))  # a directory raises here, with its own name in the error
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied", str(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(2, "No such file or directory", str(path))
    temporary = target.with_name(f".{target.name[:40]}.{token_hex(4)}")
    try:  # made as any new file is: the system takes from its permissions what the user takes
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    except OSError as error:  # a folder that takes no files: its name, not that of the temporary file
        raise type(error)(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o777)
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise type(error)(error.errno, error.strerror, str(path)) from None
        raise
