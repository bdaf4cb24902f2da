//! The OpenAPI 3.1 document of the platform's calls and of the control calls, made from their tables.

mod platform;

use http::Method;
use serde_json::{Map, Value, json};

use self::platform::{CALLS, Input};
use super::control::table::{self, Route, Scope};
use crate::server::MockServer;

/// Calls that carry their own credentials.
const WITHOUT_TOKEN: [&str; 3] = ["token", "stable_token", "clear_quota/v2"];

/// Calls whose answer may be a file.
const FILES: [&str; 2] = ["media/get", "material/get_material"];

/// The OpenAPI 3.1 document of the platform's calls and of the control calls, as JSON. The server
/// hands it out as `GET /_mock/openapi.json`.
pub fn openapi() -> String {
    document().to_string()
}

/// The document.
pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    for (method, path) in MockServer::routes() {
        add(&mut paths, path, &method, platform_call(path));
    }
    for route in table::routes() {
        let tail = if route.path.is_empty() { String::new() } else { format!("/{}", route.path) };
        let short = format!("/_mock{tail}");
        // Where both are, the short form means the whole server; that stands first in the table.
        if !has(&paths, &short, &route.method) {
            add(&mut paths, &short, &route.method, control_call(&route, false));
        }
        if route.scope == Scope::Account {
            let path = format!("/_mock/accounts/{{app_id}}{tail}");
            add(&mut paths, &path, &route.method, control_call(&route, true));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "wechat-mock",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "An imitation of api.weixin.qq.com, and its control calls under /_mock.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "platform", "description": "what the platform documents"},
            {"name": "control", "description": "what tests need besides; from this machine only"},
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "access_token": {"type": "apiKey", "in": "query", "name": "access_token"},
                "control_token": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {
                "Answer": {
                    "type": "object",
                    "description": "Status 200 also for errors: errcode is then not 0.",
                    "properties": {
                        "errcode": {"type": "integer"},
                        "errmsg": {"type": "string"},
                    },
                },
                "Problem": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {
                        "error": {
                            "type": "object",
                            "required": ["message"],
                            "properties": {
                                "field": {"type": "string"},
                                "message": {"type": "string"},
                            },
                        },
                    },
                },
            },
        },
    })
}

fn has(paths: &Map<String, Value>, path: &str, method: &Method) -> bool {
    let method = method.as_str().to_ascii_lowercase();
    paths.get(path).is_some_and(|methods| methods.get(method).is_some())
}

fn add(paths: &mut Map<String, Value>, path: &str, method: &Method, call: Value) {
    let methods = paths.entry(path).or_insert_with(|| json!({}));
    if let Value::Object(methods) = methods {
        methods.insert(method.as_str().to_ascii_lowercase(), call);
    }
}

fn platform_call(path: &str) -> Value {
    let name = path.strip_prefix("/cgi-bin/").unwrap_or(path);
    let (about, input) = CALLS
        .iter()
        .find(|(known, ..)| *known == name)
        .map_or(("", Input::Query(&[])), |(_, about, input)| (*about, *input));
    let mut content = Map::new();
    content.insert(
        "application/json".to_owned(),
        json!({"schema": {"$ref": "#/components/schemas/Answer"}}),
    );
    if FILES.contains(&name) {
        content.insert("application/octet-stream".to_owned(), json!({}));
    }
    let mut call = json!({
        "tags": ["platform"],
        "operationId": name.replace('/', "_"),
        "summary": about,
        "responses": {"200": {"description": "the answer, or an error", "content": content}},
    });
    let (query, body) = match input {
        Input::Query(query) => (query, None),
        Input::Upload { query } => (query, Some(("multipart/form-data", upload()))),
        Input::Json { required, optional } => {
            (&[] as &[_], Some(("application/json", fields(required, optional))))
        }
    };
    if !WITHOUT_TOKEN.contains(&name) {
        set(&mut call, "security", json!([{"access_token": []}]));
    }
    if !query.is_empty() {
        let query: Vec<Value> = query.iter().map(|name| parameter("query", name)).collect();
        set(&mut call, "parameters", json!(query));
    }
    if let Some((kind, schema)) = body {
        let body = json!({"required": true, "content": {kind: {"schema": schema}}});
        set(&mut call, "requestBody", body);
    }
    call
}

fn fields(required: &[&str], optional: &[&str]) -> Value {
    let all: Map<String, Value> =
        required.iter().chain(optional).map(|name| ((*name).to_owned(), json!({}))).collect();
    let mut schema = json!({"type": "object", "properties": all});
    if !required.is_empty() {
        set(&mut schema, "required", json!(required));
    }
    schema
}

fn upload() -> Value {
    json!({
        "type": "object",
        "required": ["media"],
        "properties": {
            "media": {"type": "string", "contentMediaType": "application/octet-stream"},
            "description": {"type": "string"},
        },
    })
}

fn parameter(place: &str, name: &str) -> Value {
    let needed = place == "path";
    json!({"name": name, "in": place, "required": needed, "schema": {"type": "string"}})
}

fn control_call(route: &Route, of_account: bool) -> Value {
    let problem = json!({
        "description": "what is wrong, by its field; nothing has changed",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    let name = format!("{} {}", route.method, route.path);
    let scope = if of_account { "account" } else { "mock" };
    let id: String = name.chars().filter(|c| !"{}".contains(*c)).collect();
    let kind = route.answers_kind();
    let answer = if kind == "application/json" { "object" } else { "string" };
    let mut call = json!({
        "tags": ["control"],
        "operationId": format!("{scope}_{}", id.replace(['/', ' ', '-'], "_")),
        "summary": route.about,
        "security": [{}, {"control_token": []}],
        "responses": {
            "200": {
                "description": "what is asked for",
                "content": {kind: {"schema": {"type": answer}}},
            },
            "4XX": problem,
        },
    });
    let mut parameters = Vec::new();
    if of_account {
        parameters.push(parameter("path", "app_id"));
    }
    if let Some((_, name)) = route.path.split_once('{') {
        parameters.push(parameter("path", name.trim_end_matches('}')));
    }
    parameters.extend(route.query.iter().map(|name| parameter("query", name)));
    if !parameters.is_empty() {
        set(&mut call, "parameters", json!(parameters));
    }
    if let Some(schema) = route.body {
        let schema = schema();
        let kind = route.takes_kind();
        let body = json!({"required": true, "content": {kind: {"schema": schema}}});
        set(&mut call, "requestBody", body);
    }
    call
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(object) = object {
        object.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_described_once() {
        let routes: Vec<String> =
            MockServer::routes().iter().map(|(_, path)| (*path).to_owned()).collect();
        let described: Vec<String> =
            CALLS.iter().map(|(name, ..)| format!("/cgi-bin/{name}")).collect();
        let (mut a, mut b) = (routes.clone(), described);
        a.sort();
        b.sort();
        assert_eq!(a, b);
        let document = document();
        for path in routes {
            assert!(document["paths"][&path].is_object(), "{path}");
        }
    }

    /// As a whole it is checked by a validator that nobody here wrote: `cargo xtask openapi`.
    #[test]
    fn names_are_unique_and_path_parameters_declared() {
        let document = document();
        let mut ids = std::collections::BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, call) in methods.as_object().unwrap() {
                let id = call["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{id} twice");
                assert_ne!(call["summary"], "", "{method} {path}");
                let declared = call["parameters"].as_array().cloned().unwrap_or_default();
                let in_path = declared.iter().filter(|p| p["in"] == "path").count();
                assert_eq!(in_path, path.matches('{').count(), "{method} {path}");
            }
        }
    }
}
