import socket

from deploy.local.ports import free_ports, is_free, listen, listen_from


def test_free_ports_differ_and_can_be_listened_on():
    ports = free_ports(5)
    assert len(set(ports)) == 5
    for port in ports:
        listen(port).close()


def test_a_port_on_which_somebody_listens_is_not_free():
    with listen(0) as taken:
        assert not is_free(taken.getsockname()[1])


def test_the_next_port_is_taken_when_the_usual_one_is_not_free():
    with listen(0) as taken, listen_from(taken.getsockname()[1]) as ours:
        assert ours.getsockname()[1] != taken.getsockname()[1]


def test_replicas_can_share_one_listening_socket():
    with (
        listen(0) as shared,
        socket.socket(fileno=socket.dup(shared.fileno())) as replica,
        socket.create_connection(shared.getsockname()),
    ):
        connection, _ = replica.accept()
        connection.close()
