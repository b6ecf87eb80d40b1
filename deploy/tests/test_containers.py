"""docker-compose.yml and the Dockerfile, read as text: there need not be a Docker engine to find a slip."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.demo.company import ACCOUNTS
from deploy.docker.requirements_of import requirements_of
from deploy.local.processes import PACKAGES, PROCESSES
from deploy.rabbitmq.definitions import passwords_from

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy/docker/Dockerfile").read_text()
STEPS = {name for name, service in SERVICES.items() if service.get("restart") == "no"}
SERVERS = {"postgres", "rabbitmq"}


def _before(name: str) -> set[str]:
    """Everything that a service waits for, directly or not."""
    direct = set(SERVICES[name].get("depends_on", {}))
    return direct.union(*(_before(other) for other in direct))


def test_every_process_of_the_product_is_a_container_with_the_same_command():
    for process in PROCESSES:
        assert tuple(SERVICES[process.name]["command"]) == process.arguments
    assert set(SERVICES) - STEPS - SERVERS == {process.name for process in PROCESSES}


def test_every_service_starts_after_its_migration_and_the_topology():
    for process in PROCESSES:
        assert {f"migrate-{process.account}", "topology", *SERVERS} <= _before(process.name)


def test_steps_are_waited_for_until_they_succeeded_and_servers_until_they_are_healthy():
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if name in STEPS else "service_healthy"
            assert how == {"condition": expected}


def test_the_topology_of_every_package_is_declared_and_every_database_migrated():
    assert SERVICES["topology"]["command"] == ["servicekit", "topology", *PACKAGES.values()]
    for account, package in PACKAGES.items():
        assert SERVICES[f"migrate-{account}"]["command"] == ["servicekit", "migrate", package]


def test_the_demo_connector_hears_of_the_accounts_of_the_demo_company():
    assert SERVICES["requests-of-demo"]["command"] == ["deploy.rabbitmq.connector", "demo", *ACCOUNTS]


def test_every_volume_is_declared_and_every_mounted_file_exists():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"]


def test_no_password_has_a_default():
    variables = set(re.findall(r"(?<!\$)\$\{(\w+)([^}]*)\}", TEXT))
    assert {name for name, rest in variables if not rest.startswith(":?")} == {"HTTP_ADDRESS"}
    assert not re.search(r"PASSWORD\w*: *[\"']?[a-z0-9]", TEXT, re.IGNORECASE)


def test_the_example_of_the_environment_names_every_variable_and_gives_none_a_value():
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert not re.search(r"^\w+=.+$", example, re.MULTILINE)


def test_the_broker_gets_a_password_for_every_user_it_must_have():
    passwords_from(dict.fromkeys(SERVICES["broker-definitions"]["environment"], "given"))


def test_everything_of_ours_runs_without_privileges():
    for name in SERVICES.keys() - SERVERS - {"create-databases"}:
        assert SERVICES[name]["cap_drop"] == ["ALL"]
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["init"] is True
    assert re.findall(r"^USER (\w+)", DOCKERFILE, re.MULTILINE)[-1] == "crm"


def test_only_the_gateway_is_reached_from_outside_and_from_this_machine_alone():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"gateway"}
    assert SERVICES["gateway"]["ports"] == ["${HTTP_ADDRESS:-127.0.0.1:8000}:8000"]


def test_what_the_dockerfile_copies_exists():
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists()


def test_an_image_holds_what_its_service_needs_and_nothing_of_the_others():
    pyproject = (ROOT / "pyproject.toml").read_text()
    gateway, customers = requirements_of("gateway", pyproject), requirements_of("customers", pyproject)
    assert any(line.startswith("starlette") for line in gateway)
    assert not any(line.startswith(("starlette", "pytest")) for line in customers)
    with pytest.raises(KeyError):
        requirements_of("costumers", pyproject)


def test_the_lock_pins_everything_with_hashes_and_names_no_index():
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert len(pins) > 50
    assert all(re.match(r"[a-z0-9._-]+==\S+", pin) and "--hash=sha256:" in pin for pin in pins)
    assert not re.search(r"https?://|^-", lock, re.MULTILINE)
