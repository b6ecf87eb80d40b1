"""Settings → Customers."""

from __future__ import annotations

from gateway.answers import Answer, resource_answer
from gateway.call import Call
from gateway.operations import IfMatch, Routes
from gateway.schemas.definitions import Settings, SettingsPatch

routes = Routes("Settings")


@routes.get("/v1/settings/customers", answers={200: Settings})
async def get_settings(call: Call) -> Answer:
    """How customers are handled in this deployment."""
    return resource_answer(await call.ask("get_settings"), call.if_none_match)


@routes.patch(
    "/v1/settings/customers",
    body=SettingsPatch(),
    answers={200: Settings},
    if_match=IfMatch.REQUIRED,
    idempotent=False,
)
async def update_settings(call: Call) -> Answer:
    """Change settings; If-Match is required."""
    version = call.version
    if version is None:
        version = (await call.ask("get_settings"))["version"]
    return resource_answer(await call.tell("update_settings", call.body, version))
