"""The links with which a letter is answered: one for each letter and case, for whoever got that letter."""
