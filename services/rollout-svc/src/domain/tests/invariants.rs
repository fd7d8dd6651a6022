//! The invariants of every transition, by their numbers in ADR 11.

use vortex_bucket::Share;

use crate::domain::{
    Action, AuditEntry, Command, Effect, Ending, Refused, Rollout, SELF, State, StateKind,
    Transition,
    analysis::{Decision, OnFailure},
};

/// Checks a rollout's history against the invariants, one transition after the other.
#[derive(Debug, Default)]
pub(super) struct History {
    newest_audit: Option<AuditEntry>,
    largest_share: Largest,
}

#[derive(Debug, Clone, Copy)]
struct Largest(Share);

impl Default for Largest {
    fn default() -> Self {
        Self(Share::NONE)
    }
}

impl History {
    pub(super) fn begin(audit: AuditEntry) -> Self {
        assert_eq!((audit.number, audit.from), (1, None), "R6");
        Self {
            newest_audit: Some(audit),
            ..Self::default()
        }
    }

    /// Checks the outcome of a command against the invariants.
    pub(super) fn check(
        &mut self,
        before: &Rollout,
        command: &Command,
        result: &Result<Transition, Refused>,
    ) {
        let context = format!("{command:?} at {:?}", before.state());
        match result {
            Err(refused) => {
                let aborts = matches!(command, Command::RollBack(_));
                let may = matches!(before.kind(), StateKind::Running | StateKind::Paused);
                assert!(!(aborts && may), "R4: {context}: {refused}");
            }
            Ok(transition) => {
                self.check_effect(before, command, transition, &context);
                self.check_audit(before, transition, &context);
                check_state(before, command, transition, &context);
            }
        }
    }

    fn check_effect(
        &mut self,
        before: &Rollout,
        command: &Command,
        transition: &Transition,
        context: &str,
    ) {
        let next = &transition.next;
        if let Some(effect) = transition.effect {
            assert_eq!(
                effect.generation(),
                before.standing.generation + 1,
                "R2: {context}"
            );
            assert_eq!(next.pending(), Some(effect), "R3: {context}");
        } else {
            assert_eq!(
                next.standing.generation, before.standing.generation,
                "R2: {context}"
            );
        }
        if let Some(Effect::SetShare { share, .. }) = transition.effect {
            // one that stays asks for what is in force, which may be less than what was asked for
            let least = match command {
                Command::Stay { .. } => before.state().in_force(),
                _ => self.largest_share.0,
            };
            let stays = matches!(command, Command::Stay { .. }) && share == least;
            assert!(share > least || stays, "R1: {context}");
            self.largest_share = Largest(share);
        }
        let falls = next.state().in_force() < before.state().in_force();
        let ends = next.kind() == StateKind::RolledBack;
        assert!(!falls || ends, "R1: {context}");
    }

    fn check_audit(&mut self, before: &Rollout, transition: &Transition, context: &str) {
        let Some(audit) = &transition.audit else {
            assert_eq!(before.kind(), transition.next.kind(), "R6: {context}");
            return;
        };
        if let Some(last) = &self.newest_audit {
            assert_eq!(audit.number, last.number + 1, "R6: {context}");
            assert_eq!(audit.from, Some(last.to), "R6: {context}");
            assert_eq!(audit.from_stage, last.to_stage, "R6: {context}");
        }
        assert_eq!(audit.to, transition.next.kind(), "R6: {context}");
        assert_eq!(
            audit.number, transition.next.standing.audits,
            "R6: {context}"
        );
        self.newest_audit = Some(audit.clone());
    }
}

fn check_state(before: &Rollout, command: &Command, transition: &Transition, context: &str) {
    let next = &transition.next;
    assert_eq!(
        next.standing.revision,
        before.standing.revision + 1,
        "R2: {context}"
    );
    if next.kind() == StateKind::Completed {
        let released = matches!(command, Command::Confirm { .. }) || finds_released(command);
        assert!(released, "R5: {context}");
    }
    if matches!(command, Command::Lose(_) | Command::Refuse { .. }) {
        assert!(next.kind().has_ended(), "R11: {context}");
    }
    if next.state().start_refused().is_some() {
        assert_eq!(next.state().in_force(), Share::NONE, "R12: {context}");
    }
    if before.kind().has_ended() {
        let finds = finds_released(command);
        let known = next.kind() == before.kind() && transition.effect.is_none();
        assert!(
            before.pending().is_some() && (finds || known),
            "R8: {context}"
        );
    }
    if let Command::Confirm { generation }
    | Command::Refuse { generation, .. }
    | Command::Stay { generation, .. } = command
    {
        let pending = before.pending().map(Effect::generation);
        assert_eq!(pending, Some(*generation), "R7: {context}");
    }
    if matches!(command, Command::Stay { .. }) {
        assert_eq!(before.kind(), next.kind(), "R15: {context}");
        assert!(next.pending().is_some(), "R15: {context}");
    }
    check_edit(before, command, transition, context);
    if let Command::Judge(judgement) = command {
        check_by_itself(before, judgement, transition, context);
    }
}

/// An edit changes the settings and nothing else, and nothing else changes them.
fn check_edit(before: &Rollout, command: &Command, transition: &Transition, context: &str) {
    let next = &transition.next;
    let Command::Edit { edit, .. } = command else {
        assert_eq!(before.settings(), next.settings(), "R13: {context}");
        return;
    };
    assert_eq!(before.state(), next.state(), "R13: {context}");
    assert_eq!(transition.effect, None, "R13: {context}");
    assert_eq!(
        *next.settings(),
        edit.of(before.settings()),
        "R13: {context}"
    );
    let told = transition.audit.as_ref().map(|audit| &audit.changes);
    let changes = before.settings().changes_to(next.settings());
    assert_eq!(told, Some(&changes), "R13: {context}");
}

fn finds_released(command: &Command) -> bool {
    matches!(command, Command::Lose(lost) if lost.how == Ending::Released)
}

fn check_by_itself(
    before: &Rollout,
    judgement: &crate::domain::Judgement,
    transition: &Transition,
    context: &str,
) {
    let settled = before.state().settled_since().is_some();
    assert!(
        settled && judgement.generation == before.standing.generation,
        "R9: {context}"
    );
    let audit = transition
        .audit
        .as_ref()
        .map(|audit| (audit.action, audit.principal.as_str()));
    let paused = matches!(before.state(), State::Paused(_));
    match (audit, &judgement.decision) {
        (Some((Action::RollBack, SELF)), Decision::RollBack(_)) => {
            let may = before.settings().on_failure == OnFailure::RollBack;
            assert!(may, "R9: {context}");
        }
        (Some((Action::Resume, SELF)), Decision::Resume(_)) => {
            let clears = matches!(before.state(), State::Paused(paused) if paused.clears);
            assert!(clears && !judgement.breaker_open, "R14: {context}");
        }
        (Some((Action::Promote, SELF)), Decision::Promote) => {
            let stopped = judgement.breaker_open || judgement.frozen;
            let may = before.spec.auto_promote && !stopped && !paused;
            assert!(may, "R9: {context}");
        }
        (Some((Action::Pause, SELF)), Decision::Pause(_) | Decision::RollBack(_)) => {
            assert!(!paused, "R9: {context}");
        }
        other => panic!("R9: {context}: {other:?}"),
    }
}
