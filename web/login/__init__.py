"""Logging in by a one-time link that comes by mail, or by the code beside it, and logging out (ASVS 6.5, 6.6).

The link opens a page with a button. Only pressing the button uses the link up. Where the link opens in another browser
than the one that asked, as mail programs have it, the code is typed in the browser that asked.
"""

from web.login import arriving, leaving, requesting, using
from web.login.blueprint import bp
from web.login.requesting import ask
from web.requests.returning import safe_next

__all__ = ["arriving", "ask", "bp", "leaving", "requesting", "safe_next", "using"]
