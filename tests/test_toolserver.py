"""The tools of chat models: the SDK's own client asks, in memory and over standard input and output."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest

import mi_theme as mi
from mi_theme.cli import COMMANDS
from mi_theme.errors import FileError
from mi_theme.files.musicxml.from_score import write as musicxml
from mi_theme.toolserver import OpenedFolders, server
from mi_theme.toolserver import tools as tools_of
from mi_theme.toolserver.tools import TOOLS, Toolbox
from mi_theme.toolserver.working import worked

pytest.importorskip("mcp")
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

T = TypeVar("T")
ROOT = Path(__file__).parent.parent
WALTZ = "X:1\nT:Waltz\nM:3/4\nL:1/4\nK:C\nC E G|c G E|D F A|d3|\n"
SECRET = "X:1\nT:Secret\nM:3/4\nL:1/4\nK:C\nC E G|c G E|\n"


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """A folder that is open, beside one that is not."""
    folder, other = tmp_path / "open", tmp_path / "closed"
    for each in (folder, folder / "deep", other):
        each.mkdir()
    (folder / "waltz.abc").write_text(WALTZ)
    (folder / "deep" / "theme.mid").write_bytes(mi.theme().to_score().to_bytes())
    (other / "secret.abc").write_text(SECRET)
    return folder


def asking(client: AbstractAsyncContextManager[Client], ask: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        async with client as connected:
            return await ask(connected)

    return anyio.run(run)


def called(folders: list[Path], name: str, *, seconds: float = 60, **arguments: Any) -> Any:
    return asking(Client(server(folders, seconds=seconds)), lambda client: client.call_tool(name, arguments))


def words(result: Any) -> str:
    assert not result.is_error, result.content[0].text
    return str(result.content[0].text)


def refusal(result: Any) -> str:
    assert result.is_error
    assert len(result.content) == 1
    assert "\n" not in result.content[0].text
    assert "Traceback" not in result.content[0].text
    return str(result.content[0].text)


# What is offered


def test_every_tool_and_every_argument_is_described() -> None:
    listed = asking(Client(server()), lambda client: client.list_tools()).tools
    assert [tool.name for tool in listed] == list(TOOLS)
    assert set(TOOLS) - {"files"} <= {*COMMANDS, "plan"}  # the names that commands and functions have
    for tool in listed:
        assert len(tool.description) > 40
        assert tool.annotations.read_only_hint is not TOOLS[tool.name].writes
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description") or name == "ratio", (tool.name, name)


def test_strategies_are_named_as_they_are_called() -> None:
    described = str(tools_of.How)
    assert all(name in described for name, strategy in mi.strategies().items() if strategy.offered)


# What is answered is what the library says


def test_answers_are_the_librarys_own_words() -> None:
    said = str(mi.plan(mi.read(WALTZ), "4/4"))
    assert words(called([], "plan", score=WALTZ, meter="4/4")) == said
    assert words(called([], "adapt", meter="4/4")) == str(mi.theme().to_meter("4/4"))
    compared = words(called([], "compare", score=WALTZ, meter="4/4"))
    assert compared == str(mi.compare(mi.read(WALTZ), "4/4"))
    assert words(called([], "lineage", film=4)).startswith("Film 4: Mission: Impossible – Ghost Protocol (2011)")
    assert words(called([], "meter", meter="5/4:3+3+2+2")).startswith("5/4:3+3+2+2   10 eighths")


def test_options_reach_the_plan() -> None:
    said = words(called([], "plan", score=WALTZ, meter="4/4", how="rest", bars="2-3", keep="pulse"))
    assert said == str(mi.plan(mi.read(WALTZ), "4/4", how="rest", bars=(2, 3), keep="pulse"))


def test_a_result_comes_in_the_answer() -> None:
    result = called([], "convert", score=WALTZ, meter="4/4")
    assert result.content[1].resource.text == musicxml(mi.convert(WALTZ, "4/4")).decode()
    result = called([], "convert", score=WALTZ, meter="4/4", give="midi")
    assert base64.b64decode(result.content[1].resource.blob) == mi.convert(WALTZ, "4/4").to_bytes()


def test_a_large_result_is_not_part_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools_of, "LARGEST_ANSWER", 100)
    answer = Toolbox(OpenedFolders(), 60).convert(WALTZ, "4/4")
    assert not answer.files
    assert "save_as" in answer.words


@pytest.mark.parametrize("ending", ["mid", "musicxml", "mxl", "json", "svg", "html"])
def test_a_result_is_saved_in_the_form_of_its_name(opened: Path, ending: str) -> None:
    if ending in ("svg", "html"):
        pytest.importorskip("verovio")
    said = words(called([opened], "convert", score="waltz.abc", meter="4/4", save_as=f"deep/four.{ending}"))
    file = opened / "deep" / f"four.{ending}"
    assert f"wrote deep/four.{ending}, {file.stat().st_size} bytes" in said.replace(os.sep, "/")
    if ending == "mid":
        assert file.read_bytes() == mi.convert(opened / "waltz.abc", "4/4").to_bytes()
    elif ending == "json":
        assert json.loads(file.read_text("utf-8"))["format"] == "mi-theme score plan"
    assert sorted(path.name for path in (opened / "deep").iterdir()) == sorted([file.name, "theme.mid"])


def test_a_theme_is_found_in_a_folder_and_in_a_text(opened: Path) -> None:
    said = words(called([opened], "find", where="."))
    assert "theme.mid" in said
    assert "hits in 2 files" in said
    assert str(opened) not in said  # names are told as they can be given
    assert words(called([opened], "find", where=WALTZ, theme="waltz.abc")).splitlines()[0].startswith("E")


def test_which_meter_of_a_folder_is_a_line_each(opened: Path) -> None:
    (opened / "bad.mid").write_bytes(b"no music")
    lines = words(called([opened], "which-meter", where=".")).splitlines()
    assert [line.partition(":")[0].replace(os.sep, "/") for line in lines] == ["bad.mid", "deep/theme.mid", "waltz.abc"]
    assert "left out" in lines[0]
    assert "5/4" in lines[1]


def test_files_lists_what_can_be_named(opened: Path) -> None:
    listed = words(called([opened], "files")).splitlines()
    assert [name.replace(os.sep, "/") for name in listed] == ["deep/theme.mid", "waltz.abc"]
    assert "no folder" in words(called([], "files"))


def test_what_is_put_right_in_a_file_is_said() -> None:
    said = words(called([], "plan", score=WALTZ.replace("d3|", "[d3|"), meter="4/4"))
    assert "note: ABC: read with 1 fault(s) put right" in said


# What is refused


@pytest.mark.parametrize(
    "name",
    ["../closed/secret.abc", "deep/../../closed/secret.abc", "leads_out.abc", "leads_out.abc#1", "out/secret.abc", "/etc/hostname",
     "~/x.abc", "a\0b", ".." , "x" * 300 + ".abc", "nothing.abc", ""],
)  # fmt: skip
def test_no_name_leads_out(opened: Path, name: str) -> None:
    (opened / "leads_out.abc").symlink_to(opened.parent / "closed" / "secret.abc")
    (opened / "circle.abc").symlink_to("circle.abc")
    (opened / "out").symlink_to(opened.parent / "closed")
    for tool in ("plan", "find", "which-meter", "files"):
        arguments = {"plan": {"score": name, "meter": "4/4"}, "files": {"folder": name}}.get(tool, {"where": name})
        if name == "" and tool != "plan":
            continue  # an empty name is the folder itself
        result = worked(tool, OpenedFolders.of([opened]), 60, arguments)
        assert result.refused, (tool, result.words)
        assert "\n" not in result.words
        assert "Secret" not in result.words
    whole = str(opened.parent / "closed" / "secret.abc")
    assert "outside" in refusal(called([opened], "plan", score=whole, meter="4/4"))


def test_a_folder_is_searched_without_what_leads_out_of_it(opened: Path) -> None:
    (opened / "leads_out.abc").symlink_to(opened.parent / "closed" / "secret.abc")
    (opened / "circle.abc").symlink_to("circle.abc")
    (opened / "out").symlink_to(opened.parent / "closed")
    said = words(called([opened], "find", where=".", theme="waltz.abc"))
    assert "left alone: leads_out.abc" in said
    assert "secret" not in said


def test_nothing_is_written_where_it_must_not_be(opened: Path) -> None:
    (opened / "out").symlink_to(opened.parent / "closed")
    (opened / "link.mid").symlink_to(opened.parent / "closed" / "four.mid")
    before = sorted(opened.parent.rglob("*"))
    names = [
        "../four.mid",
        "/tmp/mi_theme_four.mid",
        "out/four.mid",
        "link.mid",
        "deep",
        "new/four.mid",
        "four.abc",
        "four",
    ]
    asked = [("waltz.abc", False), *((name, overwrite) for name in names for overwrite in (False, True))]

    async def ask(client: Client) -> list[Any]:
        given = {"score": WALTZ, "meter": "4/4"}
        return [
            await client.call_tool("convert", {**given, "save_as": name, "overwrite": overwrite})
            for name, overwrite in asked
        ]

    for (name, _), result in zip(asked, asking(Client(server([opened])), ask), strict=True):
        assert name.rpartition("/")[2] in refusal(result)
    assert sorted(opened.parent.rglob("*")) == before
    assert (opened / "waltz.abc").read_text() == WALTZ
    assert not Path("/tmp/mi_theme_four.mid").exists()


def test_a_file_is_written_over_where_that_is_said(opened: Path) -> None:
    (opened / "four.mid").write_bytes(b"mine")
    assert "overwrite" in refusal(called([opened], "convert", score=WALTZ, meter="4/4", save_as="four.mid"))
    assert (opened / "four.mid").read_bytes() == b"mine"
    words(called([opened], "convert", score=WALTZ, meter="4/4", save_as="four.mid", overwrite=True))
    assert (opened / "four.mid").read_bytes()[:4] == b"MThd"


def test_without_a_folder_no_file_is_read_or_written(tmp_path: Path) -> None:
    assert "as text" in refusal(called([], "plan", score=str(ROOT / "README.md"), meter="4/4"))
    assert "no folder was opened" in refusal(called([], "convert", score=WALTZ, meter="4/4", save_as="x.mid"))
    with pytest.raises(FileError, match="no such folder"):
        server([tmp_path / "missing"])


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("meter", {"meter": "4/3"}, "'4/3'"),
    ("meter", {}, "meter: field required"),
    ("meter", {"metre": "4/4"}, "did you mean 'meter'"),
    ("metre", {"meter": "4/4"}, "did you mean 'meter'"),
    ("plan", {"score": WALTZ, "meter": "4/4", "how": "regrop"}, "did you mean 'regroup'"),
    ("plan", {"score": WALTZ, "meter": "4/4", "drums": "loud"}, "'pulse', 'keep', 'pattern' or 'mute'"),
    ("plan", {"score": WALTZ, "meter": "4/4", "bars": "9-12"}, "bar"),
    ("plan", {"score": "<html>\nno music</html>", "meter": "4/4"}, "MusicXML"),
    ("plan", {"score": "X:1\nK:C\n", "meter": "4/4"}, ""),
    ("plan", {"score": 7, "meter": "4/4"}, "score: input should be a valid string"),
    ("convert", {"score": "<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>", "meter": "4/4"}, "entities are not read"),
    ("find", {"where": WALTZ, "top": 0}, "top: input should be greater than or equal to 1"),
    ("lineage", {"film": 99}, "99"),
    ("adapt", {"meter": "4/4", "bars": "1-2"}, "theme of your own"),
]


def test_what_is_wrong_is_one_line() -> None:
    async def ask(client: Client) -> list[Any]:
        return [await client.call_tool(name, arguments) for name, arguments, _ in WRONG]

    for (name, arguments, said), result in zip(WRONG, asking(Client(server()), ask), strict=True):
        assert said in refusal(result), (name, arguments)


def test_sizes_are_limited(opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Toolbox(OpenedFolders.of([opened]), 60)
    with pytest.raises(FileError, match="more than 1 MiB"):
        box.plan(WALTZ + "C" * tools_of.LARGEST_TEXT, "4/4")
    monkeypatch.setattr(tools_of, "MOST_NOTES", 5)
    with pytest.raises(mi.MiThemeError, match="more than 5 notes"):
        box.plan("waltz.abc", "4/4")
    monkeypatch.setattr(tools_of, "LARGEST_FILE", 5)
    with pytest.raises(FileError, match="larger than"):
        box.plan("waltz.abc", "4/4")


def test_a_call_ends_with_its_time_and_the_next_one_is_answered() -> None:
    """A process of its own can be ended; the server goes on."""

    async def ask(client: Client) -> tuple[Any, Any]:
        return await client.call_tool("compare", {"score": LONG, "meter": "7/8"}), await client.call_tool("files", {})

    slow, quick = asking(Client(server([], seconds=4)), ask)
    assert "took longer than 4 seconds" in refusal(slow)
    assert not quick.is_error


LONG = WALTZ + "".join(f"C E G|c {'cdefgab'[bar % 7]} E|D/2E/2 F/2G/2 A|d2 z|\n" for bar in range(3000))


def test_a_search_that_runs_out_of_time_gives_what_it_has(opened: Path) -> None:
    box = Toolbox(OpenedFolders.of([opened]), -1)
    assert "out of time" in box.find(".").words
    assert "out of time: 2 files were not looked at" in box.which_meter(".").words


def test_what_should_not_happen_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Toolbox, meter: str) -> None:
        raise KeyError("a\nb")

    monkeypatch.setitem(TOOLS, "meter", tools_of.Tool(fails))  # type: ignore[arg-type]
    answer = worked("meter", OpenedFolders(), 60, {"meter": "4/4"})
    assert answer.refused
    assert answer.words.startswith("this should not happen (KeyError: ")


# As a client starts it


def test_over_standard_input_and_output(opened: Path) -> None:
    """Only the protocol is on standard output: the client reads every line of it."""
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "mi_theme", "mcp", str(opened)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=str(opened.parent),
    )

    async def ask(client: Client) -> Any:
        assert "Open: " in (client.instructions or "")
        assert len((await client.list_tools()).tools) == len(TOOLS)
        return await client.call_tool("convert", {"score": "waltz.abc", "meter": "4/4", "save_as": "four.musicxml"})

    said = words(asking(Client(stdio_client(command)), ask))
    assert said.startswith("3/4 -> 4/4 by ")
    assert mi.read(opened / "four.musicxml").meters.changes[0][1] == mi.Meter("4/4")


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.delitem(sys.modules, "mi_theme.toolserver.protocol", raising=False)
    monkeypatch.delitem(sys.modules, "mcp.server", raising=False)
    with pytest.raises(mi.MiThemeError, match=r"\[mcp\]"):
        server()
