"""The clients: programs that call the API during the whole run, and journal each request and each answer."""
