"""What people do with the bot's commands, buttons, menus and forms."""

from collections.abc import Mapping, Sequence
from typing import Any

from . import commands, modals
from .commands import CommandKind, OptionKind
from .components import MENUS, ComponentKind, chosen, usable
from .files import Attachment, File
from .interactions import Command, Interaction, MessageCommand, Press, Submission
from .people import People
from .places import ChannelKind, TextChannel
from .state import Json, Message


class Dealings(People):
    """The hands of people, where they touch the bot itself."""

    def press(
        self, message_id: int, custom_id: str, *, author_id: int | None = None
    ) -> Interaction:
        """Press a button; KeyError when there is none that this person could press."""
        message, user_id = self._shown_to(message_id, author_id)
        found = usable(message.components, custom_id, (ComponentKind.BUTTON,))
        if found is None:
            raise KeyError(custom_id)
        return self._touch(message, user_id, Press(message.id, custom_id, found["id"]))

    def choose(
        self,
        message_id: int,
        custom_id: str,
        values: Sequence[str],
        *,
        author_id: int | None = None,
    ) -> Interaction:
        """Choose from a menu; ValueError for what it does not offer, or too much of it."""
        message, user_id = self._shown_to(message_id, author_id)
        found = usable(message.components, custom_id, MENUS)
        if found is None:
            raise KeyError(custom_id)
        picked = chosen(found, values)
        cause = Press(message.id, custom_id, found["id"], found["type"], picked)
        return self._touch(message, user_id, cause)

    def _shown_to(self, message_id: int, author_id: int | None) -> tuple[Message, int]:
        message, user_id = self._world.messages[message_id], self._who(author_id)
        if message.only_for not in (None, user_id):
            raise KeyError(message_id)
        return message, user_id

    def _touch(self, message: Message, user_id: int, cause: Press) -> Interaction:
        by_user = message.origin is not None and message.origin.by_user
        return self._world.interact(user_id, message.channel_id, cause, by_user=by_user)

    def use_command(
        self,
        name: str,
        *,
        channel_id: int | None = None,
        author_id: int | None = None,
        **options: Any,
    ) -> Interaction:
        """Use a slash command, or what lies under it: "settings show".

        KeyError for one that is not offered there, or an unknown option; ValueError for a
        missing option or a wrong value. A file is uploaded and belongs to no message.
        """
        where, user_id = self._where(channel_id, None), self._who(author_id)
        command, path = self._slash(name, where)
        known = commands.declared(command, path)
        commands.check_given(known, options)
        uploads = {
            key: self._world.upload(value)
            for key, value in options.items()
            if isinstance(value, File)
        }
        wire = [_option(known[key], value, uploads.get(key)) for key, value in options.items()]
        cause = Command(command, commands.sent(command, path, wire), tuple(uploads.values()))
        return self._use(cause, where, user_id)

    def autocomplete(
        self,
        name: str,
        *,
        focused: str,
        channel_id: int | None = None,
        author_id: int | None = None,
        **options: Any,
    ) -> Interaction:
        """Type at an option of a slash command, and ask the bot what it might be.

        KeyError for a command that is not offered there, or an option for which nobody is asked.
        """
        where, user_id = self._where(channel_id, None), self._who(author_id)
        command, path = self._slash(name, where)
        known = commands.declared(command, path)
        if not known[focused].get("autocomplete"):
            raise KeyError(focused)
        typed = {**options, focused: options.get(focused, "")}
        wire = [
            _option(known[key], value) | ({"focused": True} if key == focused else {})
            for key, value in typed.items()
        ]
        cause = Command(command, commands.sent(command, path, wire), asks=True)
        return self._use(cause, where, user_id)

    def use_on_message(
        self, name: str, message_id: int, *, author_id: int | None = None
    ) -> Interaction:
        """Use a command on a message; KeyError for one that is not offered there."""
        message, user_id = self._shown_to(message_id, author_id)
        command = self._offered(name, CommandKind.MESSAGE, message.channel_id)
        cause = MessageCommand(command, message.id)
        return self._use(cause, message.channel_id, user_id)

    def submit(
        self,
        interaction_id: int,
        values: Mapping[str, str],
        *,
        files: Mapping[str, Sequence[File]] | None = None,
    ) -> Interaction:
        """Fill in the form with which the bot answered, and send it.

        KeyError for an input that is not there, ValueError for a missing or ill-sized one, or
        where there was no form.
        """
        source = self._world.interactions[interaction_id]
        if source.modal is None:
            raise ValueError(interaction_id)
        modals.check_filling(source.modal, values, files or {})
        uploads = {
            name: [self._world.upload(file) for file in several]
            for name, several in (files or {}).items()
        }
        ids = {name: [one.id for one in several] for name, several in uploads.items()}
        cause = Submission(
            source,
            source.modal["custom_id"],
            modals.filled(source.modal, values, ids),
            tuple(one for several in uploads.values() for one in several),
        )
        return self._world.interact(
            source.user_id, source.channel_id, cause, by_user=source.by_user
        )

    def _slash(self, name: str, channel_id: int) -> tuple[Json, list[str]]:
        base, *path = name.split()
        return self._offered(base, CommandKind.SLASH, channel_id), path

    def _offered(self, name: str, kind: CommandKind, channel_id: int) -> Json:
        place = self._world.places[channel_id]
        if isinstance(place, TextChannel) and place.kind is ChannelKind.FORUM:
            # There is nothing to write in, and so no command to be typed.
            raise KeyError(name)
        context, has_bot = self._world.context_of(place), self._world.has_bot(place)
        return commands.offered(self._world.commands, name, kind, context, has_bot=has_bot)

    def _use(self, cause: Command | MessageCommand, channel_id: int, user_id: int) -> Interaction:
        has_bot = self._world.has_bot(self._world.places[channel_id])
        by_user = commands.needs_user_install(cause.command) or not has_bot
        return self._world.interact(user_id, channel_id, cause, by_user=by_user)


def _option(declared: Json, value: Any, upload: Attachment | None = None) -> Json:
    if upload is not None:
        value = str(upload.id)
    elif OptionKind(declared["type"]) in commands.NAMING:
        value = str(value)
    return {"name": declared["name"], "type": declared["type"], "value": value}
