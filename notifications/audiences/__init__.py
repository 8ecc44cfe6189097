"""Audiences: from the audience that a rule names, such as "reporter", to the people and addresses that get letters."""
