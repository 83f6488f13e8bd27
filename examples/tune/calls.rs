//! Records of calls: CSV in and out.

use std::{error::Error, path::Path, time::Duration};

use breaker_runtime::{Verdict, simulation::Call};
use serde::{Deserialize, Serialize};

/// Calls, and what to call them.
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) calls: Vec<Call>,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    at: f64,
    took: f64,
    outcome: Outcome,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Success,
    Failure,
    Ignored,
}

impl Record {
    /// Reads a file; an error names it, and the line.
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let at_fault = |error: &dyn Error| format!("{}: {error}", path.display());
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(|e| at_fault(&e))?;
        let lines = reader.deserialize().collect::<Result<Vec<Line>, _>>().map_err(|e| at_fault(&e))?;
        // Times since 1970 are too long to be told apart by the nanosecond, but not by the microsecond.
        let start = lines.iter().map(|line| line.at).fold(f64::INFINITY, f64::min);
        let calls = lines.iter().map(|line| line.call(start)).collect::<Result<_, _>>().map_err(|e| at_fault(&e))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, calls })
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let mut writer = csv::Writer::from_path(path)?;
        for call in &self.calls {
            writer.serialize(Line::of(call))?;
        }
        Ok(writer.flush()?)
    }

    /// From the first call to the last.
    pub(crate) fn length(&self) -> Duration {
        self.calls.iter().map(|call| call.at).max().unwrap_or_default()
    }
}

impl Line {
    fn of(call: &Call) -> Self {
        let micros = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e6;
        let outcome = match call.verdict {
            Verdict::Success => Outcome::Success,
            Verdict::Failure => Outcome::Failure,
            Verdict::Ignored => Outcome::Ignored,
        };
        Self { at: micros(call.at), took: micros(call.took), outcome }
    }

    fn call(&self, start: f64) -> Result<Call, std::time::TryFromFloatSecsError> {
        let verdict = match self.outcome {
            Outcome::Success => Verdict::Success,
            Outcome::Failure => Verdict::Failure,
            Outcome::Ignored => Verdict::Ignored,
        };
        let at = Duration::try_from_secs_f64(self.at - start)?;
        Ok(Call { at, took: Duration::try_from_secs_f64(self.took)?, verdict })
    }
}
