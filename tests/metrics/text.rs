//! Samples by their series, as the text format writes them.

use std::collections::BTreeMap;

/// By `name{label="value",…}`, the labels in the order in which they came.
pub(crate) type Samples = BTreeMap<String, f64>;

/// Reads a page of the text format. A gauge that is not a number says nothing.
pub(crate) fn parse(page: &str) -> Samples {
    let mut samples = Samples::new();
    for line in page.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let value: f64 = value.parse().unwrap();
        if !value.is_nan() {
            assert_eq!(samples.insert(series.to_owned(), value), None, "a series is shown once: {series}");
        }
    }
    samples
}

/// The samples of one service, by what is left of their series without it.
pub(crate) fn of_service(samples: &Samples, service: &str) -> Samples {
    let label = format!("service=\"{service}\"");
    let ours = samples.iter().filter(|(series, _)| series.contains(&label));
    ours.map(|(series, value)| (series.replace(&format!("{label},"), "").replace(&format!("{{{label}}}"), ""), *value))
        .collect()
}
