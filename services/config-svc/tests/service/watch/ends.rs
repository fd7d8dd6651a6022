//! How watches tell that nothing happens, and how they end.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1::{
    self as pb, watch_config_response::Event, watch_log_response::Event as LogEvent,
};

use crate::grpc::{Node, Way, both_ways, change, put, written};

fn watch() -> pb::WatchConfigRequest {
    pb::WatchConfigRequest {
        app: "orders".to_owned(),
        ..Default::default()
    }
}

both_ways! {
    async fn progress_comes_to_the_newest_position_though_nothing_changes(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        node.config.put_document(put("orders", "v1", "a: 1")).await.unwrap();
        let mut stream = node.config.watch_config(watch()).await.unwrap().into_inner();
        let first = stream.message().await.unwrap().unwrap();
        assert!(matches!(first.event, Some(Event::Snapshot(_))));
        let other = node.config.put_document(put("payments", "v1", "a: 1")).await.unwrap();
        let token = other.into_inner().token;
        loop {
            let message = stream.message().await.unwrap().unwrap();
            let Some(Event::Progress(progress)) = message.event else { panic!("{message:?}") };
            if progress.token == token {
                break;
            }
        }
        drop(stream);
        node.stop().await;
    }

    async fn a_watch_that_can_not_begin_is_refused_at_once(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut config = node.config.clone();
        let request = pb::WatchConfigRequest { label: "nowhere".to_owned(), ..watch() };
        let fault = node.refused(config.watch_config(request)).await;
        assert_eq!(fault.reason(), Reason::LabelNotFound);
        let request = pb::WatchLogRequest { after: "x".to_owned(), ..Default::default() };
        let fault = node.refused(config.watch_log(request)).await;
        assert_eq!(fault.fields()[0].field, "after");
        node.stop().await;
    }

    async fn watches_end_with_a_word_when_the_server_drains(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let documents = vec![written("orders.yml", "a: 1")];
        node.config.apply_change(change("v1", documents)).await.unwrap();
        let mut config = node.config.watch_config(watch()).await.unwrap().into_inner();
        let mut log = node.config.watch_log(pb::WatchLogRequest::default()).await.unwrap().into_inner();
        config.message().await.unwrap().unwrap();
        node.runtime.lifecycle.begin_drain();
        let ended = loop {
            match config.message().await {
                Ok(message) => assert!(message.is_some(), "it ends without a word"),
                Err(status) => break status,
            }
        };
        assert_eq!(Fault::from_status(&ended).reason(), Reason::Draining);
        let ended = loop {
            match log.message().await {
                Ok(Some(message)) => assert!(matches!(message.event, Some(LogEvent::Progress(_)))),
                Ok(None) => panic!("it ends without a word"),
                Err(status) => break status,
            }
        };
        assert_eq!(Fault::from_status(&ended).reason(), Reason::Draining);
        drop((config, log));
        node.stop().await;
    }
}
