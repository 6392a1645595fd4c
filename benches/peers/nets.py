"""Times PyTorch's training of nets on one thread.

    python benches/peers/nets.py dense --table TABLE --record record.json --epochs 100
    python benches/peers/nets.py lstm        # or cnn: one epoch on noise, see torch_nets.py

The nets are those of torch_nets.py. Each optimiser, fused and not, is tried before the clock starts,
and the faster of the two is timed; of the CNN likewise whether channels lie last.
"""

import argparse
import itertools
import math

import torch
from torch import nn

from torch_nets import BATCH, GENRES, NETS, Dense
from work import Clock, answer, folds, mean, table

RATE, DECAY, SMOOTHING = 1e-3, 0.05, 0.1


def optimiser_of(net, fused):
    """AdamW that lets biases alone."""
    weights = [one for one in net.parameters() if one.ndim > 1]
    biases = [one for one in net.parameters() if one.ndim < 2]
    groups = [{"params": weights, "weight_decay": DECAY}, {"params": biases, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=RATE, fused=fused)


def train(net, data, labels, epochs, fused=True):
    """What crossfold's nets do by default: AdamW, the rate along a cosine to zero, targets smoothed."""
    optimiser = optimiser_of(net, fused)
    loss = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    steps, step = epochs * math.ceil(len(data) / BATCH), 0
    net.train()
    for _ in range(epochs):
        order = torch.randperm(len(data))
        values, targets = data[order], labels[order]
        for batch, target in zip(values.split(BATCH), targets.split(BATCH)):
            for group in optimiser.param_groups:
                group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
            optimiser.zero_grad(set_to_none=True)
            loss(net(batch), target).backward()
            optimiser.step()
            step += 1
    return net


def dense(values, labels, train_rows, test_rows, epochs, seed=0, fused=True):
    """Scales by the training rows, trains the dense net on them, and names genres of the test rows."""
    torch.manual_seed(seed)
    middle, spread = values[train_rows].mean(axis=0), values[train_rows].std(axis=0)
    scaled = torch.from_numpy((values - middle) / spread).float()
    net = train(Dense(), scaled[train_rows], torch.from_numpy(labels)[train_rows], epochs, fused)
    net.eval()
    with torch.inference_mode():
        return net(scaled[test_rows]).argmax(1).numpy()


def faster(settings, work):
    """The setting under which the work takes less processor time; the first call of all is not timed."""
    work(settings[0])

    def seconds(setting):
        with Clock() as clock:
            work(setting)
        return clock.cpu

    return min(settings, key=seconds)


def on_table(arguments):
    tracks, values, labels = table(arguments.table)
    parts = folds(arguments.record, tracks)
    fused = faster([True, False], lambda fused: dense(values, labels, *parts[0], 5, fused=fused))
    right, clock = [], Clock()
    for seed, (train_rows, test_rows) in enumerate(parts):
        with clock:
            said = dense(values, labels, train_rows, test_rows, arguments.epochs, seed, fused)
        right.append(float((said == labels[test_rows]).mean()))
    answer(clock, "torch", accuracy=mean(right), folds=len(right), fused=fused)


def on_noise(name):
    torch.manual_seed(1)
    make, shape, epochs = next((make, shape, epochs) for net, make, shape, epochs, *_ in NETS if net == name)
    data = torch.rand(shape) * 2 - 1
    labels = torch.arange(len(data)) % GENRES
    formats = [torch.contiguous_format, torch.channels_last] if name == "cnn" else [torch.contiguous_format]

    def work(setting, rows=len(data)):
        fused, order = setting
        train(make().to(memory_format=order), data[:rows], labels[:rows], epochs, fused)

    setting = faster(list(itertools.product([True, False], formats)), lambda setting: work(setting, 160))
    with Clock() as clock:
        work(setting)
    answer(clock, "torch", fused=setting[0], order=str(setting[1]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("net", choices=["dense", "lstm", "cnn"])
    parser.add_argument("--table")
    parser.add_argument("--record")
    parser.add_argument("--epochs", type=int, default=100)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.net == "dense":
        on_table(arguments)
    else:
        on_noise(arguments.net)


if __name__ == "__main__":
    main()
