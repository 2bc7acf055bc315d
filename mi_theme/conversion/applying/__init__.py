"""Doing what a plan says, to events and to notation."""
