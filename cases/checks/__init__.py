"""The independent check, and the doctor."""
