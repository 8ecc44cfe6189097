"""What the page of the person who asked says otherwise than the page of the case."""
