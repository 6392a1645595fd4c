# The gate, as CI runs it.
ci:
    .ci/run

# The main experiment.
run:
    cargo run -- run experiments/dense.yaml
