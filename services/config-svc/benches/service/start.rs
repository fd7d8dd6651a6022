//! A start from a checkpoint of a hundred thousand documents.

use vortex_kit::clock::{Clock as _, System};

use crate::scale::{fill, open};

const DOCUMENTS: usize = 100_000;
const STARTS: usize = 5;

pub(crate) async fn run() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = open(folder.path()).await;
    fill(&configuration, DOCUMENTS).await;
    let state = (**configuration.state()).clone();
    let store = configuration.store().clone();
    let bytes = store.save_checkpoint(state).await.unwrap();
    println!("start: a checkpoint of {DOCUMENTS} documents takes {bytes} bytes");
    store.close().await.unwrap();
    drop((configuration, store));
    for _ in 0..STARTS {
        let clock = System::new();
        let configuration = open(folder.path()).await;
        println!("start: {} ms", clock.monotonic().as_millis());
        assert_eq!(configuration.state().served_documents(), DOCUMENTS);
        configuration.store().close().await.unwrap();
    }
}
