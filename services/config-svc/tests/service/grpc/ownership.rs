//! Who owns what: set, listed, met.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::ownership_service_client::OwnershipServiceClient;

use super::{Node, Way, both_ways, change, node::put, settings, written};

fn give(pattern: &str, owner: &str) -> pb::SetOwnershipRequest {
    pb::SetOwnershipRequest {
        pattern: pattern.to_owned(),
        owner: owner.to_owned(),
        ..Default::default()
    }
}

async fn set(
    node: &Node,
    request: pb::SetOwnershipRequest,
) -> Result<tonic::Response<pb::SetOwnershipResponse>, tonic::Status> {
    let mut client = OwnershipServiceClient::new(node.channel.clone());
    client.set_ownership(request).await
}

async fn list(node: &Node, request: pb::ListOwnershipRequest) -> pb::ListOwnershipResponse {
    let mut client = OwnershipServiceClient::new(node.channel.clone());
    client.list_ownership(request).await.unwrap().into_inner()
}

fn told(listed: &pb::ListOwnershipResponse) -> Vec<(&str, &str, u64)> {
    let owned = listed.ownership.iter();
    owned
        .map(|owned| (&*owned.pattern, &*owned.owner, owned.epoch))
        .collect()
}

both_ways! {
async fn what_another_cluster_owns_is_refused_and_says_whose_it_is(way: Way) {
    let (_folder, mut node) = Node::new(way).await;
    node.config.put_document(put("orders", "v1", "n: 1")).await.unwrap();
    assert!(list(&node, Default::default()).await.ownership.is_empty());
    let owned = set(&node, give("orders/**", "us")).await.unwrap().into_inner();
    let owned = owned.ownership.unwrap();
    assert_eq!((owned.epoch, &*owned.owner, &*owned.principal), (2, "us", "anonymous"));
    assert_eq!(owned.fence.unwrap().sequence, 1);

    let mut config = node.config.clone();
    let refused = node.refused(config.put_document(put("orders", "v2", "n: 2"))).await;
    assert_eq!(refused.reason(), Reason::NotOwner);
    let facts = refused.metadata();
    assert_eq!((&*facts["owner"], &*facts["what"]), ("us", "orders.yml"));

    let both = vec![written("a.yml", "n: 1"), written("orders-x.yml", "n: 1")];
    let refused = node.refused(config.apply_change(change("v3", both))).await;
    assert_eq!(refused.reason(), Reason::NamespaceSpansOwners);
    let facts = refused.metadata();
    assert_eq!(facts["owners"], "local,us");
    assert_eq!(facts["paths"], "a.yml,orders-x.yml");
    node.config.put_document(put("a", "v4", "n: 4")).await.unwrap();
    node.stop().await;
}

async fn ownerships_are_listed_in_pages_over_a_restart(way: Way) {
    let (folder, node) = Node::new(way).await;
    for pattern in ["a/**", "b/default", "b/**"] {
        set(&node, give(pattern, "us")).await.unwrap();
    }
    let expected = [("**", "local", 1), ("a/**", "us", 2), ("b/**", "us", 4), ("b/default", "us", 3)];
    let all = list(&node, Default::default()).await;
    assert_eq!((told(&all), &*all.cluster), (expected.to_vec(), "local"));
    let mut token = String::new();
    for one in expected {
        let request = pb::ListOwnershipRequest { page_size: 1, page_token: token };
        let page = list(&node, request).await;
        assert_eq!(told(&page), [one]);
        token = page.next_page_token;
    }
    assert!(token.is_empty());
    node.stop().await;
    let node = Node::start(way, settings(folder.path())).await;
    assert_eq!(told(&list(&node, Default::default()).await), expected);
    node.stop().await;
}

async fn what_can_not_be_owned_or_is_not_as_it_was_is_refused(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let invalid = [
        ("main:a/b", "us"), ("*/prod", "us"), ("a//b", "us"), ("", "us"),
    ];
    for (pattern, owner) in invalid {
        let refused = node.refused(set(&node, give(pattern, owner))).await;
        assert_eq!(refused.reason(), Reason::InvalidArgument, "{pattern} {owner}");
    }
    let refused = node.refused(set(&node, give("a/**", "u s"))).await;
    assert_eq!(refused.reason(), Reason::InvalidName);
    set(&node, give("a/**", "us")).await.unwrap();
    let refused = node.refused(set(&node, give("a/**", "local"))).await;
    assert_eq!(refused.reason(), Reason::NotOwner);
    let forced = |expect_epoch| pb::SetOwnershipRequest {
        force: true,
        expect_epoch,
        ..give("a/**", "local")
    };
    let refused = node.refused(set(&node, forced(None))).await;
    assert_eq!(refused.reason(), Reason::InvalidArgument);
    let refused = set(&node, forced(Some(1))).await.unwrap_err();
    assert_eq!(Fault::from_status(&refused).reason(), Reason::PreconditionFailed);
    let taken = set(&node, forced(Some(2))).await.unwrap().into_inner();
    let taken = taken.ownership.unwrap();
    assert_eq!((taken.epoch, taken.forced, taken.fence), (3, true, None));
    node.stop().await;
}
}
