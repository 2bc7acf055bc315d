"""What commands that go through folders share: where the work is done, and how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mi_theme.cli.shared import say
from mi_theme.cli.terminal import commanding

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Workers", "counted", "progress_bar", "workers_options"]

PATIENCE = 5.0  # seconds after which it is said how far a command is, where there is no terminal for a bar


class Workers(NamedTuple):
    """Where the work is done: so many processes, or a cluster at an address."""

    workers: int | None = None
    dask: str | None = None

    @contextmanager
    def executor(self) -> Iterator[Executor | None]:
        """An executor that ends with the context; None for this process."""
        from mi_theme.executors import workers_for

        with workers_for(self.workers, self.dask) as found:
            yield found


def workers_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--workers`` and ``--dask``; the command gets them as one `Workers`, ``where``."""

    @wraps(command)
    def choosing(*args: Any, workers: int | None, dask: str | None, **options: Any) -> Any:
        if workers is not None and dask is not None:
            raise click.UsageError("--workers or --dask, not both")
        return command(*args, where=Workers(workers, dask), **options)

    with_options: Callable[..., Any] = choosing
    for option in (
        click.option(
            "--dask",
            metavar="ADDRESS",
            help="Work on a Dask cluster, whose scheduler is at tcp://HOST:PORT; its workers see the same files.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(1),
            help="Processes that work side by side; by default all cores once there is enough to do, 1 for none.",
        ),
    ):
        with_options = option(with_options)
    return with_options


@contextmanager
def progress_bar(word: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(file=commanding(sys.stderr))
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(word, total=None)
        told = monotonic()

        def advance(done: int, total: int) -> None:
            nonlocal told
            bar.update(task, completed=done, total=total)
            if not console.is_terminal and monotonic() - told > PATIENCE and done < total:
                told = monotonic()
                say(f"{word}: {done} of {total}")

        yield advance


def counted(number: int, thing: str) -> str:
    """So many of a thing, in words."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
