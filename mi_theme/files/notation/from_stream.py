"""Notation through music21: MusicXML, and music21's own Streams."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mi_theme.errors import FileError
from mi_theme.files.disk import decoded, first_line
from mi_theme.files.notation.barring import CUE, GROUPING
from mi_theme.files.notation.headings import exact, key_of, named_voices, part_name, program_of, tempos_of
from mi_theme.meter import DENOMINATORS, Meter
from mi_theme.score import PERCUSSION, Event, MeterMap, Score, Track
from mi_theme.score import messages as m
from mi_theme.score.grace_times import UntimedNote, timed_graces
from mi_theme.score.percussion_keys import SNARE, keys_by_place
from mi_theme.score.timing import tempo_of
from mi_theme.score.tracks import channel_of

__all__ = [
    "Sung",
    "parse_stream",
    "parts_of",
    "score_of_stream",
    "score_of_sung",
    "signed_meter",
    "sung_of",
]

COMMON = Meter("4/4")
VELOCITY = 90  # of a note in notation, which says none


@dataclass(frozen=True, slots=True)
class Sung:
    """A note of a stream: exact times in quarters, MIDI numbers and spelling."""

    at: Fraction
    lasts: Fraction
    pitch: int
    velocity: int
    voice: int
    step: int
    lyric: str = ""
    element: Any = None  # the note or chord of the stream in which it begins


def parse_stream(data: bytes, source: str = "") -> Any:
    """A music21 Score from the bytes of a MusicXML file that is not packed.

    What music21 warns of it says itself: filters of warnings and standard error
    belong to the whole program, and to every thread of it.

    Raises
    ------
    FileError
        Where it is damaged, too large or without notes.
    """
    from music21 import converter

    from mi_theme.files.notation.normalising import normalised

    where = source or "notation"
    data, restoring = normalised(data, where)
    try:
        found: Any = converter.parseData(decoded(data, where), format="musicxml")
    except MemoryError:
        raise
    except Exception as error:  # music21 and the parsers under it raise whatever they like
        raise FileError(f"{where}: damaged: {first_line(error)}") from None
    if not found.recurse().notesAndRests:
        raise FileError(f"{where}: there are no notes in it")
    restoring.restore(found)
    bring_in_line(found)
    return found


def score_of_stream(stream: Any, source: str = "") -> Score:
    """A music21 Stream as a Score: notes with voices and spelling, names, metres, tempo, key, lyrics.

    Repeats are not played out: each written bar counts once. Tied notes are one;
    a grace note takes a thirty-second from the time before it.
    """
    return score_of_sung(stream, [list(sung_of(part)) for part in parts_of(stream)], source)


def score_of_sung(stream: Any, sung: list[list[Sung]], source: str = "") -> Score:
    """The Score of a Stream whose notes have been read, part by part; they are numbered one part after another."""
    parts = parts_of(stream)
    meters, tempos = meters_of(parts[0]), tempos_of(stream)
    names = [part_name(part, index) for index, part in enumerate(parts)]
    rows = [(note, index) for index, notes in enumerate(sung) for note in notes]
    score = Score.from_notes(
        onset=[float(note.at) for note, _ in rows],
        duration=[float(note.lasts) for note, _ in rows],
        pitch=[note.pitch for note, _ in rows],
        voice=[note.voice for note, _ in rows],
        step=[note.step for note, _ in rows],
        velocity=[note.velocity for note, _ in rows] or VELOCITY,
        part=[index for _, index in rows] or 0,
        names=names,
        meter=meters,
        tempo=tempos[0][1],
    )
    quarter = score.ticks_per_quarter
    signs = [Event(0, m.key_signature(*key)) for key in key_of(parts[0])]
    signs += [Event(int(at * quarter), m.tempo(tempo_of(speed))) for at, speed in tempos[1:]]
    measures = list(parts[0].getElementsByClass("Measure"))
    if rows and measures and max(note.at + note.lasts for note, _ in rows) <= exact(measures[-1].offset):
        end = exact(measures[-1].offset) + meters.at(exact(measures[-1].offset)).length
        signs.append(Event(int(end * quarter), m.end_of_track()))  # bars of silence at the end are bars
    tracks = [_with(score.tracks[0], signs)]
    for part, notes, track in zip(parts, sung, score.tracks[1:], strict=True):
        words = [Event(int(note.at * quarter), m.meta(m.LYRIC, note.lyric)) for note in notes if note.lyric]
        drums = _is_percussion(part)
        channel = channel_of(len(tracks) - 1)
        programs = [] if drums else [Event(0, m.program(channel, number)) for number in program_of(part)]
        tracks.append(_with(track, [*programs, *words], drums))
    return Score(quarter, tuple(tracks), source=source)


def parts_of(stream: Any) -> list[Any]:
    """The parts of a stream, or the stream itself where it has none."""
    return list(stream.parts) if hasattr(stream, "parts") and len(stream.parts) else [stream]


def _with(track: Track, events: list[Event], percussion: bool = False) -> Track:
    """A track with more events, on the drum channel if asked."""
    track = track.on_channel(PERCUSSION) if percussion else track
    return track.with_events(events) if events else track


def meters_of(part: Any) -> MeterMap:
    """The metres of a part, bar by bar."""
    first = next(iter(part.getElementsByClass("Measure")), None)
    return MeterMap.of_bars(bar_lengths(part), counted=first is None or first.number != 0)


def bar_lengths(part: Any) -> Iterator[tuple[Fraction, Fraction, Meter]]:
    """(start, length, metre) of each measure of a part; of each signature where there are no measures."""
    measures = list(part.getElementsByClass("Measure"))
    meter = Meter("4/4")
    if not measures:
        for signature in part.flatten().getTimeSignatures():
            meter = signed_meter(signature, meter)
            yield exact(signature.offset), meter.bar, meter
        return
    for index, measure in enumerate(measures):
        meter = signed_meter(measure.timeSignature, meter) if measure.timeSignature else meter
        start = exact(measure.offset)
        stop = exact(measures[index + 1].offset) if index + 1 < len(measures) else None
        alone = len(measures) == 1 and measure.number == 0  # a pick-up to nothing
        yield (
            start,
            exact(measure.duration.quarterLength) if alone else meter.bar if stop is None else stop - start,
            meter,
        )


def signed_meter(signature: Any, before: Meter = COMMON) -> Meter:
    """A signature, with the groups that we once knew of it; the metre before where music21 made up one such as 1/6.

    Parameters
    ----------
    signature
        A music21 TimeSignature.
    before
        The metre before it.
    """
    if int(signature.denominator) not in DENOMINATORS:
        return before
    plain = Meter.of(int(signature.numerator), int(signature.denominator))
    said = signature.editorial.get(GROUPING) if signature.hasEditorialInformation else None
    return Meter(said) if said and Meter(said).plain == plain else plain


def sung_of(part: Any) -> Iterator[Sung]:
    """The notes of a part, ties joined."""
    held: defaultdict[int, list[list[Any]]] = defaultdict(list)  # by pitch: notes that a tie leads on from
    found: list[list[Any]] = []
    voices: dict[str, int] = defaultdict(lambda: len(voices))
    keys, shifts, homes = percussion_keys(part), _transpositions(part), _voices(part)
    flat = part.flatten()
    for element in _sounding(flat):
        voice = voices[homes.get(id(element), "1")]
        at, lasts = exact(flat.elementOffset(element)), exact(element.quarterLength)
        for sound, pitch, step in _sounds(element, keys, _shift_at(shifts, at)):
            tie = sound.tie.type if sound.tie else ""
            row = _tied_to(held[pitch], at, voice) if tie in ("stop", "continue") else None
            if row:
                row[1] += lasts
            else:
                row = [at, lasts, pitch, _velocity(element), voice, step, element.lyric or "", element]
                found.append(row)
            if tie in ("start", "continue"):
                held[pitch].append(row)
    elements = [row[-1] for row in found]
    rows = [
        UntimedNote(at, rest[2], lasts <= 0, number > 0 and elements[number - 1] is elements[number])
        for number, (at, lasts, *rest) in enumerate(found)
    ]
    graces = timed_graces(rows)
    for number, (at, lasts, *rest) in enumerate(found):
        yield Sung(*graces.get(number, (at, lasts)), *rest)


def _sounding(flat: Any) -> Iterator[Any]:
    """The notes and chords that sound: no chord symbols, no cue notes."""
    for element in flat.notes:
        notes = getattr(element, "notes", None) or (element,)
        if "Harmony" not in element.classSet and not any(_is_cue(note) for note in notes):
            yield element


def _is_cue(note: Any) -> bool:
    return bool(note.hasEditorialInformation and note.editorial.get(CUE))


def _tied_to(held: list[list[Any]], at: Fraction, voice: int) -> list[Any] | None:
    """The note that ends where this one begins, of the same voice if there is one; it is held no more."""
    ending = sorted((row for row in held if row[0] + row[1] == at), key=lambda row: row[4] != voice)
    held[:] = [row for row in held if row[0] + row[1] >= at and not any(row is taken for taken in ending[:1])]
    return ending[0] if ending else None


def _sounds(element: Any, keys: dict[str, int], shift: tuple[int, int]) -> Iterator[tuple[Any, int, int]]:
    """(note, MIDI pitch, diatonic step) of a note or each note of a chord, as they sound."""
    for note in getattr(element, "notes", None) or (element,):
        if hasattr(note, "pitch"):
            midi, step = int(note.pitch.midi) + shift[0], int(note.pitch.diatonicNoteNum) - 1 + shift[1]
            yield note, min(max(midi, 0), 127), max(step, 0)
        else:
            key = keys.get(note.displayName) or _own_key(note) or keys_by_place().get(note.displayName, SNARE)
            yield note, key, -1


def keyed_drums(part: Any) -> Iterator[tuple[Any, int]]:
    """The unpitched notes of a part, each with its MIDI key."""
    keys = percussion_keys(part)
    for element in _sounding(part.flatten()):
        yield from ((note, key) for note, key, step in _sounds(element, keys, (0, 0)) if not hasattr(note, "pitch"))


def _own_key(note: Any) -> int | None:
    """The MIDI key of the instrument that an unpitched note names."""
    key: int | None = getattr(getattr(note, "storedInstrument", None), "percMapPitch", None)
    return key


def percussion_keys(part: Any) -> dict[str, int]:
    """The MIDI key of each place on the staff, in a part that does not say it note by note.

    Where all notes name one instrument but stand in several places, the places of
    a drum kit are meant; where they stand in one, the instrument of the part.
    """
    drums = [
        note
        for e in _sounding(part.flatten())
        for note in getattr(e, "notes", None) or (e,)
        if not hasattr(note, "pitch")
    ]
    places = {note.displayName for note in drums}
    if len({_own_key(note) for note in drums} - {None}) > 1:
        return {}
    if len(places) > 1:
        kit = keys_by_place()
        return {place: kit.get(place, SNARE) for place in places}
    named = part.flatten().getElementsByClass("UnpitchedPercussion")
    key = next((i.percMapPitch for i in named if i.percMapPitch), None)
    return dict.fromkeys(places, key) if key else {}


def _transpositions(part: Any) -> list[tuple[Fraction, tuple[int, int]]]:
    """(from where, (semitones, steps)) from what a part writes to what sounds."""
    if part.atSoundingPitch is not False:
        return []
    found = [
        (exact(i.getOffsetInHierarchy(part)), i.transposition) for i in part.recurse().getElementsByClass("Instrument")
    ]
    shifts = [(at, (int(by.semitones), int(by.generic.staffDistance)) if by else (0, 0)) for at, by in found]
    return sorted(shifts, key=lambda shift: shift[0])


def _shift_at(shifts: list[tuple[Fraction, tuple[int, int]]], at: Fraction) -> tuple[int, int]:
    index = bisect_right(shifts, at, key=lambda shift: shift[0])
    return shifts[index - 1][1] if index else (0, 0)


def _voices(part: Any) -> dict[int, str]:
    """The name of the voice that each element of a bar with several stands in."""
    measures = [part, *part.getElementsByClass("Measure")]
    return {id(e): name for measure in measures for voice, name in named_voices(measure) for e in voice.notes}


def _velocity(element: Any) -> int:
    realized = float(element.volume.getRealized(useDynamicContext=False, useArticulations=False))
    return min(max(round(realized * 127), 1), 127)


def _is_percussion(part: Any) -> bool:
    flat = part.flatten()
    on_drums = any(found.midiChannel == PERCUSSION for found in flat.getElementsByClass("Instrument"))
    return on_drums or any(type(note).__name__ in ("Unpitched", "PercussionChord") for note in flat.notes)


def bring_in_line(stream: Any) -> None:
    """Let the measures of all parts begin together.

    A rest too many in one part moves all that follows in that part: music21 puts
    each measure after what it has read. A measure lasts as long as in most parts,
    or longer if notes need it; rests beyond that are left out.
    """
    parts = [list(part.getElementsByClass("Measure")) for part in getattr(stream, "parts", ())]
    if len(parts) < 2 or len({len(measures) for measures in parts}) > 1:
        return
    offsets = [[Fraction(measure.offset) for measure in measures] for measures in parts]
    if all(row == offsets[0] for row in offsets):
        return
    at = Fraction(0)
    for index, measures in enumerate(zip(*parts, strict=True)):
        for part, measure in zip(stream.parts, measures, strict=True):
            part.setElementOffset(measure, at)
        if index + 1 < len(offsets[0]):
            lengths = Counter(row[index + 1] - row[index] for row in offsets)
            length = max(min(lengths, key=lambda value: (-lengths[value], value)), *map(_notes_end, measures))
            for measure in measures:
                _leave_out_rests(measure, length)
            at += length


def _notes_end(measure: Any) -> Fraction:
    """Where the last note of a measure ends."""
    ends = (note.getOffsetInHierarchy(measure) + note.quarterLength for note in measure.recurse().notes)
    return Fraction(max(ends, default=0))


def _leave_out_rests(measure: Any, length: Fraction) -> None:
    for rest in list(measure.recurse().getElementsByClass("Rest")):
        if rest.getOffsetInHierarchy(measure) >= length:
            rest.activeSite.remove(rest)
