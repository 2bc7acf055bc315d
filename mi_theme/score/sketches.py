"""What can be written down as a score is saved and played as one."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

from mi_theme.score.scores import Score

if TYPE_CHECKING:
    from mi_theme.score.recordings import Recording

__all__ = ["Sketch"]


class Sketch:
    """A value that says a score, as a theme, an adaptation and an arrangement do."""

    __slots__ = ()

    def save(self, path: str | PathLike[str], *, exact: bool = False) -> None:
        """Write it as a score; `path` and `exact` as in `Score.save`."""
        Score.of(self).save(path, exact=exact)  # type: ignore[arg-type]

    def play(self) -> Recording:
        """Its sound, as `Score.play` makes it."""
        return Score.of(self).play()  # type: ignore[arg-type]
