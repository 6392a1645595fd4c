//! The comparison as one JSON object, for programs.

use serde_json::{Value, json};

use super::{Across, Comparison, Pair, Verdict};

/// A comparison: shares in 0..1; `null` where there is nothing.
pub fn json(comparison: &Comparison) -> Value {
    let name = |entrant: usize| comparison.entrants[entrant].name.as_str();
    let units = |units: &[usize]| -> Vec<Value> {
        let one = |&unit: &usize| {
            let unit = &comparison.tested[unit];
            json!({ "id": unit.id, "genre": comparison.dataset.genres[unit.genre] })
        };
        units.iter().map(one).collect()
    };
    let hits = &comparison.hits;
    let contenders: Vec<Value> = comparison
        .entrants
        .iter()
        .enumerate()
        .map(|(number, it)| {
            let scores = it.row.scores.as_ref();
            let interval = scores.and_then(|scores| scores.interval);
            json!({
                "name": it.name,
                "experiment": it.experiment,
                "results": it.source,
                "model": it.row.model,
                "features": it.row.features,
                "accuracy": scores.map(|scores| scores.accuracy),
                "accuracy_interval": interval.map(|it| [it.low, it.high]),
                "folds": it.folds,
                "best_or_equal": it.best,
                "right": hits.right[number],
                "right_alone": units(&hits.only[number]),
            })
        })
        .collect();
    let mut agreement = Vec::new();
    for (first, row) in hits.agreement.iter().enumerate() {
        for (second, said) in row.iter().enumerate().skip(first + 1) {
            agreement.push(json!({
                "contender": name(first),
                "other": name(second),
                "share": said.map(|it| it.share),
                "kappa": said.map(|it| it.kappa),
            }));
        }
    }
    json!({
        "dataset": { "title": comparison.dataset.title, "hash": comparison.dataset.hash },
        "protocol": { "name": comparison.protocol.name, "hash": comparison.protocol.hash },
        "baseline": name(comparison.baseline),
        "best": name(comparison.best),
        "equivalence": comparison.equivalence,
        "interval_method": if comparison.single { "bootstrap" } else { "nadeau-bengio" },
        "contenders": contenders,
        "pairs": comparison.pairs.iter().map(|it| pair(it, comparison)).collect::<Vec<_>>(),
        "units": {
            "tested": comparison.tested.len(),
            "asked": hits.asked.iter().map(|&it| name(it)).collect::<Vec<_>>(),
            "all_right": hits.all.len(),
            "none_right": units(&hits.none),
        },
        "agreement": agreement,
        "notes": comparison.notes,
    })
}

fn pair(pair: &Pair, comparison: &Comparison) -> Value {
    json!({
        "contender": comparison.entrants[pair.first].name,
        "against": comparison.entrants[pair.second].name,
        "difference": pair.difference,
        "interval": pair.interval.map(|it| [it.low, it.high]),
        "p": pair.p,
        "p_holm": pair.adjusted,
        "more_than_chance": pair.apart(),
        "better": pair.belief.map(|it| it.better),
        "equal": pair.belief.map(|it| it.equal),
        "worse": pair.belief.map(|it| it.worse),
        "mcnemar": {
            "right_alone": pair.mcnemar.only_first,
            "against_right_alone": pair.mcnemar.only_second,
            "exact_p": pair.mcnemar.exact,
            "exact_p_holm": pair.mcnemar_adjusted,
            "chi_square": pair.mcnemar.chi_square,
            "chi_square_p": pair.mcnemar.chi_square_p,
        },
        "in_words": pair.sentence(comparison, str::to_owned),
    })
}

/// A comparison over data sets; an infinite F is `null`.
pub fn across(across: &Across) -> Value {
    let test = match &across.verdict {
        Verdict::Two(test) => json!({
            "name": "wilcoxon", "rank_sums": [test.above, test.below], "used": test.used, "p": test.p,
        }),
        Verdict::Several { test, critical } => json!({
            "name": "friedman",
            "ranks": test.ranks,
            "chi_square": test.chi_square,
            "chi_square_p": test.chi_square_p,
            "f": test.f,
            "f_p": test.f_p,
            "critical_difference": critical,
        }),
    };
    let data_sets = across.data_sets.iter().zip(&across.accuracies);
    json!({
        "contenders": across.names,
        "data_sets": data_sets
            .map(|((folder, title), row)| json!({
                "results": folder, "title": title, "accuracies": row,
            }))
            .collect::<Vec<_>>(),
        "test": test,
        "in_words": across.sentences(str::to_owned),
        "notes": across.notes,
    })
}
