"""Which version this is: the front door, the command and what is printed at the foot of a page say it."""

__version__ = "0.1.0"
