"""The lead: a device a phrase, fitted to chord, range and everything that sounds already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from mi_theme.renditions.arrangement.arrangements import Phrase
from mi_theme.renditions.arrangement.harmony import scale_pitch
from mi_theme.renditions.arrangement.manners import DEVICES
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.devices import LONGEST_GERM, augmentation, close, consequent, reply
from mi_theme.renditions.composing.endings import final_length
from mi_theme.renditions.composing.group_patterns import groups_of
from mi_theme.renditions.composing.line_search import LineChoice, LinePoint, cheapest_line
from mi_theme.renditions.composing.melodies import Aim, aims_of, melody_of
from mi_theme.renditions.composing.slots import EIGHTH, TICKS, PlannedBar, PlannedNote, SlotGrid, ticks
from mi_theme.renditions.composing.texture import Texture
from mi_theme.themes import Motif

__all__ = ["answers", "melody"]

COMPASS = 19  # semitones: an octave and a fifth
LONGEST_PHRASE, PHRASE_BREATH = 7.4, 0.32  # seconds of a phrase, and of the rest after it
ROOM_ABOVE_HEAD = 5  # semitones, for the highest note
LEAD_MIDDLE = 0.38  # of the range: where the lead lives
GOAL_ACCENT = 8
NEAR = 5  # semitones from what a line asks for to what it may get
# what a note pays, in semitones that it is away from what the tune asks for
CLASH_COST = 12
FOREIGN_COST = 1.0  # on a group and not of the chord: as much as it is quarters long, and this


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

    @property
    def anchor(self) -> int:
        """The step of the scale around which the tune lies: of the tonic chord, in the middle of the compass."""
        scale = self.grid.tuning.scale
        middle = (self.low + self.goal) / 2
        return min((-3, 0, 2, 4, 7), key=lambda step: abs(self.tonic + scale_pitch(scale, step) - middle))

    def highest_step(self, bar: PlannedBar) -> int:
        """The step of the local scale under the highest note."""
        scale = self.grid.tuning.local_scale(bar.chord)
        return max(step for step in range(-14, 22) if self.tonic + scale_pitch(scale, step) <= self.top)

    def _choices(self, aim: Aim) -> list[LineChoice]:
        """Pitches of the local scale that an aim may become; a strong one pays for not being of the chord."""
        if aim.goal:
            return [LineChoice(self.goal, 0.0, False)]
        bar = self.grid.at(aim.start)
        scale = self.grid.tuning.local_scale(bar.chord)
        asked = self.tonic + scale_pitch(scale, aim.scale_step)
        able = [p for p in range(self.low, self.top + 1) if (p - self.tonic) % 12 in scale]
        near = [p for p in able if abs(p - asked) <= NEAR] or sorted(able, key=lambda p: abs(p - asked))[:3]
        dissonance = FOREIGN_COST * (1 + aim.length / TICKS)
        found = []
        for pitch in near or [min(max(asked, self.low), self.top)]:
            foreign = aim.strong and (pitch - self.tonic) % 12 not in bar.chord.classes
            clash = 0 if self.heard.fits(aim.start, aim.end, pitch) else CLASH_COST
            found.append(LineChoice(pitch, abs(pitch - asked) + clash + dissonance * foreign, foreign))
        return found

    def placed(self, aims: Sequence[Aim]) -> list[Aim]:
        """The aims moved by whole steps so that they fit between the lowest note and the highest."""
        scale = self.grid.tuning.scale
        steps = [aim.scale_step for aim in aims if not aim.goal] or [0]
        over = max(steps) - max(s for s in range(-14, 22) if self.tonic + scale_pitch(scale, s) <= self.top)
        under = min(s for s in range(-14, 22) if self.tonic + scale_pitch(scale, s) >= self.low) - min(steps)
        move = -over if over > 0 else max(under, 0)
        return [aim._replace(scale_step=aim.scale_step + move) for aim in aims]

    def sung(self, aims: Sequence[Aim], before: int | None = None) -> list[PlannedNote]:
        """The aims as notes that follow one another: of all lines the one that pays least.

        `before` is the pitch of the note before them.
        """
        if not aims:
            return []
        ordered = self.placed(sorted(aims))
        ordered = [
            a._replace(length=min(a.length, b.start - a.start) if b else a.length)
            for a, b in zip(ordered, [*ordered[1:], None], strict=True)
        ]
        ordered = [aim for aim in ordered if aim.length > 0]
        pitches = self._approached(ordered, cheapest_line(self._points(ordered), before))
        notes = []
        for aim, pitch in zip(ordered, pitches, strict=True):
            step = self.grid.tuning.step_of(pitch, self.grid.at(aim.start).chord)
            note = PlannedNote(aim.start, aim.length, pitch, accent=GOAL_ACCENT * aim.goal, step=step)
            clear = self.heard.shortened(note, self.part.gate, EIGHTH // 2)
            if clear or aim.goal:  # the highest note stays even where nothing suits it
                notes.append(clear or note)
        return notes

    def _points(self, aims: Sequence[Aim]) -> list[LinePoint]:
        """The aims as notes of a line, which may not begin as the head does."""
        head = self.grid.at(aims[0].start).passage.head
        opening = [(self.tonic + tone.degree.semitones) % 12 for tone in head.tones[:2]]
        apart = ticks(head.onsets[1] - head.onsets[0]) if len(head) > 1 else 0
        points = []
        for last, aim in pairwise([aims[0], *aims]):
            way = (aim.scale_step > last.scale_step) - (aim.scale_step < last.scale_step)
            quotes = apart and aim.start - last.start == apart
            points.append(LinePoint(self._choices(aim), way, (opening[0], opening[1]) if quotes else None))
        return points

    def _approached(self, aims: Sequence[Aim], pitches: list[int]) -> list[int]:
        """Notes that lead into the next from a half step below, where the line stays smooth and nothing clashes."""
        found = list(pitches)
        for index, aim in enumerate(aims[:-1]):
            below = found[index + 1] - 1
            smooth = index == 0 or 0 < abs(below - found[index - 1]) <= 3
            if aim.approach and smooth and below >= self.low and not aims[index + 1].goal:
                found[index] = below if self.heard.fits(aim.start, aim.end, below) else found[index]
        return found


def melody(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Every phrase of the lead, with breaths, and its last note."""
    singer = _singer(grid, part, heard)
    first = grid.arrangement.passages[0]
    tune = melody_of(first.head, first.ostinato, grid.arrangement.manner, random)
    stated: list[PlannedNote] = []
    line: list[PlannedNote] = []
    for phrase, bars in _phrases(grid, part):
        before = line[-1].pitch if line else None
        if phrase.device == "statement":
            stated = statement(singer, bars)
            line += stated
            aims = [a for a in consequent(bars, tune, singer.anchor) if a.start > stated[-1].end + EIGHTH]
        elif phrase.device == "augmentation":
            top = singer.highest_step(bars[min(2, len(bars) - 1)])
            aims = augmentation(bars, tune, bars[0].passage.head, singer.anchor, top)
        elif phrase.device == "close":
            aims = close(bars, tune)
        elif phrase.device in DEVICES:
            aims = aims_of(DEVICES[phrase.device], bars, tune, singer.anchor, random)
        else:
            continue
        line += singer.sung(aims, before)
    apart = [note for note in line if note in stated or not _within(note, stated)]
    return _unquoted(breathing(_in_turn(apart), grid) + _last_note(singer), stated, grid)


def _within(note: PlannedNote, stated: Sequence[PlannedNote]) -> bool:
    """Whether a note falls into the statement or the eighth before or after it."""
    return bool(stated) and stated[0].start - EIGHTH < note.end and note.start < stated[-1].end + EIGHTH


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
    return Singer(grid=grid, part=part, heard=heard, tonic=tonic, low=low, goal=max(goals, default=high))


def _is_goal(grid: SlotGrid, heard: Texture, pitch: int) -> bool:
    """Whether a pitch belongs to the chord where the highest note stands, and sounds well there."""
    phrases = [phrase for passage in grid.arrangement.passages for phrase in passage.phrases]
    summit = next((phrase for phrase in phrases if phrase.device == "augmentation"), phrases[-1])
    bar = grid.bars[min(summit.first + 2, summit.last) - 1]
    belongs = (pitch - grid.tuning.tonic.pitch_class) % 12 in bar.chord.classes
    return belongs and heard.fits(bar.start, bar.end, pitch)


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


def _last_note(singer: Singer) -> list[PlannedNote]:
    """The tonic on the last downbeat, the highest under the summit that the part has."""
    length = final_length(singer.grid)
    able = [pitch for pitch in range(singer.part.low, singer.part.high + 1) if (pitch - singer.tonic) % 12 == 0]
    tonic = max((pitch for pitch in able if pitch <= singer.top), default=able[0])
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
            if not note.accent:
                continue
            while done and note.start - done[-1].end < rest:  # the highest note is sung, after a breath
                done.pop()
            began = note.start
        done.append(note._replace(length=min(note.length, began + most - note.start)))
    return [note for note in done if note.length >= EIGHTH // 4]


def answers(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Another voice inside the last two groups, in bars where the lead rests; in a coro the motif's close."""
    leads = [p.name for p in grid.arrangement.style.playing("lead")]
    singer = _singer(grid, part, heard)
    first = grid.arrangement.passages[0]
    tune = melody_of(first.head, first.ostinato, grid.arrangement.manner, random)
    notes: list[PlannedNote] = []
    for bar in grid.played(part.name):
        groups = groups_of(bar)[-2:]
        begin = bar.start if bar.phrase.event == "coro" else groups[0].start - EIGHTH
        free = all(heard.silent(lead, begin, bar.end) for lead in leads)
        if free and bar.role in ("groove", "bridge") and bar.place % 2 == 1:
            chorus = bar.phrase.event == "coro"
            aims = aims_of("C", [bar], tune, singer.anchor, random) if chorus else reply(bar, singer.anchor, random)
            notes += singer.sung(aims, notes[-1].pitch if notes else None)
    return notes + _last_note(singer)
