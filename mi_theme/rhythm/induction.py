"""Which metre is this?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mi_theme.arguments import asked
from mi_theme.errors import ScoreError
from mi_theme.listings import Listing
from mi_theme.meter import Meter
from mi_theme.quantising import WrittenTwin, written_music
from mi_theme.quantising.writtenmusic import is_on_its_grid
from mi_theme.rhythm.drum_evidence import drum_evidence
from mi_theme.rhythm.lines import Floats, Music, lines_of, music_of
from mi_theme.rhythm.meter_candidates import QUARTER_TICKS, family
from mi_theme.rhythm.meter_evidence import ticks_of
from mi_theme.rhythm.meter_model import candidates, model
from mi_theme.score import Score, Track, are_numbers
from mi_theme.score import messages as m

__all__ = ["SURE", "MeterGuess", "induce_meter", "sure_guess"]

FEWEST_NOTES = 4  # notes; fewer say nothing of metre
SURE = 0.9  #: certainty from which a guess is an answer: of melodies it was not trained on, 2.4 in 100 were wrong then
LEAST_PROBABILITY = 0.001  # probability of a guess worth mentioning
PROBABILITY_DIGITS = 4  # of a probability: more would say nothing
BARS = np.unique(candidates().bars)
_KINDS = np.array([family(name).removesuffix("+") for name in candidates().names])
SAME_BAR = (_KINDS[:, None] == _KINDS).astype(float)  # whether two metres have the same bar, whatever it is written in
BAR_LENGTHS = np.array([[((candidates().bars == ticks) & (kind == _KINDS)).any() for kind in _KINDS] for ticks in BARS])


class MeterGuess(NamedTuple):
    """A metre, how likely it is, and where its first bar line is.

    Attributes
    ----------
    meter
        The metre, with its grouping where it is additive.
    probability
        Of this signature and grouping among all that are looked for, to four digits;
        together 1, but for what is below .001.
    phase
        The likeliest place of the first bar line at or after 0, in quarters.
    certainty
        How sure the *bar* is, whatever it is written in: 2/4, 4/4 and 2/2 are one, 3/4,
        3/8 and 3/2, 6/8 and 6/4, 9/8 and 9/4 with all their groupings. The geometric mean
        of what the whole line, its first half, its second half and its repetition
        alone give that bar: where they do not agree nothing is sure.
    """

    meter: Meter
    probability: float
    phase: Fraction
    certainty: float = 0.0

    @property
    def cells(self) -> dict[str, str]:
        """The guess as a row of a table."""
        return {
            "metre": str(self.meter),
            "probability": f"{self.probability:.2f}",
            "bar line at": str(self.phase),
            "bar certain": f"{self.certainty:.2f}",
        }


@asked()
def induce_meter(
    music: Music, durations: ArrayLike | None = None, pitches: ArrayLike | None = None
) -> Listing[MeterGuess]:
    """The metres that music may be in, the likeliest first; what a file says of its metre is not looked at.

    Parameters
    ----------
    music
        Music of any kind that `Score.of` takes, a theme (its ostinato), a motif, or
        onsets in quarters, shape (n,).
    durations, pitches
        Of onsets: quarters and MIDI numbers, shape (n,). Pitches help a little.

    Returns
    -------
    Listing of MeterGuess
        A list that prints as a table. Empty for fewer than four notes, or where they follow
        no beat of their score: nothing can be said. The first one is an
        answer only where its certainty is `SURE` or more; see `sure_guess`.

    Raises
    ------
    ScoreError
        Where the numbers are no notes: not finite, not of one length.

    Notes
    -----
    Looked for: 2/4 3/4 4/4 2/2 3/8 6/8 9/8 3/2 6/4, and additive bars of 5, 7, 8, 9,
    10, 11 and 13 eighths and of 5, 7 and 9 quarters in their groupings; 12/8 comes out
    as 6/8 and 4/2 as one of its halves. Times have to be in notated quarters, not in
    seconds; a score that is played to its ticks is quantised on its quarters. Each part of a score is asked alone (a part of chords and voices twice,
    its highest and its lowest notes; each its first 1,000 notes) and the mean of the
    answers counts; drums are heard as what they are, see `drum_evidence`. Learned from
    Irish, American and Scottish tunes; see docs/explanation/rhythm.md for how far
    that carries.

    Examples
    --------
    >>> ostinato = [bar * 5 + onset for bar in range(4) for onset in (0, 1.5, 3, 4)]
    >>> str(induce_meter(ostinato)[0].meter)
    '5/4:3+3+2+2'
    """
    music = music_of(music)
    if durations is not None or pitches is not None:
        _check_columns(music)
    if isinstance(music, Score):
        written = _in_quarters(music)
        if not written.has_beat:
            return Listing()
        music = written.score
    drums = drum_evidence(music) if isinstance(music, Score) else None
    lines = [ticks_of(line) for line in lines_of(music, durations, pitches, percussion=drums is None)]
    heard = [model().hear(line) for line in lines if len(line.onsets) >= FEWEST_NOTES]
    if not heard and drums is None:
        return Listing()
    among = candidates()
    views = np.mean([np.stack([one.joint, *one.halves]) for one in heard] or [np.ones((3, len(among.index)))], axis=0)
    cue = np.mean([one.cue for one in heard] or [np.ones(len(among.names))], axis=0)
    if drums is not None:
        views *= drums
        cue *= [drums[among.index == k].max() for k in range(len(among.names))]
    views /= views.sum(1, keepdims=True)
    metres = np.bincount(among.index, views[0])
    certainty = certainty_of(views, cue)
    return Listing(
        MeterGuess(
            Meter(among.names[k]),
            round(float(metres[k]), PROBABILITY_DIGITS),
            _phase(views[0], k),
            round(float(certainty[k]), PROBABILITY_DIGITS),
        )
        for k in np.argsort(-metres, kind="stable")
        if metres[k] >= LEAST_PROBABILITY
    )


def _check_columns(music: object) -> None:
    """Durations and pitches belong to onsets; other music brings its own."""
    if not are_numbers(music):
        raise ScoreError(f"durations and pitches go with onsets; a {type(music).__name__} brings its own")


def _in_quarters(score: Score) -> WrittenTwin:
    """The score as it is written, on quarters alone: its own metre would give the answer away."""
    if is_on_its_grid(score):
        return written_music(score)
    bare = [
        Track.of_array(track.events[~_says_meter(track)], track.payloads) if track.metas(m.TIME_SIGNATURE) else track
        for track in score.tracks
    ]
    return written_music(Score(score.ticks_per_quarter, tuple(bare), score.kind, score.source))


def _says_meter(track: Track) -> NDArray[np.bool_]:
    events = track.events
    found: NDArray[np.bool_] = (events["status"] == m.META) & (events["data1"] == m.TIME_SIGNATURE)
    return found


def certainty_of(views: Floats, cue: Floats) -> Floats:
    """How sure each metre's bar is: the geometric mean of what four views give it.

    Parameters
    ----------
    views
        Probabilities of the candidates by the whole and by either half, shape (3, candidates).
    cue
        What repetition gives each metre's length of bar, shape (metres,).

    Returns
    -------
    ndarray
        From 0 to 1, shape (metres,).
    """
    among = candidates()
    metres = np.array([np.bincount(among.index, view) for view in views])
    lengths = np.array([cue[among.bars == ticks].max() for ticks in BARS])
    repeated = lengths / lengths.sum() @ BAR_LENGTHS
    certain: Floats = ((metres @ SAME_BAR).prod(0) * repeated) ** 0.25
    return certain


def sure_guess(guesses: Sequence[MeterGuess], at_least: float = SURE) -> MeterGuess | None:
    """The first guess if its bar is certain enough to be an answer, else None.

    Parameters
    ----------
    guesses
        What `induce_meter` gave.
    at_least
        Certainty from which on it counts as an answer.

    Returns
    -------
    MeterGuess or None
        None for "not sure". Groups of a bar such as 7/8 or 5/4 are left out where it is
        likelier that they are others.
    """
    if not guesses or guesses[0].certainty < at_least:
        return None
    best = guesses[0]
    bare = Meter(best.meter.signature)
    rivals = sum(guess.probability for guess in guesses if guess.meter.signature == bare.signature)
    return best._replace(meter=bare) if bare.is_open and 2 * best.probability < rivals else best


def _phase(joint: Floats, index: int) -> Fraction:
    """The likeliest bar line of a metre, in quarters from 0."""
    among = candidates()
    mine = np.flatnonzero(among.index == index)
    return Fraction(int(among.phases[mine[joint[mine].argmax()]]), QUARTER_TICKS)
