"""Processes that work, seen from the server: started, asked, stopped."""

from __future__ import annotations

import os
import sys
from asyncio import IncompleteReadError, Lock, Task, create_subprocess_exec, create_task, sleep, wait_for
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from time import monotonic

import msgspec

from mi_theme.server.worker import LENGTH, Order, frame

__all__ = ["CLOSED", "Worker"]

LONGEST_WORK = 120.0  # seconds for one answer, after which a process is stopped
BEAT = 0.5  # seconds between two signs of life
ENDED = "the process that worked on this piece ended: it needed more memory than there is, or met a fault; try it again"

CLOSED = "this piece is no longer open, for others were opened since: open it again"


class Worker:
    """A process that works on one piece, one order after the other.

    Parameters
    ----------
    ending
        Where it puts what waits for the end of a process that was stopped.
    """

    def __init__(self, ending: set[Task[None]]) -> None:
        self._process: Process | None = None
        self._ending = ending
        self._starting, self._closed = Lock(), False

    async def start(self) -> None:
        """Start the process, if it does not run and may; it loads what it needs while nobody waits."""
        async with self._starting:
            if self.runs or self._closed:
                return
            self._process = await create_subprocess_exec(
                sys.executable,
                "-P",  # no module of the folder that one happens to be in
                "-m",
                "mi_theme.server.worker",
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                start_new_session=os.name != "nt",  # Ctrl-C is for the server, which ends its workers
            )
            if self._closed:  # meanwhile
                self.stop()

    @property
    def runs(self) -> bool:
        """Whether there is a process that can be asked."""
        return self._process is not None and self._process.returncode is None

    async def answers(self, order: Order) -> AsyncIterator[tuple[str, bytes]]:
        """What the process tells, letter and content, up to the result, the bytes or the error; now and then ``w``, wait.

        A process that ends or takes too long gives an error, and is gone; so it is where nobody waits for the rest.
        """
        await self.start()
        process, began, letter = self._process, monotonic(), ""
        if process is None or process.stdin is None or process.stdout is None:
            yield "e", msgspec.json.encode(CLOSED)
            return
        try:
            process.stdin.write(frame(msgspec.msgpack.encode(order)))
            head = b""
            while letter not in ("r", "b", "e"):
                if monotonic() - began > LONGEST_WORK:
                    raise TimeoutError(f"this took more than {LONGEST_WORK:g} seconds and was stopped")
                try:
                    head = head or await wait_for(process.stdout.readexactly(LENGTH.size), BEAT)
                    content = await wait_for(process.stdout.readexactly(LENGTH.unpack(head)[0]), BEAT)
                except TimeoutError:
                    yield "w", b""
                    continue
                head, letter = b"", chr(content[0])
                yield letter, content[1:]
        except TimeoutError as error:
            yield "e", msgspec.json.encode(str(error))
        except (IncompleteReadError, ConnectionError):
            yield "e", msgspec.json.encode(CLOSED if self._closed else ENDED)
        finally:
            if letter not in ("r", "b", "e"):
                self.stop()

    def close(self) -> None:
        """End the process, and start none any more."""
        self._closed = True
        self.stop()

    def stop(self) -> None:
        """End the process at once; it keeps nothing."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            waiting = create_task(_gone(process))
            self._ending.add(waiting)
            waiting.add_done_callback(self._ending.discard)


async def _gone(process: Process) -> None:
    """Wait until a process has ended and its pipes are closed: an event loop that closes before complains of them."""
    while process.stdout is not None and not process.stdout.at_eof():
        try:
            await process.stdout.read()
        except RuntimeError:  # who waits for an answer reads to the end
            await sleep(BEAT / 10)
    await process.wait()
