"""What the map alone does not carry: percussion, figuration, accompaniment, ornaments."""
