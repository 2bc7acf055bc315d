"""What the studio answers: its page, what there is to choose from, and work on pieces, told line by line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import PurePath

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.errors import MiThemeError, error_words
from mi_theme.frontend import script, style
from mi_theme.server.guard import LARGEST_BODY
from mi_theme.server.open_pieces import OpenPiece, OpenPieces
from mi_theme.server.settings import ENDINGS, StudioSettings, Whole, choices
from mi_theme.server.worker import Order
from mi_theme.server.workers import CLOSED

__all__ = ["application"]

LONGEST_NAME = 120  # letters of the name of a file
VERBS = ("plan", "draw", "map", "live", "compare", "save")


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a question about a piece: settings, and the page, bar or ending that the verb needs."""

    settings: StudioSettings
    number: Whole = 0
    last: Whole = 0
    width: Whole = 0
    ending: str = ""


class Answers:
    """What is answered to each request.

    Parameters
    ----------
    pieces
        What is open.
    """

    def __init__(self, pieces: OpenPieces) -> None:
        self._pieces = pieces

    async def page(self, request: Request) -> Response:
        """The page."""
        return Response(_text("studio.html"), media_type="text/html")

    async def asset(self, request: Request) -> Response:
        """A script, or the style."""
        return _asset(request.path_params["name"])

    async def listed(self, request: Request) -> Response:
        """What is open, and what there is to choose from."""
        return JSONResponse({"open": self._pieces.listed(), "choices": choices()})

    async def opened(self, request: Request) -> Response:
        """A new piece, of the bytes that were sent or the theme."""
        if request.query_params.get("theme"):
            piece = self._pieces.add("the theme", None)
        else:
            data = await _body(request)
            name = PurePath(request.query_params.get("name", "").replace("\\", "/")).name[-LONGEST_NAME:] or "a file"
            piece = self._pieces.add(name, data)
        return _stream(self._opening(piece))

    async def _opening(self, piece: OpenPiece) -> AsyncIterator[bytes]:
        done = False
        try:
            async for line in _lines(piece, piece.opening):
                done = done or line.startswith(b'{"about"')
                yield line
        finally:
            await self._pieces.settle(piece, opened=done)

    async def read_plan(self, request: Request) -> Response:
        """What a saved plan asks for, as settings."""
        try:
            plan = await run_in_threadpool(ScorePlan.from_json, (await _body(request)).decode("utf-8", "replace"))
        except MiThemeError as error:
            raise HTTPException(400, error_words(error)) from None
        return JSONResponse(msgspec.to_builtins(StudioSettings.of(plan)))

    async def again(self, request: Request) -> Response:
        """A piece that is open, for a page that comes back."""
        piece = self._piece(request)
        return _stream(_lines(piece, piece.opening))

    async def worked(self, request: Request) -> Response:
        """Work on a piece."""
        piece, verb = self._piece(request), request.path_params["verb"]
        if verb not in VERBS:
            raise HTTPException(404, f"there is no {verb}")
        try:
            asked = msgspec.json.decode(await _body(request), type=Asked)
        except msgspec.DecodeError as error:
            raise HTTPException(400, f"this is no question that the studio knows: {error}") from None
        if verb == "plan":
            piece.settings = asked.settings
        order = Order(verb, **msgspec.structs.asdict(asked))
        return _stream(_lines(piece, order))

    async def closed(self, request: Request) -> Response:
        """Close a piece."""
        self._pieces.close(request.path_params["key"])
        return JSONResponse({})

    def _piece(self, request: Request) -> OpenPiece:
        piece = self._pieces.get(request.path_params["key"])
        if piece is None:
            raise HTTPException(404, CLOSED)
        return piece


def application(pieces: OpenPieces) -> Starlette:
    """The studio, unguarded.

    Parameters
    ----------
    pieces
        What is open; its processes end with the application.
    """
    answers = Answers(pieces)

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        try:
            await pieces.prepare()
            yield
        finally:
            await pieces.close_all()

    routes = [
        Route("/", answers.page),
        Route("/plan", answers.read_plan, methods=["POST"]),
        Route("/pieces", answers.listed),
        Route("/pieces", answers.opened, methods=["POST"]),
        Route("/pieces/{key}", answers.again),
        Route("/pieces/{key}/close", answers.closed, methods=["POST"]),
        Route("/pieces/{key}/{verb}", answers.worked, methods=["POST"]),
        Route("/{name}", answers.asset),
    ]
    handlers = {HTTPException: _refused, ClientDisconnect: _gone}
    return Starlette(routes=routes, lifespan=living, exception_handlers=handlers)  # type: ignore[arg-type]


def _text(name: str) -> str:
    return (files("mi_theme.server") / name).read_text("utf-8")


#: The scripts of the page beside those of the front end.
SCRIPTS = ("studio.js", "asking.js", "settings.js", "bars.js")


def _asset(name: str) -> Response:
    """A file of the page."""
    if name == "frontend.js":
        return Response(script(), media_type="text/javascript")
    if name == "studio.css":
        return Response(style() + _text(name), media_type="text/css")
    if name in SCRIPTS:
        return Response(_text(name), media_type="text/javascript")
    raise HTTPException(404, "there is no such page")


async def _body(request: Request) -> bytes:
    """What was sent, no more than is taken, whatever its header says."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            raise HTTPException(413, f"larger than {LARGEST_BODY // 2**20} MiB: the studio takes no larger files")
        parts.append(part)
    return b"".join(parts)


async def _lines(piece: OpenPiece, order: Order) -> AsyncIterator[bytes]:
    """What a process tells, a line of JSON each: progress, then a result, an error, or a file with its bytes behind it."""
    async for letter, content in piece.answers(order):
        if letter == "w":
            yield b"\n"
        elif letter == "p":
            yield b'{"progress":' + content + b"}\n"
        elif letter == "e":
            yield b'{"error":' + content + b"}\n"
        elif letter == "r":
            about = msgspec.json.encode({"key": piece.key, "settings": piece.settings})
            yield b'{"about":' + about + b',"result":' + content + b"}\n"
        else:
            stem = PurePath(piece.name).stem.replace(" ", "_")
            kind = ENDINGS[order.ending][0]
            made = {"file": f"{stem}_converted{order.ending}", "type": kind, "size": len(content)}
            yield msgspec.json.encode(made) + b"\n" + content


def _stream(lines: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(lines, media_type="application/x-ndjson")


async def _refused(request: Request, error: HTTPException) -> Response:
    return JSONResponse({"error": error.detail}, error.status_code)


async def _gone(request: Request, error: ClientDisconnect) -> Response:
    return Response(status_code=400)
