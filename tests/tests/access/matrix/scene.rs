//! A cluster with two applications, callers of all kinds, and what is expected of each answer.

use std::net::SocketAddr;

use tonic::{Code, Status};
use vortex_tests::{Answer, GLANCE, Mesh, Mode, PATIENCE, ServiceName};

use super::{
    credentials::{Bad, bad},
    expected::{Needs, Whose, may},
    holders::{Holder, Scope, bearer, of_each_role},
    routes::{Opens, Route},
    rpcs::Rpc,
    secrets::Secrets,
    wire::{Headers, ask, call},
    world::World,
};
use crate::secure;

/// All that a test needs.
pub(super) struct Scene {
    pub(super) mesh: Mesh,
    pub(super) worlds: [World; 2],
    pub(super) holders: Vec<Holder>,
    pub(super) bad: Vec<Bad>,
    pub(super) secrets: Secrets,
}

impl Scene {
    pub(super) async fn set(mode: Mode) -> Self {
        let mesh = secure(mode);
        let other = secure(Mode::One);
        let bad = bad(&mesh, &other).await;
        let first = mesh.put("/api/configs/first/default", "a: 1\n").await;
        let before = first.json()["token"].as_str().unwrap().to_owned();
        let worlds = [
            World::make(&mesh, Whose::Own, &before).await,
            World::make(&mesh, Whose::Foreign, &before).await,
        ];
        let holders = of_each_role(&mesh).await;
        let admin = mesh.key.clone().unwrap();
        let shown = bad.iter().flat_map(Bad::keys);
        let held = holders.iter().map(|holder| holder.key.as_str());
        let secrets = Secrets::of(shown.chain(held).chain([admin.as_str()]));
        other.stop();
        let scene = Self {
            mesh,
            worlds,
            holders,
            bad,
            secrets,
        };
        scene.is_known_everywhere().await;
        scene
    }

    /// Waits until all processes have heard of the key that was made last, and so of all others.
    async fn is_known_everywhere(&self) {
        let last = self.holders.last().unwrap().headers();
        for address in self.ports() {
            let known = async {
                while ask(address, "GET", "/metrics", None, &last).await.status != 200 {
                    tokio::time::sleep(GLANCE).await;
                }
            };
            tokio::time::timeout(PATIENCE, known).await.unwrap();
        }
    }

    /// Where metrics are served.
    pub(super) fn ports(&self) -> Vec<SocketAddr> {
        let services = self.mesh.services.iter();
        let admin = services.map(|(_, place)| place.admin);
        admin.chain([self.mesh.http]).collect()
    }

    /// Where a method is served.
    pub(super) fn port(&self, path: &str) -> SocketAddr {
        let service = match path {
            path if path.starts_with("vortex.rollout.") => ServiceName::Rollout,
            path if path.starts_with("vortex.heartbeat.") => ServiceName::Ingest,
            _ => ServiceName::Config,
        };
        self.mesh.services[service].grpc
    }

    pub(super) async fn call(
        &self,
        rpc: &Rpc,
        world: &World,
        headers: &Headers,
    ) -> Result<Vec<u8>, Status> {
        let answer = call(self.port(rpc.path), rpc.path, (rpc.request)(world), headers).await;
        match &answer {
            Ok(bytes) => self.secrets.are_not_in(rpc.path, bytes),
            Err(status) => {
                self.secrets
                    .are_not_in(rpc.path, status.message().as_bytes());
                self.secrets.are_not_in(rpc.path, status.details());
            }
        }
        answer
    }

    pub(super) async fn ask(&self, route: &Route, world: &World, headers: &Headers) -> Answer {
        let asked = route.asked(world);
        let answer = ask(
            self.mesh.http,
            route.method,
            &asked.path,
            asked.body,
            headers,
        )
        .await;
        self.secrets.are_not_in(&route.name(), &answer.body);
        let headers = format!("{:?}", answer.headers);
        self.secrets.are_not_in(&route.name(), headers.as_bytes());
        answer
    }

    /// Calls a method in each way that lets nobody in.
    pub(super) async fn refuses_strangers(&self, rpc: &Rpc) {
        for bad in &self.bad {
            for world in &self.worlds {
                let refused = self.call(rpc, world, &bad.headers).await.unwrap_err();
                let told = refused.message();
                let (path, name) = (rpc.path, bad.name);
                assert_eq!(
                    refused.code(),
                    Code::Unauthenticated,
                    "{path}, {name}: {told}"
                );
                assert!(bad.is_told(told), "{path}, {name}: {told}");
            }
        }
    }

    /// The same by REST.
    pub(super) async fn refuses_strangers_at(&self, route: &Route) {
        for bad in &self.bad {
            for world in &self.worlds {
                let answer = self.ask(route, world, &bad.headers).await;
                let case = format!("{}, {}: {}", route.name(), bad.name, answer.text());
                if route.opens() == Opens::ToAnybody {
                    assert_eq!(answer.status, 200, "{case}");
                    continue;
                }
                assert_eq!(answer.status, 401, "{case}");
                assert!(bad.is_told(&answer.text()), "{case}");
                assert!(
                    answer.header("www-authenticate").starts_with("Bearer"),
                    "{case}"
                );
            }
        }
    }

    /// The cases of a call: who makes it, about whose things.
    pub(super) fn cases(&self, needs: Needs, allowed: bool) -> Vec<(&Holder, &World)> {
        let holders = self.holders.iter();
        let cases = holders.flat_map(|holder| self.worlds.iter().map(move |world| (holder, world)));
        cases
            .filter(|(holder, world)| may(holder, needs, world.whose) == allowed)
            .collect()
    }

    /// Calls a method as everybody who may not.
    pub(super) async fn denies(&self, rpc: &Rpc) {
        for (holder, world) in self.cases(rpc.needs, false) {
            let answer = self.call(rpc, world, &holder.headers()).await;
            let case = format!("{} as {holder:?} of {}: {answer:?}", rpc.path, world.app);
            let refused = answer.expect_err(&case);
            assert_eq!(refused.code(), Code::PermissionDenied, "{case}");
            assert!(refused.message().contains(rpc.needs.role), "{case}");
        }
    }

    /// The same by REST.
    pub(super) async fn denies_at(&self, route: &Route) {
        let Opens::For(needs) = route.opens() else {
            return;
        };
        for (holder, world) in self.cases(needs, false) {
            let answer = self.ask(route, world, &holder.headers()).await;
            let case = format!(
                "{} as {holder:?} of {}: {}",
                route.name(),
                world.app,
                answer.text()
            );
            assert_eq!(answer.status, 403, "{case}");
            assert!(answer.text().contains(needs.role), "{case}");
        }
    }

    /// Calls a method as everybody who may.
    pub(super) async fn lets_in(&self, rpc: &Rpc) {
        for (holder, world) in self.cases(rpc.needs, true) {
            let answer = self.call(rpc, world, &holder.headers()).await;
            let case = format!("{} as {holder:?} about {}", rpc.path, world.app);
            match answer {
                Ok(bytes) => {
                    self.is_for(holder, &bytes, &case);
                    let is_complete = || tells(&bytes, self.worlds[1].app);
                    let sees_all = holder.scope == Scope::Everything;
                    assert!(!rpc.lists() || !sees_all || is_complete(), "{case}");
                }
                Err(status) => {
                    let is_fine = is_let_in(status.code()) && !rpc.is_answered();
                    assert!(is_fine, "{case}: {status:?}");
                }
            }
        }
    }

    /// The same by REST.
    pub(super) async fn lets_in_at(&self, route: &Route) {
        let cases = match route.opens() {
            Opens::For(needs) => self.cases(needs, true),
            _ => self
                .holders
                .iter()
                .map(|holder| (holder, &self.worlds[0]))
                .collect(),
        };
        for (holder, world) in cases {
            let answer = self.ask(route, world, &holder.headers()).await;
            let case = format!(
                "{} as {holder:?} of {}: {}",
                route.name(),
                world.app,
                answer.text()
            );
            assert!(
                ![401, 403, 429].contains(&answer.status) && answer.status < 500,
                "{case}"
            );
            // what there is at all is no secret
            if let Opens::For(_) = route.opens() {
                self.is_for(holder, &answer.body, &case);
            }
        }
    }

    /// Fails if what somebody with a key for one application is shown is about the other one.
    fn is_for(&self, holder: &Holder, answer: &[u8], case: &str) {
        if holder.scope == Scope::Everything {
            return;
        }
        for mark in self.worlds[1].marks() {
            assert!(!tells(answer, mark), "{case} tells of {mark}");
        }
    }
}

fn tells(answer: &[u8], mark: &str) -> bool {
    String::from_utf8_lossy(answer).contains(mark)
}

/// Whether somebody was let in, whatever came of it. No call here is one that breaks a server.
fn is_let_in(code: Code) -> bool {
    !matches!(
        code,
        Code::PermissionDenied
            | Code::Unauthenticated
            | Code::Internal
            | Code::Unknown
            | Code::ResourceExhausted
            | Code::Unimplemented
    )
}

/// Headers of the admin.
pub(super) fn admin(mesh: &Mesh) -> Vec<(&'static str, String)> {
    bearer(mesh.key.as_ref().unwrap())
}
