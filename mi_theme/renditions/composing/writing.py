"""Composed parts as a score: conductor first, then a named track for each part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from random import Random

from mi_theme.arguments import known_name
from mi_theme.pitch import MODES
from mi_theme.renditions.arrangement.arrangements import Arrangement, Passage
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing import bass_parts, chord_parts, controllers, endings, grooves, leads, ostinato
from mi_theme.renditions.composing.dynamics import Played, played
from mi_theme.renditions.composing.slots import TICKS, PlannedNote, SlotGrid, ticks
from mi_theme.renditions.composing.texture import Texture
from mi_theme.score import PERCUSSION, Event, Score, Track
from mi_theme.score import messages as m
from mi_theme.score.tracks import channel_of
from mi_theme.themes import Theme

__all__ = ["score_of"]

OURS = "arrangement by mi_theme; not a transcription"
SECOND = "Ostinato II"
VOLUME, PAN = 7, 10
DRUM_VOLUME, MIDDLE = 84, 64  # drum tracks share a channel
SILENCE = Fraction(3, 2)  # seconds after the last event


def score_of(arrangement: Arrangement, parts: tuple[str, ...] | None = None) -> Score:
    """The notes of an arrangement, of some parts if they are named; what is known of its film as texts."""
    grid = SlotGrid.of(arrangement)
    tracks = list(_part_tracks(grid))
    chosen = _chosen(tracks, parts)
    end = _end(grid, [track for _, track in tracks])
    score = Score(TICKS, (_conductor(grid, end), *(_closed(track, end) for track in chosen)))
    if arrangement.film is None:
        return score
    from mi_theme.credits import film
    from mi_theme.credits.markings import annotated

    return annotated(score, film(arrangement.film))


def _chosen(tracks: list[tuple[str, list[Event]]], parts: tuple[str, ...] | None) -> list[list[Event]]:
    """The tracks whose names are wanted, in the order of the score."""
    known = [name for name, _ in tracks]
    wanted = {known_name("part", name, known) for name in parts or known}
    return [events for name, events in tracks if name in wanted]


def _part_tracks(grid: SlotGrid) -> Iterator[tuple[str, list[Event]]]:
    """Name and events of each part that plays."""
    composed = compose(grid)
    pitched = 0
    for part, notes in composed:
        channel = PERCUSSION if part.is_drums else channel_of(pitched)
        pitched += not part.is_drums
        if notes:
            sounding = played(notes, part, grid, _random(grid, part.name, "touch"))
            yield part.name, _events(part, channel, sounding, grid)


def compose(grid: SlotGrid) -> list[tuple[Instrument, list[PlannedNote]]]:
    """What each part plays; each listens to those composed before it."""
    style, heard = grid.arrangement.style, Texture()
    (first,) = style.playing("ostinato")
    twin = second_player(first)
    heard.add(first, ostinato.literal(grid, first))
    moving = [hushed for note in ostinato.second(grid, twin) if (hushed := grid.hushed(note))]
    heard.add(twin, [*moving, *endings.bass(grid, twin)])
    for part in sorted(style.part, key=lambda p: ORDER.index(p.plays)):
        if part is not first:
            notes = COMPOSERS[part.plays](grid, part, _random(grid, part.name), heard)
            kept = [hushed for note in notes if (hushed := grid.hushed(note))]
            heard.add(part, [contained(note, grid) for note in kept])
    others = [part for part in style.part if part is not first]
    return [(part, heard.notes[part.name]) for part in (first, twin, *others)]


def contained(note: PlannedNote, grid: SlotGrid) -> PlannedNote:
    """The note no longer than its section, so that sections loop; the last downbeat rings on."""
    if note.start >= grid.end:
        return note
    section_end = grid.bars[grid.at(note.start).passage.last - 1].end
    return note._replace(length=min(note.length, section_end - note.start))


def second_player(ostinato: Instrument) -> Instrument:
    """The ostinato's instrument again, for everything that is not the exact figure."""
    from msgspec.structs import replace

    return replace(ostinato, name=SECOND)


Composer = Callable[[SlotGrid, Instrument, Random, Texture], list[PlannedNote]]


def _drums(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    return grooves.percussion(grid, part, random) + endings.drums(grid, part)


COMPOSERS: dict[str, Composer] = {
    "lead": leads.melody,
    "answer": leads.answers,
    "riff": bass_parts.riffs,
    "anchor": bass_parts.anchors,
    "double": bass_parts.doubles,
    "stabs": chord_parts.stabs,
    "arpeggio": chord_parts.arpeggios,
    "pad": chord_parts.pads,
    "colour": chord_parts.colours,
    "kit": _drums,
    "hands": _drums,
}
ORDER = ("ostinato", *COMPOSERS)  # of composing


def _random(grid: SlotGrid, *names: str) -> Random:
    """Chance of its own for each style and purpose, so that one part's choices never move another's."""
    return Random("/".join([str(grid.arrangement.seed), grid.arrangement.style.name, *names]))


def _events(part: Instrument, channel: int, notes: Sequence[Played], grid: SlotGrid) -> list[Event]:
    """Name, key (MuseScore 3 looks for it in every track), instrument and notes."""
    events = [Event(0, m.meta(m.TRACK_NAME, part.name))]
    events += [] if part.is_drums else _key(grid.arrangement.theme)
    if part.program:
        events.append(Event(0, m.program(channel, part.program)))
    if part.player:
        events.append(Event(0, m.meta(m.SEQUENCER, m.PLAYER + part.player.encode())))
    volume, pan = (DRUM_VOLUME, MIDDLE) if part.is_drums else (part.volume, part.pan)
    events += [Event(0, m.control(channel, VOLUME, volume)), Event(0, m.control(channel, PAN, pan))]
    for number, note in enumerate(notes):
        events.append(Event(note.start, m.note_on(channel, note.pitch, note.velocity), 0, note.step, number))
        events.append(Event(note.stop, m.note_off(channel, note.pitch)))
    events += controllers.curves(part, channel, notes, grid)
    return events + endings.fade(grid, channel, volume)


def _end(grid: SlotGrid, tracks: Sequence[list[Event]]) -> int:
    """Where every track ends: on the bar line of a loop, else silence after the last event."""
    if grid.arrangement.ending == "loop":
        return grid.end
    last = max((event.tick for events in tracks for event in events), default=grid.end)
    tempo = grid.arrangement.passages[-1].tempo
    return max(last, grid.end) + ticks(SILENCE * tempo / 60)


def _closed(events: list[Event], end: int) -> Track:
    return Track.sorted([*events, Event(end, m.end_of_track())])


def _conductor(grid: SlotGrid, end: int) -> Track:
    """Tempo, signatures, key, markers and words."""
    arrangement = grid.arrangement
    theme = arrangement.theme
    title = f"{theme.name} ({arrangement.form}, {arrangement.style.name})"
    events = [Event(0, m.meta(m.TRACK_NAME, title))]
    if theme.rights.attribution:
        events.append(Event(0, m.meta(m.COPYRIGHT, theme.rights.attribution)))
    events += [*_key(theme), Event(0, m.meta(m.TEXT, OURS))]
    events += [Event(0, m.meta(m.TEXT, arrangement.note))] if arrangement.note else []
    before: Passage | None = None
    for passage in arrangement.passages:
        events += _passage_events(passage, before)
        before = passage
    return _closed(events, end)


def _key(theme: Theme) -> list[Event]:
    """The key signature, where there is one with seven accidentals or fewer."""
    fifths = theme.tonic.fifths(theme.mode)
    return [Event(0, m.key_signature(fifths, 3 in MODES[theme.mode]))] if -7 <= fifths <= 7 else []


def _passage_events(passage: Passage, before: Passage | None) -> Iterator[Event]:
    """What the conductor reads at the beginning of a section."""
    tick = ticks(passage.start)
    yield Event(tick, m.meta(m.MARKER, f"{passage.name} ({passage.role})"))
    if before is None or before.meter != passage.meter:
        yield Event(tick, m.time_signature(passage.meter))
        if passage.meter.grouping:
            yield Event(tick, m.grouping_text(passage.meter))
        if passage.figure and passage.figure != passage.meter.grouping:
            yield Event(tick, m.meta(m.TEXT, f"figure {passage.figure}"))
        yield Event(tick, m.tempo(round(60_000_000 / passage.tempo)))
        if passage.equation:
            yield Event(tick, m.meta(m.TEXT, f"tempo {passage.equation}"))
