"""The studio as a server on the loopback address: started, shown in a browser, ended by Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import webbrowser
from collections.abc import Callable
from typing import Any

from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.errors import FileError, MissingExtra

__all__ = ["serve"]

LOOPBACK = "127.0.0.1"
PATIENCE = 1  # seconds that open answers are waited for at the end
SLOWEST = 10.0  # seconds in which a connection asks for something
MOST_CONNECTIONS = 100  # at once


def serve(
    piece: tuple[str, bytes] | None,
    say: Callable[[str], None],
    *,
    plan: ScorePlan | None = None,
    port: int = 0,
    browser: bool = True,
) -> None:
    """Serve the studio until it is interrupted.

    Parameters
    ----------
    piece
        Name and bytes of a file that is open from the beginning.
    say
        Takes the address, and what else there is to say.
    plan
        What the piece begins with: what was asked for there is asked for again.
    port
        Where; a free one for 0.
    browser
        Whether the page is opened in a browser.

    Raises
    ------
    MissingExtra
        Without starlette or uvicorn.
    FileError
        Where the port is taken.
    KeyboardInterrupt
        Where it was ended by Ctrl-C.
    """
    try:
        import uvicorn

        from mi_theme.server.app import application
        from mi_theme.server.guard import Guard
    except ImportError as error:
        raise MissingExtra.named(error.name or "starlette", "studio") from error
    from mi_theme.server.open_pieces import OpenPieces
    from mi_theme.server.settings import StudioSettings

    listening = _listening(port)
    port = listening.getsockname()[1]
    pieces = OpenPieces()
    first = pieces.add(*piece) if piece else None
    if first and plan:
        first.settings = StudioSettings.of(plan)
    opened = f"#{first.key}" if first else ""
    guard = Guard(application(pieces), port)
    say(f"studio: {guard.address}{opened} (Ctrl-C ends it)")
    if browser:
        shown = guard.address_once() + opened
        threading.Thread(target=webbrowser.open, args=[shown], daemon=True).start()
    config = uvicorn.Config(
        guard,
        http=_impatient(),
        log_config=None,
        log_level="critical",
        access_log=False,
        ws="none",
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=PATIENCE,
        limit_concurrency=MOST_CONNECTIONS,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    """A socket that takes connections of this machine only."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would let others listen too
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((LOOPBACK, port))
        found.listen(128)
    except (OSError, OverflowError) as error:
        found.close()
        words = error.strerror if isinstance(error, OSError) else error
        raise FileError(f"port {port} cannot be used ({words}); without --port a free one is taken") from None
    return found


def _impatient() -> type[asyncio.Protocol]:
    """The protocol of uvicorn, with connections closed that ask for nothing: enough of them would keep everybody else out."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    class Impatient(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
        """A connection that ends where no request has come whole since it was looked at last."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self.loop.call_later(SLOWEST, self.look, None)

        def look(self, seen: Any) -> None:
            """Close the connection, or look again later."""
            if self.cycle is seen and (seen is None or seen.response_complete):
                self.transport.close()
            elif not self.transport.is_closing():
                self.loop.call_later(SLOWEST, self.look, self.cycle)

    return Impatient
