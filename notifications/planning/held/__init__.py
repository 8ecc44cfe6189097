"""Letters that are held: for an address that wants them gathered, or for somebody who is away until they are back."""
