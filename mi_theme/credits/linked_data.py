"""A lineage as linked data: JSON-LD in the terms of others where they have them.

Versions are music entities of Music Meta (de Berardinis et al., 2023), films and
people are schema.org's, claims are entities of PROV that come from their source,
and statements with a subject, a predicate and an object: what a claim says is
not asserted, for claims contradict each other. Predicates name the properties
of Wikidata and schema.org that are closest. The keys of a row are those of the
tables, so that what was written is read back without loss.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mi_theme.credits.plain_tables import ROW_TYPES, plain_row, reading, tables_of_rows
from mi_theme.credits.records import Claim, ClaimTables

__all__ = ["json_ld_of", "tables_of_json_ld"]

Node = dict[str, Any]

PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "schema": "https://schema.org/",
    "mm": "https://w3id.org/polifonia/ontology/music-meta/",
    "wdt": "http://www.wikidata.org/prop/direct/",
}
LISTS = ("aliases", "variants", "sections", "values", "names", "conflicts", "layers", "numbered")  # their order counts
# keys of the tables that others have a term for; all else is a term of our own
TERMS: dict[str, Any] = {
    "title": "dcterms:title",
    "name": "schema:name",
    "description": "schema:description",
    "license": "schema:license",
    "author": "schema:author",
    "publisher": "schema:publisher",
    "note": "skos:note",
    "variants": {"@id": "schema:alternateName", "@container": "@list"},
    "start": "oa:start",
    "end": "oa:end",
    "sourceEntity": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    "origin": {"@id": "prov:specializationOf", "@type": "@id"},
    "statementSubject": {"@id": "rdf:subject", "@type": "@id"},
    "statementPredicate": {"@id": "rdf:predicate", "@type": "@id"},
    "statementObject": "rdf:object",
    "partOf": {"@id": "schema:isPartOf", "@type": "@id"},
    "link": {"@id": "schema:url", "@type": "@id"},
    "closeMatch": {"@id": "skos:closeMatch", "@type": "@id"},
}
TYPES = {  # table: how addresses of its rows begin, and what its rows are to others
    "films": ("film", ["Film", "schema:Movie"]),
    "people": ("person", ["Person", "prov:Agent"]),
    "versions": ("version", ["Version", "mm:MusicEntity", "schema:MusicComposition"]),
    "sources": ("source", ["Source", "prov:Entity", "schema:CreativeWork"]),
    "claims": ("claim", ["Claim", "prov:Entity", "rdf:Statement", "schema:Claim"]),
}
PEOPLE = {
    "person": ["schema:Person", "mm:MusicArtist"],
    "group": ["schema:MusicGroup", "mm:MusicEnsemble"],
    "character": ["schema:Person"],  # a person of a story
}
# predicate: the nearest properties of Wikidata and schema.org
MATCHES = {
    "opening_by": ("wdt:P86", "schema:composer"),
    "score_by": ("wdt:P86", "schema:musicBy"),
    "composer": ("wdt:P86", "schema:composer"),
    "performers": ("wdt:P175", "schema:byArtist"),
    "producer": ("wdt:P162", "schema:producer"),
    "director": ("wdt:P57", "schema:director"),
    "writer": ("wdt:P58", "schema:author"),
    "title": ("wdt:P1476", "schema:name"),
    "release": ("wdt:P577", "schema:datePublished"),
    "release_us": ("wdt:P577", "schema:datePublished"),
    "single_released": ("wdt:P577", "schema:datePublished"),
    "featured_on": ("wdt:P361", "schema:inAlbum"),
    "key": ("wdt:P826", "schema:musicalKey"),
}


def _address(kind: str, key: object) -> str:
    return f"row:{kind}/" + quote(str(key), safe="")


def json_ld_of(tables: ClaimTables) -> str:
    """The lineage as JSON-LD, its context inside."""
    base = tables.about.base
    lists = {name: {"@id": f"{base}term/{name}", "@container": "@list"} for name in LISTS}
    context = {
        "@version": 1.1,
        "@vocab": f"{base}term/",
        "row": {"@id": base, "@prefix": True},
        **PREFIXES,
        **lists,
        **TERMS,
    }
    graph = [_card(tables), *(node for table in TYPES for node in _nodes(table, tables)), *_predicates(tables)]
    return json.dumps({"@context": context, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _card(tables: ClaimTables) -> Node:
    about = plain_row(tables.about)
    return {"@id": _address("lineage", tables.about.name), "@type": ["Lineage", "schema:Dataset"], **about}


def _nodes(table: str, tables: ClaimTables) -> Iterator[Node]:
    """The rows of a table, each with its links."""
    kind, types = TYPES[table]
    for order, row in enumerate(getattr(tables, table)):
        plain = plain_row(row)
        key = plain.get("number") or plain.get("id") or plain["name"]
        more = PEOPLE[row.kind] if table == "people" else []
        if not isinstance(plain.get("value", ""), str):
            plain["values"] = plain.pop("value")
        if "locator" in plain:
            start, end = plain["locator"].pop("span")
            plain["locator"] = {"@type": "oa:TextPositionSelector", **plain["locator"], "start": start, "end": end}
        yield {"@id": _address(kind, key), "@type": [*types, *more], "order": order, **plain, **_links(table, row)}


def _links(table: str, row: Any) -> Node:
    """What a row says by keys, as addresses that linked data can follow."""
    if table == "sources":
        return {"origin": _address("family", row.family), **({"link": row.link} if row.link else {})}
    if table == "versions":
        return {"partOf": _address("film", row.film)} if row.film else {}
    return _statement(row) if table == "claims" else {}


def _statement(claim: Claim) -> Node:
    """A claim as a statement: subject, predicate and object; of a group of films every one."""
    films = claim.films
    kind, _, key = claim.subject.partition("/")
    return {
        "sourceEntity": _address("source", claim.source),
        "statementSubject": [_address("film", number) for number in films] or [_address(kind, key)],
        "statementPredicate": _address("predicate", claim.predicate),
        "statementObject": list(claim.values),
    }


def _predicates(tables: ClaimTables) -> Iterator[Node]:
    """The predicates that are used, with what others call them."""
    for name in dict.fromkeys(claim.predicate for claim in tables.claims):
        matches = {"closeMatch": list(MATCHES[name])} if name in MATCHES else {}
        yield {"@id": _address("predicate", name), "@type": "rdf:Property", "name": name, **matches}


def tables_of_json_ld(text: str) -> ClaimTables:
    """The tables in JSON-LD that this library wrote, also after a processor has compacted it with the same context.

    Raises
    ------
    FileError
        Where the text is no JSON-LD, or no lineage of ours.
    """
    rows: dict[str, Any] = {name: [] for name in ROW_TYPES}
    names = {types[0]: table for table, (_, types) in TYPES.items()}
    with reading("JSON-LD"):
        for node in json.loads(text)["@graph"]:
            types = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
            if "Lineage" in types:
                rows["about"] = _plain(node, ("about",))
            for table in (names[type_] for type_ in types if type_ in names):
                rows[table].append((node["order"], _plain(node, ROW_TYPES[table].__struct_fields__)))
        return tables_of_rows(rows | {name: [row for _, row in sorted(rows[name], key=_order)] for name in ROW_TYPES})


def _order(pair: tuple[int, Node]) -> int:
    return pair[0]


def _plain(node: Node, fields: tuple[str, ...]) -> Node:
    """The row in a node: the keys of its table, without what was added for links."""
    row = {
        name: _bare(value)
        for name, value in node.items()
        if name in fields or (fields == ("about",) and name[0] != "@")
    }
    if "values" in node:
        row["value"] = node["values"]
    if "locator" in row:
        place = row["locator"]
        row["locator"] = {"line": place["line"], "span": [place["start"], place["end"]], "sha256": place["sha256"]}
    return row


def _bare(value: Any) -> Any:
    """A value without the addresses and types of linked data."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items() if not name.startswith("@")}
    return value
