//! No log, no error and no dump shows a secret.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing_subscriber::fmt::MakeWriter;

use crate::{
    diary::{id, write},
    receiver::{Receiver, Reply},
    service::{Home, SECRET},
};

/// What is in the URL of a chat.
const TOKEN: &str = "T0KEN-OF-THE-CHAT";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_a_secret_nor_the_url_of_a_chat_is_shown() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (mut home, receiver) = (Home::new(), Receiver::away().await);
    home.pace.late = std::time::Duration::ZERO;
    let address = receiver.address;
    let sinks = format!(
        "  - {{name: pager, url: 'http://{address}/{TOKEN}', secret_file: secret}}\n  \
         - {{name: chat, url: 'http://{address}/{TOKEN}', format: slack}}\n"
    );
    let settings = home.settings(&sinks);
    let service = home.start_with(&settings).await;
    let wait = |name: &'static str| service.until(move |service| service.complaint(name).is_some());
    write(&service.store, 0..1).await;
    wait("pager").await;
    wait("chat").await;
    let away = format!("{:?}", service.runtime.health.snapshot());
    receiver.reply([500, 400, 301, 404, 400, 410, 400, 404].map(Reply::Status));
    receiver.listen().await;
    write(&service.store, 1..2).await;
    receiver.takes(&id(1)).await;
    let metrics = service.runtime.metrics.render();
    service.stop().await;
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("pager"), "{logged}");
    let shown = format!("{settings:?}");
    assert!(shown.contains("chat"));
    for text in [&logged, &shown, &away, &metrics] {
        assert!(!text.contains(SECRET) && !text.contains(TOKEN), "{text}");
    }
}
