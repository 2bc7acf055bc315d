"""Files in and out: what kind of file it is, and who reads it."""

from mi_theme.files.disk import FileWarning, bytes_of
from mi_theme.files.formats import ENDINGS, is_stream, read, read_stream, save, save_stream, score_of

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
