"""Who the town is: its units, people, places, topics and policies, and how they change."""
