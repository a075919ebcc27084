"""Interactions as Discord's JSON: to the bot that must answer, and once it has."""

from collections.abc import Collection, Iterable, Iterator

from .commands import NAMING, CommandKind, OptionKind
from .components import ComponentKind
from .composing import UPLOAD_LIMIT
from .files import Attachment
from .interactions import Callback, Command, Interaction, MessageCommand, Press, Submission
from .payloads import Payloads
from .permissions import EXTERNAL, Permission, of_member
from .place_payloads import LOCALE, user_payload
from .places import Place
from .state import Json, MessageFlag
from .world import World


class InteractionPayloads:
    """Write interactions."""

    def __init__(self, world: World, payloads: Payloads) -> None:
        self._world = world
        self._payloads = payloads

    def created(self, interaction: Interaction) -> Json:
        """Write an interaction for the bot; none of what it shows is withheld."""
        world, places = self._world, self._payloads.places
        place = world.places[interaction.channel_id]
        guild_id = world.guild_of(place)
        return {
            "id": str(interaction.id),
            "application_id": str(world.bot.id),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "channel_id": str(place.id),
            "channel": places.place(place),
            "app_permissions": str(+self._granted(place)),
            "locale": LOCALE,
            "entitlements": [],
            "attachment_size_limit": UPLOAD_LIMIT,
            "authorizing_integration_owners": places.installed_by(interaction),
            "context": world.context_of(place),
            **self._doer(interaction, place, guild_id),
            **self._cause(interaction, guild_id),
        }

    def _granted(self, place: Place) -> Permission:
        return self._world.granted(place) if self._world.has_bot(place) else EXTERNAL

    def _doer(self, interaction: Interaction, place: Place, guild_id: int | None) -> Json:
        user = self._world.users[interaction.user_id]
        if guild_id is None:
            return {"user": user_payload(user)}
        member = self._payloads.places.member(user.id, guild_id)
        external_apps = self._world.shows_apps(place)
        permissions = str(+of_member(moderator=user.moderator, external_apps=external_apps))
        return {
            "guild_id": str(guild_id),
            "guild_locale": LOCALE,
            "guild": {"id": str(guild_id), "locale": LOCALE, "features": []},
            "member": member | {"user": user_payload(user), "permissions": permissions},
        }

    def _cause(self, interaction: Interaction, guild_id: int | None) -> Json:
        match interaction.cause:
            case Press():
                data = self._press(interaction.cause, guild_id)
            case Command(command, options, attachments):
                data = _named(command, CommandKind.SLASH)
                data |= {"options": list(options)} if options else {}
                data |= self._resolved([*_references(options)], guild_id, attachments)
            case MessageCommand(command, target_id):
                target = self._payloads.message(self._world.messages[target_id], sees_all=True)
                data = _named(command, CommandKind.MESSAGE) | {
                    "target_id": str(target_id),
                    "resolved": {"messages": {str(target_id): target}},
                }
            case Submission(_, custom_id, components, attachments):
                data = {"custom_id": custom_id, "components": list(components)}
                data |= self._resolved((), guild_id, attachments)
        return {"data": data, **self._message(interaction)}

    def _message(self, interaction: Interaction) -> Json:
        message = self._world.messages.get(interaction.message_id or 0)
        return {"message": self._payloads.message(message, sees_all=True)} if message else {}

    def _press(self, press: Press, guild_id: int | None) -> Json:
        about: Json = {
            "component_type": press.component_type,
            "custom_id": press.custom_id,
            "id": press.component_id,
        }
        if press.component_type == ComponentKind.BUTTON:
            return about
        named = press.component_type != ComponentKind.TEXT_MENU
        references = [int(one) for one in press.values] if named else []
        return about | {"values": list(press.values)} | self._resolved(references, guild_id)

    def _resolved(
        self, ids: Collection[int], guild_id: int | None, attachments: Iterable[Attachment] = ()
    ) -> Json:
        """Describe whatever is named by its id, under what it is."""
        world, places = self._world, self._payloads.places
        users = [world.users[one] for one in ids if one in world.users]
        channels = [world.places[one] for one in ids if one in world.places]
        found: Json = {
            "attachments": {str(one.id): self._payloads.upload(one) for one in attachments},
            "users": {str(one.id): user_payload(one) for one in users},
            "members": {
                str(one.id): places.member(one.id, guild_id)
                | {"permissions": str(+of_member(moderator=one.moderator))}
                for one in users
                if guild_id is not None
            },
            "channels": {
                str(one.id): places.place(one) | {"permissions": str(+world.granted(one))}
                for one in channels
            },
        }
        resolved = {kind: told for kind, told in found.items() if told}
        return {"resolved": resolved} if resolved else {}

    def answered(self, interaction: Interaction) -> Json:
        """Write what came of a callback, for a bot that asked for it."""
        about: Json = {"id": str(interaction.id), "type": interaction.kind}
        written = self._world.messages.get(interaction.original_id or 0)
        if written and interaction.answer in (Callback.MESSAGE, Callback.DEFERRED_MESSAGE):
            about |= {
                "response_message_id": str(written.id),
                "response_message_loading": MessageFlag.LOADING in written.flags,
                "response_message_ephemeral": MessageFlag.EPHEMERAL in written.flags,
            }
        if written and interaction.answer in (Callback.MESSAGE, Callback.UPDATE):
            shown = self._payloads.message(written, sees_all=True)
            return {
                "interaction": about,
                "resource": {"type": interaction.answer, "message": shown},
            }
        return {"interaction": about}


def _named(command: Json, kind: CommandKind) -> Json:
    return {"id": command["id"], "name": command["name"], "type": kind}


def _references(options: Iterable[Json]) -> Iterator[int]:
    for one in options:
        yield from _references(one.get("options") or ())
        if OptionKind(one["type"]) in NAMING and one["value"].isdecimal():
            yield int(one["value"])
