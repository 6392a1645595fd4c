//! What is said of a comparison, in order: the terminal, Markdown and HTML dress the same words.

use super::{Comparison, Pair, grids};
use crate::report::format::{counted, percent};
use crate::report::grid::Grid;

const BOLD: &str =
    "Bold: the highest accuracy, and what cannot be told from it (adjusted p above 0.05).";

/// How many units a list names.
const LISTED: usize = 20;

/// A part of a comparison. Names of contenders and units are dressed already; everything else is
/// plain text without signs that Markdown or HTML would take for theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its title.
    pub title: &'static str,
    /// A table.
    pub grid: Option<Grid>,
    /// Sentences that stand in a list.
    pub list: Vec<String>,
    /// Text below.
    pub text: String,
    /// What bold lines of the table mean; empty where none is.
    pub bold: &'static str,
    /// Whether a reader in a hurry wants it.
    pub brief: bool,
}

/// How words that are not ours are written.
#[derive(Clone, Copy)]
pub struct Dress {
    /// Names of contenders and units.
    pub name: fn(&str) -> String,
    /// Anything else.
    pub plain: fn(&str) -> String,
}

/// Words as they are, for a terminal.
pub const PLAIN: Dress = Dress { name: str::to_owned, plain: str::to_owned };

/// All parts of a comparison.
pub fn sections(comparison: &Comparison, dress: Dress) -> Vec<Section> {
    let mut parts = vec![result(comparison), words(comparison, dress)];
    if comparison.pairs.len() >= comparison.entrants.len() {
        parts.push(Section {
            title: "All pairs",
            grid: Some(grids::pairs(comparison)),
            list: Vec::new(),
            text: "Contender minus the one it is held against; numbers as above.".to_owned(),
            bold: "",
            brief: true,
        });
    }
    parts.extend([mcnemar(comparison), tracks(comparison, dress), agreement(comparison)]);
    if !comparison.notes.is_empty() {
        parts.push(Section {
            title: "Notices",
            grid: None,
            list: comparison.notes.iter().map(|note| (dress.plain)(note)).collect(),
            text: String::new(),
            bold: "",
            brief: true,
        });
    }
    parts
}

fn result(comparison: &Comparison) -> Section {
    let family = counted(comparison.pairs.len(), "comparison", "comparisons");
    let text = if comparison.single {
        format!(
            "Accuracy with Wilson's interval. Difference to the baseline in points, with a \
             percentile interval from drawing groups anew (bootstrap); p: McNemar's exact test, \
             adjusted by Holm for {family}."
        )
    } else {
        format!(
            "Difference to the baseline in points, mean over folds; its interval and p by the \
             corrected resampled t-test (Nadeau and Bengio), which allows for training rows that \
             folds share; p adjusted by Holm for {family}. Better, equal, worse: probabilities that \
             the contender lies more than {} above the baseline, within it, or below (Bayesian \
             correlated t-test).",
            comparison.equivalence_in_points()
        )
    };
    let grid = Some(grids::differences(comparison));
    Section { title: "Result", grid, list: Vec::new(), text, bold: BOLD, brief: true }
}

fn words(comparison: &Comparison, dress: Dress) -> Section {
    let best = &comparison.entrants[comparison.best];
    let near: Vec<String> = comparison
        .entrants
        .iter()
        .filter(|it| it.best && it.name != best.name)
        .map(|it| (dress.name)(&it.name))
        .collect();
    let accuracy = best.row.scores.as_ref().map_or(f64::NAN, |scores| scores.accuracy);
    let text = format!(
        "{} has the highest accuracy, {} %; {}.",
        (dress.name)(&best.name),
        percent(accuracy),
        if near.is_empty() {
            "all others are less accurate by more than chance".to_owned()
        } else {
            format!("these cannot be told from it: {}", near.join(", "))
        }
    );
    let said = |pair: &Pair| pair.sentence(comparison, dress.name);
    let list = comparison.pairs.iter().map(said).collect();
    Section { title: "In words", grid: None, list, text, bold: "", brief: true }
}

fn mcnemar(comparison: &Comparison) -> Section {
    let [_, units] = comparison.units();
    let mut text = format!(
        "How many {units} the contender names rightly and the other does not, and the other way \
         round; McNemar's exact p, adjusted by Holm, and the chi-square with continuity correction."
    );
    if comparison.protocol.repeats > 1 {
        text += " Counted over the first repeat alone, because repeats test the same tracks again.";
    }
    if !comparison.single {
        text += " It takes the trained models as they are; the test above also allows for other \
                 training sets.";
    }
    if units == "rows" {
        text += " Rows of one track are no independent units: these p are too small.";
    }
    let grid = Some(grids::mcnemar(comparison));
    Section {
        title: "Named rightly by one of two",
        grid,
        list: Vec::new(),
        text,
        bold: "",
        brief: false,
    }
}

fn tracks(comparison: &Comparison, dress: Dress) -> Section {
    let (hits, [unit, units]) = (&comparison.hits, comparison.units());
    let named = |units: &[usize]| {
        let shown = units.iter().take(LISTED).map(|&unit| {
            let unit = &comparison.tested[unit];
            format!(
                "{} ({})",
                (dress.name)(&unit.id),
                (dress.plain)(&comparison.dataset.genres[unit.genre])
            )
        });
        let mut text = shown.collect::<Vec<_>>().join(", ");
        if units.len() > LISTED {
            text += &format!(" and {} more", units.len() - LISTED);
        }
        text
    };
    let mut list = vec![format!(
        "All {} contenders miss {} of {}{}",
        hits.asked.len(),
        hits.none.len(),
        counted(comparison.tested.len(), unit, units),
        if hits.none.is_empty() { ".".to_owned() } else { format!(": {}.", named(&hits.none)) }
    )];
    for &entrant in &hits.asked {
        let only = &hits.only[entrant];
        if !only.is_empty() {
            let name = (dress.name)(&comparison.entrants[entrant].name);
            list.push(format!("{name} alone gets {}: {}.", only.len(), named(only)));
        }
    }
    let mut text = format!("All contenders get {} of them.", hits.all.len());
    if comparison.protocol.repeats > 1 {
        text += " Counted over the first repeat.";
    }
    if hits.asked.len() < comparison.entrants.len() {
        text += " The majority, and who else names one genre throughout, is not asked.";
    }
    let title = "Who gets which";
    Section { title, grid: Some(grids::hits(comparison)), list, text, bold: "", brief: true }
}

fn agreement(comparison: &Comparison) -> Section {
    let mut text = format!(
        "Above the diagonal: share of {}, in %, to which two contenders give the same name, right or \
         wrong. Below: Cohen's kappa, what of that is more than chance.",
        comparison.units()[1]
    );
    if comparison.protocol.repeats > 1 {
        text += " Counted over the first repeat.";
    }
    let grid = Some(grids::agreement(comparison));
    Section { title: "Agreement", grid, list: Vec::new(), text, bold: "", brief: false }
}
