//! Function shapes: whole programs that the attribute must leave as they were.
//!
//! Each program is compiled for the edition on its first line with and without the attribute, run, and its warnings are
//! compared, clippy's pedantic ones too where clippy is installed: there may be none with the attribute that there was
//! not without, at the same place. One program holds the warnings that must not be lost.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A build of the runtime for these programs, apart from the one that is running.
struct Runtime {
    library: PathBuf,
    dependencies: PathBuf,
}

impl Runtime {
    fn build() -> Self {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "breaker-runtime", "--message-format", "json", "--target-dir"])
            .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("runtime"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let library = String::from_utf8(built.stdout)
            .unwrap()
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|message| message["target"]["name"] == "breaker_runtime")
            .find_map(|message| message["filenames"][0].as_str().map(PathBuf::from))
            .expect("cargo says where the library is");
        let dependencies = library.parent().unwrap().join("deps");
        Self { library, dependencies }
    }
}

/// Lints beyond those that are on by default.
const PEDANTIC: &[&str] = &["-W", "clippy::pedantic"];

/// Clippy compiles as rustc does, and says more; what it would reject is compared like the rest.
fn compiler(lints: &'static [&'static str]) -> (String, Vec<&'static str>) {
    let clippy = Command::new("clippy-driver").arg("--version").output().is_ok_and(|version| version.status.success());
    if clippy {
        ("clippy-driver".into(), [lints, &["--cap-lints", "warn"]].concat())
    } else {
        (env::var("RUSTC").unwrap_or_else(|_| "rustc".into()), Vec::new())
    }
}

struct Compiled {
    program: PathBuf,
    warnings: BTreeSet<String>,
}

/// Its messages are places and texts: where the attribute was, there is an empty line.
fn compile(
    source: &Path,
    edition: &str,
    lints: &'static [&'static str],
    out: &Path,
    runtime: &Runtime,
) -> Result<Compiled, String> {
    let program = out.with_extension("bin");
    let (compiler, lints) = compiler(lints);
    let output = Command::new(compiler)
        .args(["--edition", edition, "--error-format", "short", "-W", "unused"])
        .args(lints)
        .arg("-o")
        .arg(&program)
        .arg("-L")
        .arg(&runtime.dependencies)
        .arg("--extern")
        .arg(format!("breaker_runtime={}", runtime.library.display()))
        .arg(source)
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(messages);
    }
    let file = format!("{}:", source.display());
    let warning = |line: &str| line.strip_prefix(&file).filter(|line| line.contains(": warning")).map(str::to_owned);
    Ok(Compiled { program, warnings: messages.lines().filter_map(warning).collect() })
}

/// A shape, without and with the attribute.
fn compile_both(
    shape: &Path,
    lints: &'static [&'static str],
    out: &Path,
    runtime: &Runtime,
) -> Result<[Compiled; 2], String> {
    let source = fs::read_to_string(shape).unwrap();
    let edition = source.split("edition ").nth(1).and_then(|rest| rest.get(..4)).expect("the edition stands on top");
    let name = shape.file_stem().unwrap().to_string_lossy();
    let plain_source: String = source
        .lines()
        .map(|line| if line.contains("#[::breaker_runtime::circuit_breaker") { "" } else { line })
        .fold(String::new(), |text, line| text + line + "\n");
    let plain_path = out.join(format!("{name}_plain.rs"));
    fs::write(&plain_path, plain_source).unwrap();
    let plain = compile(&plain_path, edition, lints, &plain_path, runtime).map_err(|e| format!("without: {e}"))?;
    let guarded = compile(shape, edition, lints, &out.join(format!("{name}_guarded.rs")), runtime)?;
    Ok([plain, guarded])
}

fn check(shape: &Path, out: &Path, runtime: &Runtime) -> Result<(), String> {
    let [plain, guarded] = compile_both(shape, PEDANTIC, out, runtime)?;
    let new: Vec<_> = guarded.warnings.difference(&plain.warnings).collect();
    if !new.is_empty() {
        return Err(format!("new warnings: {new:#?}"));
    }
    let run = Command::new(guarded.program).output().unwrap();
    if run.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&run.stderr).into_owned()) }
}

/// The program has warnings of rustc's and clippy's in and about annotated functions. Beside a fallback one more is lost:
/// clippy asks for it only where no macro wrote an expression around.
#[test]
fn fault_05_every_warning_is_kept() {
    // An argument that the fallback is called with is used, and so is the fallback.
    const USED: [&str; 2] = ["unused variable: `argument`", "function `other` is never used"];
    // It asks for the very shape of an async function's block.
    const SHAPE: &str = "enclosing `Ok` and `?` operator are unneeded";
    const AROUND: &str = "explicit call to `.into_iter()` in function argument accepting `IntoIterator`";
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("shapes/fault_05_lints.rs")).unwrap();
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints");
    fs::create_dir_all(&out).unwrap();
    let runtime = Runtime::build();
    let kept = |options: &str, beyond: &[&str]| {
        let shape = out.join("fault_05_lints.rs");
        let options = format!("#[::breaker_runtime::circuit_breaker{options}]");
        fs::write(&shape, source.replace("#[::breaker_runtime::circuit_breaker]", &options)).unwrap();
        let [plain, guarded] = compile_both(&shape, &[], &out, &runtime).unwrap();
        let mut lost: Vec<_> = plain.warnings.difference(&guarded.warnings).collect();
        lost.retain(|warning| !warning.ends_with(SHAPE) && !beyond.iter().any(|other| warning.ends_with(other)));
        assert_eq!(lost.len(), USED.len(), "{options}: {lost:#?}");
        assert!(USED.iter().all(|used| lost.iter().any(|warning| warning.contains(used))), "{options}: {lost:#?}");
        let new: Vec<_> = guarded.warnings.difference(&plain.warnings).collect();
        assert!(new.is_empty(), "{options}: {new:#?}");
        guarded.warnings.len()
    };
    println!("{} warnings", kept("", &[]));
    kept("(fallback = |_| panic!())", &[AROUND]);
    kept("(fallback = |_| panic!(), fallback_on = rejected)", &[AROUND]);
}

#[test]
fn every_shape_compiles_runs_and_warns_as_without_the_attribute() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shapes");
    let runtime = Runtime::build();
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shapes");
    fs::create_dir_all(&out).unwrap();
    let mut shapes: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    shapes.sort();
    let only = env::var("SHAPE").unwrap_or_default();
    shapes.retain(|shape| shape.to_string_lossy().contains(&only));
    let wrong: Vec<_> = shapes
        .iter()
        .filter_map(|shape| {
            let fault = check(shape, &out, &runtime).err()?;
            Some(format!("{}: {fault}", shape.file_name().unwrap().to_string_lossy()))
        })
        .collect();
    println!("{} of {} shapes", shapes.len() - wrong.len(), shapes.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_cache_without_its_feature_says_what_it_needs() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no_cache.rs");
    let source = "
        #[breaker_runtime::circuit_breaker(cache(key = id, ttl = \"1s\"))]
        fn get(id: u8) -> std::io::Result<u8> { Ok(id) }
        #[breaker_runtime::circuit_breaker(cache(key = id, ttl = \"1s\"), fallback = |_| Ok(0))]
        async fn later(id: u8) -> std::io::Result<u8> { Ok(id) }
        fn main() {}";
    fs::write(&out, source).unwrap();
    let messages = compile(&out, "2024", &[], &out, &Runtime::build()).err().expect("this runtime has no cache");
    let errors: Vec<_> = messages.lines().filter(|line| line.contains(": error")).collect();
    let rule = "`cache` needs the feature `cache` of `breaker-runtime`";
    assert!(errors[0].contains(":2:44") && errors[1].contains(":4:44"), "{messages}");
    assert!(errors.len() == 2 && errors.iter().all(|error| error.contains(rule)), "{messages}");
}
