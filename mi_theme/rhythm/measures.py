"""A rhythm in numbers: every measure in one table, and two versions side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import numpy as np

from mi_theme.arguments import asked
from mi_theme.errors import ScoreError
from mi_theme.guesses import Guessed
from mi_theme.listings import scrolled
from mi_theme.meter import Meter
from mi_theme.quantising import written_music
from mi_theme.rhythm import offbeats, regularity
from mi_theme.rhythm.grids import on_grid
from mi_theme.rhythm.lines import Floats, HeardMusic, Music, Themed, line_of, music_of
from mi_theme.score import Score

__all__ = ["MEASURES", "Measure", "Measures", "measure"]

MEASURE_DIGITS = 9  # after the point: what lies beyond is the arithmetic's, not the music's


class Measure(NamedTuple):
    """One row of the table: a name, what it says, and how it is taken from onsets and a metre."""

    name: str
    says: str
    take: Callable[[Floats, Meter], float | None]


@dataclass(frozen=True, slots=True)
class Measures(Guessed):
    """Measures of one piece of music or of several, a column each.

    Attributes
    ----------
    titles
        What was measured.
    rows
        (name, values): one value for each title, None where a measure is not defined.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]

    def __getitem__(self, name: str) -> float | None:
        """The first column's value of a measure."""
        return dict(self.rows)[name][0]

    def __str__(self) -> str:
        table = [("", *self.titles), *((name, *map(_shown, values)) for name, values in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in table
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(title)}</th>" for title in ("", *self.titles))
        says = {row.name: row.says for row in MEASURES}
        body = "".join(
            f'<tr><th title="{escape(says.get(name, ""))}" style="text-align:left">{escape(name)}</th>'
            + "".join(f"<td>{_shown(value)}</td>" for value in values)
            + "</tr>"
            for name, values in self.rows
        )
        return scrolled(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")

    def as_dict(self) -> dict[str, dict[str, float | None]]:
        """The values by title, then by measure."""
        return {title: {name: values[column] for name, values in self.rows} for column, title in enumerate(self.titles)}

    def beside(self, *others: Measures) -> Measures:
        """These columns and those of others; a title that is there already gets a number.

        Parameters
        ----------
        *others
            Other tables.
        """
        titles: list[str] = []
        for title in (title for table in (self, *others) for title in table.titles):
            same = sum(title == known.partition(" (")[0] for known in titles)
            titles.append(f"{title} ({same + 1})" if same else title)
        tables = [dict(table.rows) for table in (self, *others)]
        rows = ((name, tuple(v for t in tables for v in t[name])) for name, _ in self.rows)
        return Measures(tuple(titles), tuple(rows))


@asked()
def measure(
    music: Music, meter: Meter | str | None = None, *, part: str | int | None = None, name: str = ""
) -> Measures:
    """Measure a rhythm: one number for each row of `MEASURES`.

    Parameters
    ----------
    music
        Music of any kind that `Score.of` takes (all its pitched parts together, or one `part`; as it is written,
        where it is played), a theme or an adaptation (its ostinato), a motif, or onsets in quarters with a bar line at 0.
    meter
        The metre to measure against; scores, themes and adaptations bring their
        own. Without one, what needs a metre is None.
    part
        One part of a score, by name or number.
    name
        What the column is called.

    Returns
    -------
    Measures
        Prints as a table; ``measures["syncopation"]`` is one number of it.

    Raises
    ------
    ScoreError
        Where a score changes its metre (measure passages of it), or a note lies
        on no grid of the metre.
    UnknownName
        Where there is no such part.

    Examples
    --------
    >>> print(measure([0, 1.5, 3, 4], "5/4:3+3+2+2")["syncopation"])
    0.0
    """
    onsets, found = _read(music_of(music), None if meter is None else Meter(meter), part)
    title = name or (str(found) if found else "no metre")
    return Measures((title,), tuple((row.name, (_value(row, onsets, found),)) for row in MEASURES))


def _read(music: HeardMusic, meter: Meter | None, part: str | int | None) -> tuple[Floats, Meter | None]:
    """Onsets from a bar line, and the metre."""
    if not isinstance(music, Score):
        return line_of(music).onsets, meter or (music.meter if isinstance(music, Themed) else None)
    music = written_music(music).score
    start = music.meters.bar(1).start  # a pick-up may have a signature of its own
    metres = list(dict.fromkeys([music.meters.at(start).meter, *(m for at, m in music.meters.changes if at > start)]))
    if meter is None and len(metres) > 1:
        said = ", ".join(map(str, metres[:4]))
        raise ScoreError(f"the score changes its metre ({said}): name one, or measure score.passage(bars)")
    rows = music.notes(part)
    onsets = line_of(music).onsets if part is None else line_of(rows["onset"], rows["duration"]).onsets
    return onsets - float(start), meter or metres[0]


def _value(row: Measure, onsets: Floats, meter: Meter | None) -> float | None:
    if meter is None and row.name not in METRELESS:
        return None
    value = row.take(onsets, meter or Meter("4/4"))
    return None if value is None else round(value, MEASURE_DIGITS)


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) and abs(value) >= 1 else f"{value:.3f}".rstrip("0").rstrip(".")


def _bars(onsets: Floats, meter: Meter) -> Floats:
    """The bars that have a note, as rows of 0 and 1 for their places: shape (bars, places)."""
    grid, places = on_grid(onsets, meter)
    numbers, rows = np.unique(places // grid.places, return_inverse=True)
    bars = np.zeros((len(numbers), grid.places))
    bars[rows, places % grid.places] = 1
    return bars


def _evenness(onsets: Floats, meter: Meter) -> float | None:
    bars = _bars(onsets, meter)
    if not len(bars):
        return None
    angles = np.pi * np.arange(bars.shape[1]) / bars.shape[1]
    chords = (bars @ np.abs(np.sin(angles[:, None] - angles)) * bars).sum(1)
    count = bars.sum(1)
    return float(np.where(count < 2, 1, chords * np.tan(np.pi / (2 * count)) / count).mean())


def _off_beatness(onsets: Floats, meter: Meter) -> float | None:
    bars = _bars(onsets, meter)
    prime = np.gcd(np.arange(bars.shape[1]), bars.shape[1]) == 1
    return float(bars[:, prime].sum() / len(bars)) if len(bars) else None


def _keith(onsets: Floats, meter: Meter) -> float | None:
    try:
        return offbeats.keith(onsets, meter)
    except ScoreError:
        return None


def _inner_agreement(onsets: Floats, meter: Meter) -> float | None:
    """Correlation of the mean spectral weight of each pulse of the bar with its level."""
    try:
        inner = regularity.inner_meter(onsets)
    except ScoreError:  # notes too far apart
        return None
    pulses = np.rint(inner.places / float(meter.pulse)).astype(np.int64)
    on = np.abs(pulses * float(meter.pulse) - inner.places) < 1e-6
    place = pulses[on] % meter.pulses
    weights = np.bincount(place, inner.spectral[on], meter.pulses) / np.maximum(
        np.bincount(place, minlength=meter.pulses), 1
    )
    levels = np.array(meter.levels, float)
    if np.ptp(weights) == 0 or np.ptp(levels) == 0:
        return None
    return float(np.corrcoef(weights, levels)[0, 1])


def _count_of_bars(onsets: Floats, meter: Meter) -> float:
    bars = np.unique(np.floor(np.asarray(onsets, float) / float(meter.bar) + 1e-9))
    return float(bars[-1] - bars[0] + 1) if len(bars) else 0.0


METRELESS = ("notes", "IOI entropy", "nPVI")
#: The rows of the table: name, what it says in words, and the function.
MEASURES = (
    Measure("notes", "onsets, chords counted once", lambda onsets, _: float(len(onsets))),
    Measure("bars", "from the first note to the last", _count_of_bars),
    Measure("syncopation", "Longuet-Higgins and Lee 1984, per bar; 0 up", offbeats.syncopation),
    Measure("Keith", "1 hesitation, 2 anticipation, 3 syncopation, per bar; - where not defined", _keith),
    Measure("WNBD", "weighted note-to-beat distance, per note; 0 up", offbeats.wnbd),
    Measure("off-beatness", "onsets on places prime to the bar, per bar", _off_beatness),
    Measure("metric complexity", "weight short of the strongest places, per bar; 0 up", offbeats.metric_complexity),
    Measure("indispensability", "Barlow 1987, mean over the notes; 0 to 1", offbeats.indispensability),
    Measure("evenness", "chords against a regular polygon, mean of the bars; 0 to 1", _evenness),
    Measure(
        "inner agreement", "correlation of spectral weight (Volk 2008) and metrical level; -1 to 1", _inner_agreement
    ),
    Measure("IOI entropy", "bits; 0 up", lambda onsets, _: regularity.ioi_entropy(onsets)),
    Measure("nPVI", "contrast of neighbouring intervals; 0 to 200", lambda onsets, _: regularity.npvi(onsets)),
)
