"""What the gateway reads from its environment. Nothing secret has a default."""

from __future__ import annotations

from dataclasses import dataclass, field

from servicekit.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(ServiceSettings):
    """Beside what every service needs. `gateway_fd` is an inherited listening socket that replicas share."""

    outbox_poll_seconds: float = 0.1  # its outbox is written by another process, which cannot wake the relay
    gateway_fd: int | None = None
    gateway_host: str = "127.0.0.1"
    gateway_port: int = 8000
    cors_origins: str = ""  # comma-separated; empty: other origins may not read answers
    trusted_proxies: str = ""  # comma-separated addresses whose X-Forwarded-For counts
    rpc_deadline_seconds: float = 5.0
    part_deadline_seconds: float = 2.0  # of what an answer can do without
    session_hours: float = 12.0
    max_in_flight: int = 512
    max_streams: int = 1000
    stream_heartbeat_seconds: float = 15.0
    storage_url: str = ""  # file:///folder or s3://bucket/prefix; what serves HTTP needs it
    max_uploads: int = 20
    max_downloads: int = 100
    upload_seconds: float = 900.0
    upload_idle_seconds: float = 30.0  # without a byte
    download_idle_seconds: float = 60.0  # in which the caller takes nothing
    login_attempts_per_account: int = 10
    login_attempts_per_address: int = 100
    login_window_seconds: int = 900


@dataclass(frozen=True, kw_only=True)
class CommandSettings:
    """What a command needs that only touches the database."""

    database_url: str = field(repr=False)
