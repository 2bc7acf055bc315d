"""A pattern exactly as it is: what the library's search is measured beside. Nothing in the library uses it."""
