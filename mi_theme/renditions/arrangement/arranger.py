"""From arguments to an arrangement: sections, phrases, layers, chords, what the lead does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

from mi_theme.adaptation import LAST_RESORTS
from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.tempo_equations import default_keep, equation_words, tempo_factor
from mi_theme.errors import StrategyError
from mi_theme.meter import Meter
from mi_theme.renditions.arrangement.arrangements import Arrangement, Passage, Phrase
from mi_theme.renditions.arrangement.forms import Form
from mi_theme.renditions.arrangement.harmony import Chord, home, progression
from mi_theme.renditions.arrangement.styles import Groove, Instrument, Style
from mi_theme.themes import Adaptation, Theme

__all__ = ["arrangement_of", "grouped_for"]

PHRASE_BARS = 4  # bars in which the same layers play
CELL_BARS = 2
CLIMAX_PLACE = 0.77  # of the length: where the highest note shall stand
FULLNESS = {"groove": (0.35, 1.0), "bridge": (0.3, 0.8)}  # share of the players, at the beginning and at the climax
LONGEST_TUTTI = 8  # bars
GROWTH_POWER = 1.4  # above 1 the piece grows more towards its end

# what the lead does after the statement, up to the climax; a seed chooses a row
STORIES = (
    ("inversion", "sequence", "fragmentation", "silence", "diminution", "sequence"),
    ("sequence", "inversion", "silence", "fragmentation", "inversion", "diminution"),
    ("inversion", "fragmentation", "sequence", "silence", "inversion", "sequence"),
)
AFTERMATH = ("fragmentation", "inversion", "silence")  # between the climax and the close


def arrangement_of(
    form: Form,
    style: Style,
    theme: Theme,
    tempo: Fraction,
    ending: str,
    seed: int,
    how: str | None,
    keep: str | None,
    grooves: tuple[Groove, ...],
) -> Arrangement:
    """Plan everything; the same arguments give the same arrangement.

    Raises
    ------
    UnknownName
        Where there is no such strategy or tempo equation.
    """
    passages = _passages(form, theme, tempo, how, keep)
    if how:
        find(how)
    planned = _Planner(style, form.bars, Random(f"{seed}/plan")).phrases(passages, theme)
    return Arrangement(
        theme=theme, form=form.name, style=style, passages=planned, ending=ending, seed=seed, grooves=grooves
    )


def grouped_for(meter: Meter, adaptation: Adaptation) -> Meter:
    """A metre that players would group but that does not say how, grouped as the figure is."""
    figure = adaptation.grouping
    if not meter.is_open or figure is None or figure.total != meter.pulses:
        return meter
    return meter.grouped(_joined(figure.parts))


def _joined(parts: tuple[int, ...]) -> tuple[int, ...]:
    """Groups of one pulse in pairs; one that is left over goes with the group before it."""
    groups: list[int] = []
    for index, part in enumerate(parts):
        if groups and (groups[-1] == 1 or (part == 1 and index == len(parts) - 1)):
            groups[-1] += part
        else:
            groups.append(part)
    return tuple(groups)


def _passages(form: Form, theme: Theme, tempo: Fraction, how: str | None, keep: str | None) -> tuple[Passage, ...]:
    """The sections one after another, with the figure in each metre and the tempo equations."""
    passages: list[Passage] = []
    first, start = 1, Fraction(0)
    adapted = {meter: _adapted(theme, meter, how) for meter in dict.fromkeys(s.meter for s in form.sections)}
    themes = {meter: adaptation.theme for meter, adaptation in adapted.items()}
    for section in form.sections:
        adaptation, own = adapted[section.meter], themes[section.meter]
        meter, words = grouped_for(section.meter, adaptation), ""
        if passages and passages[-1].meter != meter:
            before = passages[-1].meter
            kept = keep or default_keep(before, meter)
            words = equation_words(before, meter, 1, kept)
            tempo /= tempo_factor(before, meter, 1, kept)
        passages.append(
            Passage(
                name=section.name,
                role=section.role,
                meter=meter,
                first=first,
                bars=section.bars,
                start=start,
                tempo=tempo,
                equation=words,
                adaptation=adaptation,
                ostinato=own.motif("ostinato"),
                head=own.motif("head"),
                figure=adaptation.grouping,
            )
        )
        first, start = first + section.bars, passages[-1].end
    return tuple(passages)


def _adapted(theme: Theme, meter: Meter, how: str | None) -> Adaptation:
    """The theme in a metre, by `how` where that is not its own.

    A figure that no first choice carries over is held, cut or rested.
    """
    at_home = meter.bar == theme.meter.bar and meter.grouping in (None, theme.meter.grouping)
    if how and not at_home:
        return theme.to_meter(meter, how)
    try:
        return theme.to_meter(meter)
    except StrategyError as refusal:
        for name in LAST_RESORTS:
            try:
                return theme.to_meter(meter, name)
            except StrategyError:
                continue
        raise refusal


class _Planner:
    """Goes through the sections once, remembering what played before."""

    def __init__(self, style: Style, bars: int, random: Random) -> None:
        self.style, self.bars, self.random = style, bars, random
        self.before: tuple[str, ...] = ()
        self.full = 0  # bars since all layers have been playing
        self.drops = self.opened = 0

    def phrases(self, passages: tuple[Passage, ...], theme: Theme) -> tuple[Passage, ...]:
        """The passages with their phrases."""
        spans = [(index, first, count) for index, p in enumerate(passages) for first, count in _spans(p)]
        devices = _devices(
            [(passages[index].role, first, count) for index, first, count in spans], self.bars, self.random
        )
        chords = [progression(theme.mode, p.role, -(-p.bars // CELL_BARS), self.random) for p in passages]
        done: list[list[Phrase]] = [[] for _ in passages]
        for number, (index, first, count) in enumerate(spans):
            passage, device = passages[index], devices[number]
            cells = _cells(chords[index], first - passage.first, count)
            phrase = Phrase(
                first=first,
                bars=count,
                layers=self._layers(passage.role, first, count, device),
                device=device,
                chords=(home(theme.mode), *cells[1:]) if device == "statement" else cells,
                level=self._level(passage.role, first, count),
                fill=_fills(passages, index, first + count, number),
            )
            done[index].append(phrase)
        return tuple(replace(p, phrases=tuple(found)) for p, found in zip(passages, done, strict=True))

    def _level(self, role: str, first: int, count: int) -> tuple[float, float]:
        """How loud and full at the beginning and the end of a phrase: it grows through the piece."""
        start, end = (((first - 1 + more) / self.bars) ** GROWTH_POWER for more in (0, count))
        drop = {"break": 0.1, "bridge": 0.05}.get(role, 0.0)
        return max(start - drop, 0.0), max(end - drop, 0.0)

    def _layers(self, role: str, first: int, count: int, device: str) -> tuple[str, ...]:
        """Who plays in a phrase: the more the later, and at least one player enters or leaves."""
        band = sorted(
            (p for p in self.style.part if p.plays not in ("ostinato", "lead")), key=lambda p: (p.enters, p.name)
        )
        chosen = self._ordered(self._band(role, first, band), device)
        if chosen == self.before or (len(chosen) == len(self.style.part) and self.full + count > LONGEST_TUTTI):
            chosen = self._ordered(self._changed([p for p in band if p.name in chosen], band), device)
        self.full = self.full + count if len(chosen) == len(self.style.part) else 0
        self.before = chosen
        return chosen

    def _band(self, role: str, first: int, band: list[Instrument]) -> list[Instrument]:
        """Players besides the ostinato and the lead, as many as the place in the piece asks for."""
        if role == "ending":
            return band
        if role == "break":
            return [p for p in band if p.plays == "hands"][:1] or band[:1]
        if role == "intro":
            self.opened += 1
            return band[: self.opened - 1]
        low, high = FULLNESS[role]
        progress = min((first - 1) / (CLIMAX_PLACE * self.bars), 1.0)
        return band[: max(round((low + (high - low) * progress) * len(band)), 1)]

    def _changed(self, chosen: list[Instrument], band: list[Instrument]) -> list[Instrument]:
        """One more player, or one who can be spared less, each in turn."""
        waiting = [p for p in band if p not in chosen]
        if waiting and len(waiting) > 1:
            return [*chosen, waiting[0]]
        spare = [p for p in chosen if p.plays != "kit"] or chosen
        self.drops += 1
        left = spare[self.drops % len(spare)] if spare else None
        return [p for p in chosen if p is not left] + (waiting if len(spare) > 1 else [])

    def _ordered(self, band: list[Instrument], device: str) -> tuple[str, ...]:
        """Names in the order of the score; the lead only where it has something to say."""
        lead = device not in ("silence", "rest")
        return tuple(
            p.name for p in self.style.part if p in band or p.plays == "ostinato" or (p.plays == "lead" and lead)
        )


def _spans(passage: Passage) -> list[tuple[int, int]]:
    """First bar and length of each phrase of a section."""
    return [
        (first, min(PHRASE_BARS, passage.last + 1 - first))
        for first in range(passage.first, passage.last + 1, PHRASE_BARS)
    ]


def _fills(passages: tuple[Passage, ...], index: int, after: int, number: int) -> bool:
    """Whether drums fill the end of a phrase: before every new section, and every eight bars of a groove."""
    if after > passages[index].last:
        return index + 1 < len(passages) and passages[index + 1].role != "ending"
    return number % 2 == 1 and passages[index].role == "groove"


def _cells(chords: tuple[Chord, ...], offset: int, count: int) -> tuple[Chord, ...]:
    return chords[offset // CELL_BARS : -(-(offset + count) // CELL_BARS)]


def _devices(spans: list[tuple[str, int, int]], bars: int, random: Random) -> list[str]:
    """What the lead does in each phrase: one device a phrase, the literal statement once."""
    devices = ["rest"] * len(spans)
    sung = [index for index, (role, _, _) in enumerate(spans) if role in ("groove", "bridge")]
    if not sung:
        return devices
    goal = 1 + CLIMAX_PLACE * bars
    climax = min(sung, key=lambda i: abs(spans[i][1] + spans[i][2] / 2 - goal))
    grooves = [index for index in sung if spans[index][0] == "groove"]
    statement = grooves[1] if len(grooves) > 4 else grooves[0] if grooves else sung[0]
    before = [index for index in sung if statement < index < climax]
    after = [index for index in sung if index > max(climax, statement)]
    story = random.choice(STORIES)
    for number, index in enumerate(before):
        devices[index] = story[number % len(story)]
    for number, index in enumerate(after):
        devices[index] = AFTERMATH[number % len(AFTERMATH)]
    devices[climax] = "augmentation"
    if after:
        devices[after[-1]] = "close"
    devices[statement] = "statement"
    return devices
