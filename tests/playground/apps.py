"""An app with commands of every sort, whose uses are handed to the test."""

import asyncio
from typing import Any, TypeAlias

import discord
from discord import app_commands, ui

Used: TypeAlias = asyncio.Queue[tuple[discord.Interaction, Any]]


async def offer(witness: Any, **offered: Any) -> Used:
    """Register commands; `offered` says where, as discord.py's decorators do."""
    used: Used = asyncio.Queue()
    kept: dict[str, Any] = {
        "allowed_installs": app_commands.AppInstallationType(
            guild=offered.get("guild", True), user=offered.get("user", False)
        ),
        "allowed_contexts": offered.get("contexts"),
    }

    async def about(interaction: discord.Interaction, message: discord.Message) -> None:
        used.put_nowait((interaction, message))

    witness.tree.add_command(
        app_commands.ContextMenu(name="Ask about this clip", callback=about, **kept)
    )
    witness.tree.add_command(_ask(used, kept))
    witness.tree.add_command(_settings(used))
    await witness.tree.sync()
    return used


def _ask(used: Used, kept: dict[str, Any]) -> Any:
    async def suggest(interaction: discord.Interaction, typed: str) -> Any:
        used.put_nowait((interaction, typed))
        return [app_commands.Choice(name=f"{typed}-{size}", value=size) for size in ("s", "l")]

    @app_commands.choices(pace=[app_commands.Choice(name="Slowly", value=1)])
    async def ask(
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, 100],
        clip: discord.Attachment | None = None,
        pace: int = 0,
        model: str = "",
    ) -> None:
        used.put_nowait((interaction, (question, clip, pace, model)))

    # Which cog it is of, no type says here.
    make: Any = app_commands.Command
    command = make(name="ask", description="Ask about a clip", callback=ask)
    command.autocomplete("model")(suggest)
    command.allowed_installs = kept["allowed_installs"]
    command.allowed_contexts = kept["allowed_contexts"]
    return command


def _settings(used: Used) -> Any:
    group: Any = app_commands.Group(name="settings", description="Settings", guild_only=True)

    @group.command(name="watch", description="Watch a channel")
    async def watch(
        interaction: discord.Interaction,
        channel: discord.TextChannel,
        asker: discord.Member | None = None,
        *,
        loudly: bool = False,
    ) -> None:
        used.put_nowait((interaction, (channel.id, asker and asker.id, loudly)))

    assert watch
    return group


class Form(ui.Modal, title="Ask about this clip"):
    """A question, a hint and a file, with what came of them handed to the test."""

    question: ui.TextInput[Any] = ui.TextInput(label="What?", custom_id="question", max_length=20)
    hint: ui.Label[Any] = ui.Label(
        text="Any hint?",
        component=ui.TextInput(custom_id="hint", required=False, default="none"),
    )
    clip: ui.Label[Any] = ui.Label(
        text="A clip?", component=ui.FileUpload(custom_id="clip", required=False, max_values=2)
    )

    def __init__(self) -> None:
        super().__init__(timeout=None, custom_id="form")
        self.sent: Used = asyncio.Queue()

    async def on_submit(self, interaction: discord.Interaction) -> None:
        hint, clip = self.hint.component, self.clip.component
        assert isinstance(hint, ui.TextInput)
        assert isinstance(clip, ui.FileUpload)
        self.sent.put_nowait((interaction, (self.question.value, hint.value, clip.values)))
