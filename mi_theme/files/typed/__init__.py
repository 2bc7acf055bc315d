"""Music that people type as text (ABC, kern), on its way to MusicXML: whatever reads that reads these too."""
