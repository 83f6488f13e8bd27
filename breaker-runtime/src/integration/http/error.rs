//! The judgement of an error that stands where an answer was expected.

use std::{error::Error, iter};

use http::{
    header::{InvalidHeaderName, InvalidHeaderValue},
    method::InvalidMethod,
    uri::{InvalidUri, InvalidUriParts},
};

use crate::{is_rejection::is_rejection, outcome::Verdict};

#[cfg(feature = "reqwest")]
use super::status;

pub(super) fn verdict(error: &(dyn Error + 'static)) -> Verdict {
    if is_rejection(error) {
        return Verdict::Ignored;
    }
    for cause in iter::successors(Some(error), |&error| error.source()) {
        if is_of_building(cause) {
            return Verdict::Ignored;
        }
        // `error_for_status` makes an error of an answer.
        #[cfg(feature = "reqwest")]
        if let Some(error) = cause.downcast_ref::<reqwest::Error>() {
            if error.is_builder() {
                return Verdict::Ignored;
            }
            if let Some(status) = error.status() {
                return status::verdict(status);
            }
        }
    }
    Verdict::Failure
}

/// Whether it tells that there was no request to send.
fn is_of_building(error: &(dyn Error + 'static)) -> bool {
    error.is::<http::Error>()
        || error.is::<InvalidUri>()
        || error.is::<InvalidUriParts>()
        || error.is::<InvalidMethod>()
        || error.is::<InvalidHeaderName>()
        || error.is::<InvalidHeaderValue>()
}
