# syntax=docker/dockerfile:1
# An image for each program, each FROM scratch:
#
#   docker build --target gateway --tag vortex/gateway .
#
# With programs that are there already, from build/programs, nothing is compiled here:
#
#   docker build --target gateway --build-context builder=dist --tag vortex/gateway .
ARG RUST=1.95

FROM --platform=$BUILDPLATFORM docker.io/library/rust:${RUST}-bookworm AS compile
# compilers for both, since either may build for the other; what is in the image comes from Cargo.lock, so these are not pinned
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates tzdata \
      gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-x86-64-linux-gnu libc6-dev-amd64-cross \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ARG TARGETARCH
ARG PROFILE=dist
# locked, since Cargo would wait for another build's lock anyway
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked,id=vortex-target-${TARGETARCH} \
    build/programs --arch "$TARGETARCH" --profile "$PROFILE" --out /dist

# what --build-context builder=… replaces
FROM scratch AS builder
COPY --from=compile /dist/ /

FROM scratch AS base
COPY --from=builder /files/ /
COPY --from=builder --chown=65532:65532 /files/var/lib/vortex /var/lib/vortex
# a number, so that Kubernetes can tell that it is not root
USER 65532:65532
WORKDIR /var/lib/vortex
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=
LABEL org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.created=$CREATED \
      org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.vendor="Vortex Config" \
      org.opencontainers.image.licenses="Apache-2.0"

FROM base AS config-svc
ARG TARGETARCH
COPY --from=builder /${TARGETARCH}/config-svc /config-svc
LABEL org.opencontainers.image.title="config-svc" \
      org.opencontainers.image.description="Holds all configuration of Vortex Config, and serves it over gRPC"
EXPOSE 9091 18091
ENTRYPOINT ["/config-svc"]

FROM base AS rollout-svc
ARG TARGETARCH
COPY --from=builder /${TARGETARCH}/rollout-svc /rollout-svc
LABEL org.opencontainers.image.title="rollout-svc" \
      org.opencontainers.image.description="Brings changes to a growing share of readers, and takes back those that fail"
EXPOSE 9092 18092
ENTRYPOINT ["/rollout-svc"]

FROM base AS drift-svc
ARG TARGETARCH
COPY --from=builder /${TARGETARCH}/drift-svc /drift-svc
LABEL org.opencontainers.image.title="drift-svc" \
      org.opencontainers.image.description="Knows which instances run what they should, and tells of those that don't"
EXPOSE 9093 18093
ENTRYPOINT ["/drift-svc"]

FROM base AS heartbeat-ingest
ARG TARGETARCH
COPY --from=builder /${TARGETARCH}/heartbeat-ingest /heartbeat-ingest
LABEL org.opencontainers.image.title="heartbeat-ingest" \
      org.opencontainers.image.description="Takes the heartbeats of instances, and passes on what they say"
EXPOSE 9094 18094
ENTRYPOINT ["/heartbeat-ingest"]

FROM base AS gateway
ARG TARGETARCH
COPY --from=builder /${TARGETARCH}/gateway /gateway
LABEL org.opencontainers.image.title="gateway" \
      org.opencontainers.image.description="REST for Vortex Config, and the routes of a Spring Cloud Config Server"
EXPOSE 8080
ENTRYPOINT ["/gateway"]

# last, so that an image without a target is the one that does everything
FROM base AS vortex
ARG TARGETARCH
COPY --from=builder /${TARGETARCH}/vortex /vortex
LABEL org.opencontainers.image.title="vortex" \
      org.opencontainers.image.description="The command of Vortex Config, and all of its services in one process: vortex up"
EXPOSE 8080 9091 9092 9093 9094
ENTRYPOINT ["/vortex"]
