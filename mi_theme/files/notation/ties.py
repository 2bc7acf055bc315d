"""Chords of which not all notes are tied alike: what is held longer goes to a voice of its own, so that every chord is held or struck as one."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from mi_theme.files.notation.headings import exact, named_voices

__all__ = ["FIRST_HELD_VOICE", "untangle_ties"]

FIRST_HELD_VOICE = 100  # and the MIDI key: a name that no voice of a file has, the same in every bar
MOST_PASSES = 16  # every pass leaves fewer notes in chords that are torn


class TiedNote(NamedTuple):
    """A note, or one of a chord: where it is, in quarters, in which measure and voice."""

    at: Fraction
    end: Fraction
    measure: Any
    container: Any
    element: Any
    note: Any

    @property
    def tie(self) -> str:
        """What kind of tie it has, if any."""
        return self.note.tie.type if self.note.tie else ""


def untangle_ties(stream: Any) -> None:
    """Take notes out of chords until all of each chord are tied alike; whole chains of tied notes move together."""
    for part in getattr(stream, "parts", ()):
        for _ in range(MOST_PASSES):
            chains = _chains(part)
            torn = [chain for chain in chains if any(_is_torn(tied) for tied in chain)]
            if not torn:
                break
            for chain in torn:
                for tied in chain:
                    _move(tied)


def _chains(part: Any) -> list[list[TiedNote]]:
    """The notes of a part that ties join."""
    open_chains: dict[tuple[float, Fraction], list[TiedNote]] = {}
    chains: list[list[TiedNote]] = []
    for tied in sorted(_notes(part), key=lambda tied: tied.at):
        height = tied.note.pitch.ps if hasattr(tied.note, "pitch") else -1.0
        chain = open_chains.pop((height, tied.at), None) if tied.tie in ("stop", "continue") else None
        if chain is None:
            chains.append(chain := [])
        chain.append(tied)
        if tied.tie in ("start", "continue"):
            open_chains[height, tied.end] = chain
    return chains


def _notes(part: Any) -> Iterator[TiedNote]:
    for measure in part.getElementsByClass("Measure"):
        base = exact(measure.offset)
        for container in [measure, *measure.getElementsByClass("Voice")]:
            shift = Fraction(0) if container is measure else exact(container.offset)
            for element in container.notes:
                if "Harmony" in element.classSet or not element.quarterLength:
                    continue
                at = base + shift + exact(element.offset)
                for note in getattr(element, "notes", None) or (element,):
                    yield TiedNote(
                        at=at,
                        end=at + exact(element.quarterLength),
                        measure=measure,
                        container=container,
                        element=element,
                        note=note,
                    )


def _is_torn(tied: TiedNote) -> bool:
    """Whether a note is tied otherwise than most of its chord; of as many of each, otherwise than its lowest."""
    notes = list(getattr(tied.element, "notes", None) or ())
    if len(notes) < 2 or not hasattr(tied.note, "pitch"):
        return False
    kinds = [note.tie.type if note.tie else "" for note in sorted(notes, key=lambda note: note.pitch.ps)]
    counts = Counter(kinds)
    return tied.tie != max(counts, key=lambda kind: (counts[kind], -kinds.index(kind)))


def _move(tied: TiedNote) -> None:
    """Put a note into the voice of its pitch; what hangs on its chord stays with the chord."""
    voice = _voice(tied.measure, str(FIRST_HELD_VOICE + int(tied.note.pitch.midi)))
    if tied.container is voice:
        return
    container = tied.container
    if container is tied.measure:  # its notes stand in a voice now
        container = next((v for v in tied.measure.getElementsByClass("Voice") if tied.element in v), container)
        if container is voice:
            return
    offset = container.elementOffset(tied.element)
    if len(getattr(tied.element, "notes", None) or ()) > 1:
        tied.element.remove(tied.note)
        tied.note.duration = copy.deepcopy(tied.element.duration)
        voice.insert(offset, tied.note)
    else:
        container.remove(tied.element)
        voice.insert(offset, tied.element)


def _voice(measure: Any, name: str) -> Any:
    """The voice of that name of a measure; one without voices gets one for what stands in it."""
    from music21 import stream

    voices = named_voices(measure)
    if not voices:
        first = stream.Voice(id="1")
        for element in list(measure.notesAndRests):
            if "Harmony" not in element.classSet:
                offset = measure.elementOffset(element)
                measure.remove(element)
                first.insert(offset, element)
        measure.insert(0, first)
        voices = [(first, "1")]
    for voice, known in voices:
        voice.id = known
        if known == name:
            return voice
    voice = stream.Voice(id=name)
    measure.insert(0, voice)
    return voice
