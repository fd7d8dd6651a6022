//! Whatever stalls, nobody is answered with less than what the token in their hand says, nor with
//! less than a gateway has told anybody.

use std::{collections::HashMap, net::SocketAddr};

use proptest::{prelude::*, test_runner::TestCaseError};
use vortex_kit::process::Runtime;
use vortex_proto::config::v1::PutDocumentResponse;

use super::{PATH, at, serve};
use crate::{
    client,
    mesh::{Mesh, start},
    views_stream::STORE,
};

/// What happens next; the number says at which of two gateways.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Something is written through one of them, and read at once through both with its token.
    Write(usize),
    /// It is read, with no token.
    Read(usize),
    /// Its stream stalls.
    Stall(usize),
    /// Its stream goes on.
    GoOn(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0_usize..2).prop_flat_map(|gateway| {
        prop_oneof![
            3 => Just(Step::Write(gateway)),
            4 => Just(Step::Read(gateway)),
            2 => Just(Step::Stall(gateway)),
            2 => Just(Step::GoOn(gateway)),
        ]
    });
    prop::collection::vec(step, 1..40)
}

struct World {
    mesh: Mesh,
    addresses: [SocketAddr; 2],
    _other: Runtime,
    position: usize,
    /// The newest position that a gateway told anybody.
    told: HashMap<usize, usize>,
}

impl World {
    async fn start() -> Self {
        let mesh = start().await;
        // so that streams are told apart by their order
        mesh.service.until(|views| views.streams().len() == 1).await;
        let (other, runtime) = mesh.another_gateway();
        mesh.service.until(|views| views.streams().len() == 2).await;
        serve(&mesh, 7);
        Self {
            addresses: [mesh.address, other],
            mesh,
            _other: runtime,
            position: 7,
            told: HashMap::new(),
        }
    }

    async fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Write(gateway) => {
                self.position += 1;
                serve(&self.mesh, self.position);
                let token = at(self.position).token;
                let written = PutDocumentResponse {
                    token: token.clone(),
                    ..PutDocumentResponse::default()
                };
                self.mesh.service.reply("put_document", written);
                let json = ["Content-Type: application/json"];
                let line = "PUT /api/configs/orders/dev";
                client::request(self.addresses[gateway], line, &json, b"{}").await;
                self.told.insert(gateway, self.position);
                self.read(gateway, PATH).await?;
                for gateway in [0, 1] {
                    let path = format!("{PATH}?min_token={token}");
                    let read = self.read(gateway, &path).await?;
                    prop_assert!(read >= self.position);
                }
            }
            Step::Read(gateway) => {
                self.read(gateway, PATH).await?;
            }
            Step::Stall(gateway) => self.stall(gateway, true),
            Step::GoOn(gateway) => self.stall(gateway, false),
        }
        Ok(())
    }

    fn stall(&self, gateway: usize, is_stalled: bool) {
        self.mesh.service.views(|views| {
            let id = views.streams()[gateway];
            views.stall(id, is_stalled);
        });
    }

    /// The position that an answer is of, which is as new as all that this gateway told.
    async fn read(&mut self, gateway: usize, path: &str) -> Result<usize, TestCaseError> {
        let answer = client::get(self.addresses[gateway], path).await;
        prop_assert_eq!(answer.status, 200, "{}", answer.text());
        let read = answer.json();
        let of = usize::try_from(read["config"]["at"].as_u64().unwrap()).unwrap();
        let token = read["token"].as_str().unwrap();
        let token = token
            .strip_prefix(STORE)
            .and_then(|it| it.strip_prefix(':'));
        let token: usize = token.unwrap().parse().unwrap();
        prop_assert_eq!(of, token, "each position has its own configuration");
        let told = self.told.entry(gateway).or_default();
        prop_assert!(token >= *told, "{} is older than {}", token, told);
        *told = token;
        Ok(token)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_is_older_than_what_was_told(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut world = World::start().await;
            for step in steps {
                world.step(step).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
    }
}
