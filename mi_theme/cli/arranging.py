"""``mi-theme render``, ``forms`` and ``styles``."""

from __future__ import annotations

__all__ = ["forms", "render", "styles"]
