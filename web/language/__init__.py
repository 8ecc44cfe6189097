"""Swedish and English: which one, and the words for states, days and refusals."""
