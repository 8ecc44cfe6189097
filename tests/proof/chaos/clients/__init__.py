"""The clients: programs that call the API all the while, and journal what they asked and what was answered."""
