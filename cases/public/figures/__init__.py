"""The public figures: numbers of all cases, published or not, without those that could be about one person."""
