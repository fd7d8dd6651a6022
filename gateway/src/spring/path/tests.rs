use proptest::prelude::*;

use super::*;

/// The path of a request for `app`, `profiles` and `label`, as a careful client writes it.
fn write(app: &str, profiles: &str, label: Option<&str>) -> String {
    let mut path = format!("/{}/{}", escape(app), escape(profiles));
    if let Some(label) = label {
        path.push('/');
        path.push_str(&escape(label).replace("%2F", "(_)"));
    }
    path
}

fn escape(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let written = text.bytes().map(|byte| match keep(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    written.collect()
}

fn parse(path: &str) -> SpringPath<'_> {
    SpringPath::parse(path).unwrap()
}

fn refused(path: &str) -> Reason {
    SpringPath::parse(path).unwrap_err().reason()
}

fn environment<'a>(app: &'a str, profiles: &'a str, label: Option<&'a str>) -> SpringPath<'a> {
    SpringPath::Environment(View {
        app: app.into(),
        profiles: profiles.into(),
        label: label.map(Cow::from),
    })
}

proptest! {
    #[test]
    fn a_path_reads_back_as_what_it_was_written_for(
        app in "[a-zé][a-z0-9._ é%,-]{0,20}[a-z]",
        profiles in "[a-z][a-z0-9,_é-]{0,20}",
        label in proptest::option::of("[a-z][a-z0-9._-]{0,8}(/[a-z][a-z0-9._-]{0,8}){0,2}"),
    ) {
        prop_assume!(!is_reserved(&app) && Form::of(&profiles).is_none());
        let path = write(&app, &profiles, label.as_deref());
        prop_assert_eq!(parse(&path), environment(&app, &profiles, label.as_deref()));
    }

    #[test]
    fn no_bytes_make_the_parser_panic(raw in "(/?[a-z%.(_),0-9\\\\é-]{0,6}){0,6}") {
        let _ = SpringPath::parse(&raw);
    }

    #[test]
    fn what_is_parsed_never_climbs_out_of_its_tree(raw in "(/([.]{1,2}|%2[eEfF]|[(]_[)]|a){1,4}){2,6}") {
        let Ok(parsed) = SpringPath::parse(&raw) else { return Ok(()) };
        let (view, file) = match parsed {
            SpringPath::Environment(view) | SpringPath::Flat(view, _) => (view, None),
            SpringPath::File(view, file) => (view, Some(file)),
        };
        let parts = [Some(view.app), Some(view.profiles), view.label, file];
        for part in parts.into_iter().flatten() {
            prop_assert!(!part.starts_with('/'));
            prop_assert!(part.split('/').all(|part| part != ".." && part != "."));
        }
    }
}

#[test]
fn a_flat_form_splits_at_the_last_dash() {
    for form in Form::ALL {
        let path = format!("/two-part-dev{}", form.extension());
        let SpringPath::Flat(view, found) = parse(&path) else {
            panic!("{path} is a flat form")
        };
        assert_eq!((&*view.app, &*view.profiles), ("two-part", "dev"));
        assert_eq!((view.label, found), (None, form));
    }
}

#[test]
fn two_segments_with_an_ending_are_a_label_and_a_flat_form() {
    let SpringPath::Flat(view, Form::Yml) = parse("/feature(_)slash/orders-default.yml") else {
        panic!("it is a flat form")
    };
    assert_eq!(view.label.as_deref(), Some("feature/slash"));
    assert_eq!(
        parse("/orders/default/v1.0"),
        environment("orders", "default", Some("v1.0"))
    );
}

#[test]
fn what_follows_the_label_is_a_file() {
    let SpringPath::File(view, path) = parse("/orders/dev/main/files/a%20b.conf") else {
        panic!("it is a file")
    };
    assert_eq!(view.label.as_deref(), Some("main"));
    assert_eq!(path, "files/a b.conf");
}

#[test]
fn encoded_commas_and_slashes_are_what_they_stand_for() {
    let path = parse("/orders%2Cbilling/dev%2Cprod/main,feature%2Fslash");
    let expected = environment("orders,billing", "dev,prod", Some("main,feature/slash"));
    assert_eq!(path, expected);
    let SpringPath::Environment(view) = path else {
        panic!("it is an environment")
    };
    let view = view.to_proto();
    assert_eq!(view.apps, ["orders", "billing"]);
    assert_eq!(view.profiles, ["dev", "prod"]);
    assert_eq!(view.labels, ["main", "feature/slash"]);
}

#[test]
fn what_names_nothing_is_not_found() {
    for path in [
        "/",
        "/orders",
        "/orders/",
        "/orders/default/",
        "/orders/default/main/",
        "/orders.yml",
        "/orders-default.xml",
        "/-default.yml",
        "/orders-.yml",
        "//default",
        "/,/default",
        "/api/configs",
        "/%61pi/configs",
        "/health/x",
        "/metrics/x/y",
    ] {
        assert_eq!(refused(path), Reason::NotFound, "{path}");
    }
}

#[test]
fn what_leaves_its_tree_or_cannot_be_read_is_refused() {
    for path in [
        "/orders/default/main/..%2fsecret",
        "/..%2f..%2fetc/default",
        "/orders/default/..%2f..",
        "/orders/default/..",
        "/orders/default/main/a/../b",
        "/orders/default/main/%2fetc",
        "/orders/default/main/a%5c..%5cb",
        "/..(_)etc/default",
    ] {
        assert_eq!(refused(path), Reason::InvalidName, "{path}");
    }
    for path in [
        "/a%/b", "/a%2/b", "/a%zz/b", "/a%ff/b", "/a%00/b", "/a%0a/b",
    ] {
        assert_eq!(refused(path), Reason::InvalidArgument, "{path}");
    }
}
