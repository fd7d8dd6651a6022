//! Which document a name means, where it is written, and which of its versions is read.

use super::*;

fn key(app: &str) -> DocumentKey {
    DocumentKey {
        label: Label::main(),
        written_for: AppProfile {
            app: app.parse().unwrap(),
            profile: Profile::default_profile(),
        },
    }
}

fn history(paths: &[&str]) -> History {
    let mut history = History::default();
    for path in paths {
        history.run(put("v1", path, "a: 1")).unwrap();
    }
    history
}

fn put_path(history: &History, media_type: Option<MediaType>) -> String {
    let path = key("o").put_path(&history.state, media_type);
    path.unwrap().to_string()
}

#[test]
fn a_write_goes_to_what_is_served_unless_its_media_type_differs() {
    let mut history = history(&["o.yaml"]);
    assert_eq!(put_path(&history, None), "o.yaml");
    assert_eq!(put_path(&history, Some(MediaType::Yaml)), "o.yaml");
    assert_eq!(put_path(&history, Some(MediaType::Json)), "o.json");
    let gone = write(Some("v2"), vec![document("o.yaml", None)]);
    history.run(Command::Write(gone)).unwrap();
    assert_eq!(put_path(&history, None), "o.yml");
}

#[test]
fn a_deletion_finds_what_is_and_what_was_served() {
    let mut history = history(&["o.json"]);
    let path = |history: &History| key("o").delete_path(&history.state).unwrap().to_string();
    assert_eq!(path(&history), "o.json");
    let gone = write(Some("v2"), vec![document("o.json", None)]);
    history.run(Command::Write(gone)).unwrap();
    assert_eq!(path(&history), "o.json");
    let unknown = key("p").delete_path(&history.state).unwrap();
    assert_eq!(unknown.as_str(), "p.yml");
}

#[test]
fn what_is_not_there_is_refused_by_what_is_missing() {
    let mut history = history(&["o.yml"]);
    let orders = key("o");
    let found = orders.existing(&history.state, []).unwrap();
    assert_eq!(orders.version(found, "").unwrap().name, name("v1"));
    let unknown = orders.version(found, "not a name");
    assert!(matches!(unknown, Err(ReadRefused::VersionNotFound { .. })));
    let unwritten = key("p");
    let unwritten = unwritten.existing(&history.state, []);
    assert!(matches!(
        unwritten,
        Err(ReadRefused::DocumentNotFound { .. })
    ));
    let elsewhere = DocumentKey {
        label: "elsewhere".parse().unwrap(),
        ..key("o")
    };
    let elsewhere = elsewhere.existing(&history.state, []);
    assert!(matches!(elsewhere, Err(ReadRefused::LabelNotFound(_))));
    let source: SourceName = "git".parse().unwrap();
    let not_yet = key("p");
    let empty = State::default();
    let not_yet = not_yet.existing(&empty, [&source]);
    assert!(matches!(
        not_yet,
        Err(ReadRefused::SourceNotImported { .. })
    ));

    let gone = write(Some("v2"), vec![document("o.yml", None)]);
    history.run(Command::Write(gone)).unwrap();
    let found = orders.existing(&history.state, []).unwrap();
    let served = orders.version(found, "");
    assert!(matches!(served, Err(ReadRefused::DocumentNotFound { .. })));
    let read = |version| {
        let version = orders.version(found, version).unwrap();
        version.readable(&orders.label, &found.path)
    };
    assert!(read("v1").is_ok());
    assert!(matches!(
        read("v2"),
        Err(ReadRefused::VersionIsDeletion { .. })
    ));
}

#[test]
fn a_document_may_have_as_many_bytes_as_are_allowed() {
    let path = path("o.yml");
    assert_eq!(check_size(&path, MAX_DOCUMENT_BYTES), Ok(()));
    let refused = check_size(&path, MAX_DOCUMENT_BYTES + 1);
    assert!(matches!(refused, Err(Refused::TooLarge { .. })));
}

#[test]
fn a_list_goes_on_behind_the_last_and_knows_applications_by_name() {
    let mut history = history(&["app7.yml", "app7-dev.yml", "app70.yml"]);
    let mut other = write(Some("v1"), vec![document("app7.yml", Some("a: 1"))]);
    other.label = "other".parse().unwrap();
    history.run(Command::Write(other)).unwrap();
    let listed = |on: Option<&Label>, app: &str, after: Option<[&str; 2]>| -> Vec<String> {
        let after = after.map(|after| after.map(str::to_owned));
        let found = documents(&history.state, on, app, after);
        found
            .map(|(label, document)| format!("{label}/{}", document.path))
            .collect()
    };
    let all = listed(None, "app7", None);
    assert_eq!(
        all,
        ["main/app7-dev.yml", "main/app7.yml", "other/app7.yml"]
    );
    assert_eq!(
        listed(None, "app7", Some(["main", "app7-dev.yml"])),
        all[1..]
    );
    assert_eq!(listed(None, "", Some(["main", "app70.yml"])), all[2..]);
    assert_eq!(listed(Some(&Label::main()), "app7", None), all[..2]);
}

#[test]
fn a_document_of_a_change_set_is_read_by_the_application_that_its_name_says() {
    let history = history(&[
        "order.yml",
        "order-service.yml",
        "order-service-prod.yml",
        "order-eu-west.yml",
        "billing-dev.yml",
        "application-prod.yml",
    ]);
    let label = &history.state.labels[&Label::main()];
    for (path, app, profile) in [
        ("order.yml", "order", "default"),
        ("order-service-prod.yml", "order-service", "prod"),
        ("order-eu-west.yml", "order", "eu-west"),
        ("billing-dev.yml", "billing-dev", "default"),
        ("application-prod.yml", "application", "prod"),
    ] {
        let read_by = label.read_by(&label.documents[path]).unwrap();
        let named = (read_by.app.as_str(), read_by.profile.as_str());
        assert_eq!(named, (app, profile), "{path}");
    }
}
