"""Starts one service in this process. Imported before anything else, because of `prepare`.

nameko's own command line is not used: it needs pkg_resources, waits for ever on a stop, and gives
no chance to patch first.
"""

from __future__ import annotations

import importlib
import inspect
import os
import signal
import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicekit.settings import ServiceSettings


def prepare() -> None:
    """Makes blocking libraries green. Must come before the first import of any of them.

    psycopg waits in C unless told otherwise, which stops every greenlet of the process for the length of
    each query. Its switch is read at import.
    """
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()
    _make_psycopg_green()


def _make_psycopg_green() -> None:
    try:
        from psycopg import waiting
    except ImportError:
        return
    if waiting.wait is not waiting.wait_selector:
        raise RuntimeError(
            "psycopg would block all greenlets: it was imported before servicekit.boot.prepare()"
        )
    from servicekit import green_wait

    waiting.wait = green_wait.wait


def run(path: str) -> int:
    """Serves `package.module:Class` until a signal; returns the exit status of the process."""
    service_class = _load(path)
    from servicekit import log
    from servicekit.settings import ServiceSettings, load_or_exit

    settings = load_or_exit(
        getattr(service_class, "settings_class", ServiceSettings), required=_required_settings(service_class)
    )
    log.configure(
        level=settings.log_level,
        style=settings.log_format,
        service=service_class.name,
        instance=settings.instance,
    )
    return _serve(service_class, settings)


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    return getattr(importlib.import_module(module), name)


def _required_settings(service_class: Any) -> set[str]:
    """What the service's dependencies cannot do without: DATABASE_URL, if it has a database."""
    return {
        name
        for _, dependency in inspect.getmembers(service_class)
        for name in getattr(dependency, "required_settings", ())
    }


def _serve(service_class: Any, settings: ServiceSettings) -> int:
    import kombu.pools
    from nameko.runners import ServiceRunner

    from servicekit import collector, process

    kombu.pools.set_limit(2 * settings.rpc_workers + 8)  # type: ignore[no-untyped-call]
    runner = ServiceRunner(
        {
            "AMQP_URI": settings.amqp_url,
            "SERVICE_CONTAINER_CLS": "servicekit.container.Container",
            "max_workers": settings.rpc_workers,
            "settings": settings,
        }
    )
    runner.add_service(service_class)
    stop = process.Stop(runner, settings.stop_timeout)
    process.watch_hub()
    process.serve_health(settings.health_host, settings.health_port)
    signal.signal(signal.SIGTERM, stop.on_signal)
    signal.signal(signal.SIGINT, stop.on_signal)
    collector.relax()
    return process.run_until_stopped(runner, stop)
