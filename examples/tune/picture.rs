//! Time lines: calls, what became of them, and the state of the circuit.

use std::{error::Error, path::Path};

use breaker_runtime::State;
use plotters::{coord::Shift, prelude::*};

const WIDTH: u32 = 1200;
const PANEL: u32 = 210;
const TOP: u32 = 40;
const BARS: usize = 300;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Succeeded,
    Failed,
    RejectedNeedlessly,
    RejectedRightly,
}

impl Fate {
    /// In the order in which they stand on each other.
    const ALL: [Self; 4] = [Self::Succeeded, Self::Failed, Self::RejectedNeedlessly, Self::RejectedRightly];

    const fn shown(self) -> (&'static str, RGBColor) {
        match self {
            Self::Succeeded => ("succeeded", RGBColor(60, 170, 115)),
            Self::Failed => ("reached it and failed, or too slow", RGBColor(214, 69, 69)),
            Self::RejectedNeedlessly => ("rejected, would have succeeded", RGBColor(240, 168, 48)),
            Self::RejectedRightly => ("rejected, would have failed", RGBColor(176, 184, 196)),
        }
    }
}

/// The figures of one panel. Times are seconds.
pub(crate) struct TimeLine {
    title: String,
    length: f64,
    /// Calls a second of each fate.
    bars: Vec<[f64; Fate::ALL.len()]>,
    /// From when on the circuit was in which state.
    states: Vec<(f64, State)>,
}

impl TimeLine {
    pub(crate) fn new(length: f64) -> Self {
        let bars = vec![[0.0; Fate::ALL.len()]; BARS];
        Self { title: String::new(), length: length.max(1.0), bars, states: vec![(0.0, State::Closed)] }
    }

    /// A call that was wanted at this time.
    pub(crate) fn call(&mut self, at: f64, fate: Fate) {
        let width = self.width();
        let bar = ((at / width) as usize).min(BARS - 1);
        self.bars[bar][fate as usize] += 1.0 / width;
    }

    /// The state at this time, which is not before the last one that was told.
    pub(crate) fn state(&mut self, at: f64, state: State) {
        if self.states.last().is_some_and(|&(_, last)| last != state) {
            self.states.push((at, state));
        }
    }

    pub(crate) fn titled(mut self, title: String) -> Self {
        self.title = title;
        self
    }

    fn width(&self) -> f64 {
        self.length / BARS as f64
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// One under the other.
pub(crate) fn draw(path: &Path, lines: &[TimeLine]) -> Result<(), Box<dyn Error>> {
    let height = TOP + PANEL * u32::try_from(lines.len())?;
    let root = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let (top, panels) = root.split_vertically(TOP);
    legend(&top)?;
    for (panel, line) in panels.split_evenly((lines.len(), 1)).iter().zip(lines) {
        time_line(panel, line)?;
    }
    root.present()?;
    Ok(())
}

fn legend(area: &Area<'_>) -> Result<(), Box<dyn Error>> {
    let states = [("strip below: half-open", colour(State::HalfOpen)), ("open", colour(State::Open))];
    let mut x = 52;
    for (name, colour) in Fate::ALL.map(Fate::shown).into_iter().chain(states) {
        area.draw(&Rectangle::new([(x, 15), (x + 12, 27)], colour.filled()))?;
        area.draw(&Text::new(name, (x + 17, 14), ("sans-serif", 14)))?;
        x += 40 + 7 * i32::try_from(name.len())?;
    }
    Ok(())
}

fn colour(state: State) -> RGBColor {
    match state {
        State::Open | State::ForcedOpen => RGBColor(160, 30, 40),
        State::HalfOpen => RGBColor(250, 205, 80),
        State::Closed | State::Disabled | State::MetricsOnly => RGBColor(222, 240, 230),
    }
}

fn time_line(area: &Area<'_>, line: &TimeLine) -> Result<(), Box<dyn Error>> {
    // Round numbers on the axis.
    let (unit, unit_seconds) = match line.length {
        seconds if seconds <= 300.0 => ("s", 1.0),
        seconds if seconds <= 4.0 * 3600.0 => ("min", 60.0),
        _ => ("h", 3600.0),
    };
    let most = line.bars.iter().map(|bar| bar.iter().sum()).fold(0.0, f64::max) * 1.05;
    // The state has a strip below the bars.
    let strip = most / 8.0;
    let mut chart = ChartBuilder::on(area)
        .caption(&line.title, ("sans-serif", 14))
        .margin(6)
        .margin_right(24)
        .x_label_area_size(24)
        .y_label_area_size(46)
        .build_cartesian_2d(0.0..line.length / unit_seconds, -strip..most)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(13)
        .y_labels(5)
        .y_desc("calls/s")
        .x_label_formatter(&|at| format!("{} {unit}", short(*at)))
        .y_label_formatter(&|rate| if *rate < 0.0 { String::new() } else { short(*rate) })
        .draw()?;
    let ends = line.states.iter().skip(1).map(|&(at, _)| at).chain([line.length]);
    chart.draw_series(line.states.iter().zip(ends).map(|(&(begins, state), ends)| {
        let corners = [(begins / unit_seconds, -strip * 0.85), (ends / unit_seconds, -strip * 0.15)];
        Rectangle::new(corners, colour(state).filled())
    }))?;
    let width = line.width() / unit_seconds;
    for fate in Fate::ALL {
        let (_, colour) = fate.shown();
        let bars = line.bars.iter().enumerate().filter(|(_, bar)| bar[fate as usize] > 0.0);
        chart.draw_series(bars.map(|(place, bar)| {
            let (left, below) = (place as f64 * width, bar[..fate as usize].iter().sum::<f64>());
            Rectangle::new([(left, below), (left + width, below + bar[fate as usize])], colour.filled())
        }))?;
    }
    Ok(())
}

/// At most three places, and no zeros at the end.
fn short(number: f64) -> String {
    let written = format!("{number:.3}");
    written.trim_end_matches('0').trim_end_matches('.').to_owned()
}
