"""Mutants: houses that are broken on purpose, one small thing each. A proof that lets one of them live is none."""
