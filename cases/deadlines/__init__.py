"""Deadlines: policies say how long a case of some kind may take, and clocks say when its next rung fires."""
