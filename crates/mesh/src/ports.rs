//! Assigns a port to each service.

use std::net::{IpAddr, SocketAddr};
use vortex_service::ServiceName;

/// How far a service's admin port is above its gRPC port.
const ADMIN_OFFSET: u16 = 9000;

/// The ports of the services, counted from a base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    ip: IpAddr,
    base: u16,
}

/// The base leaves no room for the ports above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--grpc-base {base} is too high: ports up to {} above it are needed", ADMIN_OFFSET + Self::SERVICES)]
pub struct TooHigh {
    base: u16,
}

impl TooHigh {
    const SERVICES: u16 = 4;
}

impl Ports {
    /// Ports on `ip`, the first of them federation-svc's. Base 0 lets the system
    /// choose them all.
    pub fn new(ip: IpAddr, base: u16) -> Result<Self, TooHigh> {
        match base.checked_add(ADMIN_OFFSET + TooHigh::SERVICES) {
            Some(_) => Ok(Self { ip, base }),
            None => Err(TooHigh { base }),
        }
    }

    /// Where a service serves gRPC.
    pub fn grpc(self, service: ServiceName) -> SocketAddr {
        self.at(service.port_offset())
    }

    /// Where a service serves health and metrics.
    pub fn admin(self, service: ServiceName) -> SocketAddr {
        self.at(service.port_offset() + ADMIN_OFFSET)
    }

    fn at(self, offset: u16) -> SocketAddr {
        let port = if self.base == 0 {
            0
        } else {
            self.base + offset
        };
        SocketAddr::new(self.ip, port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn ports_are_counted_from_the_base() {
        let ports = Ports::new(LOCAL, 9090).unwrap();
        assert_eq!(ports.grpc(ServiceName::Config).port(), 9091);
        assert_eq!(ports.admin(ServiceName::Config).port(), 18091);
        assert_eq!(ports.grpc(ServiceName::Rollout).port(), 9092);
        assert_eq!(ports.admin(ServiceName::Rollout).port(), 18092);
    }

    #[test]
    fn base_zero_leaves_the_choice_to_the_system() {
        let ports = Ports::new(LOCAL, 0).unwrap();
        for service in ServiceName::ALL {
            assert_eq!(ports.grpc(service).port(), 0);
            assert_eq!(ports.admin(service).port(), 0);
        }
    }

    #[test]
    fn a_base_without_room_above_it_is_refused() {
        assert!(Ports::new(LOCAL, u16::MAX - 100).is_err());
    }
}
