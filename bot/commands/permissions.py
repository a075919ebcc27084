"""What the bot has to be allowed in a server."""

NEEDED = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Create Public Threads": 1 << 35,
    "Send Messages in Threads": 1 << 38,
}
"""By the names that Discord shows; https://discord.com/developers/docs/topics/permissions."""
