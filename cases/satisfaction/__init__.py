"""How it went: the question to who asked, four weeks after a case was closed, and what is answered."""
