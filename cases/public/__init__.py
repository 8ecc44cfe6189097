"""What everybody may read: published cases, with personal data masked."""
