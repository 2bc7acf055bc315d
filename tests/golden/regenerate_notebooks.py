"""Write each notebook of examples/ from the .py file beside it: python tests/golden/regenerate_notebooks.py

A cell's id is made from its words, so that it stays the same when other cells come and go.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "examples"
METADATA = {
    "jupytext": {"formats": "ipynb,py:percent"},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cells_of(text: str) -> list[tuple[str, str]]:
    """(kind, words) of the cells of a file in py:percent."""
    found = []
    for cell in re.split(r"^# %% ?", text, flags=re.M)[1:]:
        head, _, body = cell.partition("\n")
        if head == "[markdown]":
            found.append(("markdown", re.sub(r"^# ?", "", body, flags=re.M).strip()))
        else:
            found.append(("code", body.strip()))
    return found


def as_cell(kind: str, words: str, taken: set[str]) -> dict[str, Any]:
    name = next(
        name for i in range(99) if (name := sha256(f"{kind}{words}{i or ''}".encode()).hexdigest()[:8]) not in taken
    )
    taken.add(name)
    made = {"cell_type": kind, "id": name, "metadata": {}, "source": words.splitlines(keepends=True)}
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def as_notebook(path: Path) -> str:
    """The notebook of a .py file, as JSON: the same text every time."""
    taken: set[str] = set()
    cells = [as_cell(kind, words, taken) for kind, words in cells_of(path.read_text("utf-8"))]
    book = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    for path in sorted(EXAMPLES.glob("[0-9]_*.py")):
        path.with_suffix(".ipynb").write_text(as_notebook(path), "utf-8")
        print(path.with_suffix(".ipynb").name)
