"""Crash tests: a process dies before and after everything that becomes lasting, and nothing may be lost."""
