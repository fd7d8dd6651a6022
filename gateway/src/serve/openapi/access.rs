//! What each operation needs of its caller: what the calls need that it makes, by the option of
//! each in the contract. REST has no table of its own.

use serde_json::{Map, Value, json};
use vortex_kit::grpc::Methods;

use crate::serve::{is_open, url_tokens::Streams};

/// The calls that an operation makes, the one first that says whether its caller may. An operation
/// that is named otherwise than its call says the call's name by this, without its service.
pub(super) const CALLS: &str = "x-vortex-rpc";
/// The role that its caller needs.
const ROLE: &str = "x-vortex-role";

/// The ways to show who one is.
pub(super) fn schemes() -> Value {
    json!({
        "apiKey": {
            "type": "apiKey", "in": "header", "name": "X-API-Key",
            "description": "An API key",
        },
        "bearer": {
            "type": "http", "scheme": "bearer",
            "description": "An API key, or a token of the identity provider",
        },
        "basic": {
            "type": "http", "scheme": "basic",
            "description": "An API key as the password, under any user",
        },
        "urlToken": {
            "type": "apiKey", "in": "query", "name": "token",
            "description": "An API key or a token, for a browser's EventSource, which can set no header",
        },
    })
}

/// What calls need, and which routes are streams.
#[derive(Debug)]
pub(super) struct Needs {
    methods: Methods,
    streams: Streams,
}

impl Needs {
    pub(super) fn new() -> Self {
        let methods = Methods::from_descriptors(vortex_proto::DESCRIPTORS);
        Self {
            // what is built with us can be read; else no operation had a role, and a test says so
            methods: methods.unwrap_or_default(),
            streams: Streams::new(),
        }
    }

    /// Says of an operation how its caller shows who it is, what it calls, and with which role.
    pub(super) fn add(&self, path: &str, operation: &mut Map<String, Value>) {
        operation.insert("security".to_owned(), self.security(path));
        let calls = self.calls(operation);
        let Some(rule) = calls.first().and_then(|call| self.methods.rule(call)) else {
            return;
        };
        let everything = match rule.is_of_everything() {
            true => " of everything",
            false => "",
        };
        let needs = format!("Needs the role `{}`{everything}.", rule.role());
        let described = operation.get("description").and_then(Value::as_str);
        let described = match described {
            Some(described) => format!("{described}\n\n{needs}"),
            None => needs,
        };
        let calls: Vec<&str> = calls.iter().map(|call| call.trim_matches('/')).collect();
        let said = [
            ("description", json!(described)),
            (ROLE, json!(rule.role().to_string())),
            (CALLS, json!(calls)),
        ];
        operation.extend(said.map(|(name, value)| (name.to_owned(), value)));
    }

    fn security(&self, path: &str) -> Value {
        let (key, bearer, basic) = (
            json!({"apiKey": []}),
            json!({"bearer": []}),
            json!({"basic": []}),
        );
        match path {
            path if is_open(path) => json!([]),
            // unless `--public` says otherwise
            "/health" => json!([{}, key, bearer, basic]),
            path if self.streams.has(path) => json!([key, bearer, basic, {"urlToken": []}]),
            _ => json!([key, bearer, basic]),
        }
    }

    /// The paths of the calls that an operation makes, by their names or by its own.
    fn calls(&self, operation: &Map<String, Value>) -> Vec<&str> {
        let named = operation.get(CALLS).and_then(Value::as_array);
        let names: Vec<&Value> = match named {
            Some(names) => names.iter().collect(),
            None => operation.get("operationId").into_iter().collect(),
        };
        let names = names.into_iter().filter_map(Value::as_str);
        names.filter_map(|name| self.call(name)).collect()
    }

    /// The path of the call with a name, whose first letter may be small.
    fn call(&self, name: &str) -> Option<&str> {
        let paths = self.methods.paths();
        let ours = paths.filter(|path| self.methods.rule(path).is_some());
        let mut named = ours.filter(|path| {
            let own = path.rsplit('/').next().unwrap_or_default();
            own.get(1..) == name.get(1..) && own.eq_ignore_ascii_case(name)
        });
        named.next()
    }
}
