"""Every command with a small input that it takes: the table that the tests of faults, sockets and writes run.

A new command is a row here; without one `test_faults.test_every_command_has_a_row`
fails. A row is a line as one types it in the folder of `inputs`, and the files that
it makes there.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import mi_theme as mi

LANTERN_STREET = Path(__file__).parent.parent / "examples" / "lantern_street"
ABC = "X:1\nT:Tune\nM:3/4\nL:1/4\nK:G\nG A B | c2 B | A>G F | G3 |]\n"
KERN = "**kern\n*M4/4\n=1\n4c\n4d\n4e\n4f\n=2\n1g\n==\n*-\n"


class Row(NamedTuple):
    """A command as it is typed.

    Attributes
    ----------
    line
        Its words; those with blanks in them stand in quotes.
    makes
        The files that it makes, or changes; of a folder its name with a slash.
    needs
        A package without which it says so and fails.
    sockets
        Whether it opens some: then on this machine alone, and once it listens it is interrupted, as people end it.
    code
        How it ends.
    steady
        Whether it makes the same bytes each time: an index holds times and places, and has its faults in test_index.py.
    """

    line: str
    makes: tuple[str, ...] = ()
    needs: str = ""
    sockets: bool = False
    code: int = 0
    steady: bool = True

    def __str__(self) -> str:
        return self.line


ROWS = (
    Row("render -o out.mid", ("out.mid",)),
    Row("render tv club 7/8 --seed 2 -o out.musicxml --stems stems", ("out.musicxml", "stems/")),
    Row("render --film 3 --plan"),
    Row("index build music -o out.idx", ("out.idx/",), "duckdb", steady=False),
    *(
        Row(f"index {words}", code=1)
        for words in (
            "build nowhere -o out.idx",
            "update music",
            "info music",
            "check music",
            "query music 'select 1'",
        )
    ),  # what an index makes holds times and places, which differ: test_index.py has its faults
    Row("forms"),
    Row("styles --json"),
    Row("sound tune.mid -o out.wav --rate 8000 --tail 0", ("out.wav",), "midirenderer"),
    Row("convert tune.mid 3/4 -o out.mid", ("out.mid",)),
    Row("convert tune.mid --to 7/8:2+2+3 -o out.musicxml --explain", ("out.musicxml",)),
    Row("convert tune.musicxml --to 3/4 -o out.mxl", ("out.mxl",)),
    Row("convert tune.abc --to 4/4 -o out.json", ("out.json",)),
    Row("convert tune.krn --to 5/4 -o out.svg", ("out.svg",), "verovio"),
    Row("convert tune.mid --plan plan.json -o -"),
    Row("convert music --to 5/4 -o out", ("out/",)),
    Row("compare tune.mid --to 6/8 --json"),
    Row("studio tune.mid --no-browser", needs="uvicorn", sockets=True, code=130),
    Row("quantize played.mid -o out.mid --explain", ("out.mid",)),
    Row("quantize played.mid --beats beats.txt -o out.musicxml", ("out.musicxml",)),
    Row("adapt --to 4/4 -o out.musicxml", ("out.musicxml",)),
    Row("adapt --theme tune.mid --to 6/8 --all"),
    Row("report --to 4/4 -o out.html", ("out.html",), "verovio"),
    Row("report -o out.pdf", ("out.pdf",), "typst"),
    Row("strategies"),
    Row("draw tune.musicxml -o out.svg", ("out.svg",), "verovio"),
    Row("draw tune.mid --as roll -o out.png", ("out.png",), "matplotlib"),
    Row("draw 5/4:3+3+2+2 --as necklace -o out.pdf", ("out.pdf",), "matplotlib"),
    Row("draw --to 4/4 -o out.html", ("out.html",), "verovio"),
    Row("worksheet 4/4 -o out.html", ("out.html",), "verovio"),
    Row("worksheet 4/4 -o out.pdf --teacher", ("out.pdf",), "typst"),
    Row("meter 5/4:3+3+2+2"),
    Row("which-meter tune.mid"),
    Row("which-meter music --details --json"),
    Row("measure tune.mid"),
    Row("measure music --csv"),
    Row("motifs tune.mid --places"),
    Row("find music --midi-out out", ("out/",)),
    Row("find tune.mid --theme tune.mid --max-evalue inf --explain"),
    Row("rank tune.mid music --csv"),
    Row("play tune.mid", needs="midirenderer", code=1),  # the tests leave no player in the path
    Row("info tune.mid"),
    Row("info tune.musicxml --json"),
    Row("lineage"),
    Row("lineage --film 4 --draw graph -o out.svg", ("out.svg",)),
    Row("lineage --format bibtex -o out.bib", ("out.bib",)),
    Row("lineage --format jsonld"),
    Row("lineage cite M01"),
    Row("lineage describe tables", ("tables/datapackage.json", "tables/schemas/")),
    Row("lineage locate tables/documents/letter.txt 'and the titles too'"),
    Row("lineage show M01"),
    Row("lineage --data tables verify tables/documents"),
    Row("mcp music", needs="mcp", sockets=True),
    Row("annotate tune.mid 3 -o out.mid", ("out.mid",)),
    Row("annotate tune.mid 3 --in-place", ("tune.mid",)),
)


def inputs(place: Path) -> Path:
    """The folder that the rows are typed in."""
    place.mkdir(parents=True, exist_ok=True)
    steps, lengths = [0, 2, 4, 5, 7, 5, 4, 2] * 4, [1, 0.5, 0.5, 1, 1] * 8
    onsets = [sum(lengths[:k]) for k in range(len(steps))]
    tune = mi.Score.from_notes(onsets, lengths[: len(steps)], [60 + step for step in steps], meter="4/4")
    tune.save(place / "tune.mid")
    tune.save(place / "tune.musicxml")
    (place / "tune.abc").write_text(ABC, "utf-8")
    (place / "tune.krn").write_text(KERN, "utf-8")
    late = [max(onset + (0, 2, -1)[k % 3] / 96, 0) for k, onset in enumerate(onsets)]
    mi.Score.from_notes(late, 0.375, [60 + step for step in steps], meter="4/4").save(place / "played.mid")
    (place / "beats.txt").write_text("".join(f"{k * 0.5:.3f}\n" for k in range(48)))
    (place / "plan.json").write_text(json.dumps(json.loads(mi.plan(tune, "3/4").to_json())))
    (place / "music" / "deep").mkdir(parents=True)
    theme = mi.theme().to_score()
    theme.save(place / "music" / "theme.mid")
    theme.save(place / "music" / "deep" / "theme.musicxml")
    (place / "music" / "tune.abc").write_text(ABC, "utf-8")
    shutil.copytree(LANTERN_STREET, place / "tables")
    for name in ("datapackage.json", "schemas/films.schema.json"):  # to be made again
        (place / "tables" / name).unlink()
    return place
