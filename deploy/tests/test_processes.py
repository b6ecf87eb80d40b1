import pytest

from deploy.local.processes import PACKAGES, PROCESSES, parse_replicas, replica_names
from deploy.rabbitmq.rights import SERVICES


def test_replicas_are_given_by_name():
    assert parse_replicas("customers=3, gateway=2") == {"customers": 3, "gateway": 2}
    assert parse_replicas("") == {}


@pytest.mark.parametrize(
    "text", ["customers", "customers=", "customers=-1", "nobody=2", "customers=3;gateway=2"]
)
def test_a_wrong_replica_count_is_refused_with_what_is_known(text: str):
    with pytest.raises(
        ValueError,
        match="customers, customers-worker, dedup, dedup-worker, import_export, import_exp",
    ):
        parse_replicas(text)


def test_a_single_replica_has_no_number():
    assert replica_names("customers", 1) == ["customers"]
    assert replica_names("customers", 2) == ["customers-1", "customers-2"]


def test_every_account_has_a_package_and_rights_on_the_broker():
    accounts = {process.account for process in PROCESSES}
    assert accounts == set(PACKAGES) == {service.name for service in SERVICES}
