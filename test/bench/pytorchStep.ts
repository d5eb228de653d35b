import { spawnSync } from 'node:child_process';
import { BATCH, CLASSES, LEARNING_RATE, MOMENTUM, SIDE, WEIGHT_DECAY } from './task.ts';

/** The same step in PyTorch: prints one JSON list of {threads, layout, milliseconds}, the median of each setting. */
const PROGRAM = `
import json, os, time
import torch, torch.nn as nn, torch.nn.functional as F

class Basic(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x), inplace=True)

results = []
for threads in range(1, (os.cpu_count() or 1) + 1):
    torch.set_num_threads(threads)
    for layout in ("contiguous_format", "channels_last"):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
            Basic(16, 16, 1), Basic(16, 32, 2), Basic(32, 64, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, ${CLASSES}))
        network = network.to(memory_format=getattr(torch, layout))
        images = torch.randn(${BATCH}, 3, ${SIDE}, ${SIDE}).to(memory_format=getattr(torch, layout))
        labels = torch.arange(${BATCH}) % ${CLASSES}
        optimizer = torch.optim.SGD(network.parameters(), ${LEARNING_RATE}, momentum=${MOMENTUM}, nesterov=True,
            weight_decay=${WEIGHT_DECAY})
        times = []
        for step in range(35):
            start = time.perf_counter()
            loss = F.cross_entropy(network(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()
            if step >= 5: times.append(time.perf_counter() - start)
        results.append({"threads": threads, "layout": layout, "milliseconds": 1000 * sorted(times)[len(times) // 2]})
print(json.dumps(results))
`;

/** One way of running PyTorch. */
export interface PytorchResult {
  readonly threads: number;
  readonly layout: string;
  readonly milliseconds: number;
}

/**
 * Times the step in PyTorch on the CPU, for every number of threads and both memory layouts, the fastest first.
 *
 * @param python an interpreter that can import torch
 * @throws Error with Python's last words if it cannot
 */
export function timePytorch(python: string): PytorchResult[] {
  const { status, stdout, stderr, error } = spawnSync(python, ['-c', PROGRAM], { encoding: 'utf8' });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim().split('\n').at(-1) ?? 'no message');
  return (JSON.parse(stdout) as PytorchResult[]).sort((a, b) => a.milliseconds - b.milliseconds);
}
