"""Every route is in the policy table and in the OpenAPI document; neither has more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from openapi_spec_validator import validate

from gateway.openapi import openapi_document
from gateway.policy import POLICY, PolicyIncomplete, check_policy
from gateway.routes import all_operations
from gateway.routing import MethodNotAllowed, NoSuchPath, Router

OPERATIONS = all_operations()
DOCUMENT = openapi_document(OPERATIONS)


def test_policy_and_routes_name_the_same_operations():
    check_policy(OPERATIONS)


def test_a_route_without_a_policy_does_not_start():
    stranger = replace(OPERATIONS[0], name="something_new")
    with pytest.raises(PolicyIncomplete, match="something_new has no policy"):
        check_policy([*OPERATIONS, stranger])


def test_a_policy_without_a_route_does_not_start():
    with pytest.raises(PolicyIncomplete, match="ghost is no operation"):
        check_policy(OPERATIONS, dict(POLICY) | {"ghost": None})


def test_the_document_is_valid_openapi():
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_is_documented_with_its_answers(operation):
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]
    assert described["operationId"] == operation.name
    assert described["summary"] != operation.name, "a route needs a docstring"
    assert any(status.startswith("2") for status in described["responses"])
    assert bool(described["security"]) == (POLICY[operation.name] is not None)


def test_the_document_holds_nothing_but_our_operations():
    documented = {
        operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()
    }
    assert documented == set(POLICY)


def test_fixed_segments_win_over_parameters():
    router = Router(OPERATIONS)
    assert router.find("POST", "/v1/customers/search")[0].name == "search_customers"
    assert router.find("HEAD", "/v1/customers")[0].name == "list_customers"


@pytest.mark.parametrize(
    "path",
    ["/", "/v2/me", "/v1/customers/", "/v1/customers/1", "/v1/customers/x/history", "/v1//me", "/v1/me/"],
)
def test_what_is_no_path_is_not_found(path):
    with pytest.raises(NoSuchPath):
        Router(OPERATIONS).find("GET", path)


def test_a_known_path_with_another_method_names_its_methods():
    with pytest.raises(MethodNotAllowed) as refused:
        Router(OPERATIONS).find("PUT", "/v1/customers")
    assert refused.value.allowed == ["GET", "POST"]
