//! `dataset:` and `protocol:` in the schema.

use serde_json::{Value, json};

use super::super::protocol::{Folds, NAMES, Repeats};
use super::{keys, object, of, text};
use crate::evaluation::Join;
use crate::features::Recipe;
use crate::split::{Grouping, Predefined};

/// The end of a table's path.
const TABLE: &str = r"\.([cC][sS][vV]|[pP][aA][rR][qQ][uU][eE][tT])$";

/// What is classified.
pub(super) fn dataset() -> Value {
    let index = || text("A CSV with genres, artists and copies of the tracks.");
    let named = |pairs, needed: &str| {
        let mut object = object(pairs);
        object["required"] = json!([needed]);
        object
    };
    let mut path = text("A CSV or Parquet file with `filename`, `label` and columns of numbers.");
    path["pattern"] = json!(TABLE);
    let recipes = Recipe::ALL.map(|recipe| recipe.name());
    json!({
        "description": "What is classified; paths begin at the experiment's folder.",
        "anyOf": [
            {
                "description": "GTZAN, found by --data, CROSSFOLD_DATA or in data/; or a hundred of \
                                its tracks that come with the program.",
                "enum": ["gtzan", "gtzan-mini"],
            },
            path,
            named(keys([("table", path.clone()), ("index", index())]), "table"),
            named(
                keys([
                    ("audio", text("A folder of sound files, as GENRE/CLIP.wav.")),
                    ("index", index()),
                    ("recipe", json!({
                        "description": "How features of a clip are computed.",
                        "enum": recipes,
                        "default": Recipe::KAGGLE.name(),
                    })),
                    ("segments", json!({
                        "description": "A row for every so many seconds instead of one a clip.",
                        "type": "number",
                        "minimum": 0.1,
                        "maximum": 3600,
                    })),
                ]),
                "audio",
            ),
            named(
                keys([
                    ("tensor", text("Log-mel spectrograms, tracks × frames × bands: NPZ or NPY.")),
                    ("array", text("The array's name, where the file holds several.")),
                    ("tracks", text("The list of its tracks; without it, the array's path with \
                                     .tracks.txt.")),
                    ("index", index()),
                ]),
                "tensor",
            ),
        ],
    })
}

/// How training and test are kept apart.
pub(super) fn protocol() -> Value {
    let described = |mut schema: Value, about: &str, default: Value| {
        schema["description"] = json!(about);
        schema["default"] = default;
        schema
    };
    let folds = "Parts that the data is cut into; each is tested once a repeat.";
    let mut protocol = object(keys([
        ("folds", described(of::<Folds>(), folds, json!(10))),
        ("repeats", described(of::<Repeats>(), "How often folds are drawn anew.", json!(1))),
        ("group", of::<Grouping>()),
        ("split", split()),
        ("tracks", of::<Join>()),
    ]));
    protocol["type"] = json!(["object", "null"]);
    let drawn = ["folds", "repeats", "group"].map(|key| (key, json!(false)));
    protocol["dependencies"] = json!({ "split": { "properties": keys(drawn) } });
    json!({
        "description": "How training and test are kept apart: a name, or keys.",
        "anyOf": [{ "enum": NAMES }, protocol],
    })
}

fn split() -> Value {
    let mut own = object(keys([
        ("file", text("A CSV with a row for each track.")),
        ("column", text("The column that names each track's part; of `file` by default `split`.")),
    ]));
    own["minProperties"] = json!(1);
    json!({
        "description": "Folds that are laid down: published ones, or a column of one's own.",
        "anyOf": [{ "enum": Predefined::NAMES }, own],
    })
}
