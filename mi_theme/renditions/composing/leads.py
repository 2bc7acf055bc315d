"""The lead: a device a phrase, fitted to chord, range and everything that sounds already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from mi_theme.renditions.arrangement.arrangements import Phrase
from mi_theme.renditions.arrangement.harmony import scale_pitch
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.devices import DEVICES, LONGEST_GERM, Aim, germ_of, groups_of
from mi_theme.renditions.composing.endings import final_length
from mi_theme.renditions.composing.slots import EIGHTH, TICKS, PlannedBar, PlannedNote, SlotGrid, ticks
from mi_theme.renditions.composing.texture import Texture
from mi_theme.themes import Motif

__all__ = ["answers", "melody"]

COMPASS = 19  # semitones: an octave and a fifth
LONGEST_PHRASE, PHRASE_BREATH = 7.4, 0.36  # seconds of a phrase, and of the rest after it
ROOM_ABOVE_HEAD = 5  # semitones above the head, for the highest note
LEAD_MIDDLE = 0.38  # of the range: where the lead lives
GOAL_ACCENT = 8
WRONG_WAY_COST = 3  # semitones: what it costs a line to turn back or stand still where it asked to move


@dataclass(frozen=True)
class Singer:
    """A lead with its place in the range.

    ``tonic`` is the MIDI number of degree 1; ``low`` and ``top`` bound everything
    but the highest note, which is ``goal``.
    """

    grid: SlotGrid
    part: Instrument
    heard: Texture
    tonic: int
    low: int
    goal: int

    @property
    def top(self) -> int:
        """The highest pitch but one."""
        return self.goal - 1

    def pitch_of(self, aim: Aim, bar: PlannedBar, course: tuple[int, int] | None) -> int:
        """The pitch of a aim: in the local scale, a strong one in the chord, in range, without a clash.

        `course` is the pitch before and which way the line goes on from it.
        """
        if aim.goal:
            return self.goal
        scale = self.grid.tuning.local_scale(bar.chord)
        asked = self.tonic + scale_pitch(scale, aim.scale_step)
        stop = aim.start + aim.length
        able = [p for p in range(self.low, self.top + 1) if self._belongs(p, bar, aim.strong)]
        clear = [p for p in able if self.heard.fits(aim.start, stop, p)]
        before, way = course or (asked, 0)
        return min(
            clear or able, key=lambda p: (abs(p - asked) + (WRONG_WAY_COST if (p - before) * way < abs(way) else 0), p)
        )

    def _belongs(self, pitch: int, bar: PlannedBar, strong: bool) -> bool:
        chord = bar.chord.classes
        inside = (pitch - self.tonic) % 12
        return inside in chord if strong else inside in self.grid.tuning.local_scale(bar.chord)

    def placed(self, aims: Sequence[Aim]) -> list[Aim]:
        """The aims moved by whole steps so that they fit between the lowest note and the highest."""
        scale = self.grid.tuning.scale
        steps = [aim.scale_step for aim in aims if not aim.goal] or [0]
        over = max(steps) - max(s for s in range(-14, 22) if self.tonic + scale_pitch(scale, s) <= self.top)
        under = min(s for s in range(-14, 22) if self.tonic + scale_pitch(scale, s) >= self.low) - min(steps)
        move = -over if over > 0 else max(under, 0)
        return [aim._replace(scale_step=aim.scale_step + move) for aim in aims]

    def sung(self, aims: Sequence[Aim]) -> list[PlannedNote]:
        """The aims as notes that follow one another."""
        notes: list[PlannedNote] = []
        step = 0
        for aim in self.placed(sorted(aims)):
            bar = self.grid.at(aim.start)
            way = (aim.scale_step > step) - (aim.scale_step < step)
            pitch, step = self.pitch_of(aim, bar, (notes[-1].pitch, way) if notes else None), aim.scale_step
            note = PlannedNote(aim.start, aim.length, pitch, accent=GOAL_ACCENT * aim.goal, step=self._step(pitch, bar))
            if notes and notes[-1].end > note.start:
                notes[-1] = notes[-1]._replace(length=note.start - notes[-1].start)
            clear = self.heard.shortened(note, self.part.gate, EIGHTH // 2)
            if clear or aim.goal:  # the highest note stays even where nothing suits it
                notes.append(clear or note)
        return [note for note in notes if note.length > 0]

    def _step(self, pitch: int, bar: PlannedBar) -> int:
        return self.grid.tuning.step_of(pitch, bar.chord)


def melody(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Every phrase of the lead, with breaths, and its last note."""
    singer = _singer(grid, part, heard)
    stated: list[PlannedNote] = []
    others: list[PlannedNote] = []
    for phrase, bars in _phrases(grid, part):
        if phrase.device == "statement":
            stated = statement(singer, bars)
            others += singer.sung(_consequent(singer, bars, random))
        elif phrase.device in DEVICES:
            others += _developed(singer, phrase.device, bars, random)
    apart = [note for note in others if not _within(note, stated)]
    line = breathing(_in_turn(stated + apart), grid) + _last_note(singer)
    return _unquoted(line, stated, grid)


def _within(note: PlannedNote, stated: Sequence[PlannedNote]) -> bool:
    """Whether a note falls into the statement or the eighth before or after it."""
    return bool(stated) and stated[0].start - EIGHTH < note.end and note.start < stated[-1].end + EIGHTH


def _developed(singer: Singer, device: str, bars: Sequence[PlannedBar], random: Random) -> list[PlannedNote]:
    """What a device makes of the head, a step higher or lower where that would quote it."""
    head = bars[0].passage.head
    anchor = _anchor(singer, bars[0], random)
    state = random.getstate()
    for offset in (0, 1, -1, 2, -2, 3):
        random.setstate(state)
        notes = singer.sung(DEVICES[device](bars, germ_of(head), anchor + offset, random))
        quoted = _quoted(notes, head, singer.tonic)
        if not quoted:
            break
    return [note for note in notes if note not in quoted]


def _quoted(notes: Sequence[PlannedNote], head: Motif, tonic: int) -> list[PlannedNote]:
    """Of each pair that begins as the head does, in pitch and rhythm, the second note; the first before the goal."""
    opening = [(tonic + tone.degree.semitones) % 12 for tone in head.tones[:2]]
    apart = ticks(head.onsets[1] - head.onsets[0]) if len(head) > 1 else 0
    pairs = [(a, b) for a, b in pairwise(notes) if b.start - a.start == apart]
    return [a if b.accent else b for a, b in pairs if [a.pitch % 12, b.pitch % 12] == opening]


def _unquoted(notes: Sequence[PlannedNote], stated: Sequence[PlannedNote], grid: SlotGrid) -> list[PlannedNote]:
    """The line without what recalls the head, but for its end, outside the statement."""
    kept = list(notes)
    tonic = grid.tuning.tonic.pitch_class
    heads = dict.fromkeys(passage.head for passage in grid.arrangement.passages if len(passage.head) >= LONGEST_GERM)
    while spare := [n for head in heads for n in _spare(kept, head, tonic, stated, grid.end)]:
        kept.remove(spare[0])
    return kept


def _spare(
    notes: Sequence[PlannedNote], head: Motif, tonic: int, stated: Sequence[PlannedNote], end: int
) -> Iterator[PlannedNote]:
    """A note to leave out of each recall of the head: its last, but for the statement, the goal and the last downbeat."""
    steps = [b.degree.semitones - a.degree.semitones for a, b in pairwise(head)]
    rhythm = [ticks(b.onset - a.onset) for a, b in pairwise(head)]
    home = (tonic + head.tones[0].degree.semitones) % 12
    said = {note.start for note in stated}
    for first in range(len(notes) - len(steps)):
        window = notes[first : first + len(head)]
        moves = [b.pitch - a.pitch for a, b in pairwise(window)]
        recalls = window[0].pitch % 12 == home and moves[:-1] == steps[:-1]
        if recalls and [b.start - a.start for a, b in pairwise(window)] == rhythm:
            able = [n for n in window if n.start not in said and n.start < end and not n.accent]
            yield from able[-1:]


def _phrases(grid: SlotGrid, part: Instrument) -> list[tuple[Phrase, list[PlannedBar]]]:
    return [
        (phrase, [grid.bars[number - 1] for number in range(phrase.first, phrase.last + 1)])
        for passage in grid.arrangement.passages
        for phrase in passage.phrases
        if part.name in phrase.layers
    ]


def _singer(grid: SlotGrid, part: Instrument, heard: Texture) -> Singer:
    """Choose the tonic so that the head lies well in every metre, then the compass above and below."""
    semitones = [tone.degree.semitones for passage in grid.arrangement.passages for tone in passage.head]
    lowest, highest = min(semitones), max(semitones)
    able = [t for t in range(128) if t % 12 == grid.tuning.tonic.pitch_class]
    inside = [t for t in able if part.low <= t + lowest and t + highest <= part.high]
    roomy = [t for t in inside if t + highest + ROOM_ABOVE_HEAD <= part.high]
    middle = part.low + LEAD_MIDDLE * (part.high - part.low)
    tonic = min(roomy or inside or able, key=lambda t: abs(t + (lowest + highest) / 2 - middle))
    low = max(part.low, tonic + min(lowest, 0) - 2)
    high = min(part.high, max(low + COMPASS, tonic + highest + ROOM_ABOVE_HEAD))
    goals = [p for p in range(tonic + highest + 1, high + 1) if _is_goal(grid, heard, p)]
    return Singer(grid, part, heard, tonic, low, max(goals, default=high))


def _is_goal(grid: SlotGrid, heard: Texture, pitch: int) -> bool:
    """Whether a pitch belongs to the chord where the highest note stands, and sounds well there."""
    phrases = [phrase for passage in grid.arrangement.passages for phrase in passage.phrases]
    summit = next((phrase for phrase in phrases if phrase.device == "augmentation"), phrases[-1])
    bar = grid.bars[min(summit.first + 2, summit.last) - 1]
    belongs = (pitch - grid.tuning.tonic.pitch_class) % 12 in bar.chord.classes
    return belongs and heard.fits(bar.start, bar.end, pitch)


def _anchor(singer: Singer, bar: PlannedBar, random: Random) -> int:
    """A step of the scale in the middle of the compass that belongs to the chord."""
    scale = singer.grid.tuning.local_scale(bar.chord)
    middle = (singer.low + singer.goal) / 2
    steps = [s for s in range(-7, 15) if scale_pitch(scale, s) % 12 in bar.chord.classes]
    near = sorted(steps, key=lambda s: abs(singer.tonic + scale_pitch(scale, s) - middle))
    return random.choice(near[:3])


def statement(singer: Singer, bars: Sequence[PlannedBar]) -> list[PlannedNote]:
    """The head, literally, once; one on an upbeat leads to the second bar."""
    bar = bars[0]
    head = bar.passage.head
    start = bar.start if not head.upbeat else bar.end - ticks(head.upbeat)
    tonic, key = singer.tonic, singer.grid.tuning.tonic
    return [
        PlannedNote(
            start + ticks(t.onset), ticks(t.duration), tonic + t.degree.semitones, step=t.degree.step(key, tonic)
        )
        for t in head
    ]


def _consequent(singer: Singer, bars: Sequence[PlannedBar], random: Random) -> list[Aim]:
    """After the statement and a rest: a long note and a step, in the third bar."""
    if len(bars) < 3:
        return []
    groups = groups_of(bars[2])
    anchor = _anchor(singer, bars[2], random)
    long = sum(group.length for group in groups[:2])
    aims = [Aim(groups[0].start, long, anchor, strong=True)]
    return aims + [Aim(g.start, g.length, anchor + 1 + i) for i, g in enumerate(groups[2:4])]


def _last_note(singer: Singer) -> list[PlannedNote]:
    """The tonic on the last downbeat."""
    length = final_length(singer.grid)
    tonic = singer.tonic if singer.tonic + 12 > singer.top else singer.tonic + 12
    if not singer.part.low <= tonic <= singer.part.high:
        tonic -= 12
    return [PlannedNote(singer.grid.end, length, tonic, 1.0, step=singer.grid.tuning.step_of(tonic))] if length else []


def _in_turn(notes: list[PlannedNote]) -> list[PlannedNote]:
    """One note at a time."""
    ordered: list[PlannedNote] = []
    for note in sorted(notes):
        if ordered and ordered[-1].end > note.start:
            ordered[-1] = ordered[-1]._replace(length=note.start - ordered[-1].start)
        ordered.append(note)
    return [note for note in ordered if note.length > 0]


def breathing(notes: list[PlannedNote], grid: SlotGrid) -> list[PlannedNote]:
    """No phrase longer than a breath: after it a rest, and what falls into the rest is left out."""
    done: list[PlannedNote] = []
    began = 0
    for note in notes:
        speed = float(grid.at(note.start).passage.tempo) * TICKS / 60  # ticks a second
        rest, most = round(PHRASE_BREATH * speed), round(LONGEST_PHRASE * speed)
        if not done or note.start - done[-1].end >= rest:
            began = note.start
        elif note.start - began > most - EIGHTH:
            continue
        done.append(note._replace(length=min(note.length, began + most - note.start)))
    return [note for note in done if note.length >= EIGHTH // 4]


def answers(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Another voice inside the last two groups, in bars where the lead rests."""
    leads = [p.name for p in grid.arrangement.style.playing("lead")]
    singer = _singer(grid, part, heard)
    notes: list[PlannedNote] = []
    for bar in grid.played(part.name):
        groups = groups_of(bar)[-2:]
        free = all(heard.silent(lead, groups[0].start - EIGHTH, bar.end) for lead in leads)
        if free and bar.role in ("groove", "bridge") and bar.place % 2 == 1:
            notes += singer.sung(_reply(singer, bar, groups, random))
    return notes + _last_note(singer)


def _reply(singer: Singer, bar: PlannedBar, groups: Sequence, random: Random) -> list[Aim]:  # type: ignore[type-arg]
    anchor = _anchor(singer, bar, random)
    shape = random.choice(((0, 2), (2, 1), (0, -1), (1, 3), (4, 2)))
    aims = [Aim(g.start, g.length, anchor + s, strong=True) for g, s in zip(groups, shape, strict=False)]
    if random.random() < 0.5:
        first = aims[0]
        aims[:1] = [
            first._replace(length=EIGHTH),
            Aim(first.start + EIGHTH, first.length - EIGHTH, first.scale_step + random.choice((-1, 1))),
        ]
    return aims
