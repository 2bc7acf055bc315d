"""How well `mi.rank` finds the performances of a written theme: python tests/benchmarks/performances.py [FOLDER]

FOLDER holds recorded performances, each piece in a folder of its own (at any depth):
the score in a file with "score" in its name (``xml_score.musicxml``), the performances
as MIDI files beside it; performances without a score are there to be passed over.
Without FOLDER, rough performances are made up, of passages of
music21's piano and chamber music (`performing`). The first 12, 16 and 24 notes of the
score's top line rank all performances; printed are the mean average precision and how
often the first answer is right, beside the edit distance of the intervals (Levenshtein,
1966) within the top line of each performance.

``--looked-at`` takes the half of the pieces that `PlayingModel` was set on. ``--within``
asks for a passage from the middle of each piece instead of its beginning, ``--shift``
for it in another key.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from performing import edition, performed, top_line
from ranking import edits, precision, table_row

import mi_theme as mi
from mi_theme.files import ENDINGS
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.score.notes import NOTE
from mi_theme.search.ranking.performances import ThemeShape, chain_in
from mi_theme.search.ranking.repertoires import RankedPiece

Table = NDArray[np.void]
FOLDERS = (
    "beach", "beethoven", "chopin", "corelli", "cpebach", "handel", "haydn", "joplin", "lusitano", "mozart",
    "schubert", "schumann_clara", "schumann_robert", "verdi", "weber",
)  # fmt: skip
SIZES = (12, 16, 24)
FEWEST = 150  # notes of a passage
PASSAGE = (250, 900)  # notes of a passage that is taken for a piece
CHORD = 0.1  # quarters: what a performer spreads


class Repertory(NamedTuple):
    """Themes of each size by piece, performances, and the piece that each is of."""

    themes: dict[int, list[Table]]
    heard: list[RankedPiece]
    of: NDArray[np.int64]


def recorded(folder: Path) -> Repertory:
    """Pieces of a folder that have a score, and all performances."""
    lines, heard, of = [], [], []
    for place in sorted({path.parent for path in folder.rglob("*") if path.suffix.lower() in ENDINGS}):
        files = [path for path in sorted(place.iterdir()) if path.suffix.lower() in ENDINGS]
        scores = sorted((path for path in files if "score" in path.name), key=_is_midi)
        played = [path for path in files if "score" not in path.name and _is_midi(path)]
        heard += [RankedPiece.of(Sheet(mi.read(path).note_table(), source=path.name)) for path in played]
        of += [len(lines) if scores else -1] * len(played)
        lines += [top_line(mi.read(path).note_table(), max(SIZES)) for path in scores[:1]]
    return Repertory({size: [line[:size] for line in lines] for size in SIZES}, heard, np.array(of))


def _is_midi(path: Path) -> bool:
    return path.suffix.lower() in (".mid", ".midi")


def pieces(looked_at: bool) -> list[Table]:
    """Half of music21's pieces, cut into passages."""
    import music21

    root = Path(music21.__file__).parent / "corpus"
    files = [path for name in FOLDERS for path in sorted((root / name).rglob("*")) if path.suffix in (".krn", ".mxl", ".xml", ".musicxml")]  # fmt: skip
    names = {str(path.relative_to(root)): path for path in {path.with_suffix(""): path for path in files}.values()}
    tables = [mi.read(names[name]).note_table() for name in sorted(names)[0 if looked_at else 1 :: 2]]
    chosen = [notes[notes["duration"] > 0] for notes in tables]
    rng = np.random.default_rng(5)
    return [passage for notes in chosen for passage in _passages(notes, rng)]


def _passages(notes: Table, rng: np.random.Generator) -> list[Table]:
    """A piece in passages that begin with a multiple of four quarters."""
    found, at = [], 0
    while at < len(notes) - FEWEST:
        size = int(rng.integers(*PASSAGE))
        passage = notes[notes["onset"] >= 4 * np.ceil(notes["onset"][at] / 4)][:size].copy()
        passage["onset"] -= passage["onset"][:1]
        found.append(passage)
        at += size
    return [passage for passage in found if len(passage) >= FEWEST]


def made_up(many: int, copies: int, roughness: float, looked_at: bool, within: bool, seed: int) -> Repertory:
    """Performances of passages, spread over the pieces."""
    rng, scores = np.random.default_rng(seed), pieces(looked_at)
    scores = [scores[row] for row in np.linspace(0, len(scores) - 1, min(many, len(scores))).astype(int).tolist()]
    heard = [RankedPiece.of(Sheet(performed(score, rng, roughness))) for score in scores for _ in range(copies)]
    lines = [_later(score, rng) if within else score for score in scores]
    themes = {size: [edition(line, size, rng, roughness) for line in lines] for size in SIZES}
    return Repertory(themes, heard, np.repeat(np.arange(len(scores)), copies))


def _later(score: Table, rng: np.random.Generator) -> Table:
    """A piece from a place in its middle on."""
    return score[score["onset"] >= score["onset"][int(rng.uniform(0.2, 0.7) * len(score))]]


def printed(repertory: Repertory, shift: int) -> None:
    """One row for each size and way."""
    heard, of = repertory.heard, repertory.of
    tops = [np.diff(_struck(piece.notes)["pitch"].astype(int)).tolist() for piece in heard]
    notes = sum(len(piece.notes) for piece in heard)
    print(f"{len(heard)} performances, scores of {len(set(of.tolist()) - {-1})} pieces, {notes:,} notes")
    print(f"{'':36}    MAP   1-NN  ms/performance", flush=True)
    ways: dict[str, Callable[[Table], Sequence[float]]] = {
        "edits within the top line": lambda theme: [-edits(np.diff(theme["pitch"].astype(int)).tolist(), top, within=True) for top in tops],
        "rank": lambda theme: [chain_in(ThemeShape.of(theme), piece.performance).score for piece in heard],
    }  # fmt: skip
    ways["rank"](np.zeros(2, NOTE))  # prepared, and compiled
    for size, themes in repertory.themes.items():
        for name, way in ways.items():
            began = time.perf_counter()
            found = [
                precision(np.array(way(_shifted(theme, shift))), of == row)
                for row, theme in enumerate(themes)
                if (of == row).any()
            ]
            spent = 1000 * (time.perf_counter() - began) / len(found) / len(heard)
            print(table_row(f"{size} notes: {name}", found, spent), flush=True)


def _struck(notes: Table) -> Table:
    """The highest notes of chords as a player spreads them."""
    chord = np.cumsum(np.diff(notes["onset"], prepend=0.0) > CHORD)
    order = np.lexsort((notes["pitch"], chord))
    return notes[order[np.append(np.diff(chord[order]) > 0, True)[: len(notes)]]]


def _shifted(theme: Table, shift: int) -> Table:
    moved = theme.copy()
    moved["pitch"] += shift
    return moved


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--pieces", type=int, default=160)
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--roughness", type=float, default=1.8)
    parser.add_argument("--looked-at", action="store_true")
    parser.add_argument("--within", action="store_true")
    parser.add_argument("--shift", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    chosen: Any = parser.parse_args()
    if chosen.folder:
        printed(recorded(chosen.folder), chosen.shift)
        return
    settings = chosen.pieces, chosen.copies, chosen.roughness, chosen.looked_at, chosen.within, chosen.seed
    printed(made_up(*settings), chosen.shift)


if __name__ == "__main__":
    main()
