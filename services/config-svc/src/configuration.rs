//! All configuration of this process: reads come from memory, and writes go through the single
//! writer. Both are in domain types.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicUsize},
};

use arc_swap::Guard;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::watch;
use vortex_kit::{
    clock::Clock,
    compute::{self, Compute},
    telemetry::Metrics,
};
use vortex_spring::{File, Format};

use crate::{
    ciphers::Ciphers,
    domain::{
        ChangeSet, ClusterId, Command, Content, Defect, Label, Layout, Outcome, Own, Path, Refused,
        Request, Seq, Sha256, SourceName, Split, SplitId, State, StoreId, Subject, Token, ViewKey,
    },
    published::Published,
    sent_configs::SentConfigs,
    source::lfs_pointer,
    store::{ConfigStore, Error},
    views::{
        Part, ReadError, Reading, SeenCells, SplitReads, Unparsed, Variants, View, Views,
        parse_at_once,
    },
    writer::{WriteError, Writer},
};

/// All configuration of this process.
pub struct Configuration {
    store: ConfigStore,
    published: Arc<Published>,
    writer: Writer,
    own: Own,
    views: Views,
    followed: AtomicUsize,
    sent: Arc<SentConfigs>,
    id: StoreId,
    compute: Compute,
    clock: Arc<dyn Clock>,
}

/// Why the store can't be read at a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It is of another store.
    #[error("token {0} belongs to another store")]
    OtherStore(Token),
    /// It is ahead of this store's log.
    #[error("token {token} is ahead of this store's log, which ends at {head}")]
    Ahead {
        token: Token,
        /// The log's end.
        head: Seq,
    },
}

/// A content that is to be written, checked.
pub struct Checked {
    /// The version's content.
    pub content: Content,
    /// The hash and the bytes to be stored under it.
    pub bytes: (Sha256, Bytes),
}

impl Configuration {
    /// Loads what `store` keeps of the cluster `own`. Returns the configuration and the writer's task, which ends once
    /// the configuration is dropped.
    pub async fn open(
        store: ConfigStore,
        own: ClusterId,
        locations: HashMap<SourceName, String>,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, impl Future<Output = ()> + Send), Error> {
        Self::open_with(store, own, locations, Layout::default(), clock).await
    }

    /// As [`Self::open`], where configurations are looked for by a layout.
    pub async fn open_with(
        store: ConfigStore,
        own: ClusterId,
        locations: HashMap<SourceName, String>,
        layout: Layout,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, impl Future<Output = ()> + Send), Error> {
        let mut state = store.load().await?;
        state.layout = Arc::new(layout);
        let id = store.id();
        let published = Arc::new(Published::new(state));
        let own = Own {
            cluster: own,
            store: id,
        };
        let (writer, task) =
            Writer::new(store.clone(), own.clone(), published.clone(), clock.clone());
        let configuration = Self {
            views: Views::new(store.clone(), locations),
            followed: AtomicUsize::new(0),
            sent: Arc::default(),
            store,
            published,
            writer,
            own,
            id,
            compute: Compute::new(),
            clock,
        };
        Ok((configuration, task))
    }

    /// Records metrics in `metrics` from now on.
    #[must_use]
    pub fn measured_by(mut self, metrics: &Metrics) -> Self {
        self.views.measure(metrics);
        self
    }

    /// Puts the values of a file above all that is served from now on.
    #[must_use]
    pub fn overridden_by(mut self, fixed: Option<File>) -> Self {
        self.views.override_by(fixed);
        self
    }

    /// Decrypts values with `ciphers` from now on.
    #[must_use]
    pub fn deciphering(mut self, ciphers: &Ciphers) -> Self {
        self.views.decipher(ciphers.clone());
        self
    }

    /// Runs large computations on `compute`.
    #[must_use]
    pub fn computing_in(mut self, compute: &Compute) -> Self {
        self.compute = compute.clone();
        self
    }

    /// The threads for large computations.
    pub fn compute(&self) -> &Compute {
        &self.compute
    }

    /// This cluster.
    pub fn cluster(&self) -> &ClusterId {
        &self.own.cluster
    }

    /// The present time, by the clock that the writer reads.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The newest durable state.
    pub fn state(&self) -> Guard<Arc<State>> {
        self.published.state()
    }

    /// The newest durable state, which must cover `token`.
    pub fn state_at(&self, token: Option<Token>) -> Result<Guard<Arc<State>>, TokenRefused> {
        let state = self.state();
        self.check_token(token, state.head)?;
        Ok(state)
    }

    /// Fails unless a state of this head covers `token`.
    pub fn check_token(&self, token: Option<Token>, head: Seq) -> Result<(), TokenRefused> {
        match token {
            Some(token) if token.store != self.id => Err(TokenRefused::OtherStore(token)),
            Some(token) if token.seq > head => Err(TokenRefused::Ahead { token, head }),
            _ => Ok(()),
        }
    }

    /// Follows the log's head.
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

    /// What each combination of arms is served of the configuration `key` at `state`. Nobody reads
    /// it, so it is not counted; waits for its turn.
    pub async fn variants(&self, state: &State, key: &ViewKey) -> Result<Variants, ReadError> {
        let compute = self.compute.patient();
        self.views.variants(state, key, &compute).await
    }

    /// Computes a part of a view, so that reading it blocks nobody.
    ///
    /// # Errors
    /// When the compute threads are busy, or the deadline passes first.
    pub async fn prepare(&self, view: &View, part: Part) -> Result<(), compute::Refused> {
        prepare(&self.compute, view, part).await
    }

    /// As [`Self::prepare`], for a caller that should wait rather than retry.
    ///
    /// # Errors
    /// When the deadline passes first.
    pub async fn prepare_patiently(&self, view: &View, part: Part) -> Result<(), compute::Refused> {
        match view.rendered.is_ready(part) {
            true => Ok(()),
            false => prepare(&self.compute.patient(), view, part).await,
        }
    }

    /// Checks that splitting a change set gives no recently read view more splits than it may have.
    /// Views that were not read lately are not checked.
    pub fn check_crowded(&self, state: &State, change: &ChangeSet) -> Result<(), Refused> {
        self.views.check_crowded(state, change)
    }

    /// Counts of the reads that a split took part in since the process began.
    pub fn reads_of(&self, split: &SplitId) -> SplitReads {
        self.views.reads_of(split)
    }

    /// How many distinct keys have read what a split concerns since the process began. None before
    /// the first.
    pub fn keys_of(&self, split: &Split) -> Option<SeenCells> {
        self.views.keys_of(split)
    }

    /// Counts reads that a split concerned and that a caller answered who follows its views, with the
    /// cells of their keys.
    pub fn add_reads(&self, split: &str, reads: SplitReads, cells: &[u32]) {
        self.views.add_reads(split, reads, cells);
    }

    /// Counts reads that did not say the instance, or the key, that a split tells apart.
    pub fn add_keyless(&self, instance: u64, subject: u64) {
        self.views.add_keyless(instance, subject);
    }

    /// How many views are followed, over all streams.
    pub fn followed(&self) -> &AtomicUsize {
        &self.followed
    }

    /// The configurations that watchers were sent.
    pub fn sent(&self) -> &Arc<SentConfigs> {
        &self.sent
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

    /// Names the documents that were found damaged when they were read.
    pub fn damaged(&self) -> Option<String> {
        self.views.damaged()
    }

    /// The store, for watches of the log and for checkpoints.
    pub fn store(&self) -> &ConfigStore {
        &self.store
    }

    /// The writer, for retention.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Runs a command. When this returns, its effect is durable and visible to readers.
    pub async fn write(
        &self,
        request: Request,
        command: Command,
        contents: Vec<(Sha256, Bytes)>,
    ) -> Result<Outcome, WriteError> {
        self.writer.write(request, command, contents).await
    }

    /// Parses a document that is to be written, so that it is refused before anything is stored if
    /// it is not valid.
    ///
    /// # Errors
    /// When it does not parse, the compute threads are busy, or the deadline passes first.
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

    /// As [`Self::check`], for a source's file: if it is not valid, it is stored with its defect. A
    /// source's `.json` is plain text and always valid; a pointer of Git LFS never is the file. Blocks.
    pub fn check_source_file(&self, path: &Path, content: Bytes) -> Checked {
        let configuration =
            Format::from_path(path.as_str()).filter(|format| *format != Format::Json);
        let sha256 = Sha256::of(&content);
        let defect = lfs_pointer(&content).or_else(|| {
            let format = configuration?;
            self.defect(sha256, format, &content)
        });
        let mut present = Content::present(sha256, content.len() as u32);
        if let Content::Present { defect: found, .. } = &mut present {
            *found = defect;
        }
        Checked {
            content: present,
            bytes: (sha256, content),
        }
    }

    /// Why a file is not valid configuration. A valid one is cached, since readers of the label
    /// will want it next.
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

    /// Parses a label; an empty name means `main`.
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
