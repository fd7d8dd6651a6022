//! Tells of answers as they pass.

use std::{collections::HashMap, fmt, sync::Arc};

use http::Response;
use prost::Message;
use tonic::{Status, body::Body};

use super::{
    InvalidDescriptors, descriptors::FileSet, ending, fields::FieldPath, message::peek,
    methods::qualified,
};

/// Tells of the answers of a channel as they pass, before their callers have them: a text that many
/// of them have, such as a token. A clone is a pointer.
#[derive(Clone)]
pub struct Answers {
    inner: Arc<Inner>,
}

struct Inner {
    /// By their paths.
    methods: HashMap<String, Answered>,
    tell: Box<Tell>,
}

/// Takes what an answer has, or that it has nothing.
type Tell = dyn Fn(Option<&str>) + Send + Sync;

/// What is known of a method's answers.
struct Answered {
    /// Where the text is; none if they can't have it.
    field: Option<FieldPath>,
    read_only: bool,
}

/// A call that waits for its answer. One that may have changed something and has no answer is told
/// of when this is dropped.
pub(crate) struct Pending {
    answers: Answers,
    path: String,
    is_answered: bool,
}

impl Answers {
    /// Tells the field of this name of each answer. Tells none of an answer that can't have it, and
    /// of a call that may have changed something and has failed. Streams are not told of.
    ///
    /// # Errors
    /// The bytes are no descriptor set.
    pub fn new(
        descriptors: &[u8],
        field: &str,
        tell: impl Fn(Option<&str>) + Send + Sync + 'static,
    ) -> Result<Self, InvalidDescriptors> {
        let set = FileSet::decode(descriptors)?;
        let shapes = super::Methods::from_descriptors(descriptors)?;
        let mut methods = HashMap::new();
        for file in &set.file {
            for service in &file.service {
                let name = qualified(&file.package, &service.name);
                for method in &service.method {
                    let path = format!("/{name}/{}", method.name);
                    let Some(shape) = shapes.get(&path).filter(|shape| shape.is_unary()) else {
                        continue;
                    };
                    let field = FieldPath::find(&set.file, &method.output_type, field);
                    let answered = Answered {
                        field: field.ok(),
                        read_only: shape.read_only,
                    };
                    methods.insert(path, answered);
                }
            }
        }
        let tell = Box::new(tell);
        Ok(Self {
            inner: Arc::new(Inner { methods, tell }),
        })
    }

    /// A call of the method at a path; none if its answers are not told of.
    pub(crate) fn pending(&self, path: &str) -> Option<Pending> {
        self.inner.methods.get(path).map(|_| Pending {
            answers: self.clone(),
            path: path.to_owned(),
            is_answered: false,
        })
    }
}

impl Pending {
    /// Tells what the answer has, and gives it as it was.
    pub(crate) async fn answer(mut self, answer: Response<Body>) -> Result<Response<Body>, Status> {
        let inner = self.answers.inner.clone();
        let method = inner.methods.get(&self.path);
        let Some(method) = method.filter(|_| !ending::has_failed(answer.headers())) else {
            return Ok(answer);
        };
        let Some(field) = &method.field else {
            (inner.tell)(None);
            self.is_answered = true;
            return Ok(answer);
        };
        let (head, body) = answer.into_parts();
        let (message, body) = peek(body).await?;
        // what can't be read, its decoder refuses; a failure may come behind the head
        let texts = field.texts(&message).unwrap_or_default();
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            (inner.tell)(Some(text));
            self.is_answered = true;
        }
        Ok(Response::from_parts(head, body))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let inner = &self.answers.inner;
        let method = inner.methods.get(&self.path);
        if !self.is_answered && method.is_some_and(|method| !method.read_only) {
            (inner.tell)(None);
        }
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}
