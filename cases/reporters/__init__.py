"""What is known of the person who asked: their key to the case, their details, their protection, and erasing it all."""
