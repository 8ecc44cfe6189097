"""What is known of the one who asked: their key to the case, their details, their protection, and erasing it all."""
