"""The pieces that are open: their bytes, and a process for each; the one that was not used for longest goes first."""

from __future__ import annotations

from asyncio import Lock, Task, gather
from collections import OrderedDict
from collections.abc import AsyncIterator
from secrets import token_urlsafe

from mi_theme.server.settings import StudioSettings
from mi_theme.server.worker import Order
from mi_theme.server.workers import Worker

__all__ = ["OpenPiece", "OpenPieces"]

MOST_PIECES = 6  # open at once: each has a process with what it computed


class OpenPiece:
    """A piece and the process that works on it.

    Attributes
    ----------
    key
        By which a page asks for it.
    name, data
        Of the file; no data for the quoted theme.
    settings
        The last that were planned: what a page that comes back begins with.
    worker
        Its process.
    """

    def __init__(self, name: str, data: bytes | None, worker: Worker) -> None:
        self.key, self.name, self.data, self.worker = token_urlsafe(12), name, data, worker
        self.settings: StudioSettings | None = None
        self._lock, self._open = Lock(), False

    async def answers(self, order: Order) -> AsyncIterator[tuple[str, bytes]]:
        """As `Worker.answers`, one order after the other; a new process is given the file first."""
        async with self._lock:
            if order.verb != "open" and not (self._open and self.worker.runs):
                async for letter, content in self._told(self.opening):
                    if letter == "e":
                        yield letter, content
                        return
                    if letter in "pw":
                        yield letter, content
            async for answer in self._told(order):
                yield answer

    @property
    def opening(self) -> Order:
        """What a process is told first."""
        return Order("open", self.name, self.data)

    async def _told(self, order: Order) -> AsyncIterator[tuple[str, bytes]]:
        self._open = self._open and self.worker.runs
        async for letter, content in self.worker.answers(order):
            self._open = self._open or (order.verb == "open" and letter == "r")
            yield letter, content


class OpenPieces:
    """All of them, no more than `MOST_PIECES`, and a process that waits for the next."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, OpenPiece] = OrderedDict()
        self._ending: set[Task[None]] = set()
        self._spare = Worker(self._ending)

    async def prepare(self) -> None:
        """Start the processes that will be asked next: those of the pieces that are open, else one for the next piece."""
        for worker in [piece.worker for piece in self._open.values()] or [self._spare]:
            await worker.start()

    async def settle(self, piece: OpenPiece, *, opened: bool) -> None:
        """Begin a process for the piece after this one; one that could not be read is closed, and its process waits."""
        if not opened and piece.key in self._open:
            del self._open[piece.key]
            self._spare.close()
            self._spare = piece.worker
        await self._spare.start()

    def add(self, name: str, data: bytes | None) -> OpenPiece:
        """A new piece; the oldest is closed where there are too many."""
        piece, self._spare = OpenPiece(name, data, self._spare), Worker(self._ending)
        self._open[piece.key] = piece
        while len(self._open) > MOST_PIECES:
            self._open.popitem(last=False)[1].worker.close()
        return piece

    def get(self, key: str) -> OpenPiece | None:
        """The piece of that key, if it is still open; it was used now."""
        if key in self._open:
            self._open.move_to_end(key)
        return self._open.get(key)

    def listed(self) -> list[list[str]]:
        """Key and name of each, the last used first."""
        return [[piece.key, piece.name] for piece in reversed(self._open.values())]

    def close(self, key: str) -> None:
        """Close one, if it is open."""
        if piece := self._open.pop(key, None):
            piece.worker.close()

    async def close_all(self) -> None:
        """End every process, and wait until it has ended."""
        for key in list(self._open):
            self.close(key)
        self._spare.close()
        await gather(*self._ending)
