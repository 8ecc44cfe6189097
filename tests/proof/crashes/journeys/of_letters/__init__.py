"""Journeys of letters: answered by their link or by mail, held, and asking how it went."""
