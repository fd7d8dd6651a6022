//! The client without a runtime.

use std::time::Duration;

use tokio::runtime::Runtime;

use crate::{
    gateway::{Settings, client, mesh, put},
    receiver::Receiver,
};

#[test]
fn a_program_without_a_runtime_reads_and_follows() {
    let runtime = Runtime::new().unwrap();
    let mesh = mesh();
    runtime.block_on(put(&mesh, "v1", "workers: 4"));
    let folder = tempfile::tempdir().unwrap();
    let client = client(&mesh).cache_dir(folder.path());
    let client = client.build_blocking().unwrap();
    assert_eq!(client.fetch::<Settings>().unwrap().workers, 4);
    let mut watch = client.watch::<Settings>();
    runtime.block_on(put(&mesh, "v2", "workers: 5"));
    let update = watch.next().unwrap();
    assert_eq!(update.accept().workers, 5);
    assert_eq!(client.version(), "v2");
    client.stop().unwrap();
    assert!(watch.next().is_none());
}

#[test]
fn a_program_without_a_runtime_reports() {
    let runtime = Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start());
    let client = receiver.client().build_blocking().unwrap();
    client.record_request(Duration::from_millis(1), true);
    client.start_heartbeats().unwrap();
    runtime.block_on(receiver.until(|report| report["sequence"] == 1));
    client.stop().unwrap();
    assert_eq!(receiver.reports().last().unwrap()["status"], "stopping");
}
