"""What a bot has to be told to stand between an emulated Discord and a stand-in model."""

from bot.playground.discord import Discord
from bot.playground.model import Model


def between(discord: Discord, model: Model) -> dict[str, str]:
    """Return variables of its environment, but for where it keeps things."""
    return {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "DISCORD_CDN_HOSTS": discord.cdn_host,
        "PROVIDER": "openrouter",
        "OPENROUTER_API_KEY": "key",
        "OPENROUTER_BASE_URL": model.base_url,
        "MODEL": "playground/stand-in",
    }
