//! Sends a message that is written already.

use std::marker::PhantomData;

use bytes::{BufMut as _, Bytes};
use prost::Message;
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// Requests as bytes, answers as messages.
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
    type Encode = Bytes;
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
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(item.len());
        buffer.put(item);
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
