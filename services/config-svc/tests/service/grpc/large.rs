//! Requests above tonic's own limit of 4 MiB are read by every service.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;

use super::{Node, Way, document};

#[tokio::test]
async fn every_service_reads_large_requests() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    let large = "x".repeat(5 << 20);
    let put = pb::PutDocumentRequest {
        document: document("orders", "default"),
        message: large.clone(),
        ..Default::default()
    };
    let get_source = pb::GetSourceRequest {
        name: large.clone(),
    };
    let get_split = pb::GetSplitRequest { id: large };
    let answers = [
        node.config.clone().put_document(put).await.map(drop),
        node.sources.clone().get_source(get_source).await.map(drop),
        node.splits.clone().get_split(get_split).await.map(drop),
    ];
    for answer in answers {
        // refused for what it says, so it was read
        let fault = Fault::from_status(&answer.unwrap_err());
        assert_ne!(fault.reason(), Reason::MessageTooLarge, "{fault}");
        assert!(fault.message().len() <= 1_024, "{}", fault.message().len());
    }
    node.stop().await;
}
