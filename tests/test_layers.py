"""The house as it is drawn: imports go up the list of rooms, heavy packages sleep, names do not collide."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest

import mi_theme
from mi_theme import hooks
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.renditions.arrangement.arrangements import Arrangement
from mi_theme.score.recordings import Recording

PACKAGE = Path(mi_theme.__file__).parent
ROOMS = (
    "version", "errors", "guesses", "file_bytes", "arguments", "executors", "hooks", "listings", "meter", "warp", "pitch", "catalog", "codec", "score", "quantising", "notated", "files", "rhythm", "adaptation", "conversion", "themes", "credits",
    "renditions", "search", "index", "sound", "engraving", "views", "frontend", "server", "toolserver", "cli",
)  # fmt: skip
OUTSIDE = ("__init__", "__main__")  # the front door, and the way in for `python -m`
# a heavy package: the rooms that may use it, inside functions
HEAVY = {
    "mido": (), "symusic": ("files", "search"), "music21": ("files", "conversion", "search", "rhythm", "views"), "verovio": ("engraving",), "resvg_py": ("engraving",), "typst": ("engraving",),
    "matplotlib": ("views",), "midirenderer": ("sound",), "soundfile": ("sound",), "numba": ("search",), "lxml": ("files", "engraving"), "pandas": ("score",),
    "dask": (), "mcp": ("toolserver",), "mcp_types": ("toolserver",), "pydantic": ("toolserver",), "anyio": ("toolserver",), "distributed": ("executors",),
    "duckdb": ("index",), "starlette": ("server",), "uvicorn": ("server",), "anywidget": ("frontend",), "traitlets": ("frontend",),
}  # fmt: skip
SOURCES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    return [*module.split("."), "__init__"][1]


def imports(tree: ast.AST) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Every import, with the module it names; ``from mi_theme import x`` names ``mi_theme.x``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [alias.name for alias in node.names]
            inner = [f"{node.module}.{name}" for name in names if is_module(f"{node.module}.{name}")]
            yield from ((node, name) for name in (inner or [node.module or ""]))


def is_module(name: str) -> bool:
    place = PACKAGE.parent.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def sleeping(tree: ast.AST) -> dict[ast.AST, ast.FunctionDef]:
    """Imports inside functions, each with its innermost function."""
    found: dict[ast.AST, ast.FunctionDef] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            found |= {node: function for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)}
    return found


def only_for_types(tree: ast.AST) -> set[ast.AST]:
    guards = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {inner for guard in guards for inner in ast.walk(guard)}


@pytest.fixture(params=[path for path in SOURCES if path.stem not in OUTSIDE or path.parent != PACKAGE], ids=module_of)
def source(request: pytest.FixtureRequest) -> tuple[str, ast.Module]:
    return module_of(request.param), ast.parse(request.param.read_text("utf-8"))


def test_every_room_is_on_the_list() -> None:
    rooms = {room_of(module_of(path)) for path in SOURCES} - set(OUTSIDE)
    assert rooms <= set(ROOMS)
    assert len(rooms) >= 9


def test_imports_come_from_above(source: tuple[str, ast.Module]) -> None:
    """Wherever they stand: at the top, inside a function, or for types only. The front door is above every room."""
    module, tree = source
    own = ROOMS.index(room_of(module))
    for node, name in imports(tree):
        if name.split(".")[0] == "mi_theme":
            assert name != "mi_theme", f"{module} imports the front door, line {node.lineno}"
            assert ROOMS.index(room_of(name)) <= own, f"{module} imports {name}, line {node.lineno}"


def test_modules_are_imported_by_name_in_three_places_only() -> None:
    named = {module_of(path) for path in SOURCES if re.search(r"import_module|__import__", path.read_text("utf-8"))}
    assert named == {"mi_theme.hooks", "mi_theme.cli.command_group", "mi_theme.search.kernels.choosing"}


def answering(method: str) -> Callable[..., object]:
    module, function = hooks.methods[method].split(":")
    answer: Callable[..., object] = getattr(import_module(f"mi_theme.{module}"), function)
    return answer


@pytest.mark.parametrize("method", sorted(hooks.methods))
def test_what_a_room_above_answers_is_there(method: str) -> None:
    assert callable(answering(method))


@pytest.mark.parametrize(
    "method",
    [
        "Score.save",
        "Score.to_bytes",
        "Score.from_music21",
        "Score.to_music21",
        "Score.play",
        "Score.quantized",
        "Recording.to_bytes",
        "Recording.save",
        "ScorePlan.apply",
        "Arrangement.score",
    ],
)
def test_a_method_takes_what_the_room_that_answers_takes(method: str) -> None:
    """Names and defaults of the options, the value itself aside."""
    name, attribute = method.split(".")
    values = {"Score": mi_theme.Score, "Recording": Recording, "ScorePlan": ScorePlan, "Arrangement": Arrangement}
    asked = list(signature(getattr(values[name], attribute)).parameters.values())
    answered = list(signature(answering(method)).parameters.values())[-len(asked) :]
    assert [(p.name, p.default) for p in asked][1:] == [(p.name, p.default) for p in answered][1:]


@cache
def awake_imports() -> dict[str, set[str]]:
    """The modules of ours that each module imports when it is imported."""
    graph: dict[str, set[str]] = {}
    for path in SOURCES:
        module, tree = module_of(path), ast.parse(path.read_text("utf-8"))
        quiet = only_for_types(tree).union(sleeping(tree))
        graph[module] = {name for node, name in imports(tree) if node not in quiet and name.startswith("mi_theme.")}
    return graph


@cache
def woken_modules() -> set[str]:
    """Modules that are imported when one imports a room."""
    graph, woken = awake_imports(), set[str]()
    waiting = [f"mi_theme.{room}" for room in ROOMS]
    while waiting:
        module = waiting.pop()
        if module not in woken:
            woken.add(module)
            waiting += graph.get(module, ())
    return woken


def test_no_circles_among_modules() -> None:
    """Every import counts, asleep or for types; the front door alone may name what is above it, for types."""
    graph = {
        module_of(path): {
            name for _, name in imports(ast.parse(path.read_text("utf-8"))) if name.startswith("mi_theme.")
        }
        for path in SOURCES
        if module_of(path) != "mi_theme"
    }
    order = list(TopologicalSorter({module: names - {module} for module, names in graph.items()}).static_order())
    assert set(graph) <= set(order)  # a circle raises CycleError, which names it


def test_names_of_modules_and_classes_are_used_once() -> None:
    files = [
        path.parent.name if path.name == "__init__.py" else path.stem for path in SOURCES if path.parent != PACKAGE
    ]
    classes = [
        node.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert [name for name, count in Counter(files).items() if count > 1 and name != "model"] == []
    assert [name for name, count in Counter(classes).items() if count > 1] == []


def test_heavy_packages_are_imported_where_they_are_used(source: tuple[str, ast.Module]) -> None:
    """Inside functions, or at the top of a module that is itself only imported inside functions."""
    module, tree = source
    asleep, types = sleeping(tree), only_for_types(tree)
    woken = woken_modules()
    for node, name in imports(tree):
        package = name.split(".")[0]
        if package in HEAVY and node not in types:
            assert room_of(module) in HEAVY[package], f"{package} in {module}"
            assert node in asleep or module not in woken, (
                f"{module} imports {package} before anyone uses it, line {node.lineno}"
            )


def test_no_star_imports_no_bare_exceptions_raised_no_assertions(source: tuple[str, ast.Module]) -> None:
    module, tree = source
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.ImportFrom) and node.names[0].name == "*"), module
        assert not isinstance(node, ast.Assert), f"{module}, line {node.lineno}: checks raise, they do not assert"
        assert not (isinstance(node, ast.Raise) and ast.unparse(node).startswith("raise Exception")), module


def packages() -> Iterator[ModuleType]:
    for path in SOURCES:
        if path.name == "__init__.py":
            yield import_module(module_of(path))


@pytest.mark.parametrize("package", list(packages()), ids=lambda package: package.__name__)
def test_no_module_has_the_name_of_a_public_function_of_its_parent(package: ModuleType) -> None:
    folder = Path(str(package.__file__)).parent
    modules = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    functions = {name for name in getattr(package, "__all__", ()) if not isinstance(getattr(package, name), ModuleType)}
    assert not modules & functions


def loaded_after(code: str) -> set[str]:
    """Top-level packages in a fresh interpreter after some code."""
    script = f"import sys; before = set(sys.modules); {code}; print(*{{name.split('.')[0] for name in set(sys.modules) - before}})"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True, cwd=PACKAGE.parent
    )
    return set(result.stdout.split())


def test_importing_loads_nothing_heavy() -> None:
    loaded = loaded_after("import mi_theme")
    assert "mi_theme" in loaded
    assert not loaded & {*HEAVY, "numpy", "msgspec", "click", "rich", "dataclasses", "fractions"}


def test_a_metre_change_loads_nothing_heavy() -> None:
    loaded = loaded_after("import mi_theme as mi; print(mi.theme().to_meter('4/4').grouping, file=sys.stderr)")
    assert not loaded & {*HEAVY, "numpy"}


def test_saving_loads_only_what_it_uses(tmp_path: Path) -> None:
    loaded = loaded_after(
        f"import mi_theme as mi; mi.Score.from_notes([0], [1], [60]).save({str(tmp_path / 'a.mid')!r})"
    )
    assert not loaded & set(HEAVY)
