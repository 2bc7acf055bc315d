"""The house as it is drawn: imports go up the list of rooms, heavy packages sleep, names do not collide."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import mi_theme

PACKAGE = Path(mi_theme.__file__).parent
ROOMS = (
    "errors", "meter", "warp", "pitch", "catalog", "score", "files", "rhythm", "adaptation", "conversion", "themes", "credits",
    "renditions", "search", "sound", "engraving", "views", "cli",
)  # fmt: skip
OUTSIDE = ("__init__", "__main__")  # the front door, and the way in for `python -m`
# a heavy package: the rooms that may use it, inside functions
HEAVY = {
    "mido": ("files",), "symusic": ("files", "search"), "music21": ("files", "conversion", "search", "rhythm", "views"),
    "verovio": ("engraving",), "resvg_py": ("engraving",), "matplotlib": ("views",), "midirenderer": ("sound",),
    "soundfile": ("sound",), "numba": ("search",), "lxml": ("files",), "pandas": ("score",), "dask": ("search",),
}  # fmt: skip
REACHING_DOWN = 3  # statements in a method that reaches into a room below
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
    module, tree = source
    own, asleep, types = ROOMS.index(room_of(module)), sleeping(tree), only_for_types(tree)
    for node, name in imports(tree):
        if name.split(".")[0] != "mi_theme" or node in asleep or node in types or name == "mi_theme":
            continue
        assert ROOMS.index(room_of(name)) <= own, f"{module} imports {name}, line {node.lineno}"


def test_who_reaches_down_does_so_in_three_lines(source: tuple[str, ast.Module]) -> None:
    """A fluent method may use a room below (``score.save``): it imports, and calls."""
    module, tree = source
    for node, name in imports(tree):
        function = sleeping(tree).get(node)
        if name.startswith("mi_theme.") and function and ROOMS.index(room_of(name)) > ROOMS.index(room_of(module)):
            body = [line for line in function.body if not is_docstring(line)]
            assert len(body) - 1 <= REACHING_DOWN, f"{module}.{function.name} reaches down and does more than that"
            assert not any(isinstance(line, ast.If | ast.For | ast.While | ast.Try) for line in body)


def is_docstring(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


@cache
def awake_imports() -> dict[str, set[str]]:
    """The modules of ours that each module imports when it is imported."""
    graph: dict[str, set[str]] = {}
    for path in SOURCES:
        module, tree = module_of(path), ast.parse(path.read_text("utf-8"))
        quiet = only_for_types(tree).union(sleeping(tree))
        graph[module] = {name for node, name in imports(tree) if node not in quiet and name.startswith("mi_theme.")}
    return graph


def test_no_circles_among_modules() -> None:
    graph = {module: names - {module} for module, names in awake_imports().items()}
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError with the circle
    assert set(graph) <= set(order)


def test_heavy_packages_are_imported_where_they_are_used(source: tuple[str, ast.Module]) -> None:
    """Inside functions, or at the top of a module that is itself only imported inside functions."""
    module, tree = source
    asleep, types = sleeping(tree), only_for_types(tree)
    woken = set().union(*awake_imports().values())
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
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    return set(result.stdout.split())


def test_importing_loads_nothing_heavy() -> None:
    loaded = loaded_after("import mi_theme")
    assert "mi_theme" in loaded
    assert not loaded & {*HEAVY, "numpy", "msgspec", "click", "rich", "dataclasses", "fractions"}


def test_a_metre_change_loads_nothing_heavy() -> None:
    loaded = loaded_after("import mi_theme as mi; print(mi.theme().to_meter('4/4').grouping, file=sys.stderr)")
    assert not loaded & set(HEAVY)


def test_saving_loads_only_what_it_uses(tmp_path: Path) -> None:
    loaded = loaded_after(
        f"import mi_theme as mi; mi.Score.from_notes([0], [1], [60]).save({str(tmp_path / 'a.mid')!r})"
    )
    assert loaded & set(HEAVY) == {"mido"}
