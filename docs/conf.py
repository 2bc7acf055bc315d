"""How the site is built: ``make docs``, from the docstrings, the command line, the pages and the notebooks.

Nothing is fetched. Notebooks and pages with code cells are run, and what they print is kept in
``_build`` until they or the package change.
"""

from __future__ import annotations

import html
import inspect
import os
import re
import shutil
from hashlib import sha256
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import mi_theme
from mi_theme.engraving.drawings import is_wide
from mi_theme.frontend.dossiers import dossier

HERE = Path(__file__).parent
ROOT = HERE.parent

project = "mi_theme"
author = "the mi_theme authors"
project_copyright = f"{author}; the code under the MIT licence, the quoted theme not"
version = release = mi_theme.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "numpydoc", "sphinx_click"]
exclude_patterns = ["_build", "**.ipynb_checkpoints"]
default_role = "py:obj"
nitpicky = True
smartquotes = False  # two hyphens are an option, and quotes in a command are to be typed

# -- docstrings
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# -- pages and notebooks
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
code = sorted([*(ROOT / "mi_theme").rglob("*.py"), *(ROOT / "data").glob("*.*")])
digest = sha256(b"".join(path.read_bytes() for path in code)).hexdigest()[:12]
nb_execution_cache_path = str(HERE / "_build" / f".jupyter_cache-{digest}")
nb_execution_timeout = -1  # none: a slow machine is no error
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_merge_streams = True
# no widget lives without a kernel: what stands for it on a page is its HTML, and no script is asked for
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
os.environ["SOURCE_DATE_EPOCH"] = os.environ.get("SOURCE_DATE_EPOCH", "0")

# -- looks
html_theme = "furo"
html_title = "mi_theme"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_build/extra"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "monokai"

# -- names that are explained elsewhere: nothing is fetched, so nothing can be linked
ELSEWHERE = (
    r"(t\.)?Any|ArrayLike|Callable|Executor|Fraction|Iterable|Iterator|Mapping(\[str, ArrayLike\])?|MCPServer|NDArray(\[np\.void\])?"
    r"|Path|PathLike(\[str\])?|ModuleType|Sequence|T"
)
PACKAGES = "click|collections|concurrent|fractions|functools|matplotlib|msgspec|numpy|np|os|pandas|pathlib|pd|typing"
# types that no user meets
INNER = (
    "Array|Assignment|BeatTimes|Candidates|Chord|ClaimTables|ColumnTable|Dated|DrumRun|F|FacingScores|FilmRow|Floats|Groove|HasNoteArray"
    "|HasScore|HeardMusic|HeardNotes|Join|Mark|MetricConditions|Music|NewBar|P|PartPattern|Place|Places|Progress|QuantizedBar|QuantizedMusic|R|Readable|Real|Refusal|RhythmPlace|S|SearchSettings"
    "|ScoreWord|Staff|StaffMark|Stream|StreamScore|T|SwingShare|Ticks|TimedLines|TitleBlock|Tones|Value|Whole|WrittenKey|WrittenPart"
)
suppress_warnings = ["ref.python"]  # two rooms have Costs: the nearer one is meant
nitpick_ignore_regex = [
    ("py:(class|obj)", rf"({ELSEWHERE})|({PACKAGES})(\..*)?|(mi_theme\.[a-z_.]+\.)?({INNER})"),
    ("py:obj", r"[a-z_]+"),  # parameters, and words of a table, in single backticks
]

INCLUDE = re.compile(r"^```\{include\} (\S+)\n```$", re.M)
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)#\s]+)")
PUBLIC_NAMES = "<!-- the table of public names -->"


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    shutil.copytree(ROOT / "examples", HERE / "lessons", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py"))
    (HERE / "_build/extra").mkdir(parents=True, exist_ok=True)
    (HERE / "_build/extra/dossier.html").write_text(dossier(mi_theme.theme(), lineage=mi_theme.lineage()), "utf-8")
    app.connect("source-read", complete)
    app.connect("missing-reference", by_its_last_name)
    app.connect("doctree-read", describe_pictures)
    app.connect("autodoc-process-signature", only_names)
    app.connect("autodoc-skip-member", says_nothing)


def complete(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put what a page includes and what is generated in its place, and mend links to what lies outside docs/."""
    page = Path(app.env.doc2path(docname))
    if page.suffix != ".md":
        return
    for name in INCLUDE.findall(source[0]):
        app.env.note_dependency(str((page.parent / name).resolve()))
    if PUBLIC_NAMES in source[0]:
        app.env.note_reread()
    text = INCLUDE.sub(lambda found: with_links((page.parent / found[1]).resolve()), source[0])
    source[0] = LINK.sub(lambda found: link(page, found[1]), text).replace(PUBLIC_NAMES, public_names())


def with_links(path: Path) -> str:
    """A file from outside docs/, its links counted from docs/."""
    return LINK.sub(lambda found: link(path, found[1]), path.read_text("utf-8"))


def link(page: Path, target: str) -> str:
    """Where a link leads on the site."""
    path = (page.parent / target).resolve()
    if path.parent == ROOT / "examples" and path.suffix == ".ipynb":
        return f"/lessons/{path.name}"
    if path.parent == ROOT and path.suffix == ".md" and path.stem != "README":
        return f"/{path.name.lower()}"
    return "/" + os.path.relpath(path, HERE) if path.exists() else target


def public_names() -> str:
    """A table of the front door: each name, the first line of what is said of it, and the room it comes from."""
    homes = sorted(mi_theme._HOMES.items(), key=lambda pair: list(mi_theme._ROOMS).index(pair[1]))
    rows = [
        f"| {{py:obj}}`mi.{name} <mi_theme.{room}.{name}>` | {first_line(name)} | {{py:mod}}`~mi_theme.{room}` |"
        for name, room in homes
    ]
    return "\n".join(["| name | what it is | room |", "|---|---|---|", *rows])


def first_line(name: str) -> str:
    return (inspect.getdoc(getattr(mi_theme, name)) or "").split("\n")[0].replace("|", "\\|")


def by_its_last_name(app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Node) -> nodes.Node | None:
    """Find `Score.note_table` wherever Score is described, if one fits, or one in the same room."""
    target, domain = node.get("reftarget", ""), env.domains.python_domain
    if node.get("refdomain") != "py" or not re.search(r"[A-Z.]", target):
        return None
    found = {entry.node_id: name for name, entry in domain.objects.items() if name.endswith(f".{target}")}
    near = [name for name in found.values() if name.split(".")[1] == str(node.get("py:module")).split(".")[-1]]
    if len(found) != 1 and len(near) != 1:
        return None
    name = near[0] if near else next(iter(found.values()))
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", name, node, shown)


def only_names(
    app: Sphinx, what: str, name: str, value: object, options: object, *signature: str
) -> tuple[str, str] | None:
    """Of a row of a table the names of its fields: what each may hold is said below."""
    fields = getattr(value, "__struct_fields__", ())
    return (f"({', '.join(fields)})", "") if what == "class" and fields else None


def says_nothing(app: Sphinx, what: str, name: str, value: object, skip: bool, options: object) -> bool | None:
    """Leave out the fields of a named tuple, of which Python only says their number; None for everything else."""
    return True if str(getattr(value, "__doc__", "")).startswith("Alias for field number") else None


def describe_pictures(app: Sphinx, tree: nodes.document) -> None:
    """Give every drawn picture the description that is written in it, and let wide ones scroll on small screens."""
    for image in tree.findall(nodes.image):
        file = HERE / image["uri"]
        head = file.read_text("utf-8")[:4000] if file.suffix == ".svg" else ""
        if label := re.search(r'aria-label="([^"]*)"', head):
            image["alt"] = html.unescape(label[1])
        if is_wide(head):
            image["classes"].append("wide")
