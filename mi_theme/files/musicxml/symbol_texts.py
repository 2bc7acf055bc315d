"""What is written of the symbols of a bar whatever their pitch: made once for each layout, with its lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from mi_theme.files.musicxml.counting import LARGEST_TUPLET
from mi_theme.notated.bar_symbols import Layout, TupletRun
from mi_theme.score.marks import Mark, kind_of

__all__ = ["SymbolText", "beam_words", "notations", "symbol_texts"]

TYPES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th", "256th", "512th", "1024th")
LONGEST = 8  # quarters in the first of them
NUMBERED = ("tremolo", "fingering", "string")  # marks that say a number
GROUPS = ("ornaments", "technical", "articulations", "fermata", "arpeggiate")  # of marks at notes
MARK_GROUPS = 3  # of these have an element around them
BRACKETS = {"start": '<tuplet type="start" bracket="yes"/>', "stop": '<tuplet type="stop"/>'}
QUARTER_TYPE = TYPES.index("quarter")


class SymbolText(NamedTuple):
    """What is written of a symbol whatever its pitch.

    Attributes
    ----------
    length, value
        Its duration with its ties, and its voice, type and dots; between them a drum has its instrument.
    tuplet, beams
        What comes after its accidental, before and behind its staff.
    ties, brackets
        Of its notations.
    closing
        All that comes after the accidentals of the first note and of the others, where nothing else is said of them.
    """

    length: str
    value: str
    tuplet: str
    beams: str
    ties: tuple[str, ...]
    brackets: tuple[str, ...]
    closing: tuple[str, str]


@lru_cache(maxsize=4096)
def _type(quarters: Fraction) -> tuple[str, int]:
    """The type of a written value and its dots; no type where it is no value."""
    for dots, length in ((0, quarters), (1, quarters * Fraction(2, 3))):
        power = Fraction(LONGEST) / length
        if power.denominator == 1 and power.numerator & (power.numerator - 1) == 0:
            place = power.numerator.bit_length() - 1
            return (TYPES[place], dots) if place < len(TYPES) else ("", 0)
    return "", 0


def beam_words(flags: Sequence[int]) -> Iterator[list[str]]:
    """The beams of each note of one group, outermost first: each from its first to its last neighbour, hooks where alone."""
    for place, count in enumerate(flags):
        words = []
        for level in range(1, count + 1):
            left, right = place > 0 and flags[place - 1] >= level, place + 1 < len(flags) and flags[place + 1] >= level
            if left or right:
                words.append("continue" if left and right else "end" if left else "begin")
            else:
                words.append("forward hook" if place == 0 else "backward hook")
        yield words


@lru_cache(maxsize=2**12)
def symbol_texts(layout: Layout, voice: str, staff: str, grain: int) -> list[SymbolText]:
    """What is written of each symbol of a bar, with the lines of its voice and staff; made once for each layout."""
    return [text for run in layout.runs for text in _run_texts(run, voice, staff, grain)]


def _run_texts(run: TupletRun, voice: str, staff: str, grain: int) -> Iterator[SymbolText]:
    first, last = run.groups[0][0], run.groups[-1][-1]
    tuplet, voice = "", f"        <voice>{voice}</voice>\n"
    sayable = run.ratio.denominator < LARGEST_TUPLET  # what no tuplet says has its duration and no note value
    if run.ratio != 1 and sayable:
        tuplet = (
            f"        <time-modification>\n          <actual-notes>{run.ratio.denominator}</actual-notes>\n"
            f"          <normal-notes>{run.ratio.numerator}</normal-notes>\n        </time-modification>\n"
        )
    for group in run.groups:
        types = [_type(symbol.value) if sayable else ("", 0) for symbol in group]
        flags = [max(TYPES.index(kind) - QUARTER_TYPE, 0) if kind else 0 for kind, _ in types]
        words = list(beam_words(flags)) if len(group) > 1 else [[]]
        for symbol, (kind, dots), beams in zip(group, types, words, strict=True):
            bracketed = bool(tuplet) and first is not last
            brackets = ("start",) * (bracketed and symbol is first) + ("stop",) * (bracketed and symbol is last)
            ties = ("stop",) * (symbol.tie in ("m", "t")) + ("start",) * (symbol.tie in ("i", "m"))
            value = f"        <type>{kind}</type>\n" + "        <dot/>\n" * dots if kind else ""
            lines = "".join([f'        <beam number="{n}">{word}</beam>\n' for n, word in enumerate(beams, 1)])
            yield _text(symbol.lasts // grain, f"{voice}{value}", tuplet, staff, lines, ties, brackets)


@lru_cache(maxsize=2**12)
def _text(
    lasts: int, value: str, tuplet: str, staff: str, beams: str, ties: tuple[str, ...], brackets: tuple[str, ...]
) -> SymbolText:
    """The text of a symbol: few are different, and each is in memory once."""
    return SymbolText(
        length=f"        <duration>{lasts}</duration>\n" + "".join([f'        <tie type="{tie}"/>\n' for tie in ties]),
        value=value,
        tuplet=tuplet,
        beams=beams,
        ties=ties,
        brackets=brackets,
        closing=(
            f"{tuplet}{staff}{beams}{notations(ties, brackets, (), ())}      </note>\n",
            f"{tuplet}{staff}{notations(ties, (), (), ())}      </note>\n",
        ),
    )


@lru_cache(maxsize=4096)
def notations(
    ties: tuple[str, ...], brackets: tuple[str, ...], marks: tuple[Mark, ...], slurs: tuple[tuple[str, int], ...]
) -> str:
    if not (ties or brackets or marks or slurs):
        return ""
    lines = ["        <notations>"]
    lines += [f'          <tied type="{kind}"/>' for kind in ties]
    lines += [f'          <slur type="{kind}" number="{number}"/>' for kind, number in slurs]
    for kind in brackets:
        lines.append(f"          {BRACKETS[kind]}")
    for group, members in groupby(sorted(marks, key=lambda mark: GROUPS.index(kind_of(mark.name))), _group_of):
        inside = group in GROUPS[:MARK_GROUPS]
        indent = "            " if inside else "          "
        lines += [f"          <{group}>"] * inside
        for mark in members:
            numbered = mark.name in NUMBERED
            lines.append(f"{indent}<{mark.name}>{mark.number}</{mark.name}>" if numbered else f"{indent}<{mark.name}/>")
        lines += [f"          </{group}>"] * inside
    return "\n".join([*lines, "        </notations>\n"])


def _group_of(mark: Mark) -> str:
    return kind_of(mark.name)
