"""The doors of `fuzzing.py`, led by coverage: ``python tests/guided_fuzzing.py KIND [RUNS] [SEED]``.

An input that reaches code which none before it reached is kept, and changed further,
by the pieces that its kind has. It needs atheris (Google, libFuzzer for Python), which
is in no extra, since it is not built for every Python: ``make fuzz GUIDED=1`` installs
it. Faults are printed and saved as `fuzzing.py` does it.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

sys.path.insert(0, str(Path(__file__).parent))
atheris.instrument_imports(include=["mi_theme"]).__enter__()  # to the end: rooms are imported where they are used

import fuzzing  # noqa: E402

LARGEST = 20_000  # bytes of an input


def main() -> None:
    """Fuzz one kind."""
    name, runs, seed = [*sys.argv[1:], "2000", "1"][:3] if len(sys.argv) < 4 else sys.argv[1:4]
    kind, place = (
        fuzzing.kinds()[name],
        Path(os.environ.get("FUZZ_FOLDER") or tempfile.mkdtemp(prefix="mi_theme-fuzz-")),
    )
    corpus = place / f"{name}-corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(kind.seeds):
        (corpus / f"seed-{number}").write_bytes(data)
    seen: set[str] = set()

    def tried(data: bytes) -> None:
        fault = fuzzing.fault_of(name, kind, data)
        if fault and fault.where + fault.words[:12] not in seen:
            seen.add(fault.where + fault.words[:12])
            path = place / f"{name}-guided-{len(seen)}"
            path.write_bytes(data)
            print(json.dumps([name, fault.words, fault.where, str(path)]), repr(data[:300]), flush=True)

    def mutated(data: bytes, most: int, number: int) -> Any:
        try:
            pieces = kind.cut(data)
        except (IndexError, ValueError):  # bytes that are no file any more
            return atheris.Mutate(data, most)
        made = kind.join(fuzzing.changed(pieces, kind, random.Random(number)))
        return made if len(made) <= most else atheris.Mutate(data, most)

    limits = [f"-max_len={LARGEST}", "-rss_limit_mb=3072", "-report_slow_units=60", f"-artifact_prefix={place}/"]
    options = [f"-runs={runs}", f"-seed={seed}", "-verbosity=0", *limits]
    atheris.Setup([sys.argv[0], *options, str(corpus)], tried, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
