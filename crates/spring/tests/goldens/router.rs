//! A small server in memory: from a golden's path to an answer.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use vortex_goldens::{Answer, Golden, Kind};
use vortex_spring::flat::{self, FlatSource, Lookup};
use vortex_spring::{
    Budget, File, Format, Limits, Origin, ParseError, Placed, Source, assemble, parse,
    placeholders, plain_text,
};

use crate::repository::{Commit, Repository};

/// What a path asks for.
struct Request<'a> {
    application: &'a str,
    profiles: &'a str,
    label: Option<String>,
    form: Form<'a>,
    resolve: bool,
}

enum Form<'a> {
    Environment { with_origins: bool },
    Flat(&'a str),
    File(&'a str),
}

/// A file that cannot be read.
struct Invalid {
    file: String,
    fault: ParseError,
}

pub(crate) fn answer(repository: &Repository, golden: &Golden) -> Answer {
    let request = request(golden);
    let label = request.label.clone().unwrap_or_else(|| "main".into());
    let commits: Option<Vec<_>> = label
        .split(',')
        .map(|label| commit(repository, label))
        .collect();
    let Some(commits) = commits else {
        return text(404, String::new());
    };
    match serve(&request, &commits) {
        Ok(answer) => answer,
        Err(Invalid { file, fault }) => {
            let body = json!({
                "code": "DOCUMENT_INVALID", "file": file, "line": fault.line, "column": fault.column
            });
            text(500, body.to_string())
        }
    }
}

thread_local! {
    static COMMITS: RefCell<HashMap<String, Option<&'static Commit>>> = RefCell::default();
}

/// A commit with its files, read once for all requests of a test.
fn commit(repository: &Repository, label: &str) -> Option<&'static Commit> {
    COMMITS.with_borrow_mut(|commits| {
        *commits.entry(label.to_owned()).or_insert_with(|| {
            let commit = repository.commit(label)?;
            Some(Box::leak(Box::new(commit)))
        })
    })
}

fn request(golden: &Golden) -> Request<'_> {
    let (path, query) = golden.path.split_once('?').unwrap_or((&golden.path, ""));
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let label = |label: &str| Some(label.replace("(_)", "/"));
    let resolve = !query.contains("resolvePlaceholders=false");
    if golden.kind == Kind::PlainText {
        let at = path
            .match_indices('/')
            .nth(3)
            .map_or(path.len(), |(at, _)| at + 1);
        let form = Form::File(&path[at..]);
        return Request {
            application: parts[0],
            profiles: parts[1],
            label: label(parts[2]),
            form,
            resolve,
        };
    }
    let last = parts[parts.len() - 1];
    if let Some((name, extension)) = last
        .rsplit_once('.')
        .filter(|(_, extension)| is_flat(extension))
    {
        let (application, profiles) = name.rsplit_once('-').expect("a profile");
        let label = (parts.len() == 2).then(|| label(parts[0])).flatten();
        return Request {
            application,
            profiles,
            label,
            form: Form::Flat(extension),
            resolve,
        };
    }
    let form = Form::Environment {
        with_origins: golden.accept.is_some(),
    };
    let label = parts.get(2).and_then(|part| label(part));
    Request {
        application: parts[0],
        profiles: parts[1],
        label,
        form,
        resolve,
    }
}

fn is_flat(extension: &str) -> bool {
    matches!(extension, "yml" | "yaml" | "json" | "properties")
}

fn serve(request: &Request<'_>, commits: &[&Commit]) -> Result<Answer, Invalid> {
    let applications: Vec<&str> = request.application.split(',').collect();
    let profiles: Vec<&str> = request.profiles.split(',').collect();
    // Of several labels the last has precedence over all before.
    let mut placed = Vec::new();
    for commit in commits.iter().rev() {
        placed.extend(assembled(commit, &applications, &profiles)?);
    }
    let sources: Vec<Source<'_>> = placed
        .iter()
        .map(|(place, file)| Source {
            path: &place.path,
            document: &file.documents[place.document],
            is_one_of_several: file.documents.len() > 1,
        })
        .collect();
    let flat: Vec<FlatSource<'_>> = sources
        .iter()
        .map(|source| source.document.into())
        .collect();
    Ok(match request.form {
        Form::Environment { with_origins } => environment(request, commits, &sources, with_origins),
        Form::Flat("properties") => {
            flat_form(flat::properties(&flat, request.resolve, &mut budget()))
        }
        Form::Flat("json") => flat_form(flat::json(&flat, request.resolve, &mut budget())),
        Form::Flat(_) => flat_form(flat::yaml(&flat, request.resolve, &mut budget())),
        Form::File(path) => file(request, commits, path, &profiles, &flat),
    })
}

/// The sources of a commit, with their files. There is no key, so what is encrypted is invalid.
fn assembled(
    commit: &Commit,
    applications: &[&str],
    profiles: &[&str],
) -> Result<Vec<(Placed, Arc<File>)>, Invalid> {
    let mut files: HashMap<String, Arc<File>> = HashMap::new();
    let mut invalid = None;
    let placed = assemble(applications, profiles, &[""], &mut |path| {
        let format = Format::from_path(path).filter(|format| *format != Format::Json)?;
        match parse(format, commit.files.get(path)?) {
            Ok(file) => {
                let file = Arc::new(file.decipher(&mut |_| None).file);
                files.insert(path.to_owned(), file.clone());
                Some(file)
            }
            Err(fault) => {
                let file = path.to_owned();
                invalid.get_or_insert(Invalid { file, fault });
                None
            }
        }
    });
    match invalid {
        Some(invalid) => Err(invalid),
        None => Ok(placed
            .into_iter()
            .map(|place| {
                let file = files[&place.path].clone();
                (place, file)
            })
            .collect()),
    }
}

fn environment(
    request: &Request<'_>,
    commits: &[&Commit],
    sources: &[Source<'_>],
    with_origins: bool,
) -> Answer {
    let ids: Vec<&str> = commits.iter().map(|commit| commit.id.as_str()).collect();
    let sources: Vec<Value> = sources
        .iter()
        .map(|source| json!({"name": source.to_string(), "source": properties(source, with_origins)}))
        .collect();
    let body = json!({
        "name": request.application, "profiles": [request.profiles], "label": request.label,
        "version": ids.join(","), "state": "", "propertySources": sources,
    });
    text(200, body.to_string())
}

fn properties(source: &Source<'_>, with_origins: bool) -> Map<String, Value> {
    let properties = source.document.properties.iter();
    properties
        .map(|property| {
            let value = property.value.clone();
            let value = match with_origins {
                true if property.origin != Origin::NONE => {
                    json!({"value": value, "origin": property.origin.to_string()})
                }
                _ => value,
            };
            (property.key.clone(), value)
        })
        .collect()
}

fn budget() -> Budget<'static> {
    Budget::new(Limits::ANSWER, &|| false)
}

fn flat_form(text: Result<String, placeholders::Error>) -> Answer {
    match text {
        Ok(body) => self::text(200, body),
        Err(error) => self::text(400, error.to_string()),
    }
}

fn file(
    request: &Request<'_>,
    commits: &[&Commit],
    path: &str,
    profiles: &[&str],
    flat: &[FlatSource<'_>],
) -> Answer {
    let paths = plain_text::candidates(path, profiles);
    let Some(bytes) = paths.iter().find_map(|path| commits[0].files.get(path)) else {
        return text(404, String::new());
    };
    let content = String::from_utf8(bytes.clone()).expect("a text in UTF-8");
    if !request.resolve {
        return text(200, content);
    }
    let lookup = Lookup::new(flat);
    flat_form(placeholders::resolve(
        &content,
        |key| lookup.get(key),
        &mut budget(),
    ))
}

fn text(status: u16, body: String) -> Answer {
    Answer {
        status,
        content_type: None,
        body: body.into_bytes(),
    }
}
