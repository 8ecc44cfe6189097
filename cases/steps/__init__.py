"""The effects of each step of a case's life, one file per step. Which steps there are is in `cases.states`."""
