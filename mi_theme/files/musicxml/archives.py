"""Compressed MusicXML, the same bytes each time."""

from __future__ import annotations

import zipfile
from io import BytesIO

__all__ = ["packed"]

OLDEST = (1980, 1, 1, 0, 0, 0)  # the date of a file in an archive, always the same
CONTAINER = b"""<?xml version="1.0" encoding="UTF-8"?>
<container><rootfiles><rootfile full-path="score.musicxml" media-type="application/vnd.recordare.musicxml+xml"/></rootfiles></container>
"""


def packed(data: bytes) -> bytes:
    """An archive with a score in it."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("META-INF/container.xml", CONTAINER), ("score.musicxml", data)):
            archive.writestr(zipfile.ZipInfo(name, OLDEST), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
