//! Who is let in, and what they may do: over a network and in process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::watch;
use tonic::{Code, Request, Status};
use vortex_access::{ApiKey, Credential, Grant, Kind, Now, Role, StoredKey, Token};
use vortex_kit::{
    access::{HeldKeys, Principal, Tokens, UnverifiedToken},
    channel::Channel,
    clock::System,
    context::{Context, Peer},
    error::{Fault, Reason},
    grpc::Limits,
    process::Runtime,
    settings::{AccessSettings, CallerLimits},
};
use vortex_kit_echo::{Behaviour, CountRequest, Place, SayRequest};

use super::echo::{Client, Echo, FORGETS, Way, any_port, both_ways, connect, say, server};

/// A runtime where callers have to say who they are.
fn guarded_runtime() -> Runtime {
    limited_runtime(CallerLimits::default())
}

/// As that, where they may ask for so much.
fn limited_runtime(limits: CallerLimits) -> Runtime {
    let access = AccessSettings {
        require_keys: true,
        limits,
        ..AccessSettings::default()
    };
    Runtime::guarded("echo", "1.2.3", System::shared(), access)
}

/// A server that knows keys, and a way to it.
struct Guarded {
    runtime: Runtime,
    keys: Arc<HeldKeys>,
    channel: Channel,
}

impl Guarded {
    async fn new(way: Way) -> Self {
        Self::on(guarded_runtime(), way).await
    }

    async fn on(runtime: Runtime, way: Way) -> Self {
        let keys = Arc::<HeldKeys>::default();
        keys.replace([], runtime.clock.monotonic());
        runtime.gate.know(keys.clone());
        let mut echo = Echo::named("guarded");
        let behind = server(&runtime, Echo::named("behind"), Limits::default()).await;
        echo.next = Some(behind.channel());
        let server = server(&runtime, echo, Limits::default()).await;
        let channel = match way {
            Way::InProcess => server.channel(),
            Way::Network => connect(server.listen(any_port()).unwrap(), &runtime),
        };
        Self {
            runtime,
            keys,
            channel,
        }
    }

    /// A key that a cluster has, and what is stored of it.
    fn issue(&self, number: u8, role: Role, scope: &str) -> (ApiKey, StoredKey) {
        let key = ApiKey::from_random([number; 10], [number; 32]);
        let grant = Grant::parse(role, [scope]).unwrap();
        let name = format!("key-{number}").parse().unwrap();
        let now = self.runtime.clock.now();
        let stored = StoredKey::issue(&key, name, vec![grant], now, None).unwrap();
        self.keys.put(stored.clone());
        (key, stored)
    }

    fn client(&self) -> Client {
        Client::new(self.channel.clone())
    }

    /// What a gate makes of a caller with this key, as a gateway would have it.
    fn caller(&self, key: Option<&ApiKey>) -> Result<Context, Fault> {
        let mut headers = http::HeaderMap::new();
        if let Some(key) = key {
            headers.insert("x-api-key", key.expose().parse().unwrap());
        }
        self.caller_by(&headers)
    }

    fn caller_by(&self, headers: &http::HeaderMap) -> Result<Context, Fault> {
        let context = Context::from_headers(headers, Peer::InProcess);
        let caller = self.runtime.gate.admit(headers, Peer::InProcess, "")?;
        Ok(context.with_caller(caller))
    }
}

/// A provider whose tokens say themselves whether they end soon.
#[derive(Debug)]
struct Provider {
    began: Timestamp,
    rotated: AtomicBool,
    changed: watch::Sender<u64>,
}

impl Provider {
    fn begin(now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            began: now,
            rotated: AtomicBool::new(false),
            changed: watch::Sender::new(0),
        })
    }

    /// From now on no token is valid that was.
    fn rotate(&self) {
        self.rotated.store(true, Ordering::SeqCst);
        self.changed.send_modify(|version| *version += 1);
    }
}

impl Tokens for Provider {
    fn verify(&self, token: &Token, now: Now) -> Result<(Principal, Timestamp), UnverifiedToken> {
        if self.rotated.load(Ordering::SeqCst) {
            return Err(UnverifiedToken::Refused("token_unknown_key"));
        }
        let until = match token.expose().starts_with("soon") {
            true => self.began + Duration::from_secs(3),
            false => self.began + Duration::from_secs(3_600),
        };
        if until <= now.wall {
            return Err(UnverifiedToken::Refused("token_expired"));
        }
        let name = "alice".parse().unwrap();
        let grants = [Grant::everywhere(Role::Reader)];
        Ok((Principal::new(Kind::Jwt, name, grants), until))
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

fn about(app: &str, profiles: &[&str], label: &str) -> SayRequest {
    SayRequest {
        place: Some(Place {
            label: label.to_owned(),
            app: app.to_owned(),
            profiles: profiles.iter().map(|&profile| profile.to_owned()).collect(),
        }),
        ..say(Behaviour::Unspecified)
    }
}

fn code<T>(answer: Result<T, Status>) -> Code {
    answer.err().map_or(Code::Ok, |status| status.code())
}

both_ways! {
    async fn a_key_opens_what_it_is_for(way: Way) {
        let guarded = Guarded::new(way).await;
        let (key, _) = guarded.issue(1, Role::Reader, "orders/prod");
        let caller = guarded.caller(Some(&key)).unwrap();
        for (app, profiles, label, expected) in [
            ("orders", &["prod"][..], "", Code::Ok),
            ("orders", &["prod"], "main", Code::Ok),
            // what every profile inherits
            ("orders", &[], "", Code::Ok),
            ("orders", &["default", "prod"], "", Code::Ok),
            ("orders", &["dev"], "", Code::PermissionDenied),
            ("orders", &["prod", "dev"], "", Code::PermissionDenied),
            ("orders", &["prod"], "release", Code::Ok),
            ("payments", &["prod"], "", Code::PermissionDenied),
            ("", &[], "", Code::PermissionDenied),
        ] {
            let mut client = guarded.client();
            let call = client.say(about(app, profiles, label));
            let answer = caller.clone().scope(call).await;
            if let Ok(reply) = &answer {
                assert_eq!(reply.get_ref().principal, "key:key-1");
            }
            assert_eq!(code(answer), expected, "{app} {profiles:?} {label}");
        }
    }

    async fn a_caller_that_asks_for_too_much_is_told_when_to_ask_again(way: Way) {
        let runtime = limited_runtime(CallerLimits {
            caller_writes: 1,
            caller_watches: 1,
            ..CallerLimits::default()
        });
        let guarded = Guarded::on(runtime, way).await;
        let (ann, _) = guarded.issue(1, Role::Admin, "**");
        let (bob, _) = guarded.issue(2, Role::Admin, "**");
        let callers = [&ann, &bob].map(|key| guarded.caller(Some(key)).unwrap());
        for caller in &callers {
            // a burst of four goes through, whatever the other did
            for _ in 0..4 {
                let mut client = guarded.client();
                let call = client.write(about("orders", &["prod"], ""));
                assert_eq!(code(caller.clone().scope(call).await), Code::Ok);
            }
        }
        let mut refused = None;
        for _ in 0..1_000 {
            let mut client = guarded.client();
            let call = client.write(about("orders", &["prod"], ""));
            refused = callers[0].clone().scope(call).await.err();
            if refused.is_some() {
                break;
            }
        }
        let refused = Fault::from(refused.unwrap());
        assert_eq!(refused.reason(), Reason::RateLimited);
        assert!(refused.retry_delay().is_some(), "{refused}");
        let endless = CountRequest { count: 1, behaviour: Behaviour::Hang.into() };
        let mut client = guarded.client();
        let open = callers[0].clone().scope(client.count(endless)).await.unwrap();
        let mut client = guarded.client();
        let second = callers[0].clone().scope(client.count(endless)).await;
        assert_eq!(code(second), Code::ResourceExhausted);
        drop(open);
        // what it had is given back once the server has noticed
        loop {
            let mut client = guarded.client();
            let again = callers[0].clone().scope(client.count(endless)).await;
            match code(again) {
                Code::Ok => break,
                Code::ResourceExhausted => tokio::time::sleep(Duration::from_millis(5)).await,
                other => panic!("{other}"),
            }
        }
    }

    async fn a_denial_says_what_would_do(way: Way) {
        let guarded = Guarded::new(way).await;
        let (key, _) = guarded.issue(1, Role::Reader, "orders/**");
        let caller = guarded.caller(Some(&key)).unwrap();
        let mut client = guarded.client();
        let call = client.say(about("payments", &["prod"], ""));
        let denied = Fault::from(caller.scope(call).await.unwrap_err());
        assert_eq!(denied.reason(), Reason::PermissionDenied);
        assert_eq!(denied.metadata()["role"], "reader");
        assert!(denied.message().contains("`main:payments/prod`"), "{denied}");
    }

    async fn without_a_key_nothing_is_done(way: Way) {
        let guarded = Guarded::new(way).await;
        let nobody = guarded.caller(None).unwrap();
        let mut client = guarded.client();
        let call = client.say(about("orders", &["prod"], ""));
        assert_eq!(code(nobody.clone().scope(call).await), Code::Unauthenticated);
        let call = client.write(about("orders", &["prod"], ""));
        assert_eq!(code(nobody.clone().scope(call).await), Code::Unauthenticated);
        let call = client.count(CountRequest::default());
        assert_eq!(code(nobody.scope(call).await), Code::Unauthenticated);
    }

    async fn handlers_judge_what_only_they_can_look_up(way: Way) {
        let guarded = Guarded::new(way).await;
        let (key, _) = guarded.issue(1, Role::Writer, "orders/**");
        let caller = guarded.caller(Some(&key)).unwrap();
        let mut client = guarded.client();
        let call = client.write(about("orders", &["prod"], "main"));
        assert_eq!(code(caller.clone().scope(call).await), Code::Ok);
        let call = client.write(about("payments", &["prod"], "main"));
        assert_eq!(code(caller.clone().scope(call).await), Code::PermissionDenied);
        let forgets = SayRequest {
            text: FORGETS.to_owned(),
            ..about("orders", &["prod"], "main")
        };
        assert_eq!(code(caller.scope(client.write(forgets)).await), Code::Internal);
    }

    async fn a_call_that_is_passed_on_is_made_for_the_same_caller(way: Way) {
        let guarded = Guarded::new(way).await;
        let (key, _) = guarded.issue(1, Role::Reader, "orders/**");
        let caller = guarded.caller(Some(&key)).unwrap();
        let mut client = guarded.client();
        let call = client.relay(about("orders", &["prod"], ""));
        let reply = caller.clone().scope(call).await.unwrap().into_inner();
        assert_eq!((&*reply.server, &*reply.principal), ("behind", "key:key-1"));
        assert_eq!(reply.text, "", "it is filtered for who may not see everything");
        let call = client.relay(about("payments", &["prod"], ""));
        assert_eq!(code(caller.scope(call).await), Code::PermissionDenied);
    }

    async fn a_stream_ends_with_its_token_or_with_the_key_that_signed_it(way: Way) {
        let guarded = Guarded::new(way).await;
        let provider = Provider::begin(guarded.runtime.clock.now());
        guarded.runtime.gate.know_tokens(provider.clone());
        let request = CountRequest {
            count: 1,
            behaviour: Behaviour::Hang.into(),
        };
        // by its claims it ends soon, or not as long as this test runs
        for (token, is_rotated) in [("soon.a.b", false), ("later.a.b", true)] {
            let bearer = ("authorization", format!("Bearer {token}"));
            let headers = [(bearer.0.parse().unwrap(), bearer.1.parse().unwrap())];
            let caller = guarded.caller_by(&headers.into_iter().collect()).unwrap();
            let mut client = guarded.client();
            let mut numbers = caller.scope(client.count(request)).await.unwrap().into_inner();
            assert_eq!(numbers.message().await.unwrap().unwrap().number, 0);
            if is_rotated {
                provider.rotate();
            }
            let ended = tokio::time::timeout(Duration::from_secs(10), numbers.message()).await;
            assert_eq!(code(ended.unwrap()), Code::Unauthenticated, "{token}");
        }
    }

    async fn a_stream_ends_when_its_key_is_revoked(way: Way) {
        let guarded = Guarded::new(way).await;
        let (key, stored) = guarded.issue(1, Role::Reader, "**");
        let caller = guarded.caller(Some(&key)).unwrap();
        let request = CountRequest {
            count: 1,
            behaviour: Behaviour::Hang.into(),
        };
        let mut client = guarded.client();
        let mut numbers = caller.scope(client.count(request)).await.unwrap().into_inner();
        assert_eq!(numbers.message().await.unwrap().unwrap().number, 0);
        guarded.keys.put(stored.revoke(guarded.runtime.clock.now()));
        let ended = tokio::time::timeout(Duration::from_secs(10), numbers.message()).await;
        assert_eq!(code(ended.unwrap()), Code::Unauthenticated);
    }
}

#[tokio::test]
async fn in_its_own_work_a_process_shows_its_own_key() {
    let guarded = Guarded::new(Way::Network).await;
    let (key, _) = guarded.issue(1, Role::Operator, "**");
    let mut client = guarded.client();
    let own = Context::root().scope(client.say(about("orders", &["prod"], "")));
    assert_eq!(code(own.await), Code::Unauthenticated);
    let showing = guarded.channel.clone().showing(Credential::Key(key).into());
    let mut client = Client::new(showing);
    let own = Context::root().scope(client.say(about("orders", &["prod"], "")));
    assert_eq!(own.await.unwrap().get_ref().principal, "key:key-1");
    // nor for a call that does not say for whom it is
    let lost = client.say(about("orders", &["prod"], "")).await;
    assert_eq!(code(lost), Code::Unauthenticated);
    // but never for a caller who has none
    let nobody = guarded.caller(None).unwrap();
    let call = client.say(about("orders", &["prod"], ""));
    assert_eq!(code(nobody.scope(call).await), Code::Unauthenticated);
}

#[tokio::test]
async fn in_its_own_work_a_process_needs_no_key_within_itself() {
    let guarded = Guarded::new(Way::InProcess).await;
    let mut client = guarded.client();
    let own = Context::root().scope(client.say(about("orders", &["prod"], "")));
    assert_eq!(own.await.unwrap().get_ref().principal, "service:vortex");
    let lost = client.say(about("orders", &["prod"], "")).await;
    assert_eq!(code(lost), Code::Unauthenticated);
}

#[tokio::test]
async fn a_key_that_is_not_valid_is_refused_without_a_hint_and_slowed_down() {
    let guarded = Guarded::new(Way::Network).await;
    let (key, stored) = guarded.issue(1, Role::Reader, "**");
    let wrong = ApiKey::from_random([1; 10], [9; 32]);
    let unknown = ApiKey::from_random([8; 10], [1; 32]);
    guarded.keys.put(stored.revoke(guarded.runtime.clock.now()));
    let mut told = Vec::new();
    for key in [&key, &wrong, &unknown] {
        let fault = shown(&guarded, key.expose()).await.unwrap_err();
        assert_eq!(fault.reason(), Reason::Unauthenticated);
        told.push(fault.message().to_owned());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    let mut last = Reason::Unauthenticated;
    for _ in 0..100 {
        last = shown(&guarded, wrong.expose()).await.unwrap_err().reason();
    }
    assert_eq!(last, Reason::RateLimited);
    // who has a key is not kept out by others at the same address
    let (key, _) = guarded.issue(2, Role::Reader, "**");
    shown(&guarded, key.expose()).await.unwrap();
    let metrics = guarded.runtime.metrics.render();
    for reason in ["revoked", "wrong", "unknown"] {
        let counted = format!("vortex_access_refused_total{{reason=\"{reason}\"}}");
        assert!(metrics.contains(&counted), "{reason}: {metrics}");
    }
}

/// A call with a key in its metadata, of a caller that is no service of ours.
async fn shown(guarded: &Guarded, key: &str) -> Result<(), Fault> {
    let mut request = Request::new(about("orders", &["prod"], ""));
    let value = format!("Bearer {key}").parse().unwrap();
    request.metadata_mut().insert("authorization", value);
    let answer = guarded.client().say(request).await;
    answer.map(drop).map_err(Fault::from)
}

#[tokio::test]
async fn while_keys_are_not_known_nobody_is_told_that_theirs_is_wrong() {
    let runtime = guarded_runtime();
    let key = ApiKey::from_random([1; 10], [1; 32]);
    let headers = [("x-api-key".parse().unwrap(), key.expose().parse().unwrap())];
    let headers = headers.into_iter().collect();
    let refused = || {
        runtime
            .gate
            .admit(&headers, Peer::InProcess, "")
            .unwrap_err()
    };
    assert_eq!(refused().reason(), Reason::Unavailable);
    // told of, but not heard of yet
    runtime.gate.know(Arc::<HeldKeys>::default());
    assert_eq!(refused().reason(), Reason::Unavailable);
}
