"""A process that works on one piece: it reads what to do from its standard input and answers on its standard output.

Run as ``python -m mi_theme.server.worker``. A frame is its length in four bytes and its content: to the worker a verb
and what goes with it, from it a letter and what it tells (``p`` progress, ``r`` a result, ``b`` bytes, ``e`` an
error). It ends when nobody writes to it any more; whoever started it may kill it at any time, for it keeps nothing.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec

from mi_theme.errors import FileError, error_words
from mi_theme.score.timing import TimingWarning
from mi_theme.server.settings import StudioSettings
from mi_theme.server.workbench import Workbench

__all__ = ["LENGTH", "Order", "frame"]

LENGTH = struct.Struct(">I")
MOST_MEMORY = 4 * 2**30  # bytes of address space; a piece that takes more is refused by the system

MOST_REMARKS = 12


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a worker is told: a verb, and of what follows what the verb needs.

    Attributes
    ----------
    verb
        ``open``, ``plan``, ``draw``, ``map``, ``live``, ``compare`` or ``save``.
    name, data
        Of the file to open; no data for the quoted theme.
    settings
        Of the conversion.
    number, last
        Of a page or a bar, and of the last of some bars.
    width
        Of a page, in pixels; as wide as is usual for 0.
    ending
        Of a file to save.
    """

    verb: str
    name: str = ""
    data: bytes | None = None
    settings: StudioSettings | None = None
    number: int = 0
    last: int = 0
    width: int = 0
    ending: str = ""


def frame(content: bytes) -> bytes:
    """The content with its length before it."""
    return LENGTH.pack(len(content)) + content


def main() -> None:
    """Answer until standard input ends."""
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory()
    _warm()
    bench: Workbench | None = None
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        order = msgspec.msgpack.decode(source.read(LENGTH.unpack(head)[0]), type=Order)
        tell = _teller(answers)
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                if order.verb == "open":
                    bench = None  # where this one cannot be read, there is none
                    bench = Workbench(order.name, order.data, tell)
                if bench is None:
                    raise FileError("no file is open")
                bench.tell = tell
                made = _answer(bench, order)
            if isinstance(made, dict):
                _send(answers, b"r", msgspec.json.encode(made | {"remarks": _remarks(caught)}))
            else:
                _send(answers, b"b", made)
        except Exception as error:  # whatever it is, the page gets a line and the server goes on
            _send(answers, b"e", msgspec.json.encode(error_words(error)))


def _remarks(caught: Sequence[warnings.WarningMessage]) -> list[str]:
    """What was put right in a file, each once."""
    said = (found.message for found in caught if not issubclass(found.category, TimingWarning | DeprecationWarning))
    return list(dict.fromkeys(" ".join(str(words).split()) for words in said))[:MOST_REMARKS]


def _answer(bench: Workbench, order: Order) -> dict[str, Any] | bytes:
    if order.verb == "open":
        return bench.opened()
    settings = order.settings or StudioSettings("4/4")
    if order.verb == "save":
        return bench.saved(settings, order.ending)
    verbs = {
        "plan": lambda: bench.planned(settings),
        "draw": lambda: bench.drawn(settings, order.number, order.width),
        "map": lambda: bench.mapped(settings, order.number),
        "live": lambda: bench.live(order.number, order.last),
        "compare": lambda: bench.compared(settings),
    }
    return verbs[order.verb]()


def _teller(answers: BinaryIO) -> Any:
    return lambda words, done, of: _send(answers, b"p", msgspec.json.encode([words, done, of]))


def _send(answers: BinaryIO, letter: bytes, content: bytes) -> None:
    answers.write(frame(letter + content))
    answers.flush()


def _limit_memory() -> None:
    """Where the system can (not on Windows)."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _warm() -> None:
    """Load what the first piece needs, before there is one."""
    with suppress(Exception):
        Workbench("", None, lambda words, done, of: None).planned(StudioSettings("4/4"))


if __name__ == "__main__":
    main()
