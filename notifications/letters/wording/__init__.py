"""How dates, numbers, telephone numbers and reasons are worded in an e-mail."""
