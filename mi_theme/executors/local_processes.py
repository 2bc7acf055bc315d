"""Processes of this machine that are made anew where one is killed, and none of which outlives its maker."""

from __future__ import annotations

import _thread
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from mi_theme.arguments import whole_number

if TYPE_CHECKING:  # a Python in a browser has no processes: what needs them is imported where they start
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import connection

__all__ = ["LocalProcesses", "cores"]

R = TypeVar("R")
_AT_WORK = threading.Lock()  # in a worker: it is held while there is work in hand
TIDYING = 5.0  # seconds at most that a worker has to leave nothing behind: a slow disk takes a second for a file


class LocalProcesses(Executor):
    """Processes of this machine, which are made anew where one is killed, and end with the one that made them, however that ends.

    They start when there is something to do. Each holds the end of a line to their maker: when the line
    is cut, by `shutdown` or because the maker is gone, they end at once.

    Parameters
    ----------
    workers
        How many; as many as this process may use cores, by default.
    patience
        Seconds for which `in_batches` works here before it starts them: what is done by then pays no start of processes.
    """

    def __init__(self, workers: int | None = None, *, patience: float = 0.0) -> None:
        self.workers = cores() if workers is None else whole_number("workers", workers, 1)
        self.patience = patience
        self._pool: ProcessPoolExecutor | None = None
        self._line: connection.Connection | None = None

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Call `fn` with `args` and `kwargs` in a process, as `concurrent.futures.Executor` has it; a broken pool is replaced."""
        with _no_interrupts():  # processes inherit this: Ctrl-C is for their maker, who ends them
            if self._pool:
                with suppress(BrokenExecutor):
                    return self._pool.submit(_worked, fn, *args, **kwargs)
            self.shutdown()
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import get_context

            context = get_context("spawn")  # a fork would inherit the locks of every thread
            ours, theirs = context.Pipe()
            self._line = ours
            self._pool = ProcessPoolExecutor(self.workers, context, _end_with, (theirs,))
            return self._pool.submit(_worked, fn, *args, **kwargs)

    def can_start(self) -> bool:
        """Whether there is a processor for it here: where no process can be started, as in a browser, there is none."""
        try:
            self.submit(int).result()
        except Exception:
            self.shutdown()
            return False
        return True

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """End the processes, whatever they are at.

        Parameters
        ----------
        wait, cancel_futures
            As `concurrent.futures.Executor` has them.
        """
        pool, line = self._pool, self._line
        self._pool = self._line = None
        if line:
            line.close()
        if pool:
            pool.shutdown(wait, cancel_futures=cancel_futures)


def cores() -> int:
    """How many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Keep Ctrl-C waiting, for this thread and for processes that it starts."""
    mask: Callable[..., Any] | None = getattr(signal, "pthread_sigmask", None)
    if not mask:
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it lets signals through when it is started
    before = mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)


def _end_with(line: connection.Connection) -> None:
    """In a worker: leave Ctrl-C to the maker, and end when the line to it is cut."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_watch, args=(line,), daemon=True).start()


def _worked(fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
    with _AT_WORK:
        return fn(*args, **kwargs)


def _leave(*signalled: object) -> None:
    """The work in hand may tidy up, such as a file that is half written; where there is none this is the end."""
    if not _AT_WORK.locked():
        os._exit(1)
    raise SystemExit(1)


def _watch(line: connection.Connection) -> None:
    """Wait for the end of the line. A worker that waits for work ends where it stands.

    To be interrupted it would have to take the beginning of a message, and leave its end to the next worker.
    """
    from multiprocessing import connection

    connection.wait([line])
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # nobody listens any more
    if not _AT_WORK.acquire(blocking=False):
        _thread.interrupt_main(signal.SIGTERM)
        _AT_WORK.acquire(timeout=TIDYING)
    os._exit(1)
