"""What people type for the names of commands and options, and a right call of each command."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import IO, Any

import click

from mi_theme.arguments import folded

__all__ = [
    "CHOICE_WORDS",
    "COMMAND_WORDS",
    "EXAMPLES",
    "METRE_WORDS",
    "OPTION_WORDS",
    "MetreText",
    "WrongCall",
    "explained",
    "option_names",
]

#: other words for a command
COMMAND_WORDS = {
    "metre": "meter",
    "which-metre": "which-meter",
    "whichmeter": "which-meter",
    "quantise": "quantize",
    "motif": "motifs",
    "search": "find",
    "picture": "draw",
    "style": "styles",
    "form": "forms",
    "strategy": "strategies",
    "dossier": "report",
}

#: other words for an option, and the options that they may mean: the first that the command has
OPTION_WORDS = {
    "metre": ("to", "meter", "meters", "in"),
    "meter": ("to", "meters", "in"),
    "target": ("to", "meter", "meters"),
    "to": ("meter",),
    "strategy": ("how",),
    "method": ("how",),
    "output": ("out",),
    "bpm": ("tempo",),
    "query": ("theme",),
    "motif": ("theme",),
    "key": ("tonic",),
    "track": ("part",),
    "voice": ("part",),
    "lead": ("part",),
    "kind": ("as",),
    "format": ("as",),
    "year": ("film",),
    "jobs": ("workers",),
    "bar": ("bars",),
    "measures": ("bars",),
}

#: other words for a metre, as musicians and dancers have them
METRE_WORDS = {
    "waltz": "3/4",
    "minuet": "3/4",
    "mazurka": "3/4",
    "polonaise": "3/4",
    "common": "4/4",
    "common-time": "4/4",
    "c": "4/4",
    "cut-time": "2/2",
    "alla-breve": "2/2",
    "reel": "2/2",
    "march": "2/4",
    "polka": "2/4",
    "jig": "6/8",
    "tarantella": "6/8",
    "slip-jig": "9/8",
}

#: other words for a choice, where it is one
CHOICE_WORDS = {"none": "mute", "off": "mute", "no": "mute", "without": "mute"}
NEARLY = 0.75  # of the letters of an option's name: what is less alike means something else

#: a right call of each command that takes something
EXAMPLES = {
    "render": "render --style club --theme song.mid -o new.mid",
    "forms": "forms tv",
    "styles": "styles club",
    "strategies": "strategies cut",
    "sound": "sound song.mid -o song.wav",
    "convert": "convert song.mid 7/8 -o new.mid",
    "compare": "compare song.mid 7/8",
    "studio": "studio song.mid",
    "quantize": "quantize song.mid -o written.mid",
    "adapt": "adapt 7/8 --theme song.mid",
    "report": "report --theme song.mid -o page.html",
    "draw": "draw song.mid -o picture.svg",
    "worksheet": "worksheet 7/8 --theme song.mid -o sheet.pdf",
    "meter": "meter 5/4:3+2",
    "which-meter": "which-meter song.mid",
    "measure": "measure song.mid",
    "find": "find FOLDER --theme song.mid --bars 1-2",
    "motifs": "motifs song.mid",
    "index build": "index build FOLDER -o songs.idx",
    "index update": "index update songs.idx",
    "index info": "index info songs.idx",
    "index check": "index check songs.idx",
    "index query": 'index query songs.idx "select * from pieces"',
    "index": "index build FOLDER -o songs.idx, then find songs.idx --theme song.mid",
    "rank": "rank song.mid FOLDER",
    "play": "play song.mid",
    "info": "info song.mid",
    "lineage": "lineage 4",
    "lineage verify": "lineage verify FOLDER",
    "lineage show": "lineage show M17",
    "lineage cite": "lineage cite M17",
    "annotate": "annotate song.mid 4 -o new.mid",
}


def option_names(declared: Collection[str]) -> Callable[[str], str]:
    """How the options of a command are read: in any case, and by other words where it has none of that name.

    Parameters
    ----------
    declared
        Their names, without hyphens before them.

    Returns
    -------
    callable
        The name that a name means.
    """

    def meant(name: str) -> str:
        said = folded(name)
        if said in declared:
            return said
        return next((word for word in OPTION_WORDS.get(said, ()) if word in declared), said)

    return meant


class MetreText(click.ParamType):  # type: ignore[type-arg]
    """The text of a metre, which may be the name of a dance."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As `click.ParamType` has it: the metre that a word means, eighths where only groups are said, any other text as it is."""
        text = re.sub(r"^(\d+/\d+)[\s:(]+([\d+]+)\)?$", r"\1:\2", value.strip())
        text = f"{text}/8" if re.fullmatch(r"\d+(\+\d+)+", text) else text
        return METRE_WORDS.get(folded(text), text)


class WrongCall(click.UsageError):
    """A call that is not understood, told in one line."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it on standard error, or in a `file`."""
        click.echo(f"mi-theme: {self.message}", file=file, err=file is None)


def _near(error: click.NoSuchOption) -> str:
    """An option that is nearly called so."""
    options = [name for option in (error.ctx.command.params if error.ctx else ()) for name in option.opts]
    return next(iter(get_close_matches(error.option_name, options, n=1, cutoff=NEARLY)), "")


def explained(error: click.UsageError) -> WrongCall:
    """The same error in one line, with a right call behind it where something was missing, too much, or unknown.

    Parameters
    ----------
    error
        What the parser says.
    """
    command = error.ctx.command_path.partition(" ")[2] if error.ctx else ""
    words = " ".join(error.format_message().split()).rstrip(".")
    words = words.replace("is not a valid float", "is no number").replace(
        "is not a valid integer", "is no whole number"
    )
    near = isinstance(error, click.NoSuchOption) and _near(error)
    if isinstance(error, click.NoSuchOption):
        words = f"no such option '{error.option_name}'" + (f": did you mean {near}?" if near else "")
    parsed = isinstance(error, click.MissingParameter | click.NoSuchOption) or error.message.startswith(
        ("Got unexpected", "No such command")
    )
    if parsed and not near:
        words += f"; such as: mi-theme {EXAMPLES[command]}" if command in EXAMPLES else "; mi-theme --help says more"
    return WrongCall(words[:1].lower() + words[1:] if words[1:2].islower() else words, error.ctx)
