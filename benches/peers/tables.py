"""Times models of scikit-learn on the rows of a record's folds.

    python benches/peers/tables.py MODEL TABLE --record record.json

Of every fold: scale on the training rows, fit, predict the test rows. MODELS holds the settings of
experiments/models.yaml; what is not named is scikit-learn's default, and the same in both.
"""

import argparse

from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsOneClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from work import Clock, answer, folds, mean, table

MODELS = {
    "majority": lambda seed: DummyClassifier(),
    "knn": lambda seed: KNeighborsClassifier(n_neighbors=1),
    # One tree for each pair of genres, as crossfold's default is.
    "tree": lambda seed: OneVsOneClassifier(DecisionTreeClassifier(random_state=seed)),
    "forest": lambda seed: ExtraTreesClassifier(500, n_jobs=1, random_state=seed),
    "random-forest": lambda seed: RandomForestClassifier(500, n_jobs=1, random_state=seed),
    "logistic": lambda seed: LogisticRegression(max_iter=1000),
    "svm": lambda seed: SVC(C=10, gamma=0.01),
}
# With probabilities, which crossfold's machines always have; by default from five more fits.
CALIBRATED = {"svm-calibrated": lambda seed: CalibratedClassifierCV(SVC(C=10, gamma=0.01), ensemble=False)}


def make(name, seed=0):
    """A model that scales first."""
    return make_pipeline(StandardScaler(), {**MODELS, **CALIBRATED}[name](seed))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=[*MODELS, *CALIBRATED])
    parser.add_argument("table")
    parser.add_argument("--record", required=True)
    arguments = parser.parse_args()
    tracks, values, labels = table(arguments.table)
    right, clock = [], Clock()
    for seed, (train, test) in enumerate(folds(arguments.record, tracks)):
        with clock:
            said = make(arguments.model, seed).fit(values[train], labels[train]).predict(values[test])
        right.append(float((said == labels[test]).mean()))
    answer(clock, "scikit-learn", "numpy", "scipy", accuracy=mean(right), folds=len(right))


if __name__ == "__main__":
    main()
