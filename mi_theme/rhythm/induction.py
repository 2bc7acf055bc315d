"""Which metre is this?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from os import PathLike, fspath
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mi_theme.errors import MiThemeError
from mi_theme.meter import Meter
from mi_theme.rhythm.lines import Floats, Music, lines_of
from mi_theme.rhythm.meter_evidence import QUARTER_TICKS, ticks_of
from mi_theme.rhythm.meter_model import candidates, model

__all__ = ["SURE", "MeterGuess", "induce_meter", "sure_guess", "which_meters"]

FEWEST_NOTES = 4  # notes; fewer say nothing of metre
SURE = 0.5  #: the first guess has to be likelier than not to be given as an answer
LEAST_PROBABILITY = 0.001  # probability of a guess worth mentioning
PROBABILITY_DIGITS = 4  # of a probability: more would say nothing


class MeterGuess(NamedTuple):
    """A metre, how likely it is, and where its first bar line is.

    Attributes
    ----------
    meter
        The metre, with its grouping where it is odd.
    probability
        Of this metre among all that are looked for, to four digits; together 1, but for what is below .001.
    phase
        The likeliest place of the first bar line at or after 0, in quarters.
    """

    meter: Meter
    probability: float
    phase: Fraction


def induce_meter(
    music: Music, durations: ArrayLike | None = None, pitches: ArrayLike | None = None
) -> list[MeterGuess]:
    """The metres that music may be in, the likeliest first; what a file says of its metre is not looked at.

    Parameters
    ----------
    music
        A score, a theme (its ostinato), a motif, or onsets in quarters, shape (n,).
    durations, pitches
        Of onsets: quarters and MIDI numbers, shape (n,). Pitches help a little.

    Returns
    -------
    list of MeterGuess
        Empty for fewer than four notes: nothing can be said. The first one is an
        answer only where its probability is above `SURE`; see `sure_guess`.

    Raises
    ------
    ScoreError
        Where the numbers are no notes: not finite, not of one length.

    Notes
    -----
    Looked for: 2/4 3/4 4/4 2/2 3/8 6/8 9/8 3/2 6/4, and 5/8, 7/8 and 5/4 in all
    their groupings; 12/8 comes out as 6/8 and 4/2 as one of its halves. Times
    have to be in notated quarters, not in seconds. Each part of a score is asked
    alone (a part of chords and voices twice, its highest and its lowest notes;
    each its first 1,000 notes) and the mean of the answers counts. Learned from
    Irish, American and Scottish tunes; see docs/explanation/rhythm.md for how far
    that carries.

    Examples
    --------
    >>> ostinato = [bar * 5 + onset for bar in range(4) for onset in (0, 1.5, 3, 4)]
    >>> str(induce_meter(ostinato)[0].meter)
    '5/4:3+3+2+2'
    """
    lines = [
        ticks for line in lines_of(music, durations, pitches) if len((ticks := ticks_of(line)).onsets) >= FEWEST_NOTES
    ]
    if not lines:
        return []
    among = candidates()
    joint = np.mean([model().probabilities(ticks, among) for ticks in lines], axis=0)
    metres = np.bincount(among.index, joint)
    order = np.argsort(-metres, kind="stable")
    return [
        MeterGuess(Meter(among.names[k]), round(float(metres[k]), PROBABILITY_DIGITS), _phase(joint, k))
        for k in order
        if metres[k] >= LEAST_PROBABILITY
    ]


def sure_guess(guesses: Sequence[MeterGuess], at_least: float = SURE) -> MeterGuess | None:
    """The first guess if it is likely enough to be an answer, else None.

    Parameters
    ----------
    guesses
        What `induce_meter` gave.
    at_least
        Probability from which on it counts as an answer.

    Returns
    -------
    MeterGuess or None
        None for "not sure".
    """
    return guesses[0] if guesses and guesses[0].probability >= at_least else None


def _phase(joint: Floats, index: int) -> Fraction:
    """The likeliest bar line of a metre, in quarters from 0."""
    among = candidates()
    mine = np.flatnonzero(among.index == index)
    return Fraction(int(among.phases[mine[joint[mine].argmax()]]), QUARTER_TICKS)


def which_meters(
    paths: Iterable[str | PathLike[str]],
) -> Iterator[tuple[str, list[MeterGuess] | MiThemeError | OSError]]:
    """The guesses for each score file, or why it cannot be read; folders are gone through in order of their names.

    Parameters
    ----------
    paths
        Files and folders.

    Yields
    ------
    tuple of (str, list of MeterGuess or error)
        The path, and what was found.
    """
    from mi_theme.files import read

    for path in paths:
        for file in _files(Path(fspath(path))):
            try:
                yield str(file), induce_meter(read(file))
            except (MiThemeError, OSError) as error:
                yield str(file), error


def _files(path: Path) -> Iterator[Path]:
    """The path itself, or the MIDI files in a folder and its folders."""
    from mi_theme.files import ENDINGS

    if not path.is_dir():
        yield path
    else:
        yield from sorted(found for found in path.rglob("*") if found.suffix.lower() in ENDINGS)
