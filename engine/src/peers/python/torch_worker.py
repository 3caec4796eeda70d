"""One way to run PyTorch, as a worker of the race (see PeerComparison.java).

    torch_worker.py FILE MODE training|inference THREADS

FILE holds the net, its first weights and its batches (TorchNet.write). MODE is "eager", or any of
"channels_last", "compile" and "bf16" with a plus between. SGD is PyTorch's fused one; gradients are
set to None, not to zero. Commands come on standard input, one a line, and each is answered by one
line: "step RATE" by the loss, "predict" by the first probability, "run NANOS RATE" by examples a
second. The end of input ends the process at once, in the midst of a window too: so it goes when the
race does, however that ends.
"""

import os
import queue
import sys
import threading
import time

FLAGS = {"eager", "channels_last", "compile", "bf16"}


def read(path, torch):
    """Returns operators with their parameters, and batches of (images, labels)."""
    with open(path, "rb") as file:
        head = list(iter(lambda: file.readline().decode("ascii").rstrip("\n"), ""))
        data = bytearray(file.read())
    at = 0

    def take(shape, dtype=torch.float32):
        nonlocal at
        count = 1
        for size in shape:
            count *= size
        values = torch.frombuffer(data, dtype=dtype, offset=at, count=count)
        at += 4 * count
        return values.reshape(shape).clone()

    def numbers(text):
        return [int(word) for word in text.split()]

    image = numbers(head[0].removeprefix("input "))
    size, count = numbers(head[1].removeprefix("batch "))
    ops = []
    for line in head[2:]:
        kind, shape, bias, window, stride, padding = line.split("|")
        weight = take(numbers(shape)) if shape else None
        offset = take([weight.shape[0]]) if bias == "1" else None
        ops.append((kind, weight, offset, numbers(window), numbers(stride), numbers(padding)))
    images = take([count, size] + image)
    labels = take([count, size], torch.int32).long()
    return ops, [(images[i].clone(), labels[i].clone()) for i in range(count)]


def build(ops, nn):
    """The modules that a user would write, with the parameters of the file."""
    layers = []
    for kind, weight, bias, window, stride, padding in ops:
        if kind == "CONV":
            layer = nn.Conv2d(
                weight.shape[1], weight.shape[0], window, stride, padding, bias=bias is not None
            )
        elif kind == "LINEAR":
            layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
        elif kind == "MAX_POOL":
            layer = nn.MaxPool2d(window, stride, padding)
        elif kind == "RELU":
            layer = nn.ReLU()
        elif kind == "FLATTEN":
            layer = nn.Flatten()
        else:
            raise ValueError(f"operator: got {kind}")
        if weight is not None:
            layer.weight.data.copy_(weight)
        if bias is not None:
            layer.bias.data.copy_(bias)
        layers.append(layer)
    return nn.Sequential(*layers)


class Worker:
    """A net that trains or predicts, batch after batch."""

    def __init__(self, torch, path, flags, training):
        import torch.nn.functional as functional

        self.torch = torch
        ops, self.batches = read(path, torch)
        self.model = build(ops, torch.nn)
        self.model.train(training)
        if "channels_last" in flags:
            last = torch.channels_last
            self.model.to(memory_format=last)
            self.batches = [(x.contiguous(memory_format=last), y) for x, y in self.batches]
        self.size = len(self.batches[0][1])
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.0, fused=True)
        self.done = 0
        model, bf16 = self.model, "bf16" in flags

        def loss(x, y):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                return functional.cross_entropy(model(x), y)

        def probabilities(x):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                return torch.softmax(model(x).float(), 1)

        compiled = "compile" in flags
        self.loss = torch.compile(loss) if compiled else loss
        self.probabilities = torch.compile(probabilities) if compiled else probabilities

    def next(self):
        batch = self.batches[self.done % len(self.batches)]
        self.done += 1
        return batch

    def step(self, rate):
        x, y = self.next()
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(x, y)
        loss.backward()
        self.optimizer.step()
        return loss

    def predict(self):
        with self.torch.inference_mode():
            return self.probabilities(self.next()[0])[0, 0]

    def run(self, nanos, work):
        start = time.perf_counter_ns()
        examples = 0
        while True:
            work()
            examples += self.size
            elapsed = time.perf_counter_ns() - start
            if elapsed >= nanos:
                return examples * 1e9 / elapsed


def commands():
    """A queue that a thread fills from standard input, to whose end it listens meanwhile."""
    lines = queue.SimpleQueue()

    def listen():
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    return lines


def main():
    path, mode, kind, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    flags = set(mode.split("+"))
    if not flags <= FLAGS:
        sys.exit(f"way to run PyTorch: got '{mode}', expected some of {', '.join(sorted(FLAGS))}")
    # whatever else prints to standard output goes to the log
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    lines = commands()

    import torch

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    training = kind == "training"
    worker = Worker(torch, path, flags, training)
    capability = torch.backends.cpu.get_cpu_capability()
    print(f"PyTorch {torch.__version__}, {capability}, {sys.executable}", file=answers)
    while True:
        line = lines.get()
        command, *arguments = line.split()
        if command == "step":
            answer = worker.step(float(arguments[0])).item()
        elif command == "predict":
            answer = worker.predict().item()
        elif command == "run":
            rate = float(arguments[1])
            work = (lambda: worker.step(rate)) if training else worker.predict
            answer = worker.run(int(arguments[0]), work)
        else:
            sys.exit(f"command: got '{command}', expected step, predict or run")
        print(answer, file=answers)


if __name__ == "__main__":
    main()
