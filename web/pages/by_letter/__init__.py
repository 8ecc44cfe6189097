"""What is done by the link in a letter: the letter's page, its buttons, and putting the link out."""
