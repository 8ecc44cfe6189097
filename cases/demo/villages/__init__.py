"""What the demonstration tells of the village method: plans, contacts, registers and meetings of the forum."""
