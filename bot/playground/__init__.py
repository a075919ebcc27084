"""A Discord and a model provider on loopback, to try the bot without any account."""
