"""How errors are answered: with which status, and as which page or problem document."""
