"""The public figures as pages, tables for download and the API show them."""
