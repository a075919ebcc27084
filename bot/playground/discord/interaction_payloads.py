"""Interactions as Discord's JSON: to the bot that must answer, and once it has."""

from .components import ComponentKind
from .composing import UPLOAD_LIMIT
from .interactions import Callback, Interaction, Press
from .payloads import Payloads
from .permissions import of_member
from .place_payloads import LOCALE, user_payload
from .state import Json, MessageFlag
from .world import World

# Where an interaction takes place, by Discord's numbers.
IN_GUILD, IN_DIRECT = 0, 1


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
            "app_permissions": str(+world.granted(place)),
            "locale": LOCALE,
            "entitlements": [],
            "attachment_size_limit": UPLOAD_LIMIT,
            "authorizing_integration_owners": places.installed_by(place.id),
            "context": IN_DIRECT if guild_id is None else IN_GUILD,
            **self._doer(interaction, guild_id),
            **self._cause(interaction),
        }

    def _doer(self, interaction: Interaction, guild_id: int | None) -> Json:
        user = self._world.users[interaction.user_id]
        if guild_id is None:
            return {"user": user_payload(user)}
        member = self._payloads.places.member(user.id, guild_id)
        permissions = str(+of_member(moderator=user.moderator))
        return {
            "guild_id": str(guild_id),
            "guild_locale": LOCALE,
            "guild": {"id": str(guild_id), "locale": LOCALE, "features": []},
            "member": member | {"user": user_payload(user), "permissions": permissions},
        }

    def _cause(self, interaction: Interaction) -> Json:
        match interaction.cause:
            case Press(message_id, custom_id, component_id):
                message = self._world.messages[message_id]
                kind = ComponentKind.BUTTON
                pressed = {"component_type": kind, "custom_id": custom_id, "id": component_id}
                return {"message": self._payloads.message(message, sees_all=True), "data": pressed}

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
