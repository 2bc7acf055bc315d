"""A score: what any file becomes.

Events are authoritative, every message at its tick; notes are a view on them.
A `Track` is an array of events, a `Part` what a listener would call one: the
notes of one channel in one track.
"""

from mi_theme.score.messages import text_of
from mi_theme.score.music_sources import MusicSource, are_numbers
from mi_theme.score.scores import Score
from mi_theme.score.timing import Bar, Bars, MeterMap, TempoMap, TimingWarning, first_and_last
from mi_theme.score.tracks import PERCUSSION, Event, Part, Track

__all__ = [
    "PERCUSSION",
    "Bar",
    "Bars",
    "Event",
    "MeterMap",
    "MusicSource",
    "Part",
    "Score",
    "TempoMap",
    "TimingWarning",
    "Track",
    "are_numbers",
    "first_and_last",
    "text_of",
]
