"""Draw the pictures of the README and the pages again: python docs/pictures/regenerate.py (or make pictures)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import mi_theme as mi
from mi_theme.engraving import Drawing, notation
from mi_theme.views import necklace

HERE = Path(__file__).parent
MADE_WITH = ("verovio", "matplotlib")  # other versions may draw a little otherwise
REGISTER = 67  # MIDI number of degree 1
RELATIVES = {  # of the ostinato, brought to its key; see docs/explanation/ostinato-in-the-corpus.md
    "Landini": "1 1 b3 4 1 1 b7, b7,",
    "The Corporal": "1 1 b3 4 1 1 b7, 6,",
    "Palestrina": "1 1 b3 4 1 1 2 b3",
}


def pictures() -> Iterator[tuple[str, Drawing]]:
    """Each picture with its name."""
    theme = mi.theme()
    in_four = theme.to_meter("4/4")
    waltz = mi.Score.from_notes(
        [0, 1, 2, 3, 5, 6, 7.5, 8, 9], [1, 1, 1, 2, 1, 1.5, 0.5, 1, 3], [67, 71, 74, 79, 78, 76, 74, 72, 71], meter="3/4"
    )  # fmt: skip
    yield "theme", mi.draw(theme)
    yield "versions", mi.draw(in_four)
    yield "ways", notation(*(theme.to_meter("4/4", how) for how in ("regroup", "square", "cut")))
    yield "metres", notation(*(theme.to_meter(meter) for meter in ("4/4", "7/8:2+2+3", "3/4", "6/4")))
    yield "waltz", mi.draw(mi.plan(waltz, "4/4"))
    yield "bar_map", mi.draw(in_four, "map")
    yield "necklaces", necklace("3+3+2+2", "3+3+1+1", "3+3+2")
    yield "weights", mi.draw(theme.meter)
    rendition = mi.render(form="clayton-mullen", style="jazz-combo", seed=1)
    yield "roll", mi.draw(rendition, bars=(7, 12))
    yield "bars", mi.draw(rendition, "notation", bars=(7, 10))
    in_fours = rendition.passage((9, 16))
    yield "hit", notation(in_fours, hit=mi.find(theme, in_fours, top=1)[0])
    yield "worksheet", mi.worksheet(theme, "4/4")
    yield "relatives", mi.draw(even_notes(theme, RELATIVES), "notation")


def even_notes(theme: mi.Theme, relatives: dict[str, str]) -> mi.Score:
    """The ostinato and its relatives note under note, without their rhythms."""
    tunes = {"The ostinato": [tone.degree for tone in theme.ostinato]}
    tunes |= {name: [mi.Degree(degree) for degree in text.split()] for name, text in relatives.items()}
    rows = [
        (at, degree.pitch(theme.tonic, REGISTER), degree.step(theme.tonic, REGISTER), part)
        for part, tune in enumerate(tunes.values()) for at, degree in enumerate(tune)
    ]  # fmt: skip
    onset, pitch, step, part = zip(*rows, strict=True)
    return mi.Score.from_notes(onset, 1, pitch, step=step, part=part, names=[*tunes], meter="8/4")


def made_with() -> str:
    """What drew them."""
    return "".join(f"{package} {version(package)}\n" for package in MADE_WITH)


def main() -> None:
    """Write them all."""
    for name, picture in pictures():
        (HERE / f"{name}.svg").write_text(picture.to_svg(), "utf-8")
    (HERE / "made_with.txt").write_text(made_with(), "utf-8")


if __name__ == "__main__":
    main()
