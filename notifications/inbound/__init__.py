"""Mail that comes in: kept, read, filed."""
