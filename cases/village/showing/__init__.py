"""Showing: what each village has done and means to do, on pages that a village likes to show."""
