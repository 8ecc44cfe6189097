"""What each step of a case's life changes, one file for related steps. `cases.states` lists the steps."""
