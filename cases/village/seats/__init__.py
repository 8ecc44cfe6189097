"""Seats: who sits in the forum and in advisory boards, for which group or sector, from when to when."""
