"""The front end's texts as a page, a server or a notebook takes them: one script, one style, and data between tags."""

from __future__ import annotations

import json
from base64 import b64encode
from importlib.resources import files
from typing import Any
from zlib import compress

__all__ = ["packed_json", "script", "script_json", "style"]

#: The modules of the script, each after those that it uses; they share one scope, so none imports another.
MODULES = ("drawing.js", "sound.js", "transport.js", "livebar.js")
TAGS = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}  # what could end or open a tag inside a script


def script(*entries: str) -> str:
    """All modules as one ES module.

    Parameters
    ----------
    *entries
        Further files of the front end that come last, such as ``dossier.js``, which
        starts what is on a page.

    Returns
    -------
    str
        For ``<script type="module">``, for a file that a server sends, and, with a default export
        behind it, for the ``_esm`` of a widget. It exports ``Player``, ``transport`` and ``mount``.
    """
    return "\n".join(_text(name) for name in (*MODULES, *entries))


def style(*entries: str) -> str:
    """The style sheet of the live bar and its kin.

    Parameters
    ----------
    *entries
        Further files that come last, such as ``dossier.css``.

    Returns
    -------
    str
        CSS; every rule but those of `entries` holds inside elements of the class ``mi`` only.
    """
    return "\n".join(_text(name) for name in ("frontend.css", *entries))


def script_json(value: Any) -> str:
    """A value as JSON that can stand between script tags: ASCII only, and no sign that a tag could begin or end with.

    Parameters
    ----------
    value
        Plain data.

    Returns
    -------
    str
        JSON of one line.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).translate(TAGS)


def packed_json(value: Any) -> str:
    """A value as JSON, deflated (RFC 1950) and in base 64, for what a page has much of: a browser unpacks it by itself.

    The tables of many versions of one theme say most things many times; this is an eighth of them.

    Parameters
    ----------
    value
        Plain data.

    Returns
    -------
    str
        Letters, digits, ``+``, ``/`` and ``=``.
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return b64encode(compress(text.encode(), 9)).decode()


def _text(name: str) -> str:
    return (files("mi_theme.frontend") / name).read_text("utf-8")
