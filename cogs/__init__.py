"""The parts of the bot that speak to Discord."""
