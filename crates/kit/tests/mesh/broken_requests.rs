//! Callers who go away while their message is still on its way.

use std::{
    net::{Shutdown, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use futures::channel::mpsc;
use http::Request;
use http_body_util::StreamBody;
use hyper::{
    body::Frame,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, task::JoinHandle};
use vortex_kit::{grpc::Limits, process::Runtime};

use super::{
    echo::{Echo, any_port, runtime, server},
    logs::Logs,
};

const PATIENCE: Duration = Duration::from_secs(30);
/// More than one, as a client that stops breaks off all it has under way.
const CALLS: usize = 20;
/// The first bytes of a message of nine.
const BEGINNING: &[u8] = b"\0\0\0\0\x09\x0a";

/// Bytes that are sent as they come; an error breaks the body off.
type Sender = mpsc::UnboundedSender<Result<Frame<Bytes>, std::io::Error>>;
type Sent = StreamBody<mpsc::UnboundedReceiver<Result<Frame<Bytes>, std::io::Error>>>;

/// How callers go away.
#[derive(Clone, Copy, Debug)]
enum Going {
    /// They can't send the rest.
    Failing,
    /// They give the call up.
    Cancelling,
    /// Their connection ends.
    Hanging,
}

struct Caller {
    client: SendRequest<Sent>,
    socket: std::net::TcpStream,
}

impl Caller {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let stream = stream.into_std().unwrap();
        let socket = stream.try_clone().unwrap();
        let stream = TokioIo::new(TcpStream::from_std(stream).unwrap());
        let shaken = http2::handshake(TokioExecutor::new(), stream).await;
        let (client, connection) = shaken.unwrap();
        tokio::spawn(connection);
        Self { client, socket }
    }

    /// Begins a call of a method with the first bytes of its body.
    fn begin(&mut self, method: &str, bytes: &'static [u8]) -> (Sender, JoinHandle<()>) {
        let (sender, body) = mpsc::unbounded();
        let bytes = Frame::data(Bytes::from_static(bytes));
        sender.unbounded_send(Ok(bytes)).unwrap();
        let request = Request::post(format!("http://localhost/kit.echo.v1.EchoService/{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(StreamBody::new(body));
        let call = self.client.send_request(request.unwrap());
        (sender, tokio::spawn(async { drop(call.await) }))
    }

    /// Goes away from calls whose messages the server has begun to read. As long as what it answers
    /// is kept, no message has ended.
    async fn leave(mut self, going: Going) -> Vec<Sender> {
        let calls: Vec<_> = (0..CALLS).map(|_| self.begin("Say", BEGINNING)).collect();
        // frames arrive in order: once this is answered, those before are with their handlers
        let (sender, whole) = self.begin("Write", b"\0\0\0\0\0");
        drop(sender);
        whole.await.unwrap();
        let (senders, calls): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        match going {
            Going::Failing => {
                for sender in &senders {
                    let error = std::io::Error::other("the disk is gone");
                    sender.unbounded_send(Err(error)).unwrap();
                }
            }
            Going::Cancelling => calls.iter().for_each(JoinHandle::abort),
            Going::Hanging => self.socket.shutdown(Shutdown::Both).unwrap(),
        }
        for call in calls {
            // it was given up
            let _ = call.await;
        }
        senders
    }
}

/// What the calls came to, once all are over.
async fn ended(runtime: &Runtime) -> Vec<String> {
    let counts = || {
        let metrics = runtime.metrics.render();
        let lines = metrics.lines().filter(|line| {
            line.starts_with("vortex_grpc_server_handled_total") && line.contains("\"Say\"")
        });
        let counts = lines.filter_map(|line| line.split_once("code=")?.1.split_once("} "));
        let counts = counts.map(|(code, count)| (code.to_owned(), count.parse().unwrap()));
        counts.collect::<Vec<(String, usize)>>()
    };
    let over = async {
        loop {
            let counts = counts();
            if counts.iter().map(|(_, count)| count).sum::<usize>() == CALLS {
                return counts;
            }
            tokio::task::yield_now().await;
        }
    };
    let counts = tokio::time::timeout(PATIENCE, over).await.unwrap();
    let some = counts.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(code, _)| code).collect()
}

#[tokio::test]
async fn messages_that_break_off_are_cancelled_calls_and_nobodys_fault() {
    for going in [Going::Failing, Going::Cancelling, Going::Hanging] {
        let logs = Logs::capture();
        let runtime = runtime();
        let server = server(&runtime, Echo::named("echo"), Limits::default()).await;
        let address = server.listen(any_port()).unwrap();
        let _senders = Caller::connect(address).await.leave(going).await;
        assert_eq!(ended(&runtime).await, ["\"CANCELLED\""], "{going:?}");
        for level in ["ERROR", "WARN"] {
            assert_eq!(logs.lines(level), [""; 0], "{going:?}");
        }
    }
}
