"""Goes through every message of the WebSocket protocol, with a client that is not ours.

Usage: websocket.py HOST:PORT
"""

import asyncio
import json
import sys
import urllib.request

import websockets

DEADLINE = 60
PROTOCOL = "vortex.v1"
# what makes the whole larger than its differences, which else come as the whole
FILLER = {"filler": "x" * 1000}


def put(address, document, content, version):
    """Writes a document, which readers get at once."""
    request = urllib.request.Request(
        f"http://{address}/api/configs/{document}?version={version}",
        data=json.dumps(content).encode(),
        method="PUT",
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=DEADLINE).close()


def apply(config, diff):
    """Applies the operations, of members of the top alone."""
    config = dict(config)
    for operation in diff:
        name = operation["path"].lstrip("/")
        if operation["op"] == "remove":
            del config[name]
        else:
            config[name] = operation["value"]
    return config


class Client:
    """A connection that holds its configuration."""

    def __init__(self, socket):
        self.socket = socket

    async def next(self, kind):
        """The next message, which has to be of a kind."""
        text = await asyncio.wait_for(self.socket.recv(), DEADLINE)
        message = json.loads(text)
        assert message["type"] == kind, message
        assert message["schema"] == 1 and message["timestamp"].endswith("Z"), message
        return message

    async def say(self, **message):
        await self.socket.send(json.dumps(message))


def connect(address, query=""):
    url = f"ws://{address}/ws/by-python/prod{query}"
    return websockets.connect(url, subprotocols=[PROTOCOL])


async def follow(address):
    """A snapshot, a change, subscriptions, errors, pings and a resync; gives the last cursor."""
    async with connect(address) as socket:
        assert socket.subprotocol == PROTOCOL
        client = Client(socket)
        snapshot = await client.next("config_snapshot")
        assert snapshot["config"] == FILLER | {"a": 1, "b": 1}, snapshot
        assert len(snapshot["connection_id"]) == 36, snapshot
        put(address, "by-python/prod", FILLER | {"a": 2}, "v2")
        change = await client.next("config_change")
        assert apply(snapshot["config"], change["diff"]) == FILLER | {"a": 2}, change
        assert change["old_version"] == snapshot["version"], change

        await client.say(type="subscribe", patterns=["others:*", "shared:*:*"])
        told = await client.next("subscriptions")
        assert told["patterns"] == ["others:*:*", "shared:*:*"], told
        put(address, "others/dev", {"a": 1}, "v1")
        notice = await client.next("config_change")
        assert (notice["app"], notice["profile"], notice["label"]) == ("others", "dev", "main"), notice
        assert notice["new_version"] == "v1" and "diff" not in notice, notice
        await client.say(type="unsubscribe", patterns=["others:*"])
        assert (await client.next("subscriptions"))["patterns"] == ["shared:*:*"]

        await client.say(type="subscribe", patterns=["a:b:c:d"])
        assert (await client.next("error"))["code"] == "SUBSCRIPTION_FAILED"
        await socket.send("no message")
        assert (await client.next("error"))["code"] == "INVALID_MESSAGE"
        await client.say(type="ping")
        await client.next("pong")
        await client.say(type="pong", timestamp="2025-01-15T10:30:30Z")
        await asyncio.wait_for(await socket.ping(), DEADLINE)

        await client.say(type="resync")
        assert (await client.next("config_snapshot"))["config"] == FILLER | {"a": 2}
        await client.say(type="resync", last_version=snapshot["version"])
        again = await client.next("config_change")
        assert apply(snapshot["config"], again["diff"]) == FILLER | {"a": 2}, again
        return again


async def resume(address, last):
    """What was missed comes as one, exactly; and nothing when nothing was."""
    put(address, "by-python/prod", FILLER | {"a": 3}, "v3")
    put(address, "by-python/prod", FILLER | {"a": 3, "c": 4}, "v4")
    for query in [f"?cursor={last['cursor']}", f"?last_version={last['new_version']}"]:
        async with connect(address, query) as socket:
            change = await Client(socket).next("config_change")
            assert apply(FILLER | {"a": 2}, change["diff"]) == FILLER | {"a": 3, "c": 4}, change
            assert change["new_version"] == "v4", change
    async with connect(address, f"?cursor={change['cursor']}") as socket:
        assert (await Client(socket).next("config_change"))["diff"] == []
    ahead = change["cursor"].replace(":", ":9999", 1)
    for query in ["?last_version=unknown", f"?cursor={'0' * 32}:9.ab.v1", f"?cursor={ahead}"]:
        async with connect(address, query) as socket:
            await Client(socket).next("config_snapshot")


async def abuse(address):
    """Binary messages and floods are closed."""
    async with connect(address) as socket:
        await socket.send(b"binary")
        await closes(socket, 1003)
    async with connect(address) as socket:
        try:
            for _ in range(1_000):
                await socket.send('{"type":"ping"}')
        except websockets.ConnectionClosed:
            pass
        await closes(socket, 1008)


async def closes(socket, code):
    try:
        while True:
            await asyncio.wait_for(socket.recv(), DEADLINE)
    except websockets.ConnectionClosed as closed:
        assert closed.rcvd and closed.rcvd.code == code, closed


async def main(address):
    put(address, "by-python/prod", FILLER | {"a": 1, "b": 1}, "v1")
    await resume(address, await follow(address))
    await abuse(address)
    print("every message was seen")


asyncio.run(main(sys.argv[1]))
