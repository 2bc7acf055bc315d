"""From an arrangement to notes: figure, leads, chords, drums, endings, dynamics."""
