//! The configuration of this process: reads from memory, writes through the single writer, both in
//! domain types.

use crate::{
    domain::{
        ChangeSet, Command, Content, Defect, Label, Outcome, Path, Refused, Request, Seq, Sha256,
        SourceName, Split, SplitId, State, StoreId, Subject, Token, ViewKey,
    },
    history::History,
    published::Published,
    store::{ConfigStore, Error},
    views::{
        Part, ReadError, Reading, SeenCells, SplitReads, Unparsed, View, Views, parse_at_once,
    },
    writer::{WriteError, Writer},
};
use arc_swap::Guard;
use bytes::Bytes;
use std::{collections::HashMap, sync::Arc};
use tokio::sync::watch;
use vortex_kit::{
    clock::Clock,
    compute::{self, Compute},
    telemetry::Metrics,
};
use vortex_spring::Format;

/// All configuration of this process.
pub struct Configuration {
    store: ConfigStore,
    published: Arc<Published>,
    writer: Writer,
    views: Views,
    history: Arc<History>,
    id: StoreId,
    compute: Compute,
}

/// A token that this store can't read at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It is of another store.
    #[error("token {0} belongs to another store")]
    OtherStore(Token),
    /// It is ahead of this store's log.
    #[error("token {token} is ahead of this store's log, which ends at {head}")]
    Ahead {
        /// The token.
        token: Token,
        /// The log's end.
        head: Seq,
    },
}

/// A content that is to be written, checked.
pub struct Checked {
    /// What a version holds of it.
    pub content: Content,
    /// The content under its hash, to be stored.
    pub bytes: (Sha256, Bytes),
}

impl Configuration {
    /// Reads what `store` keeps. Answers the configuration and the task that
    /// writes, which ends when the configuration is gone.
    pub async fn open(
        store: ConfigStore,
        locations: HashMap<SourceName, String>,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, impl Future<Output = ()> + Send), Error> {
        let state = store.load().await?;
        let id = store.id();
        let published = Arc::new(Published::new(state));
        let (writer, task) = Writer::new(store.clone(), published.clone(), clock);
        let configuration = Self {
            views: Views::new(store.clone(), locations),
            history: Arc::default(),
            store,
            published,
            writer,
            id,
            compute: Compute::new(),
        };
        Ok((configuration, task))
    }

    /// Counts into `metrics` from now on.
    #[must_use]
    pub fn measured_by(mut self, metrics: &Metrics) -> Self {
        self.views.measure(metrics);
        self
    }

    /// Computes what is large in these places.
    #[must_use]
    pub fn computing_in(mut self, compute: &Compute) -> Self {
        self.compute = compute.clone();
        self
    }

    /// The places for what is large.
    pub fn compute(&self) -> &Compute {
        &self.compute
    }

    /// The newest durable state.
    pub fn state(&self) -> Guard<Arc<State>> {
        self.published.state()
    }

    /// The newest durable state, which must cover `token`.
    pub fn state_at(&self, token: Option<Token>) -> Result<Guard<Arc<State>>, TokenRefused> {
        let state = self.state();
        match token {
            Some(token) if token.store != self.id => Err(TokenRefused::OtherStore(token)),
            Some(token) if token.seq > state.head => Err(TokenRefused::Ahead {
                token,
                head: state.head,
            }),
            _ => Ok(state),
        }
    }

    /// Tells of each newer head.
    pub fn heads(&self) -> watch::Receiver<Seq> {
        self.published.heads()
    }

    /// Whether nothing can be written any more until the process starts again.
    pub fn has_store_failed(&self) -> bool {
        self.published.has_store_failed()
    }

    /// The token of a position.
    pub fn token(&self, seq: Seq) -> Token {
        Token {
            store: self.id,
            seq,
        }
    }

    /// The configuration `key` at `state`, as a reader gets it.
    pub async fn read(
        &self,
        state: &State,
        key: &ViewKey,
        subject: &Subject<'_>,
    ) -> Result<Reading, ReadError> {
        self.views.read(state, key, subject, &self.compute).await
    }

    /// As [`Self::read`], for a caller that should wait rather than retry.
    pub async fn read_patiently(
        &self,
        state: &State,
        key: &ViewKey,
        subject: &Subject<'_>,
    ) -> Result<Reading, ReadError> {
        let compute = self.compute.patient();
        self.views.read(state, key, subject, &compute).await
    }

    /// Makes a part of a configuration, so that it can be asked for without keeping others
    /// waiting.
    ///
    /// # Errors
    /// When there is no place or no time to make it.
    pub async fn prepare(&self, view: &View, part: Part) -> Result<(), compute::Refused> {
        prepare(&self.compute, view, part).await
    }

    /// As [`Self::prepare`], for one who had better wait than come back.
    ///
    /// # Errors
    /// When there is no time to make it.
    pub async fn prepare_patiently(&self, view: &View, part: Part) -> Result<(), compute::Refused> {
        match view.rendered.is_ready(part) {
            true => Ok(()),
            false => prepare(&self.compute.patient(), view, part).await,
        }
    }

    /// That a split of a change set gives no configuration that was read lately more
    /// splits than it may have. Tells what is known here and now, no more.
    pub fn check_crowded(&self, state: &State, change: &ChangeSet) -> Result<(), Refused> {
        self.views.check_crowded(state, change)
    }

    /// The reads that a split concerned, since the process began.
    pub fn reads_of(&self, split: &SplitId) -> SplitReads {
        self.views.reads_of(split)
    }

    /// The keys that have read what a split concerns, since the process began; none before the
    /// first.
    pub fn keys_of(&self, split: &Split) -> Option<SeenCells> {
        self.views.keys_of(split)
    }

    /// Earlier states of the watched views.
    pub fn history(&self) -> &Arc<History> {
        &self.history
    }

    /// The content of a document as it is stored.
    pub async fn content(
        &self,
        label: &Label,
        path: &Path,
        sha256: &Sha256,
    ) -> Result<Bytes, ReadError> {
        self.views.content(label, path, sha256).await
    }

    /// The parsed content of a document.
    pub async fn file(
        &self,
        label: &Label,
        path: &Path,
        sha256: Sha256,
        format: Format,
    ) -> Result<Arc<vortex_spring::File>, ReadError> {
        let compute = &self.compute;
        self.views.file(label, path, sha256, format, compute).await
    }

    /// Which documents were found damaged when they were read.
    pub fn damaged(&self) -> Option<String> {
        self.views.damaged()
    }

    /// The store of the log, for watches and checkpoints.
    pub fn store(&self) -> &ConfigStore {
        &self.store
    }

    /// The writer, for retention.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Does a command. Durable, and seen by readers, when it answers.
    pub async fn write(
        &self,
        request: Request,
        command: Command,
        contents: Vec<(Sha256, Bytes)>,
    ) -> Result<Outcome, WriteError> {
        self.writer.write(request, command, contents).await
    }

    /// Parses a document that is to be written, so that what can't be read is
    /// refused before anything is stored.
    ///
    /// # Errors
    /// Where it does not parse, or when there is no place or no time to parse it.
    pub async fn check(&self, path: &Path, content: Bytes) -> Result<Checked, Unparsed> {
        let sha256 = Sha256::of(&content);
        if let Some(format) = Format::from_path(path.as_str()) {
            let views = &self.views;
            let parsed = views.parse(sha256, format, content.clone(), &self.compute);
            parsed.await?;
        }
        Ok(Checked {
            content: Content::present(sha256, content.len() as u32),
            bytes: (sha256, content),
        })
    }

    /// As [`Self::check`] for a source's file, which is stored with its defect
    /// rather than refused. A source's `.json` is plain text. Blocking.
    pub fn check_source_file(&self, path: &Path, content: Bytes) -> Checked {
        let configuration =
            Format::from_path(path.as_str()).filter(|format| *format != Format::Json);
        let sha256 = Sha256::of(&content);
        let defect = configuration.and_then(|format| self.defect(sha256, format, &content));
        let mut present = Content::present(sha256, content.len() as u32);
        if let Content::Present { defect: found, .. } = &mut present {
            *found = defect;
        }
        Checked {
            content: present,
            bytes: (sha256, content),
        }
    }

    /// Why a file is not valid configuration. One that is, is remembered: readers of the
    /// label will want it next.
    fn defect(&self, sha256: Sha256, format: Format, content: &[u8]) -> Option<Defect> {
        let parsed = parse_at_once(format, content).unwrap_or_else(|| {
            self.compute
                .run_here(|| vortex_spring::parse(format, content))
        });
        match parsed {
            Ok(file) => {
                self.views.remember(sha256, format, file);
                None
            }
            Err(error) => Some(Defect {
                line: error.line,
                column: error.column,
                message: error.kind.to_string(),
            }),
        }
    }

    /// The label a request means: `main` when it names none.
    pub fn label_or_main(label: &str) -> Result<Label, crate::domain::InvalidName> {
        if label.is_empty() {
            Ok(Label::main())
        } else {
            label.parse()
        }
    }
}

async fn prepare(compute: &Compute, view: &View, part: Part) -> Result<(), compute::Refused> {
    if view.rendered.is_ready(part) {
        return Ok(());
    }
    let rendered = view.rendered.clone();
    compute.run(move |_| rendered.make(part)).await
}
