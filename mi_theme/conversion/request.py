"""What a user asks for when a score is to be carried into another metre, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from fractions import Fraction
from inspect import Parameter, signature
from typing import Any, NamedTuple, TypedDict, TypeVar

from mi_theme.adaptation.frames import FEELS, known_ratio
from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.tempo_equations import KEEPS
from mi_theme.arguments import known_name
from mi_theme.errors import UnknownName
from mi_theme.guesses import other_option
from mi_theme.meter import Grouping, Meter
from mi_theme.score import Bars, first_and_last

__all__ = ["ACCOMPANIMENTS", "DRUMS", "RUNS", "Choice", "Options", "Request", "SharedOptions", "with_options"]

F = TypeVar("F", bound=Callable[..., Any])
DRUMS = ("pulse", "keep", "pattern", "mute")
ACCOMPANIMENTS = ("pattern", "keep")
RUNS = ("thin", "keep")
# options that are one of a few names: what each is the name of
NAMED = {
    "drums": ("way with drums", DRUMS),
    "feel": ("feel", FEELS),
    "runs": ("way with runs", RUNS),
    "keep": ("tempo equation", KEEPS),
    "accompaniment": ("way with accompaniment", ACCOMPANIMENTS),
}
CALLED = {"part": "lead"}  # an option by another name than its field


class Choice(NamedTuple):
    """A strategy that the user wants for some bars, first and last."""

    first: int
    last: int
    how: str


class SharedOptions(TypedDict, total=False):
    """What may be asked for of any strategy, beside the target, as a user writes it; see `Request`."""

    source: str | Meter | None
    part: str | int | None
    drums: str
    accompaniment: str
    bars: Bars | None
    ratio: Fraction | int | float | None
    keep: str | None
    grouping: str | Grouping | None
    feel: str
    runs: str


class Options(SharedOptions, total=False):
    """The same, and the strategy."""

    how: str | None


@dataclass(frozen=True)
class Request:
    """What the user asked for, checked.

    Attributes
    ----------
    target, source, how, lead, drums, accompaniment, bars, ratio, keep, grouping, feel, runs
        As `mi_theme.conversion.plan` takes them; None for what suits.
    choices
        Strategies for single bars, the last of those for a bar counts.
    """

    target: Meter
    source: Meter | None = None
    how: str | None = None
    lead: str | int | None = None
    drums: str = "pulse"
    accompaniment: str = "pattern"
    bars: tuple[int, int] | None = None
    ratio: Fraction | None = None
    keep: str | None = None
    grouping: Grouping | None = None
    feel: str = "auto"
    runs: str = "thin"
    choices: tuple[Choice, ...] = ()

    @classmethod
    def of(cls, target: str | Meter, options: Options | SharedOptions) -> Request:
        """From what a user writes: metres and groupings as text, a ratio as any number.

        Parameters
        ----------
        target
            Target metre.
        options
            What else is asked for.

        Raises
        ------
        TextError, UnknownName, StrategyError, ScoreError
            Where text is no metre, a name unknown, a ratio none of ours.
        """
        written: dict[str, Any] = dict(options)
        if unknown := written.keys() - {field.name for field in fields(cls)} - {*CALLED}:
            options_known = Options.__annotations__ | SharedOptions.__annotations__
            if meant := other_option(min(unknown), options_known):
                raise UnknownName(f"no option {min(unknown)!r}: it is called {meant}")
            raise UnknownName.among("option", min(unknown), options_known)
        written |= {CALLED[name]: written.pop(name) for name in CALLED.keys() & written.keys()}
        readers: dict[str, Callable[[Any], Any]] = {
            "source": Meter,
            "grouping": Grouping,
            "ratio": known_ratio,
            "bars": first_and_last,
            "how": lambda how: find(how).name,
        }
        for name, read in readers.items():
            if written.get(name) not in (None, ""):
                written[name] = read(written[name])
            else:
                written.pop(name, None)
        for name, (kind, known) in NAMED.items():
            if written.get(name) is not None:
                written[name] = known_name(kind, written[name], known)
        return cls(Meter(target), **written)

    def __post_init__(self) -> None:
        for how in (self.how, *(choice.how for choice in self.choices)):
            if how is not None and how != "":
                find(how)
        for name, (kind, known) in NAMED.items():
            if (value := getattr(self, name)) is not None and value not in known:
                raise UnknownName.among(kind, value, known)
        if self.ratio is not None:
            known_ratio(self.ratio)
        if self.bars is not None:
            first_and_last(self.bars)

    def __str__(self) -> str:
        """What is asked for beyond the target and the strategy, or nothing."""
        said = [
            f"{field.name} {'-'.join(map(str, value)) if field.name == 'bars' else value}"
            for field in fields(self)
            if field.name not in ("target", "how", "choices") and (value := getattr(self, field.name)) != field.default
        ]
        return ", ".join([*said, *(f"{choice.how} in bars {choice.first}-{choice.last}" for choice in self.choices)])


def with_options(kind: type) -> Callable[[F], F]:
    """Let a function that takes options show them one by one, to `help` and to editors in notebooks.

    Parameters
    ----------
    kind
        `Options` or `SharedOptions`, which its last parameter ``**options`` takes.

    Returns
    -------
    callable
        A decorator that gives the function a signature and nothing else.
    """
    defaults = {field.name: field.default for field in fields(Request)}
    defaults |= {name: defaults[field] for name, field in CALLED.items()}

    def shown(function: F) -> F:
        plain = signature(function)
        more = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=defaults[name], annotation=said.__forward_arg__)
            for name, said in kind.__annotations__.items()
        ]
        parameters = [*list(plain.parameters.values())[:-1], *more]
        function.__signature__ = plain.replace(parameters=parameters)  # type: ignore[attr-defined]
        return function

    return shown
