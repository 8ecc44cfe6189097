"""What everybody may read: published, its words masked."""
