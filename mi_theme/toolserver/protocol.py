"""The tools as a server of the Model Context Protocol: their schemas, their calls, what goes back."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Coroutine
from inspect import Parameter, cleandoc, signature
from mimetypes import guess_type
from typing import Any

import anyio
import anyio.to_process
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import (
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    TextContent,
    TextResourceContents,
    ToolAnnotations,
)
from pydantic import ValidationError

from mi_theme.errors import MiThemeError, UnknownName, error_words
from mi_theme.files.disk import first_line, replace_file
from mi_theme.toolserver.opened_folders import OpenedFolders
from mi_theme.toolserver.tools import TOOLS, Answer, MadeFile, Tool
from mi_theme.toolserver.working import worked
from mi_theme.version import __version__

__all__ = ["tool_server"]

TYPES = {
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".mid": "audio/midi",
}  # media types that not every system knows
WORDS = """Carries music from one metre into another and says what happens to every note; finds a theme again, also in another metre.
Music is given as the text of a tune in ABC or MusicXML, or as the name of a file. {opened} Plans are reconstructions, not transcriptions
of records; say so when you show them, and quote costs and remarks as they stand."""


class OneLineServer(MCPServer[None]):
    """A server that says of a wrong call what is wrong with it, in one line."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """Call a tool; names and arguments that it does not know are not passed over."""
        try:
            if name not in TOOLS:
                raise UnknownName.among("tool", name, TOOLS)
            known = _signature(TOOLS[name]).parameters
            if unknown := [argument for argument in arguments if argument not in known]:
                raise UnknownName.among(f"argument of {name}", unknown[0], known)
            return await super().call_tool(name, arguments, context)
        except MiThemeError as error:
            return _refused(error_words(error))
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                return _refused("; ".join(_wrong(wrong) for wrong in error.__cause__.errors()[:3]))
            return _refused(first_line(error.__cause__ if isinstance(error.__cause__, Exception) else error))


def tool_server(folders: OpenedFolders, seconds: float) -> MCPServer[None]:
    """A server with every tool.

    Parameters
    ----------
    folders
        What is open.
    seconds
        How long a call may take.
    """
    opened = (
        f"Open: {folders}; names of files are within."
        if folders.places
        else "No folder is open: files cannot be named."
    )
    made = OneLineServer("mi-theme", instructions=WORDS.format(opened=opened), version=__version__, log_level="ERROR")
    one_at_a_time = anyio.Semaphore(1)
    for name, tool in TOOLS.items():
        made.add_tool(
            _calling(name, tool, folders, seconds, one_at_a_time),
            name=name,
            description=cleandoc(tool.runs.__doc__ or ""),
            annotations=ToolAnnotations(
                read_only_hint=not tool.writes, destructive_hint=tool.writes, open_world_hint=False
            ),
            structured_output=False,
        )
    return made


def _signature(tool: Tool) -> Any:
    """What a call of a tool takes: its own parameters, and its further options one by one."""
    own = [
        parameter
        for name, parameter in signature(tool.runs, eval_str=True).parameters.items()
        if name != "self" and parameter.kind is not Parameter.VAR_KEYWORD
    ]
    more = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in tool.options.items()
    ]
    return signature(tool.runs).replace(parameters=[*own, *more], return_annotation=CallToolResult)


def _calling(
    name: str, tool: Tool, folders: OpenedFolders, seconds: float, one_at_a_time: anyio.Semaphore
) -> Callable[..., Coroutine[Any, Any, CallToolResult]]:
    """What the server calls: the tool in a process of its own, which ends with its time, or where the client gives up."""

    async def called(**arguments: Any) -> CallToolResult:
        async with one_at_a_time:
            try:
                with anyio.fail_after(seconds):
                    answer: Answer = await anyio.to_process.run_sync(
                        worked, name, folders, seconds, arguments, cancellable=True
                    )
            except TimeoutError:
                return _refused(
                    f"{name} took longer than {seconds:g} seconds and was ended; ask for less, such as some bars"
                )
            except anyio.BrokenWorkerProcess:
                return _refused(f"{name} ended before it was done; the music may need more memory than there is")
            return (
                _refused(answer.words) if answer.refused else _result(answer, folders, bool(arguments.get("overwrite")))
            )

    called.__name__ = name
    called.__signature__ = _signature(tool)  # type: ignore[attr-defined]
    return called


def _result(answer: Answer, folders: OpenedFolders, overwrite: bool) -> CallToolResult:
    """Words, files that are saved, files that go with the answer."""
    words, contents = answer.words, list[ContentBlock]()
    for file in answer.files:
        if file.place is None:
            contents.append(_embedded(file))
            continue
        try:
            replace_file(folders.target(str(file.place), overwrite=overwrite), file.data)
        except (MiThemeError, OSError) as error:
            return _refused(folders.shown(error_words(error)))
        words += f"\n\nwrote {folders.shown(str(file.place))}, {len(file.data)} bytes"
    return CallToolResult(content=[TextContent(type="text", text=words), *contents])


def _embedded(file: MadeFile) -> EmbeddedResource:
    ending = file.name[file.name.rindex(".") :]
    about: dict[str, Any] = {
        "uri": f"resource://mi-theme/{file.name}",
        "mime_type": TYPES.get(ending) or guess_type(file.name)[0],
    }
    if ending == ".musicxml":
        return EmbeddedResource(type="resource", resource=TextResourceContents(text=file.data.decode(), **about))
    return EmbeddedResource(type="resource", resource=BlobResourceContents(blob=b64encode(file.data).decode(), **about))


def _refused(words: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=" ".join(words.split()))], is_error=True)


def _wrong(wrong: Any) -> str:
    """What is wrong with an argument, in pydantic's words."""
    return f"{'.'.join(str(part) for part in wrong['loc'][:1]) or 'arguments'}: {wrong['msg'][0].lower()}{wrong['msg'][1:]}"
