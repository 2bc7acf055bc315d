"""Who may ask: this machine's own page with its token, and nobody else; and what a browser is told about every answer."""

from __future__ import annotations

from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from secrets import token_urlsafe
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADER", "LARGEST_BODY", "Guard"]

HEADER = "x-studio-token"  # for programs; a browser has the cookie
LARGEST_BODY = 32 * 2**20  # bytes of what is sent
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """An ASGI application that lets through to another what comes from its own page.

    The host must be this one (else a name that another site points here would do: DNS rebinding), the origin, where a
    browser tells one, the page's own, and every request has the token: as the cookie that the page got, or as a
    header. The page itself is had with ``/?token=``.

    Parameters
    ----------
    app
        What is guarded.
    port
        Where it is served.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.token = token_urlsafe(24)
        self._app, self._once = app, {token_urlsafe(24)}
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._cookie = f"mi_theme_studio_{port}"  # cookies do not tell ports apart
        self._port = port

    @property
    def address(self) -> str:
        """Where the page is, with its token."""
        return f"http://127.0.0.1:{self._port}/?token={self.token}"

    def address_once(self) -> str:
        """The same for one visit: a browser's command line can be read by everybody on the machine."""
        return f"http://127.0.0.1:{self._port}/?token={next(iter(self._once), self.token)}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or pass on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        visits = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/"
        cookie = f"{self._cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict"
        enters = visits and self._is_key(given)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered.update(HEADERS)
                if enters:
                    answered.append("set-cookie", cookie)
            await send(message)

        if refusal := self._refusal(scope, headers, visits=visits, enters=enters):
            status, words = refusal
            refused = PlainTextResponse(f"{words}\n", status) if visits else JSONResponse({"error": words}, status)
            await refused(scope, receive, sent)
            return
        await self._app(scope, receive, sent)

    def _refusal(self, scope: Scope, headers: Headers, *, visits: bool, enters: bool) -> tuple[int, str] | None:
        """Status and words, or nothing for who is let in."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "the studio is asked with GET and POST"
        if headers.get("host", "") not in self._hosts:
            return 403, f"the studio answers at 127.0.0.1:{self._port} and under no other name"
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{host}" for host in self._hosts}:
            return 403, "the studio answers its own page and no other"
        if not visits and headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403, "the studio answers its own page and no other"
        if not (enters or self._has_token(headers)):
            return 403, "this needs the address with the token that mi-theme studio printed"
        if not headers.get("content-length", "0").isdecimal() or int(headers.get("content-length", "0")) > LARGEST_BODY:
            return 413, f"larger than {LARGEST_BODY // 2**20} MiB: the studio takes no larger files"
        return None

    def _is_key(self, given: str) -> bool:
        """Whether a visitor may come in; what is for one visit is used up."""
        for key in self._once:
            if compare_digest(given.encode(), key.encode()):
                self._once = self._once - {key}
                return True
        return compare_digest(given.encode(), self.token.encode())

    def _has_token(self, headers: Headers) -> bool:
        found = [headers.get(HEADER, "")]
        for line in headers.getlist("cookie"):
            try:
                morsel = SimpleCookie(line).get(self._cookie)
            except CookieError:
                continue
            found += [morsel.value] if morsel else []
        return any(compare_digest(one.encode(), self.token.encode()) for one in found)
