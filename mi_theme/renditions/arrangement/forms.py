"""Forms: sections in metres, each with a role and a length in bars.

A form is a row of ``data/forms.toml``, of a user's own file in the same shape,
or `Form.of` a list of (metre, role), which is how a film's form is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mi_theme import catalog
from mi_theme.arguments import asked, known_name, whole_number
from mi_theme.errors import ScoreError, UnknownName
from mi_theme.listings import NamedRows
from mi_theme.meter import Meter

__all__ = ["ROLES", "Form", "Section", "all_forms", "form_named"]

#: What a section of a form is for.
ROLES = ("intro", "groove", "bridge", "break", "ending")
CELL_BARS = 2  # bars: lengths are whole two-bar cells
USUAL_BARS = {"intro": 4, "groove": 16, "bridge": 8, "break": 2, "ending": 2}
TITLES = {"intro": "Opening", "groove": "Theme", "bridge": "Bridge", "break": "Stop time", "ending": "Close"}
LEFT_OUT_FIRST = ("break", "bridge", "intro", "groove")  # where a form is too long for the bars wanted
FEWEST_BARS, MOST_BARS = 4, 2000


@dataclass(frozen=True, slots=True)
class Section:
    """Some bars in one metre with one role.

    Raises
    ------
    UnknownName
        Where the role is none of `ROLES`.
    ScoreError
        Where it has no bars.
    """

    name: str
    role: str
    meter: Meter
    bars: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "meter", Meter(self.meter))
        if self.role not in ROLES:
            raise UnknownName.among("role of a section", self.role, ROLES)
        if not 1 <= self.bars <= MOST_BARS:
            raise ScoreError(f"section {self.name!r}: 1 to {MOST_BARS} bars, not {self.bars}")

    def __str__(self) -> str:
        return f"{self.name} ({self.role}), {self.bars} bars of {self.meter}"


@dataclass(frozen=True, slots=True)
class Form:
    """Sections in order.

    Attributes
    ----------
    name, about, source
        What it is called, what happens in it, where the plan comes from.
    sections
        At least one.
    """

    name: str
    sections: tuple[Section, ...]
    about: str = ""
    source: str = "given"

    def __post_init__(self) -> None:
        if not self.sections:
            raise ScoreError(f"form {self.name!r}: at least one section")

    @classmethod
    def of(cls, parts: Iterable[tuple[str | Meter, str]], name: str = "own form", source: str = "given") -> Form:
        """A form from (metre, role) pairs, each section as long as its role usually is.

        Parameters
        ----------
        parts
            Such as ``[("5/4:3+3+2+2", "intro"), ("4/4", "groove")]``.
        name
            What it is called.
        source
            Where the order of metres comes from.
        """
        sections = (
            Section(TITLES.get(role, role), role, Meter(meter), USUAL_BARS.get(role, 8)) for meter, role in parts
        )
        return cls(name, tuple(sections), source=source)

    def __str__(self) -> str:
        return "\n".join([f"{self.name}: {self.about}", *(f"  {section}" for section in self.sections)])

    @property
    def cells(self) -> dict[str, str]:
        """The form as a row of a table."""
        metres = " ".join(dict.fromkeys(str(section.meter) for section in self.sections))
        return {"name": self.name, "bars": str(self.bars), "metres": metres, "about": self.about}

    @property
    def bars(self) -> int:
        """Bars in all."""
        return sum(section.bars for section in self.sections)

    def in_meter(self, meter: str | Meter) -> Form:
        """The same form with every section in one metre.

        Parameters
        ----------
        meter
            A metre, or its text.
        """
        return replace(self, sections=tuple(replace(section, meter=Meter(meter)) for section in self.sections))

    def open_ended(self) -> Form:
        """The same form without its endings, if anything is left then."""
        kept = tuple(section for section in self.sections if section.role != "ending")
        return replace(self, sections=kept or self.sections)

    def scaled(self, bars: int) -> Form:
        """The same form in about so many bars, every section in whole two-bar cells.

        Sections keep their shares; where there are too few bars for all, breaks
        go first, then bridges and intros. An odd number is made even.

        Parameters
        ----------
        bars
            About how many.

        Raises
        ------
        ScoreError
            Outside 4 to 2,000 bars.
        """
        bars = whole_number("the length of a rendition in bars", bars, FEWEST_BARS, MOST_BARS)
        cells = bars // CELL_BARS
        kept = _fewest(list(self.sections), cells)
        short = [index for index, section in enumerate(kept) if section.role in ("break", "ending")]
        fixed = dict.fromkeys(short, 1) if len(short) < len(kept) else {}
        shares = [0 if index in fixed else section.bars for index, section in enumerate(kept)]
        counts = [fixed.get(i, n) for i, n in enumerate(_shared(cells - len(fixed), shares))]
        return replace(self, sections=tuple(replace(s, bars=CELL_BARS * n) for s, n in zip(kept, counts, strict=True)))


def _fewest(sections: list[Section], cells: int) -> list[Section]:
    """Leave sections out until each of the others can have a cell."""
    for role in LEFT_OUT_FIRST:
        while len(sections) > cells and (found := [s for s in sections if s.role == role]):
            sections.remove(found[-1])
    return sections[:cells]


def _shared(total: int, shares: list[int]) -> list[int]:
    """Whole numbers in given proportions that add up to `total`, none that has a share below 1."""
    whole = sum(shares)
    counts = [max(share * total // whole, 1) if share else 0 for share in shares]
    while (rest := total - sum(counts)) != 0:
        step = 1 if rest > 0 else -1
        able = [i for i, share in enumerate(shares) if share and counts[i] + step >= 1]
        index = max(able, key=lambda i: step * (shares[i] * total / whole - counts[i]))
        counts[index] += step
    return counts


class FormSectionRow(catalog.Row, frozen=True):
    """One section of a forms file."""

    name: str
    role: str
    meter: str
    bars: int


class FormRow(catalog.Row, frozen=True):
    """One form of a forms file."""

    name: str
    section: list[FormSectionRow]
    about: str = ""
    source: str = "given"


class FormTable(catalog.Row, frozen=True):
    """A forms file."""

    form: list[FormRow]


@asked()
def all_forms(path: str | Path | None = None) -> NamedRows[Form]:
    """Our forms by name, and those of a user's own file.

    Parameters
    ----------
    path
        A TOML file in the shape of ours.

    Returns
    -------
    NamedRows of Form
        A dictionary that prints as a table, by name; one of the user's replaces ours of that name.
    """
    rows = list(catalog.load("forms.toml", FormTable).form)
    rows += catalog.load_file(path, FormTable).form if path else []
    return NamedRows({row.name: _form_of(row) for row in rows})


def form_named(name: str, path: str | Path | None = None) -> Form:
    """The form of that name.

    Parameters
    ----------
    name
        As in `all_forms`.
    path
        A TOML file in the shape of ours.

    Returns
    -------
    Form
        Its sections in order.

    Raises
    ------
    UnknownName
        Where there is none; the nearest is suggested.
    """
    known = all_forms(path)
    return known[known_name("form", name, known)]


def _form_of(row: FormRow) -> Form:
    sections = (Section(part.name, part.role, Meter(part.meter), part.bars) for part in row.section)
    return Form(row.name, tuple(sections), row.about, row.source)
