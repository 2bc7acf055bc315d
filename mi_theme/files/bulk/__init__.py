"""The notes of files and nothing else, fast: MIDI through symusic, MusicXML by lxml's events."""

from mi_theme.files.formats import read_notes, read_sheet

__all__ = ["read_notes", "read_sheet"]
