"""What the measures stand on: servers, databases full of cases, clients, a mail server, and the floor."""
