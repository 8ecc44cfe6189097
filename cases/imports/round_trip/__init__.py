"""The round trip: what an export holds besides the columns that steps set, and how an import gives it back."""
