"""Sheets for a class, with a page of answers."""
