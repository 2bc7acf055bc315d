"""Many files at once, wherever there are processors.

Whatever goes through a folder goes through `in_batches` or `one_by_one`: here, in processes of this machine
(`LocalProcesses`), on a Dask cluster (`dask_workers`), or in any other `concurrent.futures.Executor`.

>>> from mi_theme.executors import one_by_one
>>> [found for _, found in one_by_one(abs, [-1, 2, -3])]
[1, 2, 3]
"""

from mi_theme.executors.batched_work import Failed, in_batches, one_by_one
from mi_theme.executors.clusters import dask_workers, workers_for
from mi_theme.executors.local_processes import LocalProcesses

__all__ = [
    "Failed",
    "LocalProcesses",
    "dask_workers",
    "in_batches",
    "one_by_one",
    "workers_for",
]
