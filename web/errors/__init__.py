"""What a visitor or a machine is told when something goes wrong."""
