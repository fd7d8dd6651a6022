//! Notes which source feeds a label, and which change set waits for a rollout.

use super::super::{
    ChangeSet, ChangeState, ClusterId, Feed, Label, LabelState, Seq, SourceName, State,
};

impl State {
    /// Notes that a change set waits for a rollout.
    pub(super) fn await_rollout(&mut self, change: &ChangeSet) {
        if let Some(feed) = self.feed_mut(&change.label) {
            feed.awaiting = Some(change.seq);
        }
    }

    /// Notes that a change set no longer waits for a rollout.
    pub(super) fn take_up(&mut self, change: &ChangeSet) {
        if let Some(feed) = self.feed_mut(&change.label)
            && feed.awaiting == Some(change.seq)
        {
            feed.awaiting = None;
        }
    }

    fn feed_mut(&mut self, label: &Label) -> Option<&mut Feed> {
        self.labels.get_mut(label)?.feed.as_mut()
    }

    /// Discards the change set that waited for a rollout, since the next import replaces it.
    pub(super) fn give_up(&mut self, replaced: Option<Seq>) {
        let entry = replaced.and_then(|seq| self.changes.get_mut(&seq));
        if let Some(entry) = entry.filter(|entry| entry.state == ChangeState::Staged) {
            entry.state = ChangeState::Discarded;
        }
    }
}

impl LabelState {
    /// Notes an import that a cluster made. Returns the change set that waited for a rollout until then.
    pub(super) fn note_feed(
        &mut self,
        cluster: &ClusterId,
        change: &ChangeSet,
        released: bool,
        source: Option<&SourceName>,
    ) -> Option<Seq> {
        let source = source?;
        let before = self.feed.take();
        let waited = before.as_ref().and_then(|feed| feed.awaiting);
        let served = if released {
            Some(change.name.clone())
        } else {
            before.and_then(|feed| feed.served)
        };
        self.detached = None;
        self.feed = Some(Feed {
            source: source.clone(),
            cluster: cluster.clone(),
            imported: change.name.clone(),
            imported_at: change.written_at,
            served,
            awaiting: None,
        });
        waited
    }
}
