//! The breaker of one annotated place.

use std::fmt;

use once_cell::{race::OnceRef, sync::OnceCell};

use crate::{
    breaker::CircuitBreaker,
    config::{Config, ConfigBuilder, ConfigError},
    family::CircuitBreakerFamily,
    registry::{Changed, registry},
};

/// A static in the annotated function: its breaker, or its family, which is made at the first call.
pub struct Site<T: 'static> {
    place: Place<T>,
    plan: fn() -> Plan,
}

/// Where what was made is kept.
struct Place<T: 'static> {
    /// Read by each call: one load says whether it is there, and where.
    published: OnceRef<'static, T>,
    /// Lets one thread make it.
    made: OnceCell<&'static T>,
}

impl<T> Place<T> {
    const fn new() -> Self {
        Self { published: OnceRef::new(), made: OnceCell::new() }
    }

    fn get_or_init(&self, make: impl FnOnce() -> &'static T) -> &'static T {
        let made = *self.made.get_or_init(make);
        // Fails where another thread came first, with the same.
        let _ = self.published.set(made);
        made
    }
}

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a site keeps: a breaker, or a family.
pub trait InSite: Sized + Sync + 'static {
    /// Makes it, at the first call.
    // Not a generic function, so that it is compiled here and not with each annotated function.
    fn init(site: &'static Site<Self>) -> &'static Self;
}

impl InSite for CircuitBreaker {
    #[cold]
    fn init(site: &'static Site<Self>) -> &'static Self {
        init(
            site,
            |Plan { name, shared, max_keys: _, .. }, config| {
                if shared { registry().named(name.into(), config) } else { registry().labelled(name, config) }
            },
        )
    }
}

impl InSite for CircuitBreakerFamily {
    #[cold]
    fn init(site: &'static Site<Self>) -> &'static Self {
        init(site, |Plan { name, shared, max_keys, .. }, config| {
            if shared {
                registry().named_family(name.into(), config, max_keys)
            } else {
                registry().labelled_family(name, config, max_keys)
            }
        })
    }
}

/// Makes what a site keeps, unless another thread has meanwhile.
///
/// What is the user's own runs before the one-time initialisation, or after it: the expressions of the settings, and
/// subscribers that hear of a conflict. Either may call the annotated function.
fn init<T: InSite>(site: &'static Site<T>, make: impl FnOnce(Plan, Config) -> Changed<&'static T>) -> &'static T {
    let plan = (site.plan)();
    let mut changed = None;
    let made = site.place().get_or_init(|| {
        let (config, invalid) = match plan.config.clone() {
            Ok(config) => (config, None),
            Err(error) => (Config::default(), Some(registry().invalid(plan.name, error))),
        };
        let made = make(plan, config);
        let value = made.value;
        changed = Some((invalid, made));
        value
    });
    if let Some((invalid, made)) = changed {
        invalid.map(Changed::report);
        made.report();
    }
    made
}

impl<T: InSite> Site<T> {
    /// A place whose breaker is made as `plan` says.
    #[must_use]
    pub const fn new(plan: fn() -> Plan) -> Self {
        Self { place: Place::new(), plan }
    }

    /// The breaker, or the family.
    #[inline]
    pub fn get(&'static self) -> &'static T {
        match self.place().published.get() {
            Some(made) => made,
            None => T::init(self),
        }
    }

    /// Where it is kept: a test's own place, if it is isolated.
    #[inline]
    fn place(&'static self) -> &'static Place<T> {
        #[cfg(feature = "testing")]
        if let Some(own) = crate::registry::isolated::stand_in(self) {
            return own;
        }
        &self.place
    }
}

impl<T> fmt::Debug for Site<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

/// What the breaker of a site is to be.
#[derive(Debug)]
pub struct Plan {
    name: &'static str,
    /// The name is an identity, not a label.
    shared: bool,
    config: Result<Config, ConfigError>,
    max_keys: usize,
}

impl Plan {
    fn new(name: &'static str, shared: bool, configure: Configure, max_keys: usize) -> Self {
        Self { name, shared, config: configure(Config::builder()).build(), max_keys }
    }
}

/// The options of the annotated function.
pub type Configure = fn(ConfigBuilder) -> ConfigBuilder;

/// `name`: what the circuit is called in logs, metrics, the registry and its settings. The same name is the same breaker.
#[must_use]
pub fn named(name: &'static str, configure: Configure) -> Plan {
    Plan::new(name, true, configure, 0)
}

/// A breaker of its own for the place that `label` names.
#[must_use]
pub fn labelled(label: &'static str, configure: Configure) -> Plan {
    Plan::new(label, false, configure, 0)
}

/// `name`: what the circuits of all keys are called in logs, metrics, the registry and their settings. The same name is the
/// same family.
#[must_use]
pub fn named_family(name: &'static str, configure: Configure, max_keys: usize) -> Plan {
    Plan::new(name, true, configure, max_keys)
}

/// As [`labelled`], a family.
#[must_use]
pub fn labelled_family(label: &'static str, configure: Configure, max_keys: usize) -> Plan {
    Plan::new(label, false, configure, max_keys)
}

/// What `config` names.
#[diagnostic::on_unimplemented(
    message = "`config` is the path of a `fn() -> ConfigBuilder`",
    label = "is no `fn() -> ConfigBuilder`",
    note = "write `fn defaults() -> ConfigBuilder {{ Config::builder().failure_threshold(3) }}`, and do not call `build`: the \
            options beside `config` override what it says"
)]
pub trait Settings {
    /// The settings to start from.
    fn settings(self) -> ConfigBuilder;
}

#[diagnostic::do_not_recommend]
impl<F: FnOnce() -> ConfigBuilder> Settings for F {
    fn settings(self) -> ConfigBuilder {
        self()
    }
}

/// `config`: the function that says what settings to start from; the options beside it override them.
// `_nothing` is the builder that the settings would start from without it.
pub fn config(_nothing: ConfigBuilder, settings: impl Settings) -> ConfigBuilder {
    settings.settings()
}
