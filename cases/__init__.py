"""The domain: cases, what may be done with them, and their deadlines. Imports no web, queue or mail code."""
