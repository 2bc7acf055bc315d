"""Scores from and to music21's streams: bars, beams, headings. Only here music21 reads and writes."""
