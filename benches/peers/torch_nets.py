"""Times PyTorch's training of the nets that `benches/nets.rs` times, on a GPU or on one thread.

    pip install -r benches/peers/torch_requirements.txt
    python benches/peers/torch_nets.py cuda        # or cpu
    python benches/peers/torch_nets.py cuda lstm   # one net alone

prints versions and seconds of wall time: the median of some fits after one that warms up. Same sizes,
same batches, AdamW, targets smoothed by a tenth, an evaluation of nothing. The data lie on the device
from the start, and the loss is read once an epoch, which is what a careful user would write.
"""

import os
import sys

if sys.argv[1:2] == ["cpu"]:
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"

import statistics
import time

import torch
from torch import nn

GENRES = 10
BATCH = 32


class Dense(nn.Sequential):
    def __init__(self):
        layers, width = [], 57
        for units in (512, 256, 128, 64):
            layers += [nn.Linear(width, units), nn.ReLU(), nn.Dropout(0.2)]
            width = units
        super().__init__(*layers, nn.Linear(width, GENRES))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(33, 128, num_layers=2, batch_first=True)
        self.last = nn.Linear(128, GENRES)

    def forward(self, x):
        return self.last(self.lstm(x)[0][:, -1])


class Convolutional(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 1
        for filters in (16, 32, 64, 128):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters)]
            layers += [nn.ReLU(), nn.MaxPool2d(2)]
            channels = filters
        self.blocks = nn.Sequential(*layers)
        self.last = nn.Linear(2 * 128 * 8, GENRES)

    def forward(self, x):
        steps = self.blocks(x.unsqueeze(1))  # [batch, filters, frames, bands]
        return self.last(torch.cat([steps.mean(2), steps.amax(2)], 1).flatten(1))


# Name, net, shape of the samples, epochs, fits that are timed on a GPU and on the processor.
NETS = [
    ("dense", Dense, (900, 57), 100, 5, 3),
    ("lstm", Recurrent, (1000, 130, 33), 1, 7, 3),
    ("cnn", Convolutional, (1000, 128, 128), 1, 7, 1),
]


def fit(make, data, labels, epochs, device):
    net = make().to(device)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.05)
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    net.train()
    for _ in range(epochs):
        order = torch.randperm(len(data), device=device)
        total = torch.zeros((), device=device)
        for picks in order.split(BATCH):
            optimiser.zero_grad(set_to_none=True)
            error = loss(net(data[picks]), labels[picks])
            error.backward()
            optimiser.step()
            total += error.detach() * len(picks)
        total.item()


def main():
    device = sys.argv[1]
    chosen = sys.argv[2:] or [name for name, *_ in NETS]
    if device == "cpu":
        torch.set_num_threads(1)
        name = "one thread"
    else:
        name = torch.cuda.get_device_name()
    print(f"torch {torch.__version__}, cuda {torch.version.cuda}, {name}", flush=True)
    torch.manual_seed(1)
    for net, make, shape, epochs, *runs in NETS:
        if net not in chosen:
            continue
        data = torch.rand(shape, device=device) * 2 - 1
        labels = torch.arange(len(data), device=device) % GENRES
        times = []
        for _ in range(1 + runs[device == "cpu"]):
            if device != "cpu":
                torch.cuda.synchronize()
            start = time.perf_counter()
            fit(make, data, labels, epochs, device)
            if device != "cpu":
                torch.cuda.synchronize()
            times.append(time.perf_counter() - start)
        first, *rest = times
        print(
            f"torch {device} {net}: {statistics.median(rest):.4f} s, median of {len(rest)} "
            f"({min(rest):.4f} to {max(rest):.4f}), {epochs} epochs; the first {first:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
