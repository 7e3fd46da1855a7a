"""The shared cache's client, without a server: what it keeps, not what it asks."""

from ispplatform.core.shared_cache import KeptClient

SERVER = "redis://127.0.0.1:1/0"  # nobody listens; making a client opens no connection


def test_every_call_goes_through_one_client_of_the_pool():
    client = KeptClient([SERVER])

    first = client.get_client("a", write=True)

    assert client.get_client("b") is first
    assert client.get_client("c", write=True) is first


def test_a_reading_replica_has_a_client_of_its_own():
    client = KeptClient([SERVER, "redis://127.0.0.1:1/1"])

    writing, reading = client.get_client("a", write=True), client.get_client("a")

    assert writing is not reading
    assert client.get_client("b", write=True) is writing
    assert client.get_client("b") is reading


def test_two_caches_share_no_client():
    assert KeptClient([SERVER]).get_client("a") is not KeptClient([SERVER]).get_client("a")
