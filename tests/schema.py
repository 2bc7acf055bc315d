"""The W3C schema of MusicXML 4.0, as other packages bring it along."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest


def home_of(package: str) -> Path:
    """The folder of a package, which is not imported; skips where it is missing."""
    spec = find_spec(package)
    if spec is None or not spec.origin:
        pytest.skip(f"{package} is not installed")
    return Path(spec.origin).parent


@cache
def schema() -> Any:
    """The schema, with the two that it imports from the network found near by."""
    etree = pytest.importorskip("lxml.etree")
    near = home_of("xmlschema") / "schemas"
    parts = {"/xml.xsd": near / "XML" / "xml.xsd", "/xlink.xsd": near / "XLINK" / "xlink.xsd"}

    class Near(etree.Resolver):
        def resolve(self, url: str, public_id: str, context: Any) -> Any:
            for ending, path in parts.items():
                if url.endswith(ending):
                    return self.resolve_filename(str(path), context)
            return None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Near())
    return etree.XMLSchema(etree.parse(str(home_of("musicxml") / "generate_classes" / "musicxml_4_0.xsd"), parser))


def schema_errors(data: bytes) -> list[str]:
    """What the schema has against some MusicXML."""
    from lxml import etree

    document = etree.fromstring(data)
    return [] if schema().validate(document) else [str(error) for error in schema().error_log][:5]
