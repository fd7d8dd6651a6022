//! Which applications a rollout concerns.

use super::sample::spec;
use crate::domain::{Spec, Strategy, analysis::Application};

fn holding(path: &str, written_for: Option<&str>, judged: &str) -> Spec {
    Spec {
        paths: vec![path.to_owned()],
        written_for: vec![written_for.map(Application::new)],
        apps: vec![Application::new(judged)],
        ..spec(Strategy::Conservative)
    }
}

#[test]
fn a_rollout_concerns_who_its_documents_are_for_and_who_is_judged() {
    let spec = holding("orders-eu.yml", Some("orders-eu"), "gate");
    assert!(spec.concerns("orders-eu") && spec.concerns("gate"));
    assert!(!spec.concerns("orders") && !spec.concerns("orders-eu2"));
    let of_source = holding("orders-eu.yml", None, "gate");
    assert!(of_source.concerns("orders") && !of_source.concerns("order"));
}

#[test]
fn an_application_reads_one_profile_where_its_documents_are_of_one() {
    let profile = |path: &str, written_for: Option<&str>| {
        holding(path, written_for, "orders").profile_of("orders")
    };
    assert_eq!(profile("orders-prod.yml", Some("orders")).unwrap(), "prod");
    assert_eq!(profile("orders.yml", Some("orders")).unwrap(), "default");
    let shared = profile("application-prod.yml", Some("application"));
    assert_eq!(shared.unwrap(), "prod");
    assert_eq!(profile("stock-prod.yml", Some("stock")), None);
    let two = Spec {
        paths: vec!["orders-dev.yml".to_owned(), "orders-prod.yml".to_owned()],
        written_for: vec![Some(Application::new("orders")); 2],
        ..holding("", None, "orders")
    };
    assert_eq!(two.profile_of("orders"), None);
    assert!(!two.has_profiles());
}
