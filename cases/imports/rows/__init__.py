"""The rows of an import: what one may hold, how it is read, and what is bad or odd about it."""
