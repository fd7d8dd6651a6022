//! Sends a message that is written already, and what is said beside it.

use std::marker::PhantomData;

use bytes::{BufMut as _, Bytes};
use prost::Message;
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// Requests as the bytes of a message in two parts, answers as messages.
pub(super) struct Written<R>(PhantomData<R>);

/// Writes what is written.
pub(super) struct AsItIs;

/// Reads an answer.
pub(super) struct Read<R>(PhantomData<R>);

impl<R> Default for Written<R> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<R: Message + Default + Send + 'static> Codec for Written<R> {
    type Encode = [Bytes; 2];
    type Decode = R;
    type Encoder = AsItIs;
    type Decoder = Read<R>;

    fn encoder(&mut self) -> AsItIs {
        AsItIs
    }

    fn decoder(&mut self) -> Read<R> {
        Read(PhantomData)
    }
}

impl Encoder for AsItIs {
    type Item = [Bytes; 2];
    type Error = Status;

    fn encode(&mut self, item: [Bytes; 2], buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // one message after another is both of them
        buffer.reserve(item.iter().map(Bytes::len).sum());
        item.into_iter().for_each(|part| buffer.put(part));
        Ok(())
    }
}

impl<R: Message + Default> Decoder for Read<R> {
    type Item = R;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<R>, Status> {
        let read = R::decode(buffer).map_err(|error| Status::internal(error.to_string()));
        read.map(Some)
    }
}
