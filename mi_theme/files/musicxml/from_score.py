"""A Score as MusicXML: bars, voices, ties, beams by the metre, spelling, drums, lyrics and words; the same bytes each time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from mi_theme.errors import FileError
from mi_theme.files.musicxml.archives import packed
from mi_theme.files.musicxml.bar_writing import DIVISIONS, StaffWriting, clef_element, time_element
from mi_theme.files.musicxml.directions import harmony_element
from mi_theme.files.musicxml.documents import plain_text
from mi_theme.files.notation.barring import NewBar
from mi_theme.files.notation.to_stream import new_bars
from mi_theme.score import PERCUSSION, Part, Score
from mi_theme.score import messages as m
from mi_theme.score.percussion_keys import drum_key

__all__ = ["write", "write_packed"]

MOST_BARS = 200_000  # a file of more is not music but damage
SLIGHT_CHANGE = 0.5  # quarters a minute: a change of tempo that is not written
ROOT = "score-partwise"
DOCTYPE = '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">'


def write(score: Score, *, exact: bool = False) -> bytes:
    """The bytes of a MusicXML file of a score; `exact` is for formats of ticks, and says nothing here.

    Raises
    ------
    FileError
        Where there is nothing to write.
    """
    if not len(score.spans):
        raise FileError("there are no notes to write as notation")
    root = etree.Element(ROOT, version="4.0")
    _write_heading(root, score)
    bars = _bars(score)
    listed = etree.SubElement(root, "part-list")
    sung = _lyrics(score)
    for index, part in enumerate(score.parts):
        name = f"P{index + 1}"
        notes = score.notes(index)
        keys = sorted(set(notes["pitch"].tolist())) if part.is_percussion else []
        _list_part(listed, name, part, keys)
        element = etree.SubElement(root, "part", id=name)
        fifths = 0 if part.is_percussion else (score.key or (0, False))[0]
        staff = StaffWriting(name, notes, bars, fifths, part.is_percussion, sung.get(index, {}))
        _write_bars(element, score, staff, bars, leads=index == 0)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True, doctype=DOCTYPE)  # type: ignore[no-any-return]


def write_packed(score: Score, *, exact: bool = False) -> bytes:
    """As `write`, compressed."""
    return packed(write(score, exact=exact))


def _bars(score: Score) -> list[NewBar]:
    bars: list[NewBar] = []
    for bar in new_bars(score):
        if len(bars) == MOST_BARS:
            raise FileError(f"more than {MOST_BARS} bars cannot be written as notation")
        bars.append(bar)
    return bars


def _write_heading(root: Any, score: Score) -> None:
    """What the score says of itself: no title is made up, no composer."""
    named = not any(part.track == 0 for part in score.parts) and score.tracks[0].name
    title = plain_text(named or Path(score.source).stem)
    if title:
        etree.SubElement(root, "movement-title").text = title
    identification = etree.SubElement(root, "identification")
    for _, text in score.texts:
        if text.startswith(m.COMPOSER_TEXT):
            creator = etree.SubElement(identification, "creator", type="composer")
            creator.text = plain_text(text.removeprefix(m.COMPOSER_TEXT))
            break
    for _, data in score.tracks[0].metas(m.COPYRIGHT)[:1]:
        etree.SubElement(identification, "rights").text = plain_text(m.text_of(data))
    encoding = etree.SubElement(identification, "encoding")
    etree.SubElement(encoding, "software").text = "mi_theme"


def _list_part(listed: Any, name: str, part: Part, keys: Sequence[int]) -> None:
    """A part of the list, with its instrument, or one for each drum."""
    element = etree.SubElement(listed, "score-part", id=name)
    etree.SubElement(element, "part-name").text = plain_text(part.name)
    instruments = [(f"{name}-I{key + 1}", drum_key(key).name, key) for key in keys] or [(f"{name}-I1", part.name, -1)]
    for identity, title, _ in instruments:
        instrument = etree.SubElement(element, "score-instrument", id=identity)
        etree.SubElement(instrument, "instrument-name").text = plain_text(title)
    for identity, _, key in instruments:
        if key < 0 and not part.program:
            continue
        sound = etree.SubElement(element, "midi-instrument", id=identity)
        channel = PERCUSSION if part.is_percussion else part.channel
        etree.SubElement(sound, "midi-channel").text = str(channel + 1)
        if part.program:
            etree.SubElement(sound, "midi-program").text = str(part.program)
        if key >= 0:
            etree.SubElement(sound, "midi-unpitched").text = str(key + 1)


def _write_bars(part: Any, score: Score, staff: StaffWriting, bars: Sequence[NewBar], *, leads: bool) -> None:
    """The bars of a part; the first part says tempos and words for all."""
    speeds = dict(_speeds(score, bars)) if leads else {}
    words = _words(score, bars) if leads else {}
    for index, bar in enumerate(bars):
        measure = etree.SubElement(part, "measure", number=str(bar.number))
        if bar.number == 0:
            measure.set("implicit", "yes")
        if index == 0 or bar.signed:
            attributes = etree.SubElement(measure, "attributes")
            if index == 0:
                etree.SubElement(attributes, "divisions").text = str(DIVISIONS)
                if score.key and not staff.is_percussion:
                    key = etree.SubElement(attributes, "key")
                    etree.SubElement(key, "fifths").text = str(score.key[0])
                    etree.SubElement(key, "mode").text = "minor" if score.key[1] else "major"
            attributes.append(time_element(bar.meter))
            if index == 0:
                attributes.append(clef_element(staff))
                if staff.octaves:
                    transpose = etree.SubElement(attributes, "transpose")
                    etree.SubElement(transpose, "chromatic").text = "0"
                    etree.SubElement(transpose, "octave-change").text = str(-staff.octaves)
        if index in speeds:
            measure.append(_tempo_element(speeds[index]))
        for at, kind, text in words.get(index, ()):
            measure.append(_word_element(kind, text, at))
        staff.write(measure, index)


def _speeds(score: Score, bars: Sequence[NewBar]) -> Iterator[tuple[int, float]]:
    """The tempo of the first bar, and of every bar that begins in another one than was said."""
    before = 0.0
    for index, bar in enumerate(bars):
        speed = round(score.tempos.per_minute(bar.start), 2)
        if abs(speed - before) >= SLIGHT_CHANGE:
            yield index, speed
            before = speed


def _tempo_element(speed: float) -> Any:
    direction = etree.Element("direction", placement="above")
    mark = etree.SubElement(etree.SubElement(direction, "direction-type"), "metronome")
    etree.SubElement(mark, "beat-unit").text = "quarter"
    etree.SubElement(mark, "per-minute").text = f"{speed:g}"
    etree.SubElement(direction, "sound", tempo=f"{speed:g}")
    return direction


def _words(score: Score, bars: Sequence[NewBar]) -> dict[int, list[tuple[int, str, str]]]:
    """For each bar the words in it: where, in divisions, of what kind, and what they say."""
    said = [(at, "rehearsal", text) for at, text in score.markers]
    for at, text in score.texts:
        if text.startswith(m.CHORD_TEXT):
            said.append((at, "chord", text.removeprefix(m.CHORD_TEXT)))
        elif at and not text.startswith(m.GROUPING_TEXT):
            said.append((at, "words", text))
    starts = [bar.start for bar in bars]
    found: dict[int, list[tuple[int, str, str]]] = {}
    for at, kind, text in said:
        index = max(bisect_right(starts, at) - 1, 0)
        if shown := plain_text(text):
            found.setdefault(index, []).append((round((at - starts[index]) * DIVISIONS), kind, shown))
    return found


def _word_element(kind: str, text: str, at: int) -> Any:
    """Words, a rehearsal mark or a chord symbol, so many divisions from the bar line."""
    if kind == "chord":
        element = harmony_element(text)
    else:
        element = etree.Element("direction", placement="above")
        etree.SubElement(etree.SubElement(element, "direction-type"), kind).text = text
    if at:
        etree.SubElement(element, "offset").text = str(at)
    return element


def _lyrics(score: Score) -> dict[int, dict[float, str]]:
    """For each part the syllables at its onsets, in quarters; those of a track without notes go to the part that begins notes with most of them."""
    spans, parts = score.spans, score.span_parts
    begun = [set(spans["start"][parts == index].tolist()) for index in range(len(score.parts))]
    found: dict[int, dict[float, str]] = {}
    for number, track in enumerate(score.tracks):
        syllables = {tick: text for tick, data in track.metas(m.LYRIC) if (text := _syllable(data))}
        own = [index for index, part in enumerate(score.parts) if part.track == number] or range(len(score.parts))
        if syllables and score.parts:
            index = max(own, key=lambda index: (len(begun[index] & syllables.keys()), -index))
            sung = {tick / score.ticks_per_quarter: text for tick, text in syllables.items()}
            found[index] = {**found.get(index, {}), **sung}
    return found


def _syllable(data: bytes) -> str:
    """The text of a lyric event, without the marks of karaoke files for new lines."""
    text = m.text_of(data).lstrip("/\\\r\n")
    return "\n".join(plain_text(line) for line in text.split("\n")).strip("\n")
