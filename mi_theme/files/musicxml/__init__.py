"""MusicXML: our own reader of notes, and our own writer."""
