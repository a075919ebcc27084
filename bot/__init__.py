"""A Discord bot that watches videos."""
