"""Where to work, as a command line says it: here, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from mi_theme.errors import MissingExtra, MiThemeError
from mi_theme.executors.local_processes import LocalProcesses, cores
from mi_theme.version import __version__

__all__ = ["dask_workers", "package_version", "workers_for"]

PATIENCE = 2.0  # seconds of work that are done here before processes are started, which takes about one
ANSWERING = 10.0  # seconds that a cluster has to answer


@contextmanager
def workers_for(workers: int | None = None, dask: str | None = None) -> Iterator[Executor | None]:
    """Where to work, as a command line says it; what was started ends with the context.

    Parameters
    ----------
    workers
        Processes of this machine; 1 for this one alone. By default as many as there are cores, once
        there is more to do than starting them takes.
    dask
        The address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``.

    Yields
    ------
    Executor or None
        None for this process.

    Raises
    ------
    MiThemeError
        As `dask_workers`.
    """
    if dask is not None:
        with dask_workers(dask) as cluster:
            yield cluster
    elif (cores() if workers is None else workers) == 1:
        yield None
    else:
        with LocalProcesses(workers, patience=PATIENCE if workers is None else 0.0) as pool:
            yield pool


@contextmanager
def dask_workers(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster as an executor.

    They need the same version of this package, and see the files under the same names.

    Parameters
    ----------
    address
        Of the scheduler.

    Yields
    ------
    Executor
        As ``distributed.Client(address).get_executor()`` gives it.

    Raises
    ------
    MissingExtra
        Without distributed.
    MiThemeError
        Where nothing answers there, or the workers have not this package.
    """
    try:
        import distributed
    except ImportError:
        raise MissingExtra.named("distributed", "dask") from None
    cluster: Any = distributed
    try:
        client = cluster.Client(address, timeout=ANSWERING)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        raise MiThemeError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=ANSWERING)
            versions = set(client.run(package_version).values())
        except Exception as error:
            raise MiThemeError(f"{address}: the workers of this cluster cannot do it: {error}") from None
        if versions != {__version__}:
            raise MiThemeError(
                f"{address}: workers have mi_theme {', '.join(sorted(versions))}, here it is {__version__}"
            )
        yield client.get_executor(pure=False)


def package_version() -> str:
    """The version of this package where it is called: on a worker, say."""
    return __version__
