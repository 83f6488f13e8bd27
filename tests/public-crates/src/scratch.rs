//! The sources, as they were published, in a workspace of their own outside the repository's.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use toml::{Table, Value};
use walkdir::WalkDir;

use crate::{Result, arguments::Arguments, catalogue::Entry, function::MOST_ARGUMENTS};

/// An attribute that takes its item apart and gives it back: what it loses, every attribute loses.
const UNCHANGED: &str = "\
#[proc_macro_attribute]
pub fn unchanged(_: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    item.into_iter().collect()
}
";

pub struct Scratch {
    /// The folder of the workspace; each crate is a folder in it.
    pub root: PathBuf,
    /// One for all crates, so that what they share is built once.
    pub target: PathBuf,
}

impl Scratch {
    pub fn prepare(arguments: &Arguments, entries: &[Entry]) -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let repository = here.join("../..").canonicalize()?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or(repository.join("target"), PathBuf::from);
        let target = std::path::absolute(target)?.join("public-crates");
        let scratch = Self { root: target.join("workspace"), target: target.join("build") };
        let runtime = arguments.runtime.clone().unwrap_or_else(|| repository.join("breaker-runtime"));
        let sources = download(&target.join("download"), entries)?;
        fs::create_dir_all(&scratch.root)?;
        for entry in entries {
            let source = sources.get(&entry.name).ok_or_else(|| format!("`{}` was not downloaded", entry.name))?;
            copy(source, &scratch.root.join(&entry.name))?;
            let manifest = manifest(source, entry, &runtime)?;
            write(&scratch.root.join(&entry.name).join("Cargo.toml"), &manifest)?;
        }
        scratch.helper("unchanged", "[lib]\nproc-macro = true\n", UNCHANGED)?;
        scratch.helper("stand_in", "", &stand_ins())?;
        let members: Vec<_> = entries.iter().map(|entry| format!("{:?}", entry.name)).collect();
        let workspace =
            format!("[workspace]\nresolver = \"2\"\nmembers = [\"unchanged\", \"stand_in\", {}]\n", members.join(", "));
        write(&scratch.root.join("Cargo.toml"), &workspace)?;
        scratch.lock(&here.join("crates.lock"), arguments.write_lock)?;
        Ok(scratch)
    }

    /// A crate that every other one depends on.
    fn helper(&self, name: &str, manifest: &str, text: &str) -> Result<()> {
        let folder = self.root.join(name);
        fs::create_dir_all(folder.join("src"))?;
        write(&folder.join("Cargo.toml"), &format!("[package]\nname = {name:?}\nedition = \"2024\"\n{manifest}"))?;
        write(&folder.join("src/lib.rs"), text)
    }

    /// The same versions of everything on every machine.
    fn lock(&self, kept: &Path, write_lock: bool) -> Result<()> {
        let lock = self.root.join("Cargo.lock");
        if write_lock {
            let _ = fs::remove_file(&lock);
            run(Command::new("cargo").arg("generate-lockfile").current_dir(&self.root))?;
            fs::copy(&lock, kept)?;
        } else if kept.exists() {
            fs::copy(kept, &lock)?;
        }
        Ok(())
    }
}

/// Functions that fit as the fallback of any other.
fn stand_ins() -> String {
    let one = |arity: usize| {
        let list = |of: fn(usize) -> String| (0..arity).map(of).collect::<String>();
        let (parameters, arguments) = (list(|n| format!("T{n}, ")), list(|n| format!("_: T{n}, ")));
        format!("pub fn of_{arity}<{parameters}R>({arguments}) -> R {{ unreachable!() }}\n")
    };
    "#![allow(clippy::too_many_arguments)]\n".to_owned() + &(0..=MOST_ARGUMENTS).map(one).collect::<String>()
}

/// Lets cargo fetch exactly these versions; returns where each source is.
fn download(folder: &Path, entries: &[Entry]) -> Result<HashMap<String, PathBuf>> {
    fs::create_dir_all(folder.join("src"))?;
    write(&folder.join("src/lib.rs"), "")?;
    let mut manifest = "[package]\nname = \"download\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n".to_owned();
    for Entry { name, version, .. } in entries {
        manifest += &format!("{name} = {{ version = \"={version}\", default-features = false }}\n");
    }
    write(&folder.join("Cargo.toml"), &manifest)?;
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(folder).exec()?;
    let wanted = metadata.packages.into_iter().filter(|package| {
        entries.iter().any(|entry| entry.name == package.name.as_str() && entry.version == package.version.to_string())
    });
    let source = |package: cargo_metadata::Package| {
        let folder = package.manifest_path.parent()?.to_owned();
        Some((package.name.to_string(), folder.into_std_path_buf()))
    };
    Ok(wanted.filter_map(source).collect())
}

/// The published manifest with the runtime beside its dependencies, and without what only benches and examples need.
fn manifest(source: &Path, entry: &Entry, runtime: &Path) -> Result<String> {
    let mut manifest: Table = toml::from_str(&fs::read_to_string(source.join("Cargo.toml"))?)?;
    for part in ["bench", "example", "workspace", "badges", "profile"] {
        manifest.remove(part);
    }
    if let Some(Value::Table(package)) = manifest.get_mut("package") {
        package.insert("autobenches".into(), false.into());
        package.insert("autoexamples".into(), false.into());
    }
    if let Some(Value::Table(needed)) = manifest.get_mut("dev-dependencies") {
        needed.retain(|name, _| entry.unneeded.iter().all(|other| *other != name));
    }
    let path = |path: String| Table::from_iter([("path".to_owned(), Value::from(path))]);
    let dependencies = manifest.entry("dependencies").or_insert_with(|| Table::new().into());
    let Value::Table(dependencies) = dependencies else { return Err("`dependencies` is no table".into()) };
    dependencies.insert("breaker-runtime".into(), path(runtime.display().to_string()).into());
    for helper in ["unchanged", "stand_in"] {
        dependencies.insert(helper.into(), path(format!("../{helper}")).into());
    }
    Ok(toml::to_string(&manifest)?)
}

fn copy(source: &Path, to: &Path) -> Result<()> {
    for file in WalkDir::new(source) {
        let file = file?;
        let below = file.path().strip_prefix(source)?;
        let skipped = ["Cargo.toml", "Cargo.lock"].iter().any(|name| below == Path::new(name));
        if file.file_type().is_file() && !skipped {
            let to = to.join(below);
            fs::create_dir_all(to.parent().ok_or("a file has a folder")?)?;
            write_bytes(&to, &fs::read(file.path())?)?;
        }
    }
    Ok(())
}

pub fn write(path: &Path, text: &str) -> Result<()> {
    write_bytes(path, text.as_bytes())
}

/// Leaves a file alone that is as it should be: cargo builds what is newer.
fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
