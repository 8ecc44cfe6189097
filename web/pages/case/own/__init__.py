"""What the page of the one who asked says otherwise than the page of the case."""
