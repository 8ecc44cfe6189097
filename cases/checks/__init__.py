"""The independent check of the guarantees G1 to G4 and G6, which shares no code with what it checks."""
