//! A name with several addresses, of which some refuse.

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use vortex_kit::{
    channel::{Channel, Fixed, Options},
    error::{Fault, Reason},
    grpc::Limits,
    http::Listener,
    process::Runtime,
};
use vortex_kit_echo::Behaviour;

use super::echo::{Client, Echo, any_port, methods, runtime, say, server, target};

async fn listen(name: &'static str, address: SocketAddr) -> (Runtime, SocketAddr) {
    let runtime = runtime();
    let server = server(&runtime, Echo::named(name), Limits::default()).await;
    let address = server.listen(address).unwrap();
    (runtime, address)
}

/// An address at which nobody listens.
fn refusing() -> SocketAddr {
    Listener::bind(any_port()).unwrap().address()
}

fn quick() -> Options {
    Options {
        resolve_every: Duration::from_millis(20),
        min_backoff: Duration::from_millis(5),
        max_backoff: Duration::from_millis(20),
        ..Options::default()
    }
}

fn channel(names: &Fixed, runtime: &Runtime) -> Client {
    channel_with(quick(), names, runtime)
}

fn channel_with(options: Options, names: &Fixed, runtime: &Runtime) -> Client {
    let target = target(refusing());
    let channel = Channel::connect_by(
        names.clone(),
        &target,
        methods(),
        options,
        &runtime.lifecycle,
    );
    Client::new(channel)
}

async fn ask(client: &mut Client) -> String {
    let reply = client.write(say(Behaviour::Unspecified)).await.unwrap();
    reply.into_inner().server
}

/// Asks until each of `names` has answered.
async fn until_all_answer(client: &mut Client, names: &[&str]) {
    let mut missing: BTreeSet<_> = names.iter().map(|name| (*name).to_owned()).collect();
    while !missing.is_empty() {
        missing.remove(&ask(client).await);
    }
}

#[tokio::test]
async fn an_address_that_refuses_costs_no_call() {
    let (_one, first) = listen("one", any_port()).await;
    let (_two, second) = listen("two", any_port()).await;
    let caller = runtime();
    let names = Fixed::new([first, refusing(), second]);
    let mut client = channel(&names, &caller);
    until_all_answer(&mut client, &["one", "two"]).await;
    let mut answers = Vec::new();
    for _ in 0..10 {
        answers.push(ask(&mut client).await);
    }
    assert_eq!(answers.iter().filter(|name| *name == "one").count(), 5);
}

#[tokio::test]
async fn addresses_come_and_go_with_the_name() {
    let (_one, first) = listen("one", any_port()).await;
    let (_two, second) = listen("two", any_port()).await;
    let caller = runtime();
    let names = Fixed::new([first]);
    let mut client = channel(&names, &caller);
    assert_eq!(ask(&mut client).await, "one");
    names.set([second]);
    until_all_answer(&mut client, &["two"]).await;
    for _ in 0..4 {
        assert_eq!(ask(&mut client).await, "two");
    }
}

#[tokio::test]
async fn an_address_that_comes_back_is_used_again() {
    let caller = runtime();
    let (one, address) = listen("one", any_port()).await;
    let mut client = channel(&Fixed::new([address]), &caller);
    assert_eq!(ask(&mut client).await, "one");
    one.lifecycle.stop(Duration::from_secs(60)).await;
    let status = client.say(say(Behaviour::Unspecified)).await.unwrap_err();
    assert_eq!(Fault::from_status(&status).reason(), Reason::Unavailable);
    let (_again, _) = listen("again", address).await;
    assert_eq!(until_answered(&mut client).await, "again");
}

/// Asks until somebody answers.
async fn until_answered(client: &mut Client) -> String {
    loop {
        if let Ok(reply) = client.say(say(Behaviour::Unspecified)).await {
            return reply.into_inner().server;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_address_that_refused_is_asked_again_before_one_that_did_not_answer_would_be() {
    let never = Duration::from_secs(3_600);
    let options = Options {
        min_backoff: never,
        max_backoff: never,
        max_refused_backoff: Duration::from_millis(20),
        ..quick()
    };
    let (caller, address) = (runtime(), refusing());
    let mut client = channel_with(options, &Fixed::new([address]), &caller);
    client.say(say(Behaviour::Unspecified)).await.unwrap_err();
    let (_back, _) = listen("back", address).await;
    assert_eq!(until_answered(&mut client).await, "back");
}

#[tokio::test]
async fn nobody_there_is_unavailable_at_once_and_says_why() {
    let caller = runtime();
    let address = refusing();
    let mut client = channel(&Fixed::new([address]), &caller);
    let status = client.write(say(Behaviour::Unspecified)).await.unwrap_err();
    let fault = Fault::from_status(&status);
    assert_eq!(fault.reason(), Reason::Unavailable);
    assert!(fault.message().contains("refused"), "{fault}");
    assert!(fault.message().contains(&address.to_string()), "{fault}");
}

#[tokio::test]
async fn a_draining_server_hands_its_callers_to_the_others() {
    let caller = runtime();
    let (one, first) = listen("one", any_port()).await;
    let (_two, second) = listen("two", any_port()).await;
    let mut client = channel(&Fixed::new([first, second]), &caller);
    until_all_answer(&mut client, &["one", "two"]).await;
    one.lifecycle.stop(Duration::from_secs(60)).await;
    for _ in 0..10 {
        assert_eq!(ask(&mut client).await, "two");
    }
}

#[tokio::test]
async fn only_calls_that_may_be_repeated_are_repeated() {
    let caller = runtime();
    let (one, address) = listen("one", any_port()).await;
    let mut client = channel(&Fixed::new([address]), &caller);
    client.write(say(Behaviour::Decline)).await.unwrap_err();
    client.say(say(Behaviour::Decline)).await.unwrap_err();
    let metrics = one.metrics.render();
    let calls = |method: &str| {
        let series = format!("method=\"{method}\",code=\"UNAVAILABLE\"}} ");
        let value = metrics.lines().find_map(|line| line.split_once(&series));
        value.map(|(_, count)| count.to_owned())
    };
    assert_eq!(calls("Write").as_deref(), Some("1"));
    assert_eq!(calls("Say").as_deref(), Some("3"));
}

#[tokio::test]
async fn an_open_channel_does_not_hold_its_process_up() {
    let caller = runtime();
    let (_one, address) = listen("one", any_port()).await;
    let mut client = channel(&Fixed::new([address]), &caller);
    ask(&mut client).await;
    let stop = caller.lifecycle.stop(Duration::from_secs(3600));
    assert!(stop.await.unfinished.is_empty());
}
