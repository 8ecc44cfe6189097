"""What everybody may read: published cases, their words masked."""
