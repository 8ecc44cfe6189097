"""Pages around a meeting's calling: who is invited and what they answer, moving, cancelling, and the calendar."""
