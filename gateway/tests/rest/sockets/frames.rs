//! Frames by the byte: the core cases of the Autobahn test suite, by their numbers.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{ask, mesh};
use crate::mesh::Mesh;

/// A frame of a client: its first byte, and its payload behind a mask of zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match u16::try_from(payload.len()) {
        Ok(length @ 0..126) => frame.push(0x80 | length.to_be_bytes()[1]),
        Ok(length) => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

/// The next frame of the server: its first byte and its payload.
async fn read(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let first = stream.read_u8().await.unwrap();
    let length = match stream.read_u8().await.unwrap() {
        126 => usize::from(stream.read_u16().await.unwrap()),
        127 => usize::try_from(stream.read_u64().await.unwrap()).unwrap(),
        short => usize::from(short),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.unwrap();
    (first, payload)
}

/// A connection that was told its snapshot.
async fn connected(mesh: &Mesh) -> TcpStream {
    let (mut stream, head) = ask(mesh, "", "").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert_eq!(read(&mut stream).await.0, 0x81);
    stream
}

/// The code with which the server closes after `bytes`.
async fn closes(mesh: &Mesh, bytes: &[u8]) -> u16 {
    let mut stream = connected(mesh).await;
    stream.write_all(bytes).await.unwrap();
    loop {
        let (first, payload) = read(&mut stream).await;
        if first == 0x88 {
            return u16::from_be_bytes([payload[0], payload[1]]);
        }
    }
}

/// The text that is answered to these frames.
async fn answers(mesh: &Mesh, bytes: &[u8]) -> String {
    let mut stream = connected(mesh).await;
    stream.write_all(bytes).await.unwrap();
    loop {
        let (first, payload) = read(&mut stream).await;
        match first {
            0x81 => return String::from_utf8(payload).unwrap(),
            0x8a => {}
            other => panic!("{other:x}"),
        }
    }
}

#[tokio::test]
async fn frames_that_are_wrong_close_with_the_code_of_the_rfc() {
    let mesh = mesh().await;
    let fragment = |first, text: &[u8]| frame(first, text);
    for (case, bytes, code) in [
        ("1.2.1 binary", frame(0x82, b"x"), 1003),
        ("2.5 ping of 126 bytes", frame(0x89, &[0; 126]), 1002),
        ("3.1 reserved bit 1", frame(0x91, b"x"), 1002),
        ("3.3 reserved bit 2", frame(0xa1, b"x"), 1002),
        ("3.5 reserved bit 3", frame(0xc1, b"x"), 1002),
        ("4.1.1 opcode 3", frame(0x83, b""), 1002),
        ("4.1.5 opcode 7", frame(0x87, b"x"), 1002),
        ("4.2.1 opcode 11", frame(0x8b, b""), 1002),
        ("4.2.5 opcode 15", frame(0x8f, b"x"), 1002),
        (
            "5.1 fragmented ping",
            [fragment(0x09, b"a"), fragment(0x80, b"b")].concat(),
            1002,
        ),
        ("5.9 continuation of nothing", frame(0x80, b"x"), 1002),
        (
            "5.18 text within a text",
            [fragment(0x01, b"a"), fragment(0x81, b"b")].concat(),
            1002,
        ),
        (
            "6.3.1 not UTF-8",
            frame(0x81, b"\xce\xba\xed\xa0\x80x"),
            1007,
        ),
        (
            "6.4.1 not UTF-8 in a fragment",
            [fragment(0x01, b"a"), fragment(0x80, b"\xff")].concat(),
            1007,
        ),
        ("7.3.2 close with one byte", frame(0x88, b"\x03"), 1002),
        ("7.9.1 close with 0", frame(0x88, &[0, 0]), 1002),
        (
            "7.9.5 close with 1005",
            frame(0x88, &1005_u16.to_be_bytes()),
            1002,
        ),
        (
            "7.9.9 close with 2999",
            frame(0x88, &2999_u16.to_be_bytes()),
            1002,
        ),
        (
            "7.7.1 close with 1000",
            frame(0x88, &1000_u16.to_be_bytes()),
            1000,
        ),
        (
            "7.7.10 close with 3000",
            frame(0x88, &3000_u16.to_be_bytes()),
            3000,
        ),
        ("9.1 over 64 KiB", frame(0x81, &vec![b'x'; 65_537]), 1009),
        (
            "9.3 over 64 KiB in fragments",
            [
                frame(0x01, &vec![b'x'; 40_000]),
                frame(0x80, &vec![b'x'; 40_000]),
            ]
            .concat(),
            1009,
        ),
        ("unmasked", vec![0x81, 0x01, b'x'], 1002),
        (
            "huge, of which nothing comes",
            vec![0x81, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            1009,
        ),
    ] {
        assert_eq!(closes(&mesh, &bytes).await, code, "{case}");
    }
}

#[tokio::test]
async fn frames_that_are_unusual_are_taken() {
    let mesh = mesh().await;
    let ping = br#"{"type":"ping"}"#;
    let (a, b) = ping.split_at(5);
    for (case, bytes) in [
        ("1.1.1 text", frame(0x81, ping)),
        ("5.3 fragments", [frame(0x01, a), frame(0x80, b)].concat()),
        (
            "5.6 ping between fragments",
            [frame(0x01, a), frame(0x89, b"p"), frame(0x80, b)].concat(),
        ),
        (
            "2.7 pong that nobody asked for",
            [frame(0x8a, b""), frame(0x81, ping)].concat(),
        ),
        (
            "2.10 ten pings",
            [frame(0x89, b"p").repeat(10), frame(0x81, ping)].concat(),
        ),
    ] {
        let text = answers(&mesh, &bytes).await;
        assert!(text.contains(r#""type":"pong""#), "{case}: {text}");
    }
    let mut stream = connected(&mesh).await;
    for byte in frame(0x81, ping) {
        stream.write_all(&[byte]).await.unwrap();
    }
    assert_eq!(read(&mut stream).await.0, 0x81, "2.6 byte by byte");
    let text = answers(&mesh, &frame(0x81, b"")).await;
    assert!(text.contains("INVALID_MESSAGE"), "1.1.1 empty: {text}");
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload() {
    let mesh = mesh().await;
    for (case, payload) in [("2.1", &b""[..]), ("2.2", b"Hello"), ("2.4", &[0xfe; 125])] {
        let mut stream = connected(&mesh).await;
        stream.write_all(&frame(0x89, payload)).await.unwrap();
        assert_eq!(read(&mut stream).await, (0x8a, payload.to_vec()), "{case}");
    }
}

#[tokio::test]
async fn a_flood_is_closed_and_nobody_else_notices() {
    let mesh = mesh().await;
    let mut other = connected(&mesh).await;
    let flood = frame(0x81, br#"{"type":"pong"}"#).repeat(500);
    assert_eq!(closes(&mesh, &flood).await, 1008);
    other
        .write_all(&frame(0x81, br#"{"type":"ping"}"#))
        .await
        .unwrap();
    assert_eq!(read(&mut other).await.0, 0x81);
}
