"""How long things take from the outside: python tests/benchmarks/startup.py

Whole processes, the median of several runs: importing the package against bare
Python, and ``mi-theme render`` against a minimal music21 script that writes as
many notes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 9
MUSIC21 = """
from music21 import note, stream
part = stream.Part()
for i in range({notes}):
    part.append(note.Note(36 + i % 24, quarterLength=0.5))
part.write("midi", {out!r})
"""


def seconds(command: list[str]) -> float:
    """Median wall time of a command."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = str(Path(folder, "ours.mid")), str(Path(folder, "theirs.mid"))
        render = [sys.executable, "-m", "mi_theme", "render", "--form", "clayton-mullen", "-o", ours]
        subprocess.run(render, check=True, capture_output=True)
        import mi_theme as mi

        notes = len(mi.read(ours).note_table())
        rows = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "import mi_theme": [sys.executable, "-c", "import mi_theme"],
            "theme().to_meter('4/4')": [sys.executable, "-c", "import mi_theme as mi; mi.theme().to_meter('4/4')"],
            f"mi-theme render ({notes} notes)": render,
            f"music21 script ({notes} notes)": [sys.executable, "-c", MUSIC21.format(notes=notes, out=theirs)],
        }
        print(f"{'whole process, median of ' + str(RUNS):36}    ms   over bare Python")
        bare = None
        for name, command in rows.items():
            took = seconds(command) * 1000
            bare = took if bare is None else bare
            print(f"{name:36} {took:5.0f}   {took - bare:+.1f}")


if __name__ == "__main__":
    main()
