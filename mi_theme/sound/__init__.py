"""Hearing it: a score's sound through a General MIDI soundfont (extra ``[audio]``).

`record` makes a `Recording`, which plays itself in a notebook and saves itself as
WAV, OGG, FLAC or MP3; `find_soundfont` says whose instruments play.
"""

from mi_theme.score.recordings import Recording
from mi_theme.sound.recorder import record
from mi_theme.sound.soundfonts import find_soundfont

__all__ = ["Recording", "find_soundfont", "record"]
