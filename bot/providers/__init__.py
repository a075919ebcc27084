"""The chat-completions APIs, and what each does its own way."""
