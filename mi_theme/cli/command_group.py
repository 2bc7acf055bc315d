"""The command ``mi-theme`` and the list of what it can do.

Each command lives in a module that is imported only when the command is run.
Data goes to standard output, words to standard error; 1 is an error, 2 a wrong call.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, cast

import click

from mi_theme.arguments import folded
from mi_theme.cli.bare_words import with_options_said
from mi_theme.cli.shared import INTERRUPTED, NAMES
from mi_theme.cli.terminal import ReadableOutput
from mi_theme.cli.typed_words import COMMAND_WORDS, MetreText, explained, option_names
from mi_theme.errors import FileError, MiThemeError, UnknownName, error_words
from mi_theme.score.timing import TimingWarning
from mi_theme.version import __version__

__all__ = ["COMMANDS", "main"]

METRES = ("metre", "meter", "target", "targets", "source", "text")  # what parameters that take a metre are called
NEW_VALUES = 100_000  # until circles among them are looked for: notes are in none, and a search every 700 takes a sixth of a conversion

# command: (module, one line for the list)
COMMANDS = {
    "render": ("render_commands", "Make a MIDI file of the theme, or of your own, in a form and a style."),
    "forms": ("render_commands", "The forms that render knows."),
    "styles": ("render_commands", "The styles that render knows."),
    "sound": ("sound_commands", "Make sound of a score: WAV, OGG, FLAC or MP3, with a click if wanted."),
    "convert": ("convert_commands", "Carry a piece into another metre, and show the plan."),
    "compare": ("convert_commands", "Every strategy side by side on a piece."),
    "studio": ("studio_commands", "Open a page to see, hear and change a conversion."),
    "quantize": (
        "quantize_commands",
        "Write what was played: onsets and values on the beats and their parts.",
    ),
    "adapt": ("metre_commands", "Carry the theme, or your own, into another metre and show the plan."),
    "report": ("metre_commands", "A dossier of the theme, or of your own, as one page."),
    "strategies": ("metre_commands", "The ways to change a metre."),
    "draw": ("draw_commands", "Draw a file, a metre (5/4:3+3+2+2), a grouping (3+3+2+2), or the theme."),
    "worksheet": ("draw_commands", "A sheet to print: a bar as it is, and three empty ones in another metre."),
    "meter": ("metre_commands", "Draw a bar: its pulses, groups and weights."),
    "which-meter": ("rhythm_commands", "Say which metre files are in, whatever they state; folders too."),
    "measure": ("rhythm_commands", "Measure rhythm: syncopation, evenness and the like, in numbers; folders too."),
    "find": ("find_commands", "Find a theme in a score, a folder or an index: where, how, and how surprising."),
    "motifs": ("motif_commands", "What recurs in a piece: exactly, transposed, varied, slower or faster."),
    "index": (
        "index_commands",
        "A corpus made ready: find answers in milliseconds what a search of the files takes minutes for.",
    ),
    "rank": ("find_commands", "Rank tunes by how much they are like one, in any key and tempo."),
    "play": ("sound_commands", "Play a file, with a click if wanted."),
    "info": ("info_commands", "Say what is in a file."),
    "lineage": ("lineage_commands", "Who made which version for which film, on whose word."),
    "mcp": ("mcp_commands", "Serve the tools to chat models, by the Model Context Protocol."),
    "annotate": ("lineage_commands", "Write what is known of a film into a MIDI file."),
}


class Commands(click.Group):
    """A group that loads its commands when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(
            import_module(f"mi_theme.cli.{COMMANDS[cmd_name][0]}"), cmd_name.replace("-", "_")
        )
        return _with_common_options(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant, in any spelling; ``help convert`` is ``convert --help``."""
        if args and not args[0].startswith("-"):
            if folded(args[0]) == "help":
                if not args[1:]:
                    click.echo(ctx.get_help())
                    ctx.exit()
                args = [args[1], "--help"]
            word = folded(args[0])
            if word == "version":
                click.echo(f"mi-theme, version {__version__}")
                ctx.exit()
            args = [COMMAND_WORDS.get(word, word), *args[1:]]
            if args[0] not in COMMANDS:
                raise click.UsageError(str(UnknownName.among("command", word, COMMANDS)), ctx)
        name, command, rest = super().resolve_command(ctx, args)
        return name, command, rest if command is None else with_options_said(command, ctx, rest)

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        """Run a command; whatever is wrong with the input, or worth a warning, is one line on standard error."""
        if os.name == "nt":  # a pipe there has an old encoding, which lacks most letters
            for stream in (sys.stdout, sys.stderr):
                if isinstance(stream, TextIOWrapper):
                    stream.reconfigure(encoding="utf-8")
        said: set[str] = set()
        usual = gc.get_threshold()
        gc.set_threshold(NEW_VALUES)
        shown, told = (stream and cast(TextIO, ReadableOutput(stream)) for stream in (sys.stdout, sys.stderr))
        with redirect_stdout(shown), redirect_stderr(told), warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: _say_once(message, said)
            try:
                return super().main(args, *more, **extra)
            except MiThemeError as error:
                _fail(error_words(error))
            except OSError as error:
                _silence()
                _fail(error_words(error))
            except (RecursionError, MemoryError) as error:
                _fail(error_words(error))
            finally:
                gc.set_threshold(*usual)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """The context of a call; one that is not understood says so in a line."""
        try:
            return super().make_context(*args, **extra)
        except click.UsageError as error:
            raise explained(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what is interrupted says so, and ends as the shell expects."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise explained(error) from None
        except KeyboardInterrupt:
            _say("interrupted")
            ctx.exit(INTERRUPTED)


def _with_common_options(command: click.Command) -> click.Command:
    """The command with what all have: options in any case, completion of names, and of those that write files ``--parents``."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _with_common_options(each)
    for option in command.params:
        if option.name in METRES and isinstance(option.type, click.types.StringParamType):
            option.type = MetreText()
        if option.name in NAMES and option._custom_shell_complete is None:
            option._custom_shell_complete = NAMES[option.name]
        if option.name == "out" and option.callback is None:
            option.callback = _checked_place
    if any(option.name == "out" for option in command.params) and command.params[-1].name != "parents":
        about = "Make the folders that the name of the file needs."
        command.params.append(
            click.Option(["--parents"], is_flag=True, is_eager=True, expose_value=False, help=about, callback=_noted)
        )
    options = [option for option in command.params if isinstance(option, click.Option)]
    declared = {name.lstrip("-") for option in options for name in (*option.opts, *option.secondary_opts)}
    command.context_settings["token_normalize_func"] = option_names(declared | {"help"})
    return command


def _noted(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    ctx.meta["parents"] = value


def _checked_place(ctx: click.Context, option: click.Parameter, name: str | None) -> str | None:
    """The name of a file to write, whose folder is there before anything is computed."""
    folder = Path(name).parent if name and name != "-" else None
    if folder is not None and not folder.is_dir():
        if not ctx.meta.get("parents"):
            raise FileError(f"{name}: there is no folder {folder}; --parents makes it")
        folder.mkdir(parents=True, exist_ok=True)
    return name


def _silence() -> None:
    """What is left for a full disk or a closed pipe goes nowhere, instead of failing again at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(words: object) -> None:
    click.echo(f"mi-theme: {' '.join(str(words).split())}", err=True)


def _say_once(message: Warning | str, said: set[str]) -> None:
    """A warning, the first time; that times were rounded by less than is heard, only where MI_THEME_VERBOSE is set."""
    if isinstance(message, TimingWarning) and not os.environ.get("MI_THEME_VERBOSE"):
        return
    if str(message) not in said:
        said.add(str(message))
        _say(message)


def _fail(words: str) -> None:
    _say(words)
    sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "--version", prog_name="mi-theme")
def main() -> None:
    """Carry music from one metre into another, and recognise it again.

    Shell completion: eval "$(_MI_THEME_COMPLETE=bash_source mi-theme)", or zsh_source, fish_source.
    """
