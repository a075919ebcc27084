"""A doctor: it looks at everything the bot needs, and says what to do where that is not well."""

from collections.abc import AsyncIterator, Mapping

from rich.console import Console
from rich.markup import escape

from bot.assembly import session
from bot.commands.discord_checks import look_at_discord
from bot.commands.findings import Finding
from bot.commands.provider_checks import look_at_provider
from bot.commands.terminal import Status, harmless
from bot.settings import Asking, Settings, SettingsError


async def check(environ: Mapping[str, str]) -> Status:
    """Write a line for each thing as it is looked at; FAILED when there is anything to do."""
    console = Console(highlight=False, soft_wrap=True)
    all_well = True
    async for finding in _findings(environ):
        all_well = all_well and finding.is_well
        console.print(_line(finding))
    return Status.DONE if all_well else Status.FAILED


async def _findings(environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Look at what the settings allow to be looked at, and tell what is wrong with the rest."""
    try:
        settings = Settings.read(environ)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", "not as they should be", problem)
        settings = None
    async with session() as web:
        if settings is not None:
            async for finding in look_at_discord(web, settings):
                yield finding
        try:
            asking = settings.asking if settings else Asking.read(environ)
        except SettingsError:
            return
        async for finding in look_at_provider(web, asking):
            yield finding


def _line(finding: Finding) -> str:
    mark = "[green]✓[/]" if finding.is_well else "[red]✗[/]"
    subject, said, remedy = (
        escape(harmless(text)) for text in (finding.subject, finding.said, finding.remedy)
    )
    line = f"{mark} [bold]{subject}[/]: {said}"
    return f"{line}\n  [yellow]→[/] {remedy}" if remedy else line
