//! Where settings come from: TOML, JSON, files, environment variables.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::OsStr,
    fs,
    path::Path,
};

use serde_core::de::{Deserialize, Deserializer, Error};

use toml::de::{DeTable, Deserializer as TomlDeserializer};

use crate::escaped::Escaped;

use super::{Entry, Pattern, Problem, Settings, SettingsError, option, target::variable, value::Value};

const PREFIX: &str = "CIRCUIT_BREAKER__";

/// Reading from text, with the feature `config`.
impl Settings {
    /// Reads TOML: a table for each breaker, of the attribute's options.
    ///
    /// Counts and shares are numbers, durations texts in the forms of the crate `humantime` (`"250ms"`, `"1m30s"`, and
    /// beyond the attribute's `"30 secs"` and `"2 weeks"`), `window` is either, `on_cancel` is `"ignore"` or `"failure"`, `mode` is `"normal"`, `"disabled"`, `"metrics_only"` or
    /// `"forced_open"`, `shared` is `true` or `false`. What the names reach is said [above](crate::settings#names).
    ///
    /// ```
    /// use breaker_runtime::settings::Settings;
    ///
    /// let error = Settings::from_toml("[users]\nfailure_threshold = 0\nrecovery_timeout = 30").unwrap_err();
    /// assert_eq!(error.problems().len(), 2);
    /// assert_eq!(
    ///     error.problems()[0].to_string(),
    ///     r#"breaker `users`: `recovery_timeout` is a duration such as "250ms", "30s" or "1m30s", not 30"#,
    /// );
    /// ```
    ///
    /// # Errors
    /// With everything that is wrong: the text is no TOML, an option is unknown, a value is not of its kind or out of
    /// its range, or two contradict each other.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        Self::from_document(toml_in_order(text).map_err(SettingsError::unreadable)?)
    }

    /// Reads JSON: an object for each breaker, as [`from_toml`](Self::from_toml).
    ///
    /// ```
    /// use breaker_runtime::settings::Settings;
    ///
    /// let json = Settings::from_json(r#"{ "users": { "failure_threshold": 10, "window": "10s" } }"#)?;
    /// let toml = Settings::from_toml("[users]\nfailure_threshold = 10\nwindow = '10s'")?;
    /// assert_eq!(json, toml);
    /// # Ok::<(), breaker_runtime::settings::SettingsError>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_json(text: &str) -> Result<Self, SettingsError> {
        Self::from_document(serde_json::from_str(text).map_err(SettingsError::unreadable)?)
    }

    /// Reads a file whose name ends in `.toml` or `.json`.
    ///
    /// ```
    /// use breaker_runtime::settings::Settings;
    ///
    /// let file = std::env::temp_dir().join(format!("breakers-{}.toml", std::process::id()));
    /// std::fs::write(&file, "[users]\nfailure_threshold = 10")?;
    /// Settings::from_file(&file)?.install()?;
    /// # std::fs::remove_file(&file)?;
    ///
    /// let error = Settings::from_file("breakers.yaml").unwrap_err();
    /// assert_eq!(error.to_string(), "breakers.yaml: the name ends in neither `.toml` nor `.json`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml), or if the file cannot be read. The message names the file.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SettingsError> {
        let path = path.as_ref();
        let read = |parse: fn(&str) -> Result<Self, SettingsError>| {
            fs::read_to_string(path).map_err(SettingsError::unreadable).and_then(|text| parse(&text))
        };
        let extension = path.extension().unwrap_or_default();
        let settings = if extension.eq_ignore_ascii_case("toml") {
            read(Self::from_toml)
        } else if extension.eq_ignore_ascii_case("json") {
            read(Self::from_json)
        } else {
            Err(SettingsError::unreadable("the name ends in neither `.toml` nor `.json`"))
        };
        settings.map_err(|error| SettingsError { file: Some(path.display().to_string()), ..error })
    }

    /// Reads the environment of this process, as [`from_vars`](Self::from_vars).
    ///
    /// ```
    /// use breaker_runtime::settings::Settings;
    ///
    /// let in_code = Settings::new();
    /// in_code.merge(Settings::from_env()?).install()?;
    /// # Ok::<(), breaker_runtime::settings::SettingsError>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_vars`](Self::from_vars).
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_vars(env::vars_os())
    }

    /// Reads variables of the form `CIRCUIT_BREAKER__NAME__OPTION`; others are not looked at.
    ///
    /// The name is in upper case, with one `_` for whatever is no letter or digit of ASCII. So `USER_SERVICE` reaches
    /// `user-service` and `user.service` alike, and `SHOP_ORDERS_FETCH` the function `shop::orders::fetch`.
    ///
    /// ```
    /// use breaker_runtime::settings::Settings;
    ///
    /// Settings::from_vars([
    ///     ("CIRCUIT_BREAKER__USER_SERVICE__FAILURE_THRESHOLD", "10"),
    ///     ("CIRCUIT_BREAKER__USER_SERVICE__RECOVERY_TIMEOUT", "1m30s"),
    ///     ("HOME", "/root"),
    /// ])?;
    /// # Ok::<(), breaker_runtime::settings::SettingsError>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml), or if a variable that begins like these is not of their form.
    pub fn from_vars<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        vars: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, SettingsError> {
        let mut tables: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
        let mut problems = Vec::new();
        for (key, text) in vars {
            let key = key.as_ref().to_string_lossy();
            let Some(rest) = key.strip_prefix(PREFIX) else { continue };
            let (name, option) = rest.rsplit_once("__").unwrap_or_default();
            let (name, option) = (variable(name), option.to_ascii_lowercase());
            if name.is_empty() || option.is_empty() {
                problems.push(Problem::about(
                    None,
                    None,
                    &format!("`{}` is not of the form `{PREFIX}NAME__OPTION`", Escaped(&key)),
                ));
            } else if let Some(text) = text.as_ref().to_str() {
                tables.entry(name).or_default().push((option, Value::of_variable(text)));
            } else {
                let message = format!("`{}` is not valid Unicode", Escaped(&option));
                problems.push(Problem::about(Some(&name), Some(&option), &message));
            }
        }
        let tables = tables.into_iter().map(|(name, table)| (name, Value::Table(table)));
        let mut settings = Self::new();
        for (name, entry) in entries(tables.collect(), &mut problems) {
            settings.lay_variable(name, &entry);
        }
        SettingsError::unless(problems, settings)
    }

    fn from_document(document: Value) -> Result<Self, SettingsError> {
        let Value::Table(tables) = document else {
            return Err(SettingsError::unreadable(format!("expected a table of breakers, not {document}")));
        };
        let mut problems = Vec::new();
        let mut settings = Self::new();
        for (name, entry) in entries(tables, &mut problems) {
            settings.lay(Pattern::new(name), &entry);
        }
        SettingsError::unless(problems, settings)
    }
}

/// As part of a configuration of your own, with the feature `config`.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_document(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl SettingsError {
    /// The text as a whole cannot be read.
    fn unreadable(message: impl ToString) -> Self {
        Self { file: None, problems: vec![Problem::about(None, None, message.to_string().trim_end())] }
    }
}

impl Problem {
    fn about(breaker: Option<&str>, option: Option<&str>, message: &str) -> Self {
        Self { breaker: breaker.map(str::to_owned), option: option.map(str::to_owned), message: message.to_owned() }
    }
}

/// What stands under each name, in the order of the text.
fn entries(tables: Vec<(String, Value)>, problems: &mut Vec<Problem>) -> Vec<(String, Entry)> {
    let mut entries = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, table) in tables {
        let (entry, found) = option::read_entry(table);
        problems.extend(found.into_iter().map(|problem| Problem { breaker: Some(name.clone()), ..problem }));
        if !seen.insert(name.clone()) {
            problems.push(Problem::about(Some(&name), None, "it stands here twice"));
        }
        entries.push((name, entry));
    }
    entries
}

/// Reads TOML with its tables in the order of the text, which the parser does not keep.
fn toml_in_order(text: &str) -> Result<Value, toml::de::Error> {
    let document = DeTable::parse(text)?;
    let place = |name: &str| {
        let found = document.get_ref().iter().find(|(known, _)| known.get_ref() == name);
        found.map(|(known, _)| known.span().start)
    };
    let mut value = Value::deserialize(TomlDeserializer::from(document.clone()))?;
    if let Value::Table(tables) = &mut value {
        tables.sort_by_cached_key(|(name, _)| place(name));
    }
    Ok(value)
}
