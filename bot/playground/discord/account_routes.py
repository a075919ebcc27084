"""REST about the bot itself: who it is, and where its gateway is."""

from .calls import Call, Reply, Routes, snowflake
from .permissions import EVERYONE
from .place_payloads import self_payload, user_payload
from .places import Server
from .refusals import refusal
from .state import Json
from .world import World

# GATEWAY_MESSAGE_CONTENT_LIMITED: the portal's toggle of an app in few servers.
MESSAGE_CONTENT_LIMITED = 1 << 19


def application_flags(world: World) -> int:
    """Return the flags that tell an app what its portal page allows."""
    return MESSAGE_CONTENT_LIMITED if world.portal_toggle else 0


def me(call: Call) -> Reply:
    """Tell the bot who it is."""
    return Reply(200, self_payload(call.world.bot))


def application(call: Call) -> Reply:
    """Tell the bot about its app."""
    world = call.world
    flags = application_flags(world)
    body: Json = {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_payload(world.bot),
        "owner": user_payload(world.person),
        "team": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(world.servers),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
    }
    return Reply(200, body)


def guilds(call: Call) -> Reply:
    """List the servers the bot is in, with what it may do there, whatever a channel takes away."""
    return Reply(200, [_guild(server) for server in call.world.servers.values()])


def _guild(server: Server) -> Json:
    return {
        "id": str(server.id),
        "name": server.name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(+EVERYONE),
        "features": [],
    }


def gateway(call: Call) -> Reply:
    """Tell the bot where to connect."""
    sharding = call.sharding
    limit = {
        "total": 1000,
        "remaining": 1000,
        "reset_after": 0,
        "max_concurrency": sharding.max_concurrency,
    }
    body: Json = {"url": call.gateway_url, "shards": sharding.shards, "session_start_limit": limit}
    return Reply(200, body)


def user(call: Call) -> Reply:
    """Describe a user."""
    found = call.world.users.get(snowflake(call.path["user_id"], "user_id"))
    if found is None or found.webhook:
        raise refusal(10013)
    return Reply(200, user_payload(found))


def open_direct(call: Call) -> Reply:
    """Open the conversation with a person."""
    person = call.world.users.get(snowflake(call.form.get("recipient_id"), "recipient_id"))
    if person is None or person.bot:
        raise refusal(50033)
    place = call.world.open_direct(person.id)
    return Reply(200, call.payloads.places.place(place))


ROUTES: Routes = {
    ("GET", "/users/@me"): me,
    ("GET", "/users/@me/guilds"): guilds,
    ("GET", "/users/{user_id}"): user,
    ("GET", "/oauth2/applications/@me"): application,
    ("GET", "/gateway/bot"): gateway,
    ("POST", "/users/@me/channels"): open_direct,
}
