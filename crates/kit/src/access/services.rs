//! Services of this cluster, as they are known by their certificates.

use http::{HeaderMap, HeaderName, HeaderValue};
use vortex_access::{Grant, Kind, Name, Principal, Role};

use crate::http::PeerIdentity;

/// What a service's certificate has among its names, before the service's own.
const SCHEME: &str = "vortex://";
/// Says of a call that it is its process' own work and made for no caller. Without it a call that a
/// service passes on for nobody would be taken for the service's own.
const OWN_WORK: HeaderName = HeaderName::from_static("vortex-own-work");

/// What each service may do in its own work, everywhere.
pub type ServiceRoles = &'static [(&'static str, &'static [Role])];

/// Marks a call as its process' own work.
pub(super) fn mark(headers: &mut HeaderMap) {
    headers.insert(OWN_WORK, HeaderValue::from_static("1"));
}

/// The service that makes a call in its own work, if its certificate says so.
pub(super) fn known(
    roles: ServiceRoles,
    headers: &HeaderMap,
    identity: Option<&PeerIdentity>,
) -> Option<Principal> {
    if !headers.contains_key(OWN_WORK) {
        return None;
    }
    let names = identity.into_iter().flat_map(|identity| identity.0.iter());
    let mut services = names.filter_map(|name| match name {
        vortex_tls::Name::Uri(uri) => uri.strip_prefix(SCHEME),
        vortex_tls::Name::Dns(_) | vortex_tls::Name::Ip(_) => None,
    });
    services.find_map(|service| {
        let (name, roles) = roles.iter().find(|(name, _)| *name == service)?;
        let grants: Vec<Grant> = roles.iter().copied().map(Grant::everywhere).collect();
        Some(Principal::new(Kind::Service, Name::written(name), grants))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: ServiceRoles = &[("gateway", &[Role::Reader])];

    fn identity(names: &[vortex_tls::Name]) -> PeerIdentity {
        PeerIdentity(names.into())
    }

    #[test]
    fn a_service_is_known_by_its_uri_in_its_own_work_alone() {
        let uri = |text: &str| vortex_tls::Name::Uri(text.to_owned());
        let mut own = HeaderMap::new();
        mark(&mut own);
        let none = HeaderMap::new();
        let gateway = identity(&[
            vortex_tls::Name::Dns("gateway".to_owned()),
            uri("vortex://gateway"),
        ]);
        let known = |headers, identity: &PeerIdentity| {
            known(ROLES, headers, Some(identity)).map(|principal| principal.to_string())
        };
        assert_eq!(known(&own, &gateway).as_deref(), Some("service:gateway"));
        assert_eq!(known(&none, &gateway), None);
        for others in [
            vec![vortex_tls::Name::Dns("gateway".to_owned())],
            vec![uri("vortex://vortex")],
            vec![uri("https://gateway")],
            vec![uri("vortex://gateway/")],
            vec![],
        ] {
            assert_eq!(known(&own, &identity(&others)), None, "{others:?}");
        }
        assert_eq!(super::known(ROLES, &own, None), None);
    }
}
