//! Change sets, releases and repeated requests against a model of plain maps.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

type Documents = BTreeMap<String, Option<u8>>;

#[derive(Debug, Clone)]
enum Step {
    Write {
        name: u8,
        documents: Documents,
        stage: bool,
    },
    Release(u8),
    Discard(u8),
    Repeat,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stands {
    Staged,
    Released,
    Discarded,
}

#[derive(Default)]
struct Model {
    changes: Vec<(u8, Documents, Stands)>,
    stable: BTreeMap<String, usize>,
    named: BTreeMap<(String, u8), usize>,
}

impl Model {
    /// Whether the step is allowed; what it does is done.
    fn step(&mut self, step: &Step) -> bool {
        match step {
            Step::Write {
                name,
                documents,
                stage,
            } => self.write(*name, documents, *stage),
            Step::Release(name) => match self.newest(*name) {
                Some(index) if self.changes[index].2 != Stands::Discarded => {
                    self.release(index);
                    true
                }
                _ => false,
            },
            Step::Discard(name) => match self.newest(*name) {
                Some(index) if self.changes[index].2 != Stands::Released => {
                    self.changes[index].2 = Stands::Discarded;
                    true
                }
                _ => false,
            },
            Step::Repeat => true,
        }
    }

    fn write(&mut self, name: u8, documents: &Documents, stage: bool) -> bool {
        let known = |path: &String| self.named.keys().any(|(known, _)| known == path);
        let deletes_unknown = documents
            .iter()
            .any(|(path, text)| text.is_none() && !known(path));
        if deletes_unknown {
            return false;
        }
        let taken = documents
            .keys()
            .find_map(|path| self.named.get(&(path.clone(), name)));
        let index = match taken {
            Some(&index) if self.changes[index].1 == *documents => index,
            Some(_) => return false,
            None => {
                let index = self.changes.len();
                self.changes.push((name, documents.clone(), Stands::Staged));
                for path in documents.keys() {
                    self.named.insert((path.clone(), name), index);
                }
                index
            }
        };
        match self.changes[index].2 {
            Stands::Discarded if stage => self.changes[index].2 = Stands::Staged,
            _ if stage => {}
            _ => self.release(index),
        }
        true
    }

    fn release(&mut self, index: usize) {
        let paths = self.changes[index].1.keys().cloned().collect::<Vec<_>>();
        let stable = paths
            .iter()
            .all(|path| self.stable.get(path) == Some(&index));
        if !stable {
            self.changes[index].2 = Stands::Released;
            for path in paths {
                self.stable.insert(path, index);
            }
        }
    }

    fn newest(&self, name: u8) -> Option<usize> {
        self.changes.iter().rposition(|change| change.0 == name)
    }

    fn served(&self, path: &str) -> Option<u8> {
        let index = self.stable.get(path)?;
        self.changes[*index].1[path]
    }
}

const PATHS: [&str; 4] = ["a.yml", "b.yml", "c.properties", "d.json"];

fn documents() -> impl Strategy<Value = Documents> {
    let path = prop::sample::select(&PATHS[..]).prop_map(str::to_owned);
    prop::collection::btree_map(path, prop::option::weighted(0.8, 0..3_u8), 1..=3)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..5_u8, documents(), any::<bool>())
            .prop_map(|(name, documents, stage)| Step::Write { name, documents, stage }),
        2 => (0..5_u8).prop_map(Step::Release),
        1 => (0..5_u8).prop_map(Step::Discard),
        1 => Just(Step::Repeat),
    ]
}

fn command(step: &Step) -> Command {
    match step {
        Step::Write {
            name,
            documents,
            stage,
        } => {
            let documents = documents
                .iter()
                .map(|(path, text)| document(path, text.map(|text| text.to_string()).as_deref()));
            let mut change = write(Some(&format!("v{name}")), documents.collect());
            change.stage_only = *stage;
            Command::Write(change)
        }
        Step::Release(name) => release(&format!("v{name}")),
        Step::Discard(name) => Command::Discard(selector(&format!("v{name}"))),
        Step::Repeat => unreachable!("a repeat is the command before it"),
    }
}

proptest! {
    #[test]
    fn change_sets_releases_and_repeats_do_what_the_model_does(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let mut history = History::default();
        let mut model = Model::default();
        let mut last: Option<(RequestKey, Command, Outcome)> = None;
        for (index, step) in steps.iter().enumerate() {
            let before = history.state.clone();
            if let Step::Repeat = step {
                // C5
                if let Some((key, command, outcome)) = last.clone() {
                    let again = history.run_as(Some(key), command);
                    prop_assert_eq!(again, Ok(outcome));
                    prop_assert_eq!(&before, &history.state);
                }
                continue;
            }
            let key = RequestKey {
                id: format!("request-{index}").parse().unwrap(),
                body: Sha256::of(format!("{step:?}").as_bytes()),
            };
            let command = command(step);
            let result = history.run_as(Some(key.clone()), command.clone());
            prop_assert_eq!(result.is_ok(), model.step(step), "{:?}", result);
            match result {
                // C1
                Ok(outcome) => {
                    prop_assert!(history.state.head.0 <= before.head.0 + 1);
                    let written = history.state.head != before.head;
                    last = written.then_some((key, command, outcome));
                }
                Err(_) => prop_assert_eq!(&before, &history.state),
            }
            // C2
            for path in PATHS {
                let served = model.served(path).map(|text| Sha256::of(text.to_string().as_bytes()));
                prop_assert_eq!(history.served(path), served, "{}", path);
            }
        }
        // C1
        let folded = history.records.iter().try_fold(State::default(), |s, r| fold(&s, r));
        prop_assert_eq!(folded.as_ref(), Ok(&history.state));
        let stands: Vec<_> = history.state.changes.values().map(|entry| match entry.state {
            ChangeState::Staged => Stands::Staged,
            ChangeState::Released => Stands::Released,
            ChangeState::Discarded => Stands::Discarded,
            ChangeState::RolledBack => unreachable!("there are no splits here"),
        }).collect();
        prop_assert_eq!(stands, model.changes.iter().map(|change| change.2).collect::<Vec<_>>());
        // C3, C4
        for document in history.state.labels.values().flat_map(|label| label.documents.values()) {
            let names: std::collections::BTreeSet<_> =
                document.versions.iter().map(|version| version.name.as_str()).collect();
            prop_assert_eq!(names.len(), document.versions.len());
            prop_assert!(document.stable.is_none() || document.stable_version().is_some());
        }
    }
}
