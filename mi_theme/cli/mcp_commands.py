"""``mi-theme mcp``."""

from __future__ import annotations

import sys

import click

from mi_theme.cli.shared import say
from mi_theme.toolserver import SECONDS

__all__ = ["mcp"]


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(), metavar="[FOLDER]...")
@click.option(
    "--seconds", type=click.FloatRange(1, 3600), default=SECONDS, show_default=True, help="How long a call may take."
)
def mcp(folders: tuple[str, ...], seconds: float) -> None:
    """Serve the tools to chat models, by the Model Context Protocol.

    A client of the protocol starts this and speaks with it over standard input and output; people have no use for it in a
    terminal. Files are read and written in each FOLDER and nowhere else; without one, music comes as text.
    """
    from mi_theme.toolserver import server

    made = server(folders, seconds=seconds)
    if sys.stdin is not None and sys.stdin.isatty():
        say("waiting for a client of the Model Context Protocol on standard input; Ctrl-C ends")
    made.run()
