//! The macro behind the registry of models: one line a model, everything else follows.

/// Makes the `Model` enum from lines of `"name" => Variant(parameters)`.
///
/// YAML names, defaults, the JSON schema, `crossfold list` and the contract tests all come from
/// these lines, so that a model cannot be known to one of them and not to another.
macro_rules! models {
    ($($name:literal => $variant:ident($parameters:ty),)+) => {
        /// A model with its parameters, as an experiment names it.
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum Model {
            $(
                #[doc = concat!("`", $name, "`")]
                #[serde(rename = $name)]
                $variant($parameters),
            )+
        }

        impl Model {
            /// Names of all models, in the order of the registry.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The model's name.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
            }

            /// The parameters, ready to fit.
            pub fn learner(&self) -> &dyn Learner {
                match self {
                    $(Self::$variant(parameters) => parameters,)+
                }
            }

            /// The model called `name` with its default parameters.
            pub fn default_of(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant(<$parameters>::default())),)+
                    _ => None,
                }
            }

            /// JSON schema of the parameters of the model called `name`: what each does, its range
            /// and its default; `null` when there is no such model.
            pub fn schema(name: &str) -> serde_json::Value {
                match name {
                    $($name => schemars::schema_for!($parameters).to_value(),)+
                    _ => serde_json::Value::Null,
                }
            }

            /// What the model called `name` is, in one line.
            pub fn about(name: &str) -> Option<String> {
                let schema = Self::schema(name);
                let description = schema.get("description")?.as_str()?;
                description.lines().next().map(str::to_owned)
            }
        }
    };
}

pub(super) use models;

#[cfg(test)]
mod tests {
    use crate::models::Model;

    #[test]
    fn every_name_has_defaults_a_line_about_it_and_described_parameters() {
        for &name in Model::NAMES {
            let model = Model::default_of(name).unwrap();
            assert_eq!(model.name(), name);
            assert!(Model::about(name).is_some_and(|line| line.ends_with('.')), "{name}");
            let written = serde_json::to_value(&model).unwrap();
            assert_eq!(serde_json::from_value::<Model>(written.clone()).unwrap(), model);
            let schema = Model::schema(name);
            for parameter in written[name].as_object().unwrap().keys() {
                let property = &schema["properties"][parameter];
                assert!(property["description"].is_string(), "{name}: {parameter}: {property}");
            }
        }
        assert_eq!(Model::default_of("flute"), None);
        assert!(Model::schema("flute").is_null() && Model::about("flute").is_none());
    }
}
