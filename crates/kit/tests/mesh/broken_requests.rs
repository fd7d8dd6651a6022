//! Callers whose message is still on its way, and those who go away meanwhile.

use std::{
    net::{Shutdown, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use futures::channel::mpsc;
use http::{HeaderMap, Request};
use http_body_util::StreamBody;
use hyper::{
    body::Frame,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, task::JoinHandle};
use tonic::Code;
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
    fn begin(&mut self, method: &str, bytes: &'static [u8]) -> (Sender, JoinHandle<Option<Code>>) {
        let (sender, body) = mpsc::unbounded();
        let bytes = Frame::data(Bytes::from_static(bytes));
        sender.unbounded_send(Ok(bytes)).unwrap();
        let request = Request::post(format!("http://localhost/kit.echo.v1.EchoService/{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(StreamBody::new(body));
        let call = self.client.send_request(request.unwrap());
        (
            sender,
            tokio::spawn(async { refused(call.await.ok()?.headers()) }),
        )
    }

    /// Goes away from calls whose messages the server has begun to read. As long as what it answers
    /// is kept, no message has ended.
    async fn leave(mut self, going: Going) -> Vec<Sender> {
        let calls: Vec<_> = (0..CALLS).map(|_| self.begin("Say", BEGINNING)).collect();
        // frames arrive in order: once this is answered, those before have begun
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

/// The code of an answer that is a refusal, which is in its headers.
fn refused(headers: &HeaderMap) -> Option<Code> {
    Some(Code::from_bytes(headers.get("grpc-status")?.as_bytes()))
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

/// The first call waits for its message, and the second one is handled meanwhile.
#[tokio::test]
async fn calls_whose_messages_are_still_to_come_keep_nobody_out() {
    let runtime = runtime();
    let limits = Limits {
        calls: 1,
        ..Limits::default()
    };
    let server = server(&runtime, Echo::named("echo"), limits).await;
    let mut caller = Caller::connect(server.listen(any_port()).unwrap()).await;
    let dribbling: Vec<_> = (0..CALLS).map(|_| caller.begin("Say", BEGINNING)).collect();
    for _ in 0..2 {
        let (sender, whole) = caller.begin("Write", b"\0\0\0\0\0");
        drop(sender);
        assert_eq!(whole.await.unwrap(), None);
    }
    // each of them takes its place once its message is there, and gives it back
    for (sender, call) in dribbling {
        let rest = Frame::data(Bytes::from_static(b"\x07dribble"));
        sender.unbounded_send(Ok(rest)).unwrap();
        drop(sender);
        assert_eq!(call.await.unwrap(), None);
    }
}

/// Those who dribble are bounded, and keep out only others who do.
#[tokio::test]
async fn messages_that_are_still_to_come_have_a_bound_of_their_own() {
    let runtime = runtime();
    let mut limits = Limits::default();
    limits.http.connections = 1;
    let server = server(&runtime, Echo::named("echo"), limits).await;
    let mut caller = Caller::connect(server.listen(any_port()).unwrap()).await;
    let first = caller.begin("Say", BEGINNING);
    let (_sender, second) = caller.begin("Say", BEGINNING);
    assert_eq!(second.await.unwrap(), Some(Code::ResourceExhausted));
    let (sender, whole) = caller.begin("Write", b"\0\0\0\0\0");
    drop(sender);
    assert_eq!(whole.await.unwrap(), None);
    drop(first);
}

/// A caller that has a stream in mind says nothing more before it has an answer.
#[tokio::test]
async fn a_method_that_is_unknown_is_refused_before_its_message_is_there() {
    let runtime = runtime();
    let mut limits = Limits::default();
    limits.http.connections = 1;
    let server = server(&runtime, Echo::named("echo"), limits).await;
    let mut caller = Caller::connect(server.listen(any_port()).unwrap()).await;
    let (_room, _waits) = caller.begin("Say", BEGINNING);
    let (_sender, refused) = caller.begin("Nothing", BEGINNING);
    let refused = tokio::time::timeout(PATIENCE, refused).await.unwrap();
    assert_eq!(refused.unwrap(), Some(Code::Unimplemented));
}
