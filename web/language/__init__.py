"""Swedish and English: which of them a page is in, and the words for states, days and refusals."""
