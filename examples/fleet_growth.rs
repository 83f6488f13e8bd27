//! Draws what a fleet costs and saves against the number of its nodes: `cargo run --example fleet_growth`.
//!
//! It reads `docs/fleet-growth.csv`, which the simulation writes (see CONTRIBUTING.md), and writes
//! `docs/fleet-growth.svg`.

use std::error::Error;

use plotters::prelude::*;

const FIGURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fleet-growth.csv");
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fleet-growth.svg");

const ALONE: RGBColor = RGBColor(214, 69, 69);
const SHARED: RGBColor = RGBColor(60, 130, 200);
const COMMANDS: RGBColor = RGBColor(120, 120, 120);

/// One line of the picture: what it shows, in which column it stands, and its colour.
type Line = (&'static str, &'static str, RGBColor);

const PANELS: [(&str, &[Line]); 3] = [
    (
        "failed calls in an outage of a minute",
        &[("each node alone", "failed alone", ALONE), ("as a fleet", "failed", SHARED)],
    ),
    ("probes of the dependency", &[("each node alone", "probes alone", ALONE), ("as a fleet", "probes", SHARED)]),
    (
        "commands of the engine",
        &[
            ("asks for the lease", "asks", SHARED),
            ("most within 10 ms", "peak in 10 ms", ALONE),
            ("a second", "commands a second", COMMANDS),
        ],
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut figures = csv::Reader::from_path(FIGURES)?;
    let names = figures.headers()?.clone();
    let rows: Vec<Vec<f64>> = figures.deserialize().collect::<Result<_, _>>()?;
    let column = |name: &str| names.iter().position(|other| other == name).ok_or(format!("there is no column {name}"));
    let most = rows.iter().map(|row| row[0]).fold(1.0, f64::max);

    let area = SVGBackend::new(PICTURE, (1200, 380)).into_drawing_area();
    area.fill(&WHITE)?;
    for (panel, (title, lines)) in area.split_evenly((1, 3)).iter().zip(PANELS) {
        let top = rows.iter().flatten().copied().fold(10.0, f64::max);
        let mut chart = ChartBuilder::on(panel)
            .caption(title, ("sans-serif", 17))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(52)
            .build_cartesian_2d((1.0..most).log_scale(), (0.1..top * 2.0).log_scale())?;
        chart.configure_mesh().x_desc("nodes").light_line_style(WHITE).draw()?;
        for &(label, name, colour) in lines {
            let place = column(name)?;
            let points = rows.iter().map(|row| (row[0], row[place].max(0.1)));
            chart
                .draw_series(LineSeries::new(points, colour.stroke_width(2)).point_size(3))?
                .label(label)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.8))
            .draw()?;
    }
    area.present()?;
    println!("wrote docs/fleet-growth.svg");
    Ok(())
}
