"""The panel of a server's settings, as somebody who manages the server uses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.playground.discord import Discord, Message


@dataclass
class Panel:
    """The newest panel that somebody was shown, and their hands on it."""

    discord: Discord
    manager: int

    @classmethod
    async def opened(cls, discord: Discord, **where: Any) -> "Panel":
        """Let a new manager open one."""
        panel = cls(discord, discord.add_person("manager", moderator=True))
        discord.use_command("settings panel", author_id=panel.manager, **where)
        await discord.until(lambda: discord.whispers(panel.manager))
        return panel

    @property
    def message(self) -> Message:
        return self.discord.whispers(self.manager)[-1]

    @property
    def text(self) -> str:
        """Everything that is to be read on it."""
        return "\n".join(part["content"] for part in _parts(self.message.components, "content"))

    def lines(self) -> list[str]:
        """Return the panel row by row: texts, menus with what is chosen, and buttons."""
        return [line for part in self.message.components for line in _lines(part)]

    def part(self, act: str) -> dict[str, Any]:
        """Return a button or a menu; KeyError when it is not there."""
        found = {part["custom_id"]: part for part in _parts(self.message.components, "custom_id")}
        return found[f"settings:{act}"]

    async def press(self, act: str) -> None:
        """Press a button that changes something."""
        await self._changed(lambda: self.discord.press(*self._at(act), author_id=self.manager))

    async def choose(self, act: str, values: Sequence[str]) -> None:
        """Choose from a menu."""
        target = self._at(act)
        await self._changed(lambda: self.discord.choose(*target, values, author_id=self.manager))

    async def fill_in(self, act: str, **values: str) -> None:
        """Press a button that opens a window, fill that in and send it."""
        opened = self.discord.press(*self._at(act), author_id=self.manager)
        await self.discord.until(lambda: self.discord.interaction(opened.id).modal)
        await self._changed(lambda: self.discord.submit(opened.id, values))

    def _at(self, act: str) -> tuple[int, str]:
        return self.message.id, self.part(act)["custom_id"]

    async def _changed(self, act: Any) -> None:
        done = act()
        await self.discord.until(lambda: self.discord.interaction(done.id).answer is not None)


def _parts(components: Sequence[Any], key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in components:
        found += [one] if key in one else []
        found += _parts(one.get("components") or (), key)
        found += _parts([one["accessory"]] if one.get("accessory") else (), key)
    return found


def _lines(part: dict[str, Any]) -> list[str]:
    inner: list[dict[str, Any]] = part.get("components") or []
    match part["type"]:
        case 10:
            return part["content"].split("\n")
        case 1:
            return ["  ".join(_drawn(one) for one in inner)]
        case 14:
            return [""]
        case _:
            return [line for one in inner for line in _lines(one)]


def _drawn(one: dict[str, Any]) -> str:
    if "label" in one:
        return f"[{one['label']}]"
    chosen = [option["label"] for option in one.get("options") or () if option.get("default")]
    return f"[{', '.join(chosen) or one.get('placeholder', '')} ▾]"
