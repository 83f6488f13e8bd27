//! Breakers that are seen before their first call.

use std::sync::{Arc, LazyLock};

use crate::{breaker::CircuitBreaker, family::CircuitBreakerFamily, name::Name, settings::Installed};

use super::{catalogue::Entry, face::Registry, overrides::put_mode};

/// What [`Registry::declare`] takes: breakers and families that live as long as the program.
pub trait Declare: sealed::Sealed {
    #[doc(hidden)]
    fn declare(&'static self, registry: &Registry);
}

mod sealed {
    /// Only the types of this crate.
    pub trait Sealed {}
}

impl sealed::Sealed for CircuitBreaker {}
impl Declare for CircuitBreaker {
    fn declare(&'static self, registry: &Registry) {
        registry.declare_breaker(self);
    }
}

impl sealed::Sealed for CircuitBreakerFamily {}
impl Declare for CircuitBreakerFamily {
    fn declare(&'static self, registry: &Registry) {
        registry.declare_family(self);
    }
}

impl<T: Declare> sealed::Sealed for Arc<T> {}
impl<T: Declare> Declare for Arc<T> {
    fn declare(&'static self, registry: &Registry) {
        (**self).declare(registry);
    }
}

/// It is made now.
impl<T: Declare, F: FnOnce() -> T> Declare for LazyLock<T, F> {
    fn declare(&'static self, registry: &Registry) {
        (**self).declare(registry);
    }
}
impl<T: Declare, F: FnOnce() -> T> sealed::Sealed for LazyLock<T, F> {}

impl Registry {
    /// Lets breakers be seen from now on, before their first call: by [`health`](Self::health), metrics,
    /// [`settings`](crate::settings) and listeners. Call it at the start of the program.
    ///
    /// For an annotated function, and for a method, give the handle; for what is guarded by a static (`breaker = PAYMENTS`, as a
    /// method of a trait's implementation may be), the static. Breakers and families may stand side by side. A second time it
    /// does nothing.
    ///
    /// ```
    /// # #[cfg(feature = "macros")] {
    /// use std::{io, sync::LazyLock};
    /// use breaker_runtime::{CircuitBreaker, Config, circuit_breaker, registry};
    ///
    /// #[circuit_breaker(name = "users", handle = users)]
    /// fn user(id: u64) -> io::Result<u64> { Ok(id) }
    ///
    /// #[circuit_breaker(name = "http", key = host, handle = hosts)]
    /// fn get(host: &str) -> io::Result<()> { Ok(()) }
    ///
    /// static PAYMENTS: LazyLock<CircuitBreaker> = LazyLock::new(|| CircuitBreaker::new("payments", Config::default()));
    ///
    /// trait Pay { fn pay(&self) -> io::Result<()>; }
    /// struct Bank;
    /// impl Pay for Bank {
    ///     #[circuit_breaker(breaker = PAYMENTS)]
    ///     fn pay(&self) -> io::Result<()> { Ok(()) }
    /// }
    ///
    /// registry().declare(&[users(), hosts(), &PAYMENTS]);
    /// let names: Vec<_> = registry().health().breakers.iter().map(|breaker| breaker.name.to_string()).collect();
    /// assert_eq!(names, ["users", "payments"]); // and `http` is in the metrics, without a key yet
    /// # let _ = (user(1), get("a"), Bank.pay());
    /// # }
    /// ```
    pub fn declare(&self, breakers: &[&'static dyn Declare]) {
        for breaker in breakers {
            breaker.declare(self);
        }
    }

    fn declare_breaker(&self, breaker: &'static CircuitBreaker) {
        let changed = self.change(|contents| {
            if contents.breakers.contains(breaker) {
                return None;
            }
            let (name, declared) = (breaker.machine().name().clone(), breaker.config());
            contents.put_over(breaker, &name, &declared);
            contents.let_hear(breaker);
            contents.breakers.add(Entry { name, value: breaker, declared });
            Some(contents.clock.clone())
        });
        // Without the lock: a clock is the user's code, and so are the listeners that hear of a mode.
        let Some(clock) = changed.report() else { return };
        if let Some(placed) = clock {
            breaker.machine().set_clock(placed.clock);
        }
        self.put_modes_by(|installed| put_mode(breaker, installed));
    }

    fn declare_family(&self, family: &'static CircuitBreakerFamily) {
        let mut held = Vec::new();
        let changed = self.change(|contents| {
            if contents.families.contains(family) {
                return None;
            }
            let (name, declared) = (Name::from(family.name().to_owned()), family.config());
            let installed = Arc::clone(&contents.installed);
            for (name, error) in family.problems_with(&installed, &declared, &mut held) {
                contents.conflicts.overridden(&name, error);
            }
            family.install(&declared, &Installed::default(), &installed, &mut held);
            contents.let_hear_keys(family);
            contents.families.add(Entry { name, value: family, declared });
            Some(contents.clock.clone())
        });
        let Some(clock) = changed.report() else { return };
        if let Some(placed) = clock {
            family.set_clock(placed.clock);
        }
        self.put_modes_by(|installed| family.put_modes(installed));
    }
}
