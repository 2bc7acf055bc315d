"""The library as tools that chat models call, by the Model Context Protocol (MCP).

A model holds music as text, or names files of folders that a user has opened to it; it gets plans, tables and scores back, in the
library's own words. Nothing outside those folders is read or written.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING

from mi_theme.errors import MissingExtra
from mi_theme.toolserver.opened_folders import OpenedFolders

if TYPE_CHECKING:
    from mcp.server import MCPServer

__all__ = ["SECONDS", "OpenedFolders", "server"]

#: How long a call of a tool may take, in seconds, if nobody says.
SECONDS = 60.0


def server(folders: Iterable[str | PathLike[str]] = (), *, seconds: float = SECONDS) -> MCPServer[None]:
    """A server of the library's tools, to be run over standard input and output or mounted elsewhere.

    Parameters
    ----------
    folders
        What may be read and written; without any, music comes as text and results go back in the answer.
    seconds
        How long a call may take; then it is ended, and says so.

    Returns
    -------
    mcp.server.MCPServer
        ``run()`` serves it.

    Raises
    ------
    FileError
        Where a folder is none.
    MissingExtra
        Where the package mcp is not installed.
    """
    try:
        from mi_theme.toolserver.protocol import tool_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "pydantic", "anyio"):
            raise
        raise MissingExtra.named("mcp", "mcp") from None
    return tool_server(OpenedFolders.of(folders), seconds)
