"""Years in seconds: the real house under a moving clock."""
