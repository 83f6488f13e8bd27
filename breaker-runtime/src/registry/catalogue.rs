//! What lives as long as the program, by name and in order.

use std::{
    collections::{HashMap, HashSet},
    ptr,
};

use crate::{config::Config, name::Name};

/// Breakers or families, in the order in which they were made.
pub(super) struct Catalogue<T: 'static> {
    all: Vec<Entry<T>>,
    /// Explicit names are identities: the place in `all`.
    named: HashMap<Name, usize>,
    /// The first of those that share a name which is none's identity.
    labelled: HashMap<Name, usize>,
    /// Where they stand in memory, since one of the user's may be added twice.
    addresses: HashSet<usize>,
}

/// One that lives as long as the program.
pub(super) struct Entry<T: 'static> {
    pub(super) name: Name,
    pub(super) value: &'static T,
    /// The settings in the code. It may have others by now.
    pub(super) declared: Config,
}

impl<T> Default for Catalogue<T> {
    fn default() -> Self {
        Self { all: Vec::new(), named: HashMap::new(), labelled: HashMap::new(), addresses: HashSet::new() }
    }
}

impl<T> Catalogue<T> {
    pub(super) fn named(&self, name: &str) -> Option<&Entry<T>> {
        self.named.get(name).map(|&place| &self.all[place])
    }

    /// Explicit names first, then others.
    pub(super) fn get(&self, name: &str) -> Option<&'static T> {
        let place = self.named.get(name).or_else(|| self.labelled.get(name))?;
        Some(self.all[*place].value)
    }

    pub(super) fn contains(&self, value: &'static T) -> bool {
        self.addresses.contains(&address(value))
    }

    /// Those with an explicit name.
    #[cfg(feature = "redis")]
    pub(super) fn named_values(&self) -> Vec<&'static T> {
        self.named.values().map(|&place| self.all[place].value).collect()
    }

    pub(super) fn values(&self) -> Vec<&'static T> {
        self.all.iter().map(|entry| entry.value).collect()
    }

    pub(super) fn entries(&self) -> &[Entry<T>] {
        &self.all
    }

    /// Adds one whose name is an identity.
    pub(super) fn add_named(&mut self, entry: Entry<T>) -> &'static T {
        self.named.insert(entry.name.clone(), self.all.len());
        self.push(entry)
    }

    /// Adds one whose name is a label.
    pub(super) fn add(&mut self, entry: Entry<T>) -> &'static T {
        self.labelled.entry(entry.name.clone()).or_insert(self.all.len());
        self.push(entry)
    }

    fn push(&mut self, entry: Entry<T>) -> &'static T {
        let value = entry.value;
        self.addresses.insert(address(value));
        self.all.push(entry);
        value
    }
}

fn address<T>(value: &'static T) -> usize {
    ptr::from_ref(value).addr()
}
