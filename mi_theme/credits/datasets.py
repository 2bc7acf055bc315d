"""What describes the tables of a lineage to others: JSON Schemas, and a data package with fields and licences."""

from __future__ import annotations

import hashlib
import json
from inspect import cleandoc
from os import PathLike
from pathlib import Path
from typing import Any

import msgspec

from mi_theme import catalog
from mi_theme.credits.records import FILES, About
from mi_theme.file_bytes import file_bytes
from mi_theme.version import __version__

__all__ = ["descriptions"]

LAYER_FILES = {"claims.toml": "seed", "reference.toml": "reference"}
# SPDX licence: where its text stands
LICENSES = {
    "MIT": "https://opensource.org/license/mit",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}


def descriptions(folder: str | PathLike[str]) -> dict[str, str]:
    """The files that describe the tables in a folder.

    Parameters
    ----------
    folder
        A folder of tables, such as ``data/``.

    Returns
    -------
    dict of str to str
        ``datapackage.json`` and ``schemas/claims.schema.json`` ...: name to text.
    """
    place = Path(folder)
    names = [name for name in FILES if (place / name).is_file()]
    about = catalog.load_file(place / "lineage.toml", About)
    texts = {f"schemas/{_stem(name)}.schema.json": _json(_schema(FILES[name])) for name in names}
    package = {
        "name": about.name,
        "title": about.title,
        "description": " ".join(filter(None, [about.notice, about.description])),
        "version": __version__,
        "contributors": [{"title": about.curator, "role": "author"}],
        "contesting": about.contest,
        "licenses": _licenses({layer.license for layer in about.layers}),
        "layers": [{"name": layer.name, "title": layer.title, "description": layer.about} for layer in about.layers],
        "resources": [_resource(place / name, about) for name in names],
    }
    return texts | {"datapackage.json": _json(package)}


def _resource(path: Path, about: About) -> dict[str, Any]:
    """A table: its bytes, its fields, and the licence of its layer."""
    content = file_bytes(path)
    layers = [layer for layer in about.layers if LAYER_FILES.get(path.name, layer.name) == layer.name]
    return {
        "name": _stem(path.name),
        "path": path.name,
        "mediatype": "application/toml",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "licenses": _licenses({layer.license for layer in layers}),
        "jsonSchema": f"schemas/{_stem(path.name)}.schema.json",
        "schema": {"fields": _fields(FILES[path.name])},
    }


def _licenses(names: set[str]) -> list[dict[str, str]]:
    known = ({"name": name, "path": LICENSES.get(name, "")} for name in sorted(names))
    return [{key: value for key, value in row.items() if value} for row in known]


def _fields(kind: type[msgspec.Struct]) -> list[dict[str, str]]:
    """Name, type and meaning of each field of a table's rows."""
    fields = msgspec.structs.fields(kind)
    if kind is not About:  # a file has one list of rows
        (rows,) = fields
        fields = msgspec.structs.fields(rows.type.__args__[0])
    schemas = _settled(list(msgspec.json.schema_components([field.type for field in fields])[0]))
    return [
        {
            "name": field.name,
            "type": TYPES.get(schema.get("type", ""), "any"),
            "description": schema.get("description", ""),
        }
        for field, schema in zip(fields, schemas, strict=True)
    ]


TYPES = {name: name for name in ("string", "integer", "array", "object")}  # of JSON Schema, as data packages call them


def _schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    settled: dict[str, Any] = _settled(msgspec.json.schema(kind))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | settled


def _settled(schema: Any) -> Any:
    """The same for every version of msgspec: they differ in a docstring's indentation and in the order of choices."""
    if isinstance(schema, dict):
        settled = {name: _settled(part) for name, part in schema.items()}
        if isinstance(words := settled.get("description"), str):
            settled["description"] = cleandoc(words)
        if "anyOf" in settled:
            settled["anyOf"] = sorted(settled["anyOf"], key=_json)
        return settled
    return [_settled(part) for part in schema] if isinstance(schema, list) else schema


def _stem(name: str) -> str:
    return name.removesuffix(".toml")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
