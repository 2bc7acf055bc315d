"""``mi-theme studio``."""

from __future__ import annotations

from pathlib import Path

import click

from mi_theme.cli.shared import plan_of_file, say
from mi_theme.files.disk import bytes_of
from mi_theme.files.formats import format_of

__all__ = ["studio"]


@click.command()
@click.argument("file", required=False, type=click.Path())
@click.option("--plan", "plan_file", type=click.Path(), help="A saved plan (JSON) to begin with.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where it is served; a free port without it.")
@click.option("--no-browser", is_flag=True, help="Print the address and open no browser.")
def studio(file: str | None, plan_file: str | None, port: int, no_browser: bool) -> None:
    """Open a page to see, hear and change a conversion: drop a file, choose a metre, listen, save.

    FILE is a MIDI, MusicXML, ABC or kern file that is open from the beginning. The page is
    served to this machine only, to who has the address with its token, and nothing leaves
    the machine. Ctrl-C ends it.
    """
    from mi_theme.server import serve

    if plan_file and not file:
        raise click.UsageError(f"a plan goes with its piece: mi-theme studio song.mid --plan {plan_file}")
    plan = plan_of_file(plan_file) if plan_file else None
    piece = None
    if file:
        data, name = bytes_of(file)
        format_of(data, name)
        piece = (Path(name).name, data)
    serve(piece, say, plan=plan, port=port, browser=not no_browser)
