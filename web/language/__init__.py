"""Swedish and English: how a page's language is chosen, and the words for states, days and refusals."""
