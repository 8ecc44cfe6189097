"""Audiences: from a rule's audience ("reporter", "head") to the people and addresses that are told of an event."""
