"""The formulas of DKEL and PCL (dkel.md 2-5, pcl.md 2-3) in PyTorch, written apart from Distillery's own code.

Reads a folder with reference.json, weights.bin and batches.bin, trains on the very batches from the very weights, and prints one JSON
line per step: every loss term by name. --single computes in single precision, not double; with --perturb, weights begin with relative
noise of 1e-6: how far rounding alone leads.
"""
import argparse
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--perturb", type=int, default=0)
parser.add_argument("--single", action="store_true")
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()
torch.set_num_threads(options.threads)
precision = torch.float32 if options.single else torch.float64

spec = json.load(open(os.path.join(options.folder, "reference.json")))
raw = np.fromfile(os.path.join(options.folder, "weights.bin"), dtype=np.float32)


def tensors(entries):
    found = {}
    for entry in entries:
        count = int(np.prod(entry["shape"]))
        values = raw[entry["offset"] : entry["offset"] + count].reshape(entry["shape"])
        if len(entry["shape"]) == 4:
            values = values.transpose(3, 2, 0, 1)  # HWIO -> OIHW
        found[entry["name"]] = torch.from_numpy(values.copy()).to(precision)
    return found


class Peers:
    """A shared trunk, three branches, and a classifier on all their features."""

    def __init__(self, entries, noise):
        self.t = tensors(entries)
        for name, value in self.t.items():
            if "moving_" in name:
                continue
            if noise is not None:
                value.mul_(1 + 1e-6 * torch.randn(value.shape, generator=noise, dtype=precision))
            value.requires_grad_(True)

    def trained(self, ensemble=True):
        return [v for n, v in self.t.items() if "moving_" not in n and (ensemble or not n.startswith("ensemble/"))]

    def norm(self, x, at):
        t = self.t
        return F.batch_norm(x, t[at + "/moving_mean"], t[at + "/moving_variance"], t[at + "/gamma"], t[at + "/beta"], True, 0.1, 1e-5)

    def unit(self, x, at, stride):
        t = self.t
        h = F.conv2d(x, t[at + "/body/0.conv/kernel"], stride=stride, padding=1)
        h = F.relu(self.norm(h, at + "/body/1.batchNorm"))
        h = self.norm(F.conv2d(h, t[at + "/body/3.conv/kernel"], padding=1), at + "/body/4.batchNorm")
        shortcut = x
        if at + "/shortcut/0.conv/kernel" in t:
            shortcut = self.norm(F.conv2d(x, t[at + "/shortcut/0.conv/kernel"], stride=stride), at + "/shortcut/1.batchNorm")
        return F.relu(h + shortcut)

    def trunk(self, x):
        h = F.relu(self.norm(F.conv2d(x, self.t["trunk/stem/0.conv/kernel"], padding=1), "trunk/stem/1.batchNorm"))
        for stage in (1, 2):
            for unit in range(1, spec["units"] + 1):
                h = self.unit(h, f"trunk/stage{stage}.{unit}/0.residual", 2 if stage == 2 and unit == 1 else 1)
        return h

    def branch(self, name, h):
        for unit in range(1, spec["units"] + 1):
            h = self.unit(h, f"{name}/stage3.{unit}/0.residual", 2 if unit == 1 else 1)
        f = h.mean((2, 3))
        return f, f @ self.t[f"{name}/head/0.dense/kernel"] + self.t[f"{name}/head/0.dense/bias"]

    def passes(self, views):
        return [self.branch(f"branch{j + 1}", self.trunk(view)) for j, view in enumerate(views)]

    def ensemble(self, features):
        return torch.cat(features, 1) @ self.t["ensemble/head/0.dense/kernel"] + self.t["ensemble/head/0.dense/bias"]


def kd(student, target, temperature):
    target = target.detach()
    log_p = F.log_softmax(target / temperature, 1)
    log_q = F.log_softmax(student / temperature, 1)
    return temperature**2 * (log_p.exp() * (log_p - log_q)).sum(1).mean()


noise = torch.Generator().manual_seed(options.perturb) if options.perturb else None
student = Peers(spec["student"], noise)
teacher = Peers(spec["teacher"], None)
batches = np.memmap(os.path.join(options.folder, "batches.bin"), dtype=np.float32, mode="r")
size, side = spec["batchSize"], spec["side"]
per_view = size * side * side * 3
per_batch = 3 * per_view


def batch(index):
    values = torch.from_numpy(np.array(batches[index * per_batch : (index + 1) * per_batch]))
    views = values.reshape(3, size, side, side, 3).permute(0, 1, 4, 2, 3).contiguous().to(precision)
    return views, torch.tensor(spec["labels"][index])


def mean(values):
    return sum(values) / len(values)


# Teacher initialisation: plain SGD on the mean of its heads' cross-entropies; the ensemble classifier stays.
for index in range(spec["initSteps"]):
    views, labels = batch(index)
    parameters = teacher.trained(ensemble=False)
    loss = sum(F.cross_entropy(z, labels) for _, z in teacher.passes(views)) / 3
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
        parameter.data -= spec["initRate"] * (gradient + spec["weightDecay"] * parameter.data)
    print(json.dumps({"init": float(loss)}))

optimizer = torch.optim.SGD(student.trained(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=spec["weightDecay"])
for index, plan in enumerate(spec["steps"]):
    views, labels = batch(spec["initSteps"] + index)
    with torch.no_grad():
        targets = [z for _, z in teacher.passes(views)]
    outputs = student.passes(views)
    peers = [z for _, z in outputs]
    fused = student.ensemble([f for f, _ in outputs])
    terms, total = {}, 0.0
    for j, z in enumerate(peers):
        others = [m for k, m in enumerate(targets) if k != j]
        parts = {
            "crossEntropy": (F.cross_entropy(z, labels), 1.0),
            "peerEnsemble": (kd(z, fused, spec["temperature"]), plan["omega"]),
            "individual": (mean([kd(z, m, spec["temperature"]) for m in others]), plan["omega"] * (1 - plan["lambda"])),
        }
        if spec["assembles"]:
            parts["assembled"] = (kd(z, mean(others), spec["temperature"]), plan["omega"] * plan["lambda"])
        for name, (value, weight) in parts.items():
            terms[f"peer{j + 1}/{name}"] = float(value)
            total = total + weight * value
    own = F.cross_entropy(fused, labels)
    terms["ensemble/crossEntropy"] = float(own)
    total = total + own
    for group in optimizer.param_groups:
        group["lr"] = plan["rate"]
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    with torch.no_grad():
        for ours, theirs in zip(teacher.trained(), student.trained()):
            ours.mul_(plan["alpha"]).add_((1 - plan["alpha"]) * theirs)
    terms["total"] = float(total)
    if not math.isfinite(terms["total"]):
        raise SystemExit(f"step {index} is not finite")
    print(json.dumps(terms), flush=True)
