//! What happened to all rollouts.

use vortex_kit::error::Reason;
use vortex_proto::rollout::v1 as pb;

use crate::mesh::{Mesh, by_hand, refusal};

fn told(page: &pb::ListTransitionsResponse) -> Vec<(String, String)> {
    let transitions = page.transitions.iter();
    transitions
        .map(|transition| {
            let entry = transition.entry.as_ref().unwrap();
            (transition.rollout.clone(), entry.action.clone())
        })
        .collect()
}

async fn list(mesh: &Mesh, request: pb::ListTransitionsRequest) -> pb::ListTransitionsResponse {
    let found = mesh.rollouts.clone().list_transitions(request).await;
    found.unwrap().into_inner()
}

#[tokio::test]
async fn the_audits_of_all_rollouts_are_listed_newest_first_in_pages() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    mesh.stage("billing").await;
    let orders = mesh.create(by_hand("orders")).await.id;
    mesh.confirmed(&orders).await;
    let billing = mesh.create(by_hand("billing")).await.id;
    mesh.confirmed(&billing).await;
    let all = list(&mesh, pb::ListTransitionsRequest::default()).await;
    let mut expected = Vec::new();
    for id in [&orders, &billing] {
        let actions = mesh.actions(id).await.into_iter();
        expected.extend(actions.map(|action| (id.clone(), action)));
    }
    expected.reverse();
    assert_eq!(told(&all), expected);
    assert_eq!(all.next_page_token, "");
    assert!(all.transitions[0].can_roll_back);
    let mut paged = Vec::new();
    let mut token = String::new();
    loop {
        let request = pb::ListTransitionsRequest {
            page_size: 1,
            page_token: token,
            ..Default::default()
        };
        let page = list(&mesh, request).await;
        paged.extend(told(&page));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, expected);
    let of_billing = pb::ListTransitionsRequest {
        app: "billing".to_owned(),
        ..Default::default()
    };
    let found = told(&list(&mesh, of_billing).await);
    assert!(!found.is_empty() && found.iter().all(|(id, _)| *id == billing));
    let of_nobody = pb::ListTransitionsRequest {
        author: "nobody".to_owned(),
        ..Default::default()
    };
    assert!(list(&mesh, of_nobody).await.transitions.is_empty());
    mesh.stop().await;
}

#[tokio::test]
async fn a_token_of_others_is_refused() {
    let mesh = Mesh::new().await;
    let request = pb::ListTransitionsRequest {
        page_token: "zz".to_owned(),
        ..Default::default()
    };
    let refused = refusal(mesh.rollouts.clone().list_transitions(request)).await;
    assert_eq!(refused.reason(), Reason::InvalidArgument);
    mesh.stop().await;
}
