"""The process that reads ABC and kern for `readers`: ``python -m mi_theme.search.corpus.reader_process``.

Paths come in, tunes go out, pickled, by the standard streams; it may be ended at
any moment, and takes no more than so much memory.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mi_theme.errors import MiThemeError
from mi_theme.files import bytes_of
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import decoded, tunes_of
from mi_theme.files.formats import format_of
from mi_theme.files.notation.from_stream import parse_stream, score_of_stream
from mi_theme.search.corpus.readers import Unread

__all__ = ["main"]

MEMORY = 4 * 2**30  # bytes


def main() -> None:
    """Answer until nothing more is asked."""
    _limit_memory()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what music21 prints is no answer
    with suppress(EOFError):
        while True:
            place, name, skip = pickle.load(sys.stdin.buffer)
            for answer in _tunes(Path(place), name, skip):
                pickle.dump(answer, out)
                out.flush()
            pickle.dump(None, out)
            out.flush()


def _tunes(path: Path, name: str, skip: int) -> Iterator[Sheet | Unread]:
    data = bytes_of(path)[0]
    for number, (source, text) in enumerate(_texts(data, name)):
        if number < skip:
            continue
        try:
            stream = parse_stream(text.encode() or data, source, format_of(data, source).stream)
            yield Sheet.of(score_of_stream(stream, source), source)
        except MiThemeError as error:
            yield Unread(source, " ".join(str(error).removeprefix(f"{source}: ").split())[:200])


def _texts(data: bytes, source: str) -> Iterator[tuple[str, str]]:
    """(name, text) of each tune of an ABC file, each with what stands before the first; no text for another file."""
    if format_of(data, source).name != "ABC":
        yield source, ""
        return
    tunes = tunes_of(decoded(data, source))
    for number, tune in enumerate(tunes, 1):
        yield (f"{source}#{number}" if len(tunes) > 1 else source), tune


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
