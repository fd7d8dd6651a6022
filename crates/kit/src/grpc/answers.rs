//! Reads a text out of each answer as it passes.

use std::{collections::HashMap, fmt};

use http::Response;
use prost::Message;
use tonic::{Status, body::Body};

use super::{
    InvalidDescriptors, descriptors::FileSet, fields::FieldPath, message::peek, methods::qualified,
};

/// Tells a text that the answers of many methods have, such as a token, as they pass through a
/// channel: before its caller has the answer.
pub struct Answers {
    /// By the methods' paths.
    fields: HashMap<String, FieldPath>,
    tell: Box<dyn Fn(&str) + Send + Sync>,
}

impl Answers {
    /// Tells the field of this name, of all methods with one answer that have it.
    ///
    /// # Errors
    /// The bytes are no descriptor set.
    pub fn new(
        descriptors: &[u8],
        field: &str,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, InvalidDescriptors> {
        let set = FileSet::decode(descriptors)?;
        let mut fields = HashMap::new();
        for file in &set.file {
            for service in &file.service {
                let name = qualified(&file.package, &service.name);
                let unary = service.method.iter();
                let unary = unary.filter(|it| !it.client_streaming && !it.server_streaming);
                for method in unary {
                    // those that lack it tell nothing
                    if let Ok(field) = FieldPath::find(&set.file, &method.output_type, field) {
                        fields.insert(format!("/{name}/{}", method.name), field);
                    }
                }
            }
        }
        Ok(Self {
            fields,
            tell: Box::new(tell),
        })
    }

    /// Whether answers of the method at a path have the field.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.fields.contains_key(path)
    }

    /// Tells what an answer has, and gives it as it was.
    pub(crate) async fn look(
        &self,
        path: &str,
        answer: Response<Body>,
    ) -> Result<Response<Body>, Status> {
        let Some(field) = self.fields.get(path) else {
            return Ok(answer);
        };
        let (head, body) = answer.into_parts();
        let (message, body) = peek(body).await?;
        // what can't be read, its decoder refuses
        for text in field.texts(&message).unwrap_or_default() {
            if !text.is_empty() {
                (self.tell)(text);
            }
        }
        Ok(Response::from_parts(head, body))
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}
