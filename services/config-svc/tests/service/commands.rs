//! Commands as the gRPC adapter makes them, in a word or two.

use bytes::Bytes;
use vortex_config_svc::parts::{
    BeginSplit, Command, Content, DocumentWrite, EndSplit, Forced, Holding, Label, Release,
    Request, RequestKey, Selector, Seq, SetSplit, Sha256, Share, SplitMove, Unit, WriteChange,
};

/// A command, and the contents it names.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) command: Command,
    pub(crate) contents: Vec<(Sha256, Bytes)>,
}

/// Writes documents under a version's name; those without text are deleted.
pub(crate) fn write<'a>(
    version: &str,
    documents: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> Job {
    let mut contents = Vec::new();
    let documents = documents.into_iter().map(|(path, text)| {
        let content = text.map_or(Content::Absent, |text| {
            let bytes = Bytes::copy_from_slice(text.as_bytes());
            let sha256 = Sha256::of(&bytes);
            contents.push((sha256, bytes));
            Content::present(sha256, text.len() as u32)
        });
        DocumentWrite {
            path: path.parse().unwrap(),
            content,
            written_for: None,
        }
    });
    let change = WriteChange {
        label: Label::main(),
        name: Some(version.parse().unwrap()),
        message: "why".to_owned(),
        author: "who".to_owned(),
        documents: documents.collect(),
        stage_only: false,
        precondition: None,
    };
    Job {
        command: Command::Write(change),
        contents,
    }
}

/// Writes one document and releases it.
pub(crate) fn put(version: &str, path: &str, text: &str) -> Job {
    write(version, [(path, Some(text))])
}

/// The same write without its release.
pub(crate) fn staged(mut job: Job) -> Job {
    if let Command::Write(change) = &mut job.command {
        change.stage_only = true;
    }
    job
}

pub(crate) fn release(version: &str) -> Job {
    let command = Command::Release(Release {
        selector: selector(version),
        precondition: None,
        force: false,
        reason: String::new(),
        author: String::new(),
        message: String::new(),
    });
    Job {
        command,
        contents: Vec::new(),
    }
}

/// The same, whatever stands in its way.
pub(crate) fn forced(mut job: Job) -> Job {
    if let Command::Release(release) = &mut job.command {
        release.force = true;
        release.reason = "it is wanted".to_owned();
    }
    job
}

pub(crate) fn discard(version: &str) -> Job {
    Job {
        command: Command::Discard(selector(version)),
        contents: Vec::new(),
    }
}

/// Begins or moves a split of a change set on `main`.
pub(crate) fn set_split(id: &str, change: Seq, hundredths: u16, generation: u64) -> Job {
    let command = Command::SetSplit(SetSplit {
        label: Label::main(),
        to: SplitMove {
            id: id.parse().unwrap(),
            change,
            share: Share::from_hundredths(hundredths).unwrap(),
            unit: Unit::Instance,
            generation,
            forced: Forced::default(),
        },
        begin: BeginSplit::default(),
    });
    Job {
        command,
        contents: Vec::new(),
    }
}

pub(crate) fn end_split(id: &str, generation: u64, release: bool) -> Job {
    let command = Command::EndSplit(EndSplit {
        id: id.parse().unwrap(),
        generation,
        release,
        change: None,
        reason: String::new(),
    });
    Job {
        command,
        contents: Vec::new(),
    }
}

pub(crate) fn revert(id: &str) -> Job {
    Job {
        command: Command::StageRevert(id.parse().unwrap()),
        contents: Vec::new(),
    }
}

fn selector(version: &str) -> Selector {
    Selector {
        label: Label::main(),
        name: version.parse().unwrap(),
        holding: Holding::Anything,
    }
}

/// Somebody who asks once.
pub(crate) fn anonymous() -> Request {
    Request {
        principal: "anonymous".to_owned(),
        key: None,
    }
}

/// Somebody who may ask the same again.
pub(crate) fn repeatable(id: &str) -> Request {
    let key = RequestKey {
        id: id.parse().unwrap(),
        body: Sha256::of(id.as_bytes()),
    };
    Request {
        key: Some(key),
        ..anonymous()
    }
}
