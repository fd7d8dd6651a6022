//! Answers calls in the place of the service whose they are.

use std::sync::Arc;

use prost::Message;

use super::{Methods, Rule, judged, route};
use crate::{
    access::{Bench, Counted, Gate, Judging},
    context::Context,
    error::Fault,
};

/// Judges and counts calls of one method that this process answers in the place of the service whose
/// it is: by the same rule and with the same refusals. A clone is a few pointers.
#[derive(Clone, Debug)]
pub struct Deputy {
    gate: Gate,
    rule: Arc<Rule>,
    /// None where nobody has to say who they are.
    bench: Option<Arc<Bench>>,
    counted: Counted,
}

impl Deputy {
    /// Of the method at a path, such as `/vortex.config.v1.ConfigService/GetConfig`. None if it is
    /// not judged by the fields of its request: its service alone can say then.
    pub fn new(methods: &Methods, path: &str, gate: &Gate) -> Option<Self> {
        let rule = methods.rule(path).filter(|rule| rule.reads_request())?;
        let name = path.trim_start_matches('/');
        Some(Self {
            gate: gate.clone(),
            bench: Bench::new(gate, name.into(), rule.role()),
            counted: route::counted(methods.get(path)?, Some(rule)),
            rule: rule.clone(),
        })
    }

    /// Fails unless the caller of a context may make this request now. It counts against what one
    /// caller may ask for.
    ///
    /// # Errors
    /// Those of the service.
    pub fn admit(&self, context: &Context, request: &impl Message) -> Result<(), Fault> {
        self.gate.count(context.caller(), self.counted)?;
        self.judge(context, request)
    }

    /// Fails unless the caller of a context may make this request. For calls that are counted
    /// elsewhere.
    ///
    /// # Errors
    /// Those of the service.
    pub fn judge(&self, context: &Context, request: &impl Message) -> Result<(), Fault> {
        let Some(bench) = &self.bench else {
            return Ok(());
        };
        let judging = Judging::new(bench, context.caller(), context.peer());
        match judged::before_message(&self.rule, &judging)? {
            Some(fields) => judged::by_message(fields, &judging, &request.encode_to_vec()),
            None => Ok(()),
        }
    }
}
