"""Ogg streams that are the same every time: encoders number a stream at random, this numbers it anew.

A page is ``OggS``, version, flags, position (8 bytes), the stream's number (4),
the page's number (4), a checksum (4), the count of segments and their lengths,
and the data (RFC 3533).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

__all__ = ["numbered"]

NUMBER, CHECKSUM, COUNT, LENGTHS = 14, 22, 26, 27  # where they stand in a page
MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def numbered(data: bytes, number: int = 1) -> bytes:
    """The stream under another number, its checksums made good."""
    return b"".join(_page(page, number) for page in _pages(data))


def _pages(data: bytes) -> Iterator[bytes]:
    start = 0
    while data[start : start + 4] == b"OggS":
        body = start + LENGTHS + data[start + COUNT]
        end = body + sum(data[start + LENGTHS : body])
        yield data[start:end]
        start = end


def _page(page: bytes, number: int) -> bytes:
    changed = page[:NUMBER] + number.to_bytes(4, "little") + page[NUMBER + 4 : CHECKSUM] + bytes(4) + page[COUNT:]
    return changed[:CHECKSUM] + _checksum(changed).to_bytes(4, "little") + changed[COUNT:]


def _checksum(data: bytes) -> int:
    """CRC-32 as Ogg has it: zlib's polynomial with every byte mirrored, nothing inverted."""
    mirrored = zlib.crc32(data.translate(MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
