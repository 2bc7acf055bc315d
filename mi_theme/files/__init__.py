"""Files in and out: what kind of file it is, and who reads it."""

from mi_theme.files.disk import FileWarning, bytes_of
from mi_theme.files.formats import ENDINGS, read, read_stream, save, save_stream
from mi_theme.files.score_reading import is_stream, score_of

__all__ = [
    "ENDINGS",
    "FileWarning",
    "bytes_of",
    "is_stream",
    "read",
    "read_stream",
    "save",
    "save_stream",
    "score_of",
]
