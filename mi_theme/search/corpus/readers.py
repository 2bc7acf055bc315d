"""Files as sheets of notes, each kind by its fastest reader; what may hang is read by another process.

MIDI goes through symusic (mido where it is missing), MusicXML through lxml's
events; ABC and kern through music21, which a hostile file could keep busy for
ever: a process of its own reads them, tune by tune, and is ended when one takes
too long.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from stat import S_ISREG
from threading import Thread
from typing import IO, Any, NamedTuple

from mi_theme.errors import MissingExtra, MiThemeError
from mi_theme.files import ENDINGS, bytes_of, read
from mi_theme.files.bulk.sheets import Sheet

__all__ = ["Reader", "Unread"]

LARGEST_FILE = 64 * 2**20  # bytes
SECONDS = 20.0  # for one tune
SLOWLY_READ = (".abc", ".krn")


class Unread(NamedTuple):
    """A file, or a tune of one, that could not be read, and why."""

    source: str
    reason: str


class Reader:
    """Reads files; use it in a ``with`` statement, which ends the process that it may have started.

    Parameters
    ----------
    seconds
        What ABC and kern may take, for each tune.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._helper: _Helper | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the other process."""
        if self._helper:
            self._helper.close()
            self._helper = None

    def read(self, path: Path) -> Iterator[Sheet | Unread]:
        """The tunes of a file; what cannot be read comes with a reason in one line."""
        try:
            about = path.stat()
            if not S_ISREG(about.st_mode):  # a pipe could keep us waiting for ever
                yield Unread(str(path), "not a regular file")
            elif about.st_size > LARGEST_FILE:
                yield Unread(str(path), f"larger than {LARGEST_FILE // 2**20} MiB")
            elif path.suffix.lower() in SLOWLY_READ:
                yield from self._slowly(path)
            else:
                yield _quickly(path)
        except (MiThemeError, OSError) as error:
            yield Unread(str(path), _reason(error, path))

    def _slowly(self, path: Path) -> Iterator[Sheet | Unread]:
        bytes_of(path)  # what cannot be opened is said here
        done = 0
        while True:
            self._helper = self._helper or _Helper()
            for answer in self._helper.ask(path, done, self.seconds):
                done += 1
                if isinstance(answer, _Late):
                    break
                yield answer
            else:
                return
            self.close()
            yield Unread(f"{path}#{done}", answer.reason)
            if answer.whole:
                return


class _Late(NamedTuple):
    """No answer; `whole` where asking again would not help."""

    reason: str
    whole: bool = False


class _Helper:
    """The other process (`mi_theme.search.corpus.reader_process`): a path goes in, tunes come out."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "mi_theme.search.corpus.reader_process"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_home()
        )
        self.answers: Queue[Any] = Queue()
        Thread(target=_listen, args=(self.process.stdout, self.answers), daemon=True).start()
        self.started = False

    def ask(self, path: Path, skip: int, seconds: float) -> Iterator[Sheet | Unread | _Late]:
        """The tunes of a file after the first `skip`."""
        try:
            pickle.dump((str(path.resolve()), str(path), skip), self.process.stdin)  # type: ignore[arg-type]
            self.process.stdin.flush()  # type: ignore[union-attr]
        except OSError:
            yield _Late("the reading process has ended", whole=True)
            return
        answered = self.started
        while True:
            try:
                answer = self.answers.get(timeout=seconds + STARTING * (not self.started))
            except Empty:
                yield _Late(f"took longer than {seconds:g} s")
                return
            self.started = True
            if answer is None:
                return
            if isinstance(answer, _Late):
                yield answer._replace(whole=not answered)
                return
            answered = True
            yield answer

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


STARTING = 30.0  # seconds that the other process may take to load music21


def _listen(pipe: IO[bytes] | None, answers: Queue[Any]) -> None:
    """Pass on what the other process says until it ends."""
    try:
        while pipe:
            answers.put(pickle.load(pipe))
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        answers.put(_Late("its reader gave up: too much memory, or a fault in music21"))


def _home() -> Path:
    """The folder that holds the package, so that the other process finds it too."""
    return Path(__file__).resolve().parents[2]


def _quickly(path: Path) -> Sheet:
    from mi_theme.files.formats import read_sheet

    if path.suffix.lower() not in ENDINGS:
        return Sheet.of(read(path), str(path))
    try:
        return read_sheet(path)
    except MissingExtra:
        return Sheet.of(read(path), str(path))


def _reason(error: Exception, path: Path) -> str:
    """Why a file cannot be read, in one line, without its name."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.removeprefix(f"{path}: ").split())[:200] or type(error).__name__
