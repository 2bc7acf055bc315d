"""``mi-theme studio``."""

from __future__ import annotations

from pathlib import Path

import click

from mi_theme.cli.shared import say
from mi_theme.files.disk import bytes_of
from mi_theme.files.formats import format_of

__all__ = ["studio"]


@click.command()
@click.argument("file", required=False, type=click.Path())
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where it is served; a free port without it.")
@click.option("--no-browser", is_flag=True, help="Print the address and open no browser.")
def studio(file: str | None, port: int, no_browser: bool) -> None:
    """Open a page to see, hear and change a conversion: drop a file, choose a metre, listen, save.

    FILE is a MIDI, MusicXML, ABC or kern file that is open from the beginning. The page is
    served to this machine only, to who has the address with its token, and nothing leaves
    the machine. Ctrl-C ends it.
    """
    from mi_theme.server import serve

    piece = None
    if file:
        data, name = bytes_of(file)
        format_of(data, name)
        piece = (Path(name).name, data)
    serve(piece, say, port=port, browser=not no_browser)
