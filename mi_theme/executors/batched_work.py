"""Batches for any executor: their results come in order, and a worker that is lost takes nothing along."""

from __future__ import annotations

import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from functools import partial
from math import inf
from secrets import token_hex
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar

from mi_theme.errors import MiThemeError
from mi_theme.executors.local_processes import LocalProcesses

__all__ = ["BATCH_FILES", "Failed", "Progress", "in_batches", "one_by_one"]

#: files of a batch
BATCH_FILES = 200  # one task a file is slower on a cluster than no cluster, hundreds are twice as fast
FEWEST_BATCHES = 32  # of files that are done one by one, so that progress is seen and no worker is idle
AHEAD = 512  # batches that are handed out before the first of them is back: enough for hundreds of workers
TRIES = 2  # of a batch that has the workers to itself, after it was lost in company

T = TypeVar("T")
R = TypeVar("R")
#: called with how many are done, and of how many
Progress = Callable[[int, int], object]
Done = Callable[[int], object]
Work = Callable[..., R]


class Failed(NamedTuple, Generic[T]):
    """What could not be done, and why.

    Attributes
    ----------
    item
        A file, say.
    reason
        One line.
    """

    item: T
    reason: str


def in_batches(
    work: Work[R],
    items: Sequence[T],
    *,
    executor: Executor | None = None,
    size: int = BATCH_FILES,
    progress: Progress | None = None,
) -> Iterator[R | Failed[T]]:
    """Do some work batch by batch, here or elsewhere; the results come in the order of the items, the same wherever it is done.

    A worker that is lost costs a retry of its batch. A batch that is lost again, or raises, is halved
    until it is known which item it is that cannot be done; all others are.

    Parameters
    ----------
    work
        Called with a list of items; here also with a function to tell how many of them are done. For other
        processes a function of a module, or a `functools.partial` of one.
    items
        What is to be done.
    executor
        Where, as `concurrent.futures` has it; here if None.
    size
        Items of a batch.
    progress
        Called with the number of items done and of all.

    Yields
    ------
    object
        What each batch gave, or a `Failed` for a single item.

    Raises
    ------
    MiThemeError
        Where the executor takes no work at all.
    """
    waiting = deque(items[first : first + size] for first in range(0, len(items), size))
    done, tell = 0, progress or (lambda count, of: None)
    until = inf if executor is None else monotonic() + getattr(executor, "patience", -inf)
    while waiting:
        if monotonic() >= until:
            if not isinstance(executor, LocalProcesses) or not executor.patience or executor.can_start():
                break
            until = inf  # nobody asked for processes, and there are none
        batch = waiting.popleft()
        yield from _here(work, batch, lambda count, before=done: tell(before + count, len(items)))  # type: ignore[misc]
        done += len(batch)
    if executor is None or not waiting:
        return
    with _Handed(work, executor) as handed:
        handed.take(_taken(waiting, AHEAD))
        while handed:
            batch = handed.first
            yield from handed.results()
            done += len(batch)
            tell(done, len(items))
            handed.take(_taken(waiting, 1))


def _taken(waiting: deque[T], most: int) -> Iterator[T]:
    for _ in range(min(most, len(waiting))):
        yield waiting.popleft()


def one_by_one(
    function: Callable[[T], R],
    items: Sequence[T],
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[T, R | Failed[T]]]:
    """What a function gives for each item, in order, in batches as `in_batches` has them.

    Parameters
    ----------
    function
        Of one item.
    items, executor, progress
        As for `in_batches`.

    Yields
    ------
    tuple
        The item, and what came of it, or a `Failed`.
    """
    size = 1 if executor is None else min(max(-(-len(items) // FEWEST_BATCHES), 1), BATCH_FILES)
    number = 0
    for found in in_batches(partial(_each, function), items, executor=executor, size=size, progress=progress):
        for one in [found] if isinstance(found, Failed) else found:
            yield items[number], one
            number += 1


def _each(function: Callable[[T], R], batch: Sequence[T], done: Done | None = None) -> list[R]:
    found = []
    for number, item in enumerate(batch, 1):
        found.append(function(item))
        if done:
            done(number)
    return found


class _Answer(NamedTuple):
    """What comes back from a worker: a result, or in one line what was raised; and what was warned of."""

    result: Any = None
    raised: str = ""
    warned: tuple[tuple[Warning, str, int], ...] = ()


def _numbered(work: Work[Any], batch: Sequence[Any], number: str) -> _Answer:
    """A batch in a worker; what it warns of is told where it was handed out, if this is a process of its own."""
    if threading.current_thread() is not threading.main_thread():
        return _answer(work, batch)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = _answer(work, batch)
    said = {(str(each.message), each.category): each for each in caught if isinstance(each.message, Warning)}
    return answer._replace(warned=tuple((each.message, each.filename, each.lineno) for each in said.values()))  # type: ignore[misc]


def _answer(work: Work[Any], batch: Sequence[Any]) -> _Answer:
    try:
        return _Answer(work(batch))
    except Exception as error:
        return _Answer(raised=_said(error))


def _here(work: Work[R], batch: Sequence[T], done: Done) -> Iterator[R | Failed[T]]:
    """A batch in this process; of one that raises, item by item."""
    try:
        found = work(batch, done)
    except Exception as error:
        if len(batch) == 1:
            yield Failed(batch[0], _said(error))
        else:
            for item in batch:
                yield from _here(work, [item], lambda _: None)
        done(len(batch))
    else:
        yield found


def _said(error: BaseException) -> str:
    """An error in one line, with its kind where it is none of ours."""
    words = " ".join(str(error).split())[:200]
    return words if isinstance(error, MiThemeError) and words else f"{type(error).__name__}: {words}"


def _check_lost(error: Exception) -> None:
    """Raise, unless this says that a worker is gone: then no batch can be done there."""
    if not isinstance(error, BrokenExecutor | CancelledError) and not type(error).__module__.startswith("distributed"):
        raise MiThemeError(f"the executor cannot do this work: {_said(error)}") from error


class _Handed:
    """Batches that an executor has, in order."""

    def __init__(self, work: Work[Any], executor: Executor) -> None:
        self.work, self.executor = work, executor
        self.queue: deque[tuple[Sequence[Any], Future[Any]]] = deque()
        self.own: LocalProcesses | None = None  # in place of a pool that broke

    def __enter__(self) -> _Handed:
        return self

    def __exit__(self, *raised: object) -> None:
        """What nobody waits for any more is not begun."""
        for _batch, future in self.queue:
            future.cancel()
        if self.own:
            self.own.shutdown()

    def __len__(self) -> int:
        return len(self.queue)

    @property
    def first(self) -> Sequence[Any]:
        return self.queue[0][0]

    def take(self, batches: Iterator[Sequence[Any]]) -> None:
        self.queue.extend((batch, self.submitted(batch)) for batch in batches)

    def submitted(self, batch: Sequence[Any]) -> Future[Any]:
        """A batch handed out; a pool that is broken for good is replaced."""
        try:
            return self._submit(batch)
        except BrokenExecutor:
            from concurrent.futures import ProcessPoolExecutor

            if not isinstance(self.executor, ProcessPoolExecutor):
                raise MiThemeError("the executor is broken and takes no more work") from None
            self.own = self.executor = LocalProcesses(getattr(self.executor, "_max_workers", None))
            return self._submit(batch)
        except Exception as error:
            raise MiThemeError(f"the executor takes no more work: {_said(error)}") from None

    def _submit(self, batch: Sequence[Any]) -> Future[Any]:
        """With a number of its own: a cluster takes the same work for done, or for failed for ever."""
        return self.executor.submit(_numbered, self.work, batch, token_hex(8))

    def results(self) -> Iterator[Any]:
        """What the first batch gave; if it was lost it is tried again alone, and then the others that went with it."""
        batch, future = self.queue.popleft()
        try:
            answer = future.result()
        except Exception as error:
            _check_lost(error)
            yield from self.again(batch)
            self.queue = deque((each, self.renewed(each, future)) for each, future in self.queue)
        else:
            yield from self.told(batch, answer)

    def renewed(self, batch: Sequence[Any], future: Future[Any]) -> Future[Any]:
        return self.submitted(batch) if future.done() and (future.cancelled() or future.exception()) else future

    def told(self, batch: Sequence[Any], answer: _Answer) -> Iterator[Any]:
        """A result; of a batch that raised, those of its halves."""
        for message, place, line in answer.warned:
            warnings.warn_explicit(message, type(message), place, line)
        if not answer.raised:
            yield answer.result
        elif len(batch) == 1:
            yield Failed(batch[0], answer.raised)
        else:
            yield from self.halves(batch)

    def again(self, batch: Sequence[Any]) -> Iterator[Any]:
        """A batch whose worker was lost, with the workers to itself; if that is lost too, its halves."""
        for _ in range(TRIES):
            try:
                answer = self.submitted(batch).result()
            except Exception as error:
                _check_lost(error)
            else:
                yield from self.told(batch, answer)
                return
        if len(batch) == 1:
            yield Failed(batch[0], "the worker that had it was lost, every time")
        else:
            yield from self.halves(batch)

    def halves(self, batch: Sequence[Any]) -> Iterator[Any]:
        middle = len(batch) // 2
        yield from self.again(batch[:middle])
        yield from self.again(batch[middle:])
