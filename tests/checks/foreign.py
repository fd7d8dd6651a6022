"""Reports an instance and reads it again, by what reflection says alone.

Usage: foreign.py HEARTBEAT_INGEST DRIFT_SVC
"""

import sys
import time

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

DEADLINE = 60


class Service:
    """A service behind an address, by its name."""

    def __init__(self, address, name):
        self.channel = grpc.insecure_channel(address)
        self.pool = DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))
        self.descriptor = self.pool.FindServiceByName(name)

    def method(self, name):
        """A callable for a method, and the class of its request."""
        method = self.descriptor.methods_by_name[name]
        request = GetMessageClass(method.input_type)
        reply = GetMessageClass(method.output_type)
        kind = "stream_stream" if method.client_streaming else "unary_unary"
        call = getattr(self.channel, kind)(
            f"/{self.descriptor.full_name}/{name}",
            request_serializer=request.SerializeToString,
            response_deserializer=reply.FromString,
        )
        return call, request


def report(address):
    """Opens a session, with a full report and one that says what has changed."""
    session, request = Service(address, "vortex.heartbeat.v1.HeartbeatService").method("Session")
    full = request()
    full.full.fleet.app = "by-python"
    full.full.fleet.profiles.append("prod")
    full.full.instance_id = "pod-1"
    full.full.boot_id = 1
    full.full.sequence = 1
    full.full.version = "v0"
    delta = request()
    delta.delta.sequence = 2
    delta.delta.version = "v1"
    answered = [answer.sequence for answer in session(iter([full, delta]), timeout=DEADLINE)]
    assert answered[-1] == 2, answered


def read(address):
    """Waits until the instance is known as it was reported last."""
    get, request = Service(address, "vortex.drift.v1.DriftService").method("GetInstance")
    asked = request(instance_id="pod-1")
    asked.fleet.app = "by-python"
    asked.fleet.profiles.append("prod")
    end = time.monotonic() + DEADLINE
    while True:
        try:
            instance = get(asked, timeout=DEADLINE).instance
            if instance.version == "v1":
                return instance
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                raise
        assert time.monotonic() < end, "the instance is not known"
        time.sleep(0.1)


def main():
    ingest, drift = sys.argv[1:]
    report(ingest)
    instance = read(drift)
    print(f"{instance.instance_id} runs {instance.version}")


main()
