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
from mi_theme.renditions.arrangement.forms import Form, Section
from mi_theme.renditions.arrangement.harmony import home, progression
from mi_theme.renditions.arrangement.manners import DEVICES, Manner
from mi_theme.renditions.arrangement.styles import Groove, Instrument, Style
from mi_theme.themes import Adaptation, Theme

__all__ = ["arrangement_of", "grouped_for"]

PHRASE_BARS = 4  # in which the same layers play
CLIMAX_PLACE = 0.77  # of the length: where the highest note shall stand
FULLNESS = {"groove": (0.35, 1.0), "bridge": (0.3, 0.8)}  # share of the players, at the beginning and at the climax
LONGEST_TUTTI = 8  # bars
GROWTH_POWER = 1.4  # above 1 the piece grows more towards its end
AFTERMATH = ("return", "silence", "answer")  # of the climax, before the close
BUILD_BARS = 8  # before the bar of nothing
LATER = 1.2  # places in the order of entering by which a seed may delay a player

# events of a break, and who plays then besides the figure
BREAK_PLAYERS = {
    "stop-time": ("stabs", "kit"),
    "breakdown": ("riff", "pad", "kit"),
    "drums-alone": ("kit", "hands", "anchor"),
    "cadenza": ("colour",),
}
BREAK_DEVICES = {"cadenza": "cadenza", "stop-time": "diminution"}  # of a lead that is left alone
CLIMAX_EVENTS = ("shout", "tutti")
SUNG_BARS = {"statement": 2, "augmentation": 4, "close": 3}  # of devices that are no row of a table
LONGEST_LINE = 8.0  # seconds: a longer phrase is cut for breath
LEAST_SUNG, MOST_SUNG = 0.46, 0.6  # share of the bars in which the lead plays


def arrangement_of(
    *,
    form: Form,
    style: Style,
    manner: Manner,
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
    form = _with_build(form) if manner.event == "drop" else form
    passages = _passages(form, theme, tempo, how, keep)
    if how:
        find(how)
    planned = _Planner(style, manner, passages, theme.mode, Random(f"{seed}/{style.name}/plan")).planned()
    return Arrangement(
        theme=theme,
        form=form.name,
        style=style,
        passages=planned,
        ending=ending,
        seed=seed,
        grooves=grooves,
        manner=manner,
    )


def _with_build(form: Form) -> Form:
    """The form with its breaks as builds, whose last bar is nothing: in them the figure travels, and may be silent."""
    sections = (Section("Build", "bridge", s.meter, s.bars) if s.role == "break" else s for s in form.sections)
    return replace(form, sections=tuple(sections))


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

    def __init__(self, style: Style, manner: Manner, passages: tuple[Passage, ...], mode: str, random: Random) -> None:
        self.style, self.manner, self.passages, self.mode, self.random = style, manner, passages, mode, random
        self.bars = passages[-1].last
        self.spans = [
            (index, first, min(PHRASE_BARS, passage.last + 1 - first))
            for index, passage in enumerate(passages)
            for first in range(passage.first, passage.last + 1, PHRASE_BARS)
        ]
        band = [part for part in style.part if part.plays not in ("ostinato", "lead")]
        self.band = sorted(band, key=lambda part: (part.enters + LATER * random.random(), part.name))
        self.before: tuple[str, ...] = ()
        self.full = 0  # bars since all layers have been playing
        self.drops = self.opened = 0

    def planned(self) -> tuple[Passage, ...]:
        """The passages with their phrases."""
        devices = self._devices()
        events = self._events(devices)
        self._balance(devices)
        chords = [progression(self.manner, self.mode, p.role, p.bars, self.random) for p in self.passages]
        done: list[list[Phrase]] = [[] for _ in self.passages]
        for number, (index, first, count) in enumerate(self.spans):
            passage, device, event = self.passages[index], devices[number], events[number]
            own = chords[index][first - passage.first : first - passage.first + count]
            tonic = home(self.manner, self.mode)
            at_home = 2 if device == "statement" else 0  # bars: the head stands over the tonic
            own = own[:2] + (tonic,) * (count - 2) if device == "close" and count > 2 else own
            phrase = Phrase(
                first=first,
                bars=count,
                layers=self._layers(passage.role, first, count, device, event),
                device=device,
                chords=((tonic,) * at_home + own[at_home:])[:count],
                level=self._level(passage.role, first, count),
                fill=event not in ("build", "drop") and self._fills(index, first + count, number),
                event=event,
            )
            done[index].append(phrase)
        return tuple(replace(p, phrases=tuple(found)) for p, found in zip(self.passages, done, strict=True))

    def _devices(self) -> list[str]:
        """What the lead does in each phrase: one device a phrase, the literal statement once."""
        devices = ["rest"] * len(self.spans)
        roles = [self.passages[index].role for index, _, _ in self.spans]
        sung = [number for number, role in enumerate(roles) if role in ("groove", "bridge")]
        if not sung:
            return devices
        goal = 1 + CLIMAX_PLACE * self.bars
        climax = min(sung, key=lambda number: abs(self.spans[number][1] + self.spans[number][2] / 2 - goal))
        grooves = [number for number in sung if roles[number] == "groove"]
        statement = grooves[1] if len(grooves) > 4 else grooves[0] if grooves else sung[0]
        story = self.random.choice(self.manner.stories).split()
        for count, number in enumerate(number for number in sung if statement < number < climax):
            devices[number] = story[count % len(story)]
        after = [number for number in sung if number > max(climax, statement)]
        for count, number in enumerate(after):
            devices[number] = AFTERMATH[count % len(AFTERMATH)]
        devices[climax] = "augmentation"
        if after:
            devices[after[-1]] = "close"
        devices[statement] = "statement"
        if "break" in roles:
            alone = BREAK_DEVICES.get(self.manner.event, "rest")
            devices[roles.index("break")] = alone if roles.index("break") > statement else "rest"
        return devices

    def _balance(self, devices: list[str]) -> None:
        """More of the tune where the lead would rest for too long, less where it would never rest."""
        spans = [count for _, _, count in self.spans]
        seconds = [float(60 * p.meter.bar / p.tempo) for p in self.passages]
        most = [max(int(LONGEST_LINE / seconds[index]), 1) for index, _, _ in self.spans]

        def share() -> float:
            rows = [SUNG_BARS.get(d, len(DEVICES.get(d, "").replace(".", "").split())) for d in devices]
            return sum(min(row, span, most_) for row, span, most_ in zip(rows, spans, most, strict=True)) / self.bars

        for found, other in (("silence", "return"), ("answer", "theme"), ("call", "riff")):
            for number, device in enumerate(devices):
                if device == found and share() < LEAST_SUNG:
                    devices[number] = other
        for number, device in enumerate(devices):
            if device in DEVICES and device != "cadenza" and share() > MOST_SUNG:
                devices[number] = "silence" if number % 2 else "call"

    def _events(self, devices: list[str]) -> list[str]:
        """The style's event, once, where it belongs; a phrase that drops has no lead."""
        events, event = [""] * len(self.spans), self.manner.event
        roles = [self.passages[index].role for index, _, _ in self.spans]
        if event == "drop":
            before = [n for n in range(len(roles) - 1) if (roles[n], roles[n + 1]) == ("bridge", "groove")]
            for number in before[-1:]:
                events[number], devices[number] = "drop", "rest"
                last = self.spans[number][1] + self.spans[number][2] - 1
                for other, (_, first, _) in enumerate(self.spans[:number]):
                    if roles[other] == "bridge" and first >= last - BUILD_BARS:
                        events[other] = "build"
        elif event in CLIMAX_EVENTS:
            events = [event if device == "augmentation" else "" for device in devices]
        elif event == "coro":
            calls = [number for number, device in enumerate(devices) if device == "call"]
            for number in calls[-1:]:
                events[number] = event
        else:
            events = [event if role == "break" else "" for role in roles]
        return events

    def _level(self, role: str, first: int, count: int) -> tuple[float, float]:
        """How loud and full at the beginning and the end of a phrase: it grows through the piece."""
        start, end = (((first - 1 + more) / self.bars) ** GROWTH_POWER for more in (0, count))
        drop = {"break": 0.1, "bridge": 0.05}.get(role, 0.0)
        return max(start - drop, 0.0), max(end - drop, 0.0)

    def _layers(self, role: str, first: int, count: int, device: str, event: str) -> tuple[str, ...]:
        """Who plays in a phrase: the more the later, and at least one player enters or leaves."""
        chosen = self._ordered(self._players(role, first, event), device)
        if chosen == self.before or (len(chosen) == len(self.style.part) and self.full + count > LONGEST_TUTTI):
            chosen = self._ordered(self._changed([p for p in self.band if p.name in chosen]), device)
        self.full = self.full + count if len(chosen) == len(self.style.part) else 0
        self.before = chosen
        return chosen

    def _players(self, role: str, first: int, event: str) -> list[Instrument]:
        """Players besides the ostinato and the lead, as many as the place in the piece asks for."""
        if role == "ending":
            return self.band
        if role == "break":
            wanted = [part for part in self.band if part.plays in BREAK_PLAYERS.get(event, ("hands",))]
            return wanted or self.band[:1]
        if role == "intro":
            self.opened += 1
            return self.band[: self.opened - 1]
        low, high = FULLNESS[role]
        progress = min((first - 1) / (CLIMAX_PLACE * self.bars), 1.0)
        chosen = self.band[: max(round((low + (high - low) * progress) * len(self.band)), 1)]
        needed = {"shout": ("stabs", "pad"), "tutti": ("stabs", "pad", "double"), "coro": ("answer", "stabs")}
        kinds = ("kit", "pad") if event in ("build", "drop") else needed.get(event, ())
        return chosen + [part for part in self.band if part.plays in kinds and part not in chosen]

    def _changed(self, chosen: list[Instrument]) -> list[Instrument]:
        """One more player, or one who can be spared less, each in turn."""
        waiting = [part for part in self.band if part not in chosen]
        if len(waiting) > 1:
            return [*chosen, waiting[0]]
        spare = [part for part in chosen if part.plays != "kit"] or chosen
        self.drops += 1
        left = spare[self.drops % len(spare)] if spare else None
        return [part for part in chosen if part is not left] + (waiting if len(spare) > 1 else [])

    def _ordered(self, band: list[Instrument], device: str) -> tuple[str, ...]:
        """Names in the order of the score; the lead only where it has something to say."""
        lead = device not in ("silence", "rest")
        return tuple(
            p.name for p in self.style.part if p in band or p.plays == "ostinato" or (p.plays == "lead" and lead)
        )

    def _fills(self, index: int, after: int, number: int) -> bool:
        """Whether drums fill the end of a phrase: before every new section, and every eight bars of a groove."""
        if after > self.passages[index].last:
            return index + 1 < len(self.passages) and self.passages[index + 1].role != "ending"
        return number % 2 == 1 and self.passages[index].role == "groove"
