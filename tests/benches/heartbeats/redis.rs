//! Redis, as a store of heartbeats: the report under the instance's name, for 90 s.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use prost::Message as _;
use vortex_proto::heartbeat::v1 as pb;
use vortex_tests::{GLANCE, PATIENCE, cpu_time};

/// A server and a connection to it.
pub(crate) struct Redis {
    server: Child,
    connection: TcpStream,
}

impl Redis {
    /// None if there is none on this machine.
    pub(crate) fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let port = port.to_string();
        let server = Command::new("redis-server")
            .args([
                "--port",
                &port,
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .stdout(Stdio::null())
            .spawn();
        let Ok(server) = server else {
            println!("there is no redis-server here");
            return None;
        };
        let tries = PATIENCE.as_millis() / GLANCE.as_millis();
        let connection = (0..tries).find_map(|_| {
            std::thread::sleep(GLANCE);
            TcpStream::connect(format!("127.0.0.1:{port}")).ok()
        });
        let connection = connection.expect("redis-server listens");
        connection.set_nodelay(true).unwrap();
        Some(Self { server, connection })
    }

    /// Sets all reports, those of a request in one pipeline; answers with the server's CPU time.
    pub(crate) fn set_all(&mut self, requests: &[Vec<u8>]) -> Duration {
        let before = cpu_time(self.server.id());
        for request in requests {
            let request = pb::ReportBatchRequest::decode(&**request).unwrap();
            self.set(&request.heartbeats);
        }
        cpu_time(self.server.id()) - before
    }

    fn set(&mut self, heartbeats: &[pb::Heartbeat]) {
        const TAKEN: &[u8] = b"+OK\r\n";
        let mut pipeline = Vec::with_capacity(heartbeats.len() * 200);
        for heartbeat in heartbeats {
            let (key, value) = (&heartbeat.instance_id, heartbeat.encode_to_vec());
            let head = format!("*5\r\n$3\r\nSET\r\n${}\r\n{key}\r\n", key.len());
            pipeline.extend_from_slice(head.as_bytes());
            pipeline.extend_from_slice(format!("${}\r\n", value.len()).as_bytes());
            pipeline.extend_from_slice(&value);
            pipeline.extend_from_slice(b"\r\n$2\r\nEX\r\n$2\r\n90\r\n");
        }
        self.connection.write_all(&pipeline).unwrap();
        let mut answers = vec![0; heartbeats.len() * TAKEN.len()];
        self.connection.read_exact(&mut answers).unwrap();
        assert!(answers.chunks(TAKEN.len()).all(|answer| answer == TAKEN));
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
