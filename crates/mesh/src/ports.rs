//! Assigns a port to each service.

use vortex_kit::http::Address;
use vortex_service::ServiceName;

/// How far a service's admin port is above its gRPC port.
const ADMIN_OFFSET: u16 = 9000;
/// Linux takes ports from here on for outgoing connections, by default: a port that is served may
/// be taken before the start, now and then.
const FIRST_EPHEMERAL: u16 = 32_768;

/// The ports of the services, counted from a base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    host: Address,
    base: u16,
}

/// Some ports above the base are the system's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--grpc-base {base} is too high: ports up to {} above it are needed, and from \
     {FIRST_EPHEMERAL} on they are the system's for outgoing connections; give at most {}, or 0 \
     for any that are free",
    Self::HIGHEST_OFFSET,
    Self::HIGHEST_BASE
)]
pub struct TooHigh {
    base: u16,
}

impl TooHigh {
    const SERVICES: u16 = 4;
    const HIGHEST_OFFSET: u16 = ADMIN_OFFSET + Self::SERVICES;
    const HIGHEST_BASE: u16 = FIRST_EPHEMERAL - 1 - Self::HIGHEST_OFFSET;
}

impl Ports {
    /// Ports on the host of an address, the first of them federation-svc's. Base 0 lets the
    /// system choose them all.
    ///
    /// # Errors
    /// When one of them would be of those that the system takes for outgoing connections.
    pub fn new(host: Address, base: u16) -> Result<Self, TooHigh> {
        match base {
            0..=TooHigh::HIGHEST_BASE => Ok(Self { host, base }),
            _ => Err(TooHigh { base }),
        }
    }

    /// Where a service serves gRPC.
    pub fn grpc(&self, service: ServiceName) -> Address {
        self.at(service.port_offset())
    }

    /// Where a service serves health and metrics.
    pub fn admin(&self, service: ServiceName) -> Address {
        self.at(service.port_offset() + ADMIN_OFFSET)
    }

    fn at(&self, offset: u16) -> Address {
        let port = if self.base == 0 {
            0
        } else {
            self.base + offset
        };
        self.host.with_port(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(base: u16) -> Result<Ports, TooHigh> {
        Ports::new("127.0.0.1:8080".parse().unwrap(), base)
    }

    fn told(address: &Address) -> String {
        address.to_string()
    }

    #[test]
    fn ports_are_counted_from_the_base() {
        let ports = ports(9090).unwrap();
        assert_eq!(told(&ports.grpc(ServiceName::Config)), "127.0.0.1:9091");
        assert_eq!(told(&ports.admin(ServiceName::Config)), "127.0.0.1:18091");
        assert_eq!(told(&ports.grpc(ServiceName::Rollout)), "127.0.0.1:9092");
        assert_eq!(told(&ports.admin(ServiceName::Rollout)), "127.0.0.1:18092");
    }

    #[test]
    fn base_zero_leaves_the_choice_to_the_system() {
        let ports = ports(0).unwrap();
        for service in ServiceName::ALL {
            assert_eq!(told(&ports.grpc(service)), "127.0.0.1:0");
            assert_eq!(told(&ports.admin(service)), "127.0.0.1:0");
        }
    }

    #[test]
    fn a_base_whose_ports_reach_those_of_outgoing_connections_is_refused() {
        assert!(ports(23_763).is_ok());
        for base in [23_764, 32_767, u16::MAX] {
            let error = ports(base).unwrap_err().to_string();
            assert!(error.contains("at most 23763"), "{error}");
        }
    }

    #[test]
    fn no_service_is_above_what_is_reckoned_with() {
        for service in ServiceName::ALL {
            assert!(service.port_offset() <= TooHigh::SERVICES);
        }
    }
}
