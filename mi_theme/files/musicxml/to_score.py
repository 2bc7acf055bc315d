"""MusicXML as a Score: notes with voices and spelling, metres, tempos, keys, lyrics, chord symbols, words."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO

from mi_theme.errors import FileError, ScoreError
from mi_theme.files.disk import FileWarning
from mi_theme.files.musicxml.assembly import JoinedNote, SoundingStaff, WrittenMusic, read_music, table_of
from mi_theme.files.musicxml.counting import FASTEST, QUARTER, SLOWEST, Ticks
from mi_theme.score import PERCUSSION, Event, Score, Track
from mi_theme.score import messages as m
from mi_theme.score.asides import Aside
from mi_theme.score.rows import tracks_of_rows
from mi_theme.score.timing import tempo_of
from mi_theme.score.tracks import channel_of

__all__ = ["parse"]

OF_ALL = ("<transpose", "<key", "<time")  # settings that without a number are of all staves
SETTING = ("<clef", "<staff-details", *OF_ALL)  # what a staff is set to: without notes it says nothing
USUAL_TEMPO = 120.0  # quarters a minute, where a file says none


def parse(data: bytes | BytesIO, source: str = "") -> Score:
    """Read the bytes of a MusicXML file, compressed or not, or a stream of them, which is closed behind them.

    Repeats are not played out: each written bar counts once. Tied notes are one;
    grace notes take a thirty-second each from the time before their note; cue notes are silent.

    Raises
    ------
    FileError
        Where it is damaged, too large, holds entities, or no notes.
    """
    music = read_music(data, source)
    try:
        score = _score(music, source)
    except ScoreError as error:
        raise FileError(f"{source or 'MusicXML'}: {error}") from None
    if not music.meters.stated:
        words = f"{source or 'MusicXML'}: no metre is written: its bars are kept, each as long as its notes"
        warnings.warn(words, FileWarning, stacklevel=3)
    if left := sum((part.left for part in music.parts), Counter[str]()):
        counted = ", ".join(f"{count} {what}" for what, count in sorted(left.items()))
        warnings.warn(f"{source or 'MusicXML'}: left out: {counted}", FileWarning, stacklevel=3)
    return score


def _score(music: WrittenMusic, source: str) -> Score:
    staves = music.staves
    table = table_of(staves)
    columns = [table[name] for name in ("onset", "duration", "pitch", "velocity", "part", "voice", "step")]
    sounding = max(note.at + note.lasts for staff in staves for note in staff.notes)
    tempos = _tempos(music)
    speed = tempos[0][1] if tempos else USUAL_TEMPO
    quarter, (head, *tracks) = tracks_of_rows(columns, [staff.name for staff in staves], music.meters, speed)
    if not tempos:
        head = Track.of(event for event in head if event.message[:2] != bytes((m.META, m.TEMPO)))
    signs = [Event(_tick(at, quarter), m.tempo(tempo_of(speed))) for at, speed in tempos[1:]]
    signs += [*_heading(music), *_keys(music, quarter), *_words(music, quarter)]
    signs.append(Event(0, m.meta(m.SEQUENCER, m.NOTATION)))
    asides = _asides(music, quarter)
    dressed = [
        _dressed(track, staff, index, quarter, asides[index])
        for index, (track, staff) in enumerate(zip(tracks, staves, strict=True))
    ]
    lines = max(music.starts, key=lambda lines: lines[-1])
    if len(lines) > 1 and sounding <= lines[-2]:
        signs.append(Event(_tick(lines[-1], quarter), m.end_of_track()))  # bars of silence at the end are bars
    return Score(quarter, (head.with_events(signs), *dressed), source=source)


def _tick(at: Ticks, quarter: int) -> int:
    return round(Fraction(at * quarter, QUARTER))


def _heading(music: WrittenMusic) -> Iterator[Event]:
    """Title, composer and rights, as MIDI says them: the name of the first track, a text, a copyright."""
    heading = music.heading
    for kind, text in (
        (m.TRACK_NAME, heading.title),
        (m.TEXT, heading.composer and m.COMPOSER_TEXT + heading.composer),
        (m.COPYRIGHT, heading.rights),
    ):
        if text:
            yield Event(0, m.meta(kind, text))
    for said in heading.asides:
        yield Event(0, Aside("head", said).message)


def _remarks(music: WrittenMusic, kind: str) -> Iterator[tuple[Ticks, str | float]]:
    """(place, what is said) of the remarks of a kind, part after part."""
    for part, lines in zip(music.parts, music.starts, strict=True):
        for bar, at, remark in part.remarks:
            if remark.kind == kind:
                yield lines[bar] + at, remark.said


def _tempos(music: WrittenMusic) -> list[tuple[Ticks, float]]:
    """(place, quarters a minute), of the first part that says one there; the first holds from the beginning. None where none is said."""
    said: dict[Ticks, float] = {}
    for at, speed in _remarks(music, "tempo"):
        said.setdefault(at, min(max(float(speed), SLOWEST), FASTEST))
    return [(0 if number == 0 else at, speed) for number, (at, speed) in enumerate(sorted(said.items()))]


def _keys(music: WrittenMusic, quarter: int) -> Iterator[Event]:
    """The key signatures of the first part that has some, where they change."""
    for part, lines in zip(music.parts, music.starts, strict=True):
        before = None
        for bar, at, key, _ in part.keys:
            if key != before:
                yield Event(_tick(lines[bar] + at, quarter), m.key_signature(*key))
            before = key
        if part.keys:
            return


def _own_keys(music: WrittenMusic) -> Iterator[tuple[int, Ticks, str]]:
    """(part, place, element) of the keys of parts that have others than the first: where they change, and where the first does."""
    said = [
        {lines[bar] + at: (key[0], text) for bar, at, key, text in part.keys}
        for part, lines in zip(music.parts, music.starts, strict=True)
    ]
    first = next((keys for keys in said if keys), {})
    for number, keys in enumerate(said):
        if keys and [(at, key) for at, (key, _) in keys.items()] != [(at, key) for at, (key, _) in first.items()]:
            for place in sorted({*keys, *(at for at in first if at > min(keys))}):
                yield number, place, keys[max(at for at in keys if at <= place)][1]


def _words(music: WrittenMusic, quarter: int) -> Iterator[Event]:
    """Chord symbols, words and marks, once where several parts say the same."""
    kinds = {"chord": (m.TEXT, m.CHORD_TEXT), "text": (m.TEXT, ""), "marker": (m.MARKER, "")}
    for kind, (number, start) in kinds.items():
        for at, said in dict.fromkeys(_remarks(music, kind)):
            yield Event(_tick(at, quarter), m.meta(number, f"{start}{said}"))


def _asides(music: WrittenMusic, quarter: int) -> list[list[Event]]:
    """For each staff what is written beside its notes; what belongs to all staves of a part stands in each, else in its first."""
    found: list[list[Event]] = [[] for _ in music.staves]
    homes: dict[int, dict[str, int]] = {}
    for index, staff in enumerate(music.staves):
        homes.setdefault(staff.part, {})[staff.staff] = index
        for note in (note for note in staff.notes if note.asides):
            at = _tick(note.at, quarter)
            found[index] += [Event(at, Aside("note", said, note.pitch).message, note.voice) for said in note.asides]
    for number, (part, lines) in enumerate(zip(music.parts, music.starts, strict=True)):
        own = homes.get(number, {})
        for bar, inside, (host, said, name) in part.asides:
            tick = _tick(lines[bar + 1] if host == "right" else lines[bar] + inside, quarter)
            everywhere = host in ("left", "right") or (not name and said.startswith(OF_ALL))
            for index in own.values() if everywhere or not own else [own.get(name, min(own.values()))]:
                found[index].append(Event(tick, Aside(host, said).message))
        if not own and (
            lost := sum(
                host not in ("right", "part") and not said.startswith(SETTING) for _, _, (host, said, _) in part.asides
            )
        ):
            part.left["signs of parts without notes"] += lost
    for number, place, key in _own_keys(music):
        for index in homes.get(number, {}).values():
            if not music.staves[index].is_percussion:
                found[index].append(Event(_tick(place, quarter), Aside("place", key).message))
    return found


def _dressed(track: Track, staff: SoundingStaff, index: int, quarter: int, asides: list[Event]) -> Track:
    """A track with its program, or on the drum channel, its lyrics and what else is written."""
    events = [Event(_tick(note.at, quarter), m.meta(m.LYRIC, note.said.lyric)) for note in _sung(staff.notes)]
    events += asides
    if staff.is_percussion:
        return track.on_channel(PERCUSSION).with_events(events)
    if staff.program is not None:
        events.insert(0, Event(0, m.program(channel_of(index), staff.program + 1)))
    return track.with_events(events) if events else track


def _sung(notes: list[JoinedNote]) -> Iterator[JoinedNote]:
    return (note for note in notes if note.said.lyric)
