"""Access: actors and what they are to a case, API tokens, one-time links and sessions.

Who may see a case stands in `cases.reading.visibility`, who may take a step in `cases.states`.
"""
