//! Finds the plain file of a source that a path names.

/// The paths to look for, best first: for each profile in the order given
/// `nginx-dev.conf` for `nginx.conf`, and the path itself, which is also what
/// profile `default` means.
///
/// The profiles `["default", "dev"]` look for the path itself first.
pub fn candidates(path: &str, profiles: &[&str]) -> Vec<String> {
    let (stem, extension) = split_extension(path);
    let mut paths: Vec<String> = Vec::new();
    for profile in profiles {
        let candidate = if profile.trim().is_empty() || *profile == "default" {
            path.to_owned()
        } else {
            [stem, "-", profile, extension].concat()
        };
        if !paths.contains(&candidate) {
            paths.push(candidate);
        }
    }
    if !paths.iter().any(|candidate| candidate == path) {
        paths.push(path.to_owned());
    }
    paths
}

/// The path up to its extension, and the extension with its dot. Only the
/// last part of the path has one.
fn split_extension(path: &str) -> (&str, &str) {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name..].rfind('.') {
        Some(dot) => path.split_at(name + dot),
        None => (path, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_named_for_the_profile_comes_first() {
        assert_eq!(
            candidates("conf.d/nginx.conf", &["dev", "qa"]),
            [
                "conf.d/nginx-dev.conf",
                "conf.d/nginx-qa.conf",
                "conf.d/nginx.conf"
            ]
        );
        assert_eq!(
            candidates("conf.d/hosts", &["dev"]),
            ["conf.d/hosts-dev", "conf.d/hosts"]
        );
        assert_eq!(
            candidates("a.txt", &["default", "dev"]),
            ["a.txt", "a-dev.txt"]
        );
        assert_eq!(candidates("a.txt", &[]), ["a.txt"]);
    }
}
