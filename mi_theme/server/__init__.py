"""The studio: a page in one's own browser to see, hear and change a conversion (extra ``[studio]``).

`serve` answers on the loopback address only, to who has the token. What computes runs in a process for each open
piece (`worker`), which can be stopped; the server holds bytes and knows no music, the page shows tables and knows none
either.
"""

from mi_theme.server.launching import serve

__all__ = ["serve"]
