//! What sinks are sent, as their settings say.

use vortex_notify::{SIGNATURE, TIMESTAMP, signature};

use crate::{
    diary::{id, write},
    receiver::Receiver,
    service::{Home, SECRET, sink},
};

#[tokio::test]
async fn a_receiver_can_check_who_sent_an_event_and_when() {
    let (home, receiver) = (Home::new(), Receiver::listening().await);
    let service = home.start(&sink("pager", &receiver)).await;
    write(&service.store, 0..2).await;
    receiver.takes(&id(1)).await;
    service.stop().await;
    for got in receiver.got() {
        let timestamp: i64 = got.header(TIMESTAMP).parse().unwrap();
        let expected = signature(SECRET.as_bytes(), timestamp, got.body.as_bytes());
        assert_eq!(got.header(SIGNATURE), expected);
        let other = signature(b"another secret of 24 by.", timestamp, got.body.as_bytes());
        assert_ne!(got.header(SIGNATURE), other);
        assert_eq!(got.header("content-type"), "application/json");
        assert!(got.body.contains(&format!("\"id\":\"{}\"", got.id())));
    }
}

#[tokio::test]
async fn a_chat_is_sent_the_text_alone_and_what_is_not_secured_has_no_signature() {
    let (home, receiver) = (Home::new(), Receiver::listening().await);
    let url = format!("http://{}/chat", receiver.address);
    let service = home
        .start(&format!(
            "  - {{name: chat, url: '{url}', format: slack}}\n"
        ))
        .await;
    write(&service.store, 7..8).await;
    receiver.takes(&id(7)).await;
    service.stop().await;
    let got = &receiver.got()[0];
    assert_eq!(got.body, r#"{"text":"number 7 came"}"#);
    assert_eq!(got.header(SIGNATURE), "");
}

#[tokio::test]
async fn a_sink_is_told_of_what_it_wants_alone() {
    let home = Home::new();
    let (even, none) = (Receiver::listening().await, Receiver::listening().await);
    let (of_even, of_none) = (even.address, none.address);
    let service = home
        .start(&format!(
            "  - {{name: even, url: 'http://{of_even}', events: rollout.rolled_back, apps: orders}}\n  \
             - {{name: none, url: 'http://{of_none}', apps: billing}}\n"
        ))
        .await;
    write(&service.store, 0..9).await;
    even.takes(&id(8)).await;
    service.stop().await;
    assert_eq!(even.taken(), [0, 2, 4, 6, 8].map(id));
    assert!(none.got().is_empty());
}
