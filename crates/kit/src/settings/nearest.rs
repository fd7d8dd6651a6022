//! What a name that is not known may have been meant to be.

/// The known name that differs least, if it differs by little.
pub fn nearest(name: &str, known: &[&str]) -> Option<String> {
    let scored = known
        .iter()
        .map(|other| (strsim::levenshtein(name, other), other));
    let (distance, best) = scored.min()?;
    (distance <= 2).then(|| (*best).to_owned())
}
