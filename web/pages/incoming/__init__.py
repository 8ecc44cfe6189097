"""Pages about mail that came in: the list of it, a whole mail, and what a person does about one."""
