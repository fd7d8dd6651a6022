//! A link that can be cut.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use super::{Link, listener};

/// A TCP link that can be cut as a network is: nothing passes and nobody is told, and what was on
/// its way arrives once it is mended.
#[derive(Clone, Debug)]
pub struct Cut {
    address: SocketAddr,
    way: Arc<watch::Sender<Way>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Way {
    target: Option<SocketAddr>,
    is_cut: bool,
}

impl Cut {
    /// A link of the current runtime. Nothing passes before it leads anywhere.
    pub fn new() -> Self {
        let (listener, address) = listener();
        let way = Arc::new(watch::Sender::new(Way::default()));
        let passing = way.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass(near, passing.subscribe()));
            }
        });
        Self { address, way }
    }

    /// Lets nothing pass.
    pub fn cut(&self) {
        self.way.send_modify(|way| way.is_cut = true);
    }

    /// Lets everything pass again.
    pub fn mend(&self) {
        self.way.send_modify(|way| way.is_cut = false);
    }
}

impl Default for Cut {
    fn default() -> Self {
        Self::new()
    }
}

impl Link for Cut {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn lead_to(&self, target: SocketAddr) {
        self.way.send_modify(|way| way.target = Some(target));
    }
}

/// Passes a connection on until one of its sides ends it.
async fn pass(near: TcpStream, mut way: watch::Receiver<Way>) {
    let Some(target) = open(&mut way).await else {
        return;
    };
    // nobody there: the near side is told by its end
    let Ok(far) = TcpStream::connect(target).await else {
        return;
    };
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    // one side that ends ends both
    tokio::select! {
        _ = copy(near_read, far_write, way.clone()) => {}
        _ = copy(far_read, near_write, way) => {}
    }
}

async fn copy(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut way: watch::Receiver<Way>,
) -> io::Result<()> {
    let mut bytes = vec![0; 64 << 10];
    loop {
        let read = from.read(&mut bytes).await?;
        if read == 0 || open(&mut way).await.is_none() {
            return to.shutdown().await;
        }
        to.write_all(&bytes[..read]).await?;
    }
}

/// Waits until something may pass, and answers where to. None once nobody has the link any more.
async fn open(way: &mut watch::Receiver<Way>) -> Option<SocketAddr> {
    let open = way.wait_for(|way| !way.is_cut && way.target.is_some());
    open.await.ok()?.target
}
