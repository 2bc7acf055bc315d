"""mi-theme in a process that opens no socket and writes only what it was asked for, with a fault at a chosen moment.

    python tests/guarded.py ORDERS WORDS...

The orders are those of `Orders`, as JSON. What the interpreter is about to do comes
by its audit hook (PEP 578), before it is done: sockets, files opened for writing,
names changed or removed, programs started. What is forbidden raises, and is
written down, since a program may swallow what is raised. What libraries do without
the interpreter does not come by here; the tests compare the folders as well.
"""

# ruff: noqa: PTH112, PTH113, PTH115, PTH117, PTH118, PTH119, PTH120, PTH122, PTH202
# paths are as the interpreter says them, and looking at them may not raise events of its own
from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.rename", "os.mkdir", "os.chmod", "os.chown", "os.link", "os.symlink", "os.truncate", "os.utime")
REMOVES = ("os.remove", "os.rmdir", "shutil.rmtree")
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn")
PAIRS = ("os.rename", "os.link", "os.symlink")
SERVED = 1.0  # seconds that what listens is left alone
#: where temporary files go, and what matplotlib keeps of the fonts that it finds
OWN_PLACES = tuple(os.environ.get(name, os.devnull) for name in ("TMPDIR", "MPLCONFIGDIR"))
FONT_LISTS = ("fc-list", "system_profiler")  # programs that matplotlib asks which fonts there are
UNIX = 1  # the family of sockets that have a name in the file system, as Linux and macOS number it
HERE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Orders:
    """What a run may do, and what happens to it.

    Attributes
    ----------
    place
        The folder that it runs in.
    makes
        Files it may write there, by their names; a folder with a slash.
    log
        A file for what was forbidden, and in the end for the numbers of acts, reads and events.
    sockets
        Whether it may listen on this machine.
    fault
        ``kill`` or ``refuse`` at an act (a file opened for writing, a name changed), ``interrupt`` at any
        event, ``vanish``, ``shrink`` or ``scribble`` where an input is opened.
    at
        Which of them, from 1.
    number
        The error of ``refuse``, as `errno` has it.
    """

    place: str
    makes: tuple[str, ...]
    log: str
    sockets: bool = False
    fault: str = ""
    at: int = 0
    number: int = 0


class Ended(NamedTuple):
    """How a run ended, what it said, and what the log has."""

    code: int
    out: bytes
    said: str
    forbidden: list[str]
    acts: int
    reads: int
    events: int


class Guard:
    """The hook."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.log = os.open(orders.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.acts = self.reads = self.events = 0
        self.busy = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.busy:
            return
        self.busy = True
        try:
            self.events += 1
            self.happens("interrupt", self.events, "")
            if event == "open":
                self.opened(*arguments)
            elif event == "os.mkdir" and os.path.isdir(placed(arguments[0], arguments[-1])):
                pass  # it is there already
            elif event in CHANGES or event in REMOVES:
                paths = [placed(path, arguments[-1]) for path in arguments[: 2 if event in PAIRS else 1]]
                for path in paths:
                    self.may_write(event, path)
                self.act(paths[-1], refused=event in CHANGES)
            elif event in STARTS and not self.may_start(arguments[0]):
                self.forbid(f"{event} {arguments[:2]!r:.100}")
            elif event.startswith("socket."):
                self.socket(event, arguments)
        finally:
            self.busy = False

    def opened(self, path: Any, mode: object, flags: int) -> None:
        if isinstance(path, int):
            return
        if flags & WRITES:
            self.may_write("open", path)
            self.act(path, refused=True)
        elif self.is_input(path):
            self.reads += 1
            self.happens("vanish shrink scribble", self.reads, os.fspath(path))

    def act(self, path: Any, *, refused: bool) -> None:
        if "__pycache__" in str(path) or os.fsdecode(path).startswith((os.devnull, *OWN_PLACES)):
            return
        self.acts += 1
        self.happens("kill refuse" if refused else "kill", self.acts, os.fspath(path))

    def happens(self, faults: str, number: int, path: Any) -> None:
        if self.orders.fault not in faults.split() or number != self.orders.at:
            return
        match self.orders.fault:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            case "refuse":
                raise OSError(self.orders.number, os.strerror(self.orders.number), path)
            case "vanish":
                os.unlink(path)
            case "shrink":
                os.truncate(path, os.path.getsize(path) // 2)
            case "scribble":
                Path(os.fsdecode(path)).write_bytes(bytes(range(256)) * 4)

    def may_start(self, program: Any) -> bool:
        """Programs that list fonts; of what serves, interpreters that do its work, which are not guarded."""
        return program in FONT_LISTS or (self.orders.sockets and program == sys.executable)

    def is_input(self, path: Any) -> bool:
        """Whether this is one of the files of the folder."""
        full = os.path.realpath(os.fsdecode(path))
        return full.startswith(self.orders.place + os.sep) and os.path.isfile(full)

    def may_write(self, event: str, path: Any) -> None:
        """Raise unless this is what is to be made, a file beside it that takes its place, or a cache of the interpreter."""
        full = os.path.realpath(os.fsdecode(path))
        if full == os.devnull or "__pycache__" in full or full.startswith(OWN_PLACES):
            return
        name = os.path.relpath(full, self.orders.place)
        head, tail = os.path.split(name)
        for made in self.orders.makes:
            if made.endswith("/") and f"{name}/".startswith(made):
                return
            if not made.endswith("/") and head == os.path.dirname(made):
                stem, ending = os.path.splitext(os.path.basename(made))
                if tail == os.path.basename(made) or tail.startswith(f".{stem}{ending}."):
                    return
                if tail.lstrip(".").startswith(stem) and ending in tail:  # pages and variants: out-2.svg
                    return
        self.forbid(f"{event} {full}")

    def socket(self, event: str, arguments: tuple[Any, ...]) -> None:
        if arguments[1:2] == (UNIX,) or isinstance((*arguments, None)[1], str | bytes):
            return  # by these the processes of one machine speak, which a slow one starts for its folders
        address = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], tuple) else None
        if self.orders.sockets and (address is None or address[0] in HERE):
            if event == "socket.bind" and address:
                interrupts = threading.Timer(SERVED, os.kill, (os.getpid(), signal.SIGINT))
                interrupts.daemon = True  # what ended before is not waited for, and not interrupted while it ends
                interrupts.start()
            return
        self.forbid(f"{event} {arguments[1:]!r:.100}")

    def forbid(self, what: str) -> None:
        os.write(self.log, (json.dumps(what) + "\n").encode())
        raise RuntimeError(f"forbidden: {what}")

    def counted(self) -> None:
        os.write(self.log, (json.dumps([self.acts, self.reads, self.events]) + "\n").encode())


def placed(path: Any, folder: object) -> str:
    """A path that may be relative to an open folder, as Linux tells where that is."""
    name = os.fsdecode(path)
    inside = isinstance(folder, int) and folder >= 0 and not os.path.isabs(name) and os.path.isdir("/proc/self/fd")
    return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name) if inside else name


def run(place: Path, words: Sequence[str], makes: Sequence[str] = (), **more: Any) -> Ended:
    """A command in its folder, with nobody's home and a folder of its own for temporary files beside it.

    Parameters
    ----------
    place
        Where it runs; ``home``, ``tmp`` and ``log`` lie beside it.
    words, makes
        The command, and what it may write.
    **more
        Other fields of `Orders`; ``process`` has options of subprocess.run.
    """
    beside = place.parent
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "timeout": 300}
    options |= more.pop("process", {})
    for name in ("home", "tmp"):
        (beside / name).mkdir(exist_ok=True)
    matplotlib = Path(os.environ["HOME"], "matplotlib")  # that of the tests, see conftest.py: fonts are looked for once
    matplotlib.mkdir(exist_ok=True)
    log = beside / "log"
    log.unlink(missing_ok=True)
    log.touch()
    orders = Orders(str(place.resolve()), tuple(makes), str(log), **more)
    environment = os.environ | {
        "HOME": str(beside / "home"), "TMPDIR": str((beside / "tmp").resolve()), "PATH": str(beside / "home"),
        "MPLCONFIGDIR": str(matplotlib.resolve()),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])),
    }  # fmt: skip
    command = [sys.executable, __file__, json.dumps(asdict(orders)), *words]
    ended = subprocess.run(command, cwd=place, env=environment, check=False, **options)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    counts = next((line for line in lines if isinstance(line, list)), [0, 0, 0])
    said = (ended.stderr or b"").decode("utf-8", "replace")
    return Ended(
        ended.returncode, ended.stdout or b"", said, [line for line in lines if isinstance(line, str)], *counts
    )


def main() -> None:
    """Run what the command line says, guarded."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # of tests in the background it would be ignored
    given = json.loads(sys.argv[1])
    guard = Guard(Orders(**given | {"makes": tuple(given["makes"])}))
    start: Callable[..., None] = __import__("mi_theme.cli", fromlist=["main"]).main
    atexit.register(guard.counted)
    sys.addaudithook(guard)
    sys.argv[1:] = sys.argv[2:]
    start(prog_name="mi-theme")


if __name__ == "__main__":
    main()
