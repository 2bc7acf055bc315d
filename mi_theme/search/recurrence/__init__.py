"""What recurs in one piece: lines, repeats in them, and which of these are motifs."""
