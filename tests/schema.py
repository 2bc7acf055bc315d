"""The W3C schema of MusicXML 4.0, as other packages bring it along."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest


@cache
def schema() -> Any:
    """The schema, with the two it imports; skips where the packages that carry them are missing."""
    etree = pytest.importorskip("lxml.etree")
    partitura, xmlschema = pytest.importorskip("partitura"), pytest.importorskip("xmlschema")
    near = Path(xmlschema.__file__).parent / "schemas"
    parts = {"/xml.xsd": near / "XML" / "xml.xsd", "/xlink.xsd": near / "XLINK" / "xlink.xsd"}

    class Near(etree.Resolver):
        def resolve(self, url: str, public_id: str, context: Any) -> Any:
            for ending, path in parts.items():
                if url.endswith(ending):
                    return self.resolve_filename(str(path), context)
            return None

    parser = etree.XMLParser()
    parser.resolvers.add(Near())
    return etree.XMLSchema(etree.parse(str(Path(partitura.__file__).parent / "assets" / "musicxml.xsd"), parser))


def schema_errors(data: bytes) -> list[str]:
    """What the schema has against some MusicXML."""
    from lxml import etree

    document = etree.fromstring(data)
    return [] if schema().validate(document) else [str(error) for error in schema().error_log][:5]
