//! Gauges say how things stand at the moment they are scraped.

use super::{Node, Way, node::put};

/// The value of a series without labels.
fn value(node: &Node, name: &str) -> f64 {
    let rendered = node.runtime.metrics.render();
    let mut lines = rendered.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {rendered}"))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_scrape_tells_of_all_that_was_acknowledged_before_it() {
    let (_folder, mut node) = Node::new(Way::InProcess).await;
    assert_eq!(value(&node, "vortex_documents"), 0.0);
    assert_eq!(value(&node, "vortex_splits"), 0.0);
    for count in 1..=3 {
        let before = value(&node, "vortex_log_seq");
        let request = put(&format!("app-{count}"), "v1", "a: 1");
        node.config.put_document(request).await.unwrap();
        assert_eq!(value(&node, "vortex_documents"), f64::from(count));
        assert!(value(&node, "vortex_log_seq") > before);
    }
    assert!(value(&node, "vortex_store_bytes") > 0.0);
    node.stop().await;
}
