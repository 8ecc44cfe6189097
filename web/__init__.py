"""What a visitor or a machine meets: pages and API."""
