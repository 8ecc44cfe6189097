"""The pages that villages like to show: one village, and all of them beside a map."""
