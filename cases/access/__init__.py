"""Who acts, and the tokens that open doors."""
