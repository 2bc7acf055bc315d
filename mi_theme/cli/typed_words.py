"""What people type for the names of commands and options, and a right call of each command."""

from __future__ import annotations

from collections.abc import Callable, Collection

import click

from mi_theme.arguments import folded

__all__ = ["COMMAND_WORDS", "EXAMPLES", "OPTION_WORDS", "explained", "option_names"]

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

#: a right call of each command that takes something
EXAMPLES = {
    "render": "render --style club --theme song.mid -o new.mid",
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


def explained(error: click.UsageError) -> click.UsageError:
    """The same error with a right call behind it, where something was missing, too much, or unknown.

    Parameters
    ----------
    error
        What the parser says.
    """
    command = error.ctx.command_path.partition(" ")[2] if error.ctx else ""
    near = isinstance(error, click.NoSuchOption) and error.possibilities
    parsed = isinstance(error, click.MissingParameter | click.NoSuchOption) or error.message.startswith(
        ("Got unexpected", "No such command")
    )
    if near or not parsed or command not in EXAMPLES:
        return error
    words = " ".join(error.format_message().split()).rstrip(".")
    return click.UsageError(f"{words}; such as: mi-theme {EXAMPLES[command]}", error.ctx)
