"""A score as MusicXML 4.0: what `notate` found, written down; the same bytes each time."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from math import gcd, lcm
from typing import Any

from lxml.etree import Element, SubElement, tostring

from mi_theme.errors import FileError
from mi_theme.files.disk import FileWarning
from mi_theme.files.musicxml.archives import packed
from mi_theme.files.musicxml.aside_writing import element_of, put_in_order, transposed, unwritten, words_left
from mi_theme.files.musicxml.counting import FASTEST, LARGEST_COUNT, SLOWEST
from mi_theme.files.musicxml.direction_writing import unreadable_tempos
from mi_theme.files.musicxml.documents import OF_PART, plain_text
from mi_theme.files.musicxml.part_writing import PartWriter
from mi_theme.notated import NotatedScore, notate
from mi_theme.notated.bar_symbols import BarVoice, bar_voices, resolution_of
from mi_theme.notated.model import WrittenPart
from mi_theme.score import PERCUSSION, Score
from mi_theme.score.percussion_keys import drum_key

__all__ = ["pieces", "write", "write_packed"]

DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">'
)
FINEST_PARTS = 96  # of a quarter: what is said at a place that is none of these stands at the part before it
PART_ORDER = (
    *("part-name", "part-name-display", "part-abbreviation", "part-abbreviation-display", "group", "score-instrument"),
    *("player", "midi-device", "midi-instrument"),
)
LONGEST_LINE = 45  # letters of a title that fit beside one another on A4 in the letters that programs use for it
END = "</score-partwise>\n"


def write(score: Score, *, exact: bool = False) -> bytes:
    """The bytes of a MusicXML file of a score; `exact` is for formats of ticks, and says nothing here.

    Raises
    ------
    FileError
        Where there is nothing to write, or what is written is counted in parts that no reader takes.
    ScoreError
        Where the score goes on for more than 200,000 bars.
    """
    buffer = BytesIO()
    buffer.writelines(pieces(score))
    return buffer.getvalue()


def pieces(score: Score) -> Iterator[bytes]:
    """The same bar by bar, for a file that need not be in memory as a whole.

    Raises
    ------
    FileError, ScoreError
        As `write`.
    """
    return _pieces(notate(score))


def write_packed(score: Score, *, exact: bool = False) -> bytes:
    """As `write`, compressed."""
    return packed(write(score))


def _pieces(score: NotatedScore) -> Iterator[bytes]:
    """The heading, and then bar by bar what is written."""
    if not score.staves:
        raise FileError("there are no notes to write as notation")
    if lost := unwritten(score.staves):
        warnings.warn(
            f"{lost} signs are no MusicXML, or hang on notes that are not there: left out", FileWarning, stacklevel=4
        )
    if beyond := unreadable_tempos(score.remarks):
        words = f"{beyond} tempos below {SLOWEST} or above {FASTEST} quarters a minute are written as that: no reader takes more"
        warnings.warn(words, FileWarning, stacklevel=4)
    parts = tuple(part._replace(staves=tuple(transposed(staff) for staff in part.staves)) for part in score.parts)
    score = replace(score, parts=parts)
    score = replace(score, remarks=tuple(words_left(score.remarks, score.staves)))
    root = Element("score-partwise", version="4.0")
    _write_heading(root, score)
    listed = SubElement(root, "part-list")
    for number, part in enumerate(score.parts, 1):
        _list_part(listed, f"P{number}", part)
    heading = tostring(root, encoding="unicode", pretty_print=True).removesuffix(END)
    said = _places(score)
    resolution = lcm(resolution_of(score.staves), *said)
    music = bar_voices(score.staves, resolution)
    divisions = _divisions(music, said, resolution)
    if divisions * max(bar.end - bar.start for bar in score.bars) > LARGEST_COUNT:
        raise FileError(
            f"all that is written together is counted in 1/{divisions} of a quarter: no reader takes so fine parts"
        )
    yield f"<?xml version='1.0' encoding='UTF-8'?>\n{DOCTYPE}\n{heading}".encode()
    staves, lengths = iter(music), [int((bar.end - bar.start) * divisions) for bar in score.bars]
    for number, part in enumerate(score.parts, 1):
        bars = [next(staves) for _ in part.staves]
        yield f'  <part id="P{number}">\n'.encode()
        for text in PartWriter(score, part, number, divisions, resolution // divisions).write(bars, lengths):
            yield text.encode()
        yield b"  </part>\n"
    yield END.encode()


def _places(score: NotatedScore) -> set[int]:
    """Parts of a quarter in which bar lines have their places, and what is said beside notes, where these are not too fine to matter."""
    said = {remark.at.denominator for remark in score.remarks}
    said |= {at.denominator for staff in score.staves for at, _ in staff.asides}
    said |= {at.denominator for staff in score.staves for mark in staff.marks for at in (mark.start, mark.end)}
    lines = {place.denominator for bar in score.bars for place in (bar.start, bar.end)}
    return lines | {parts for parts in said if FINEST_PARTS % parts == 0}


def _divisions(music: Iterable[Iterable[Iterable[BarVoice]]], said: set[int], resolution: int) -> int:
    """Parts of a quarter, as few as all symbols and all that is said can be counted in."""
    layouts = {voice.layout for bars in music for voices in bars for voice in voices}
    return lcm(resolution // gcd(resolution, *[layout.grain for layout in layouts]), *said)


def _write_heading(root: Any, score: NotatedScore) -> None:
    """Title, who made it, rights; what is said at the beginning; and what else the score says of itself."""
    said = [element for text in score.asides if (element := element_of(text)) is not None]
    work = [element for element in said if element.tag in ("work-number", "work-title")]
    title = plain_text(score.heading.title)
    if work:
        SubElement(root, "work").extend(sorted(work, key=lambda element: element.tag))
    root.extend([element for element in said if element.tag == "movement-number"][:1])
    if title and title not in [plain_text(element.text) for element in work]:
        SubElement(root, "movement-title").text = _in_lines(title)
    identification = SubElement(root, "identification")
    if score.heading.composer:
        SubElement(identification, "creator", type="composer").text = plain_text(score.heading.composer)
    identification.extend([element for element in said if element.tag == "creator"])
    if score.heading.rights:
        SubElement(identification, "rights").text = plain_text(score.heading.rights)
    SubElement(SubElement(identification, "encoding"), "software").text = "mi_theme"
    for tag, most in (("source", 1), ("relation", len(said))):
        identification.extend([element for element in said if element.tag == tag][:most])
    fields = [element for element in said if element.tag == "miscellaneous-field"]
    opening = [plain_text(str(remark.said)) for remark in score.remarks if remark.kind == "words" and remark.at == 0]
    for number, words in enumerate(filter(None, opening), 1):
        fields.append(Element("miscellaneous-field", name=f"text {number}"))
        fields[-1].text = words
    if fields:
        SubElement(identification, "miscellaneous").extend(fields)
    root.extend([element for element in said if element.tag == "credit"])


def _in_lines(title: str) -> str:
    """A title in two lines where it is too long for one: the end in brackets, or half of the words, below."""
    if len(title) <= LONGEST_LINE or " " not in title:
        return title
    middle = title.rfind(" (") if title.endswith(")") else -1
    spaces = [place for place, letter in enumerate(title) if letter == " "]
    cut = middle if middle > 0 else min(spaces, key=lambda place: abs(2 * place - len(title)))
    return f"{title[:cut]}\n{title[cut + 1 :]}"


def _list_part(listed: Any, name: str, written: WrittenPart) -> None:
    """A part of the list, with its instrument, or one for each drum."""
    part, drums = written.part, written.staves[0].percussion
    said = [element_of(aside.said) for staff in written.staves for _, aside in staff.asides if aside.host == "part"]
    said = [one for one in said if one is not None]
    listed.extend([one for one in said if one.tag == "part-group" and one.get("type") == "start"])
    element = SubElement(listed, "score-part", id=name)
    SubElement(element, "part-name").text = plain_text(part.name)
    for one in (one for one in said if one.tag in OF_PART):
        put_in_order(element, one, PART_ORDER)
    notes = written.staves[0].notes if drums else ()
    keys = sorted({head.key for note in notes for head in (*note.heads, *note.graces)})
    instruments = [(f"{name}-I{key + 1}", drum_key(key).name) for key in keys] or [(f"{name}-I1", part.name)]
    for identity, title in instruments:
        instrument = Element("score-instrument", id=identity)
        SubElement(instrument, "instrument-name").text = plain_text(title)
        put_in_order(element, instrument, PART_ORDER)
    for (identity, _), key in zip(instruments, keys or [-1], strict=True):
        sound = SubElement(element, "midi-instrument", id=identity)
        SubElement(sound, "midi-channel").text = str((PERCUSSION if drums else part.channel) + 1)
        if part.program or drums:
            SubElement(sound, "midi-program").text = str(part.program or 1)
        if key >= 0:
            SubElement(sound, "midi-unpitched").text = str(key + 1)
    listed.extend([one for one in said if one.tag == "part-group" and one.get("type") == "stop"])
