"""MusicXML made by hand, element by element: what the tests of its reader and its writer begin with. Lengths are in eighths."""

from __future__ import annotations

from collections.abc import Sequence

TYPES = {1: "eighth", 2: "quarter", 3: "quarter", 4: "half", 6: "half", 8: "whole"}
SCALE = ("C5", "D5", "E5", "F5", "G5", "A5", "B5", "C6")
NO_CHORD = '<harmony><root><root-step>C</root-step></root><kind text="N.C.">none</kind></harmony>'
PERCUSSION_CLEF = "<clef><sign>percussion</sign></clef>"


def tone(name: str, length: int = 2, before: str = "", more: str = "", alter: str = "") -> str:
    """A note, such as ``tone("C5", 2)``; `before` is ``<chord/>`` or ``<cue/>``, `more` stands at its end."""
    altered = f"<alter>{alter}</alter>" if alter else ""
    pitch = f"<pitch><step>{name[0]}</step>{altered}<octave>{name[1:]}</octave></pitch>"
    return f"<note>{before}{pitch}{tail(length)}{more}</note>"


def tail(length: int, ties: Sequence[str] = ()) -> str:
    """Duration, ties, voice and type of a note."""
    tied = "".join(f'<tie type="{kind}"/>' for kind in ties)
    dot = "<dot/>" if length in (3, 6) else ""
    return f"<duration>{length}</duration>{tied}<voice>1</voice><type>{TYPES.get(length, 'quarter')}</type>{dot}"


def held(name: str, ties: Sequence[str], before: str = "") -> str:
    """A whole note with ties."""
    marks = "".join(f'<tied type="{kind}"/>' for kind in ties)
    pitch = f"<pitch><step>{name[0]}</step><octave>{name[1:]}</octave></pitch>"
    return f"<note>{before}{pitch}{tail(8, ties)}<notations>{marks}</notations></note>"


def scale(first: int, count: int, length: int = 2) -> str:
    """Notes up the scale."""
    return "".join(tone(SCALE[(first + i) % 8], length) for i in range(count))


def measure(number: int, inside: str, *times: tuple[str, str], more: str = "", attributes: str = "") -> str:
    """A bar; `times` are the pairs of its signature."""
    pairs = "".join(f"<beats>{beats}</beats><beat-type>{unit}</beat-type>" for beats, unit in times)
    sign = f"<time>{pairs}</time>" if times else ""
    said = f"<attributes><divisions>2</divisions>{sign}{attributes}</attributes>" if sign or attributes else ""
    return f'<measure number="{number}"{more}>{said}{inside}</measure>'


def partwise(*parts: Sequence[str], listed: str = "", head: str = "") -> bytes:
    """A score of parts, each a row of bars; `listed` stands with each part in the list."""
    names = "".join(
        f'<score-part id="P{i}"><part-name>Part {i}</part-name>{listed}</score-part>' for i, _ in enumerate(parts, 1)
    )
    music = "".join(f'<part id="P{i}">{"".join(bars)}</part>' for i, bars in enumerate(parts, 1))
    return f'<score-partwise version="3.1">{head}<part-list>{names}</part-list>{music}</score-partwise>'.encode()


def timewise(*parts: Sequence[str]) -> bytes:
    """The same bars of the same parts, timewise."""
    names = "".join(
        f'<score-part id="P{i}"><part-name>Part {i}</part-name></score-part>' for i, _ in enumerate(parts, 1)
    )
    rows = zip(*parts, strict=True)
    music = ""
    for number, bars in enumerate(rows, 1):
        inner = (bar.partition(">")[2].removesuffix("</measure>") for bar in bars)
        shown = "".join(f'<part id="P{i}">{bar}</part>' for i, bar in enumerate(inner, 1))
        music += f'<measure number="{number}">{shown}</measure>'
    return f'<score-timewise version="3.1"><part-list>{names}</part-list>{music}</score-timewise>'.encode()
