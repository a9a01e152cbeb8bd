//! The steps of a reward's way, ready to be drawn.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Recorded,
    Held,
    Invoiced,
    Reviewed,
    Charged,
    Paid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStanding {
    Done,
    Expected,
    /// Nothing further happens by itself.
    Stopped,
}

/// "Company is charged" … "8 April 2026".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub stage: Stage,
    pub standing: StepStanding,
    pub label: String,
    /// A date in words, in the company's zone; empty where there is none.
    pub when: String,
}

impl Step {
    pub fn done(stage: Stage, label: impl Into<String>, when: String) -> Step {
        Step { stage, standing: StepStanding::Done, label: label.into(), when }
    }

    pub fn expected(stage: Stage, label: impl Into<String>, when: String) -> Step {
        Step { stage, standing: StepStanding::Expected, label: label.into(), when }
    }

    pub fn stopped(stage: Stage, label: String) -> Step {
        Step { stage, standing: StepStanding::Stopped, label, when: String::new() }
    }
}
