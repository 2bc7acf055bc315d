"""What is engraved of each kind of thing."""
