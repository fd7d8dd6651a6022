//! Whom a rollout concerns.

use vortex_notify::About;
use vortex_service::Named;

use crate::domain::{Spec, analysis::Application};

/// The application whose documents all others read, too.
const SHARED: &str = "application";
/// The profile that every other one inherits.
const DEFAULT: &str = "default";
/// The most that is looked at: a rollout of more concerns everybody.
const MOST: usize = 1_000;

/// The applications and profiles that its documents are, or may be, of, and those that it judges.
pub(super) fn about(spec: &Spec) -> Vec<About> {
    if spec.paths.len() > MOST {
        let (app, profile) = (None, None);
        return vec![About { app, profile }];
    }
    let owners = spec.written_for.iter().map(Option::as_ref);
    let owners = owners.chain(std::iter::repeat(None));
    let documents = spec.paths.iter().zip(owners);
    let mut about: Vec<About> = Vec::new();
    for (path, owner) in documents {
        let named = Named {
            label: &spec.label,
            path,
            app: owner.map(Application::as_str),
            profile: None,
        };
        about.extend(named.meanings().map(meant));
    }
    let judged = spec.apps.iter();
    about.extend(judged.map(|app| meant((app.as_str(), DEFAULT))));
    about
}

fn meant((app, profile): (&str, &str)) -> About {
    let unless = |all: &str, name: &str| (name != all).then(|| name.to_owned());
    About {
        app: unless(SHARED, app),
        profile: unless(DEFAULT, profile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_read_concerns_all() {
        for (given, app, profile) in [
            (("orders", "prod"), Some("orders"), Some("prod")),
            (("orders", "default"), Some("orders"), None),
            (("application", "prod"), None, Some("prod")),
        ] {
            let about = meant(given);
            assert_eq!(about.app.as_deref(), app);
            assert_eq!(about.profile.as_deref(), profile);
        }
    }
}
