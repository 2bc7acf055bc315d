"""Many pieces: folders read side by side, batches, places proposed for a closer look."""
