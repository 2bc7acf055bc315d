"""A lineage as W3C PROV: every row an entity or agent, every claim derived from its source.

PROV-JSON and PROV-N say the same and are read back without loss. What a claim
says is an attribute, never a relation of PROV: claims contradict each other,
and only that a source makes them is a fact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mi_theme.credits.plain_tables import ROW_TYPES, plain_row, reading, tables_of_rows
from mi_theme.credits.records import ClaimTables

__all__ = ["prov_json_of", "prov_n_of", "tables_of_prov_json", "tables_of_prov_n"]

PREFIX = "mi"
JSON = f"{PREFIX}:json"  # the type of an attribute that is a list or an object, as JSON text
KINDS = {  # table: what PROV makes of a row, how its address begins, its type
    "films": ("entity", "film", "Film"),
    "people": ("agent", "person", "Person"),
    "versions": ("entity", "version", "Version"),
    "sources": ("entity", "source", "Source"),
    "claims": ("entity", "claim", "Claim"),
}
KEYS = {"films": "number", "people": "name"}  # what names a row, where that is not its id
AGENTS = {"person": "prov:Person", "group": "prov:Organization", "character": f"{PREFIX}:Character"}
# relation of PROV: the names of its two ends, in the order of PROV-N
RELATIONS = {
    "wasDerivedFrom": ("prov:generatedEntity", "prov:usedEntity"),
    "specializationOf": ("prov:specificEntity", "prov:generalEntity"),
    "hadMember": ("prov:collection", "prov:entity"),
    "wasAttributedTo": ("prov:entity", "prov:agent"),
}

Document = dict[str, Any]  # PROV-JSON as Python has it


def _address(kind: str, key: object) -> str:
    """A qualified name that PROV-N can write: what it cannot stands as %XX."""
    return f"{PREFIX}:{kind}/" + quote(str(key), safe="").replace(".", "%2E").replace("~", "%7E")


def _literal(value: Any) -> Any:
    """An attribute: text as it is, a number with its type, all else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return {"$": str(value), "type": "xsd:int"}
    return {"$": json.dumps(value, ensure_ascii=False), "type": JSON}


def _name(value: str) -> dict[str, str]:
    return {"$": value, "type": "prov:QUALIFIED_NAME"}


def document_of(tables: ClaimTables) -> Document:
    """The lineage in the shape of PROV-JSON (W3C submission, 2013)."""
    entities: Document = {}
    agents: Document = {}
    for table, (sort, kind, type_) in KINDS.items():
        for order, row in enumerate(getattr(tables, table)):
            key = getattr(row, KEYS.get(table, "id"))
            types = [_name(f"{PREFIX}:{type_}"), *([_name(AGENTS[row.kind])] if table == "people" else [])]
            attributes = {f"{PREFIX}:{name}": _literal(value) for name, value in plain_row(row).items()}
            attributes |= {"prov:type": types if len(types) > 1 else types[0], f"{PREFIX}:order": _literal(order)}
            (agents if sort == "agent" else entities)[_address(kind, key)] = attributes
    curator = _address("curator", tables.about.name)
    agents[curator] = {"prov:type": _name("prov:Agent"), "prov:label": tables.about.curator}
    card = {f"{PREFIX}:{name}": _literal(value) for name, value in plain_row(tables.about).items()}
    entities[_address("lineage", tables.about.name)] = {"prov:type": _name(f"{PREFIX}:Lineage"), **card}
    for layer in dict.fromkeys(claim.layer for claim in tables.claims):
        entities[_address("layer", layer)] = {"prov:type": _name("prov:Collection")}
    for family in dict.fromkeys(source.family for source in tables.sources):
        entities[_address("family", family)] = {"prov:type": _name(f"{PREFIX}:Origin")}
    document = {"prefix": {PREFIX: tables.about.base}, "entity": entities, "agent": agents}
    for number, (relation, one, other) in enumerate(_relations(tables, curator), 1):
        first, second = RELATIONS[relation]
        document.setdefault(relation, {})[f"_:r{number}"] = {first: one, second: other}
    return document


def _relations(tables: ClaimTables, curator: str) -> Iterator[tuple[str, str, str]]:
    """Which source a claim is from, which layer it is in, which origin and author a source has, who keeps the lineage."""
    for claim in tables.claims:
        yield "wasDerivedFrom", _address("claim", claim.id), _address("source", claim.source)
        yield "hadMember", _address("layer", claim.layer), _address("claim", claim.id)
    people = {person.name for person in tables.people}
    for source in tables.sources:
        yield "specializationOf", _address("source", source.id), _address("family", source.family)
        if source.author in people:
            yield "wasAttributedTo", _address("source", source.id), _address("person", source.author)
    yield "wasAttributedTo", _address("lineage", tables.about.name), curator


def prov_json_of(tables: ClaimTables) -> str:
    """The lineage as PROV-JSON."""
    return json.dumps(document_of(tables), ensure_ascii=False, indent=1) + "\n"


def prov_n_of(tables: ClaimTables) -> str:
    """The lineage as PROV-N (W3C recommendation, 2013): a statement a line."""
    document = document_of(tables)
    lines = [f"prefix {prefix} <{base}>" for prefix, base in document["prefix"].items()]
    for sort in ("entity", "agent"):
        for address, attributes in document[sort].items():
            pairs = ", ".join(
                f"{name}={_written(value)}"
                for name, values in attributes.items()
                for value in (values if isinstance(values, list) else [values])
            )
            lines.append(f"{sort}({address}, [{pairs}])")
    for relation, ends in RELATIONS.items():
        for row in document.get(relation, {}).values():
            more = ", -, -, -" if relation == "wasDerivedFrom" else ""
            lines.append(f"{relation}({row[ends[0]]}, {row[ends[1]]}{more})")
    return "document\n" + "".join(f"  {line}\n" for line in lines) + "endDocument\n"


def _written(value: Any) -> str:
    """An attribute in PROV-N: text in quotes, a type after it, names between apostrophes."""
    if isinstance(value, dict) and value["type"] == "prov:QUALIFIED_NAME":
        return f"'{value['$']}'"
    text = value["$"] if isinstance(value, dict) else value
    escaped = re.sub(r'[\\"\n\r\t]', lambda found: ESCAPES[found[0]], text)
    return f'"{escaped}"' + (f" %% {value['type']}" if isinstance(value, dict) else "")


ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
UNESCAPES = {written: sign for sign, written in ESCAPES.items()}
STATEMENT = re.compile(r"^\s*(?:entity|agent)\(([^,\s]+), \[(.*)\]\)\s*$", re.MULTILINE)
ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"(?:\s*%%\s*([\w:]+))?|(-?\d+))""")


def tables_of_prov_json(text: str) -> ClaimTables:
    """The tables in PROV-JSON that this library wrote, other programs' additions aside.

    Raises
    ------
    FileError
        Where the text is no PROV-JSON, or no lineage of ours.
    """
    with reading("PROV-JSON"):
        document = json.loads(text)
        nodes = [*document["entity"].values(), *document["agent"].values()]
        return _tables([{name: _values(value) for name, value in node.items()} for node in nodes])


def tables_of_prov_n(text: str) -> ClaimTables:
    """The tables in PROV-N that this library wrote.

    Raises
    ------
    FileError
        Where the text is no PROV-N, or no lineage of ours.
    """
    nodes = []
    with reading("PROV-N"):
        for _, inner in STATEMENT.findall(text):
            node: dict[str, list[Any]] = {}
            for name, qualified, words, type_, number in ATTRIBUTE.findall(inner):
                plain = re.sub(r"\\.", lambda found: UNESCAPES.get(found[0], found[0][1]), words)
                node.setdefault(name, []).append(int(number) if number else qualified or _value(plain, type_))
            nodes.append(node)
        return _tables(nodes)


def _values(value: Any) -> list[Any]:
    """The values of an attribute of PROV-JSON."""
    values = value if isinstance(value, list) else [value]
    return [_value(item["$"], item.get("type", "")) if isinstance(item, dict) else item for item in values]


def _value(text: Any, type_: str) -> Any:
    if type_ in ("xsd:int", "xsd:integer", "xsd:long"):
        return int(text)
    return json.loads(text) if type_ == JSON else text


def _tables(nodes: list[dict[str, list[Any]]]) -> ClaimTables:
    """Rows from nodes, by their type and in their order."""
    rows: dict[str, Any] = {name: [] for name in ROW_TYPES}
    types = {f"{PREFIX}:{type_}": table for table, (_, _, type_) in KINDS.items()}
    start = len(PREFIX) + 1
    for node in nodes:
        row = {name[start:]: values[0] for name, values in node.items() if name.startswith(f"{PREFIX}:")}
        for type_ in node.get("prov:type", []):
            if type_ == f"{PREFIX}:Lineage":
                rows["about"] = row
            elif type_ in types:
                rows[types[type_]].append((row.pop("order", 0), row))
    return tables_of_rows(
        rows | {name: [row for _, row in sorted(rows[name], key=lambda pair: pair[0])] for name in ROW_TYPES}
    )
