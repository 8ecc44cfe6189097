"""Access: who acts and in what capacity towards a case, API tokens, one-time links and browser sessions.

The rules of who may see a case are in `cases.reading.visibility`, the rules of who may take a step in `cases.states`.
"""
